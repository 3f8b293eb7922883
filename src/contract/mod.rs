//! What a page promises: plain data, and the clauses that can be tested.

mod clause;
mod file;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use clause::refusal_flag;
pub use clause::{
    AnswerAspect, Aspect, Clause, ErrorAspect, OtherErrorAspect, Promise, RequestAspect, ResponseAspect, SessionAspect,
    TransportAspect, WireAspect, clauses, escape,
};
pub use file::{from_json, to_json};

use crate::span::Span;

/// One product version as its pages describe it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// The product as the page's title spells it, such as `App Streaming`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub product: Option<Said<String>>,
    /// The product's code on the wire, such as `appstream-center`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<Said<String>>,
    /// The API version, such as `2021-09-01`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<Said<String>>,
    /// How a call looks on the wire.
    pub style: Style,
    /// The operations, in the order of the pages.
    pub operations: Vec<Operation>,
    /// What was guessed or left aside.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<Note>,
    /// The pages that were read; spans index them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sources: Vec<Source>,
}

/// A page that was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The file's name as the user gave it.
    pub name: String,
    /// The page's text, shared; empty when the contract was loaded from a file.
    #[serde(skip, default = "no_text")]
    pub text: Arc<str>,
}

fn no_text() -> Arc<str> {
    Arc::from("")
}

/// Without the text: who looks at a contract or an outcome does not want a whole page in between.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How a call looks on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// One path; the operation travels as `Action`.
    Rpc,
    /// Method and path name the operation.
    Rest,
}

/// A fact with the lines that say it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said<T> {
    /// The fact.
    pub value: T,
    /// Where it is said; none when it does not stand on a page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub span: Option<Span>,
    /// How it is known.
    #[serde(skip_serializing_if = "How::is_said", default)]
    pub how: How,
}

impl<T> Said<T> {
    /// A fact the page says in so many words.
    #[expect(clippy::self_named_constructors, reason = "it is what the page says, and the other two are not")]
    pub fn said(value: T, span: Span) -> Said<T> {
        Said { value, span: Some(span), how: How::Said }
    }

    /// A fact read off a sample.
    pub fn sampled(value: T, span: Span) -> Said<T> {
        Said { value, span: Some(span), how: How::Sampled }
    }

    /// A fact that was guessed; a note beside it says why.
    pub fn guessed(value: T, span: Option<Span>) -> Said<T> {
        Said { value, span, how: How::Guessed }
    }
}

/// How a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The page says it.
    #[default]
    Said,
    /// A sample shows it.
    Sampled,
    /// We guessed it.
    Guessed,
    /// The user settled it.
    Amended,
}

impl How {
    fn is_said(&self) -> bool {
        *self == How::Said
    }
}

/// A guess, or something a contract cannot hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// What was guessed or left aside, and why.
    pub text: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub span: Option<Span>,
}

/// One operation of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The operation's name on the wire, such as `CreateImageByInstance`.
    pub name: String,
    /// Where the page names it.
    pub span: Span,
    /// The page's first paragraph.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub summary: Option<Said<String>>,
    /// `POST`, `GET` …, where the page gives it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub method: Option<Said<String>>,
    /// The path template, such as `/instances/{id}`, where the page gives it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<Said<String>>,
    /// Who may call it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorization: Option<Authorization>,
    /// Marks such as deprecated.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub marks: Vec<Said<Mark>>,
    /// Business parameters, in the page's order.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Parameters that every operation of the product takes, kept apart.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub common: Vec<Parameter>,
    /// The response; its `kind` is an object for all but exotic pages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response: Option<Field>,
    /// Documented errors, in the page's order.
    #[serde(default)]
    pub errors: Vec<DocumentedError>,
    /// Samples of requests and answers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub samples: Vec<Sample>,
    /// What was guessed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<Note>,
}

/// The row of the authorization table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Authorization {
    /// The RAM action, such as `appstreaming:CreateImageByInstance`.
    pub action: Said<String>,
    /// The access level, such as `create`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access_level: Option<Said<String>>,
    /// The levels that the page's own legend lists.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub legend: Vec<String>,
    /// Where the legend stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub legend_span: Option<Span>,
}

/// One request parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Where it travels.
    #[serde(default)]
    pub place: Place,
    /// Its name, type and the rest.
    #[serde(flatten)]
    pub field: Field,
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The page does not say: query or form.
    #[default]
    Unsaid,
    /// In the query string.
    Query,
    /// In the form body.
    Form,
    /// In a header.
    Header,
    /// In the path template.
    Path,
    /// The JSON body.
    Body,
}

/// A named value: a parameter, a response member, or an item of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The name on the wire; empty for array items, map values and the response itself.
    pub name: String,
    /// The row's lines.
    pub span: Span,
    /// How the row is known: said by a table, or only seen in a sample.
    #[serde(skip_serializing_if = "How::is_said", default)]
    pub how: How,
    /// The type.
    pub kind: Said<Kind>,
    /// The type as the page spells it, such as `array<object>`; empty where it is unsaid.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub spelled: String,
    /// Types that the page says elsewhere, against `kind`: the sample, mostly.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub also: Vec<Said<Kind>>,
    /// Whether it must be given; none where the page does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub required: Option<bool>,
    /// Whether null is said to be legal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nullable: Option<Said<bool>>,
    /// The closed list of values; empty where any value of the type will do.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub values: Vec<DocumentedValue>,
    /// Bounds of a number, inclusive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub range: Option<Said<Bounds>>,
    /// Bounds of a text's length in characters, or of a list's length, inclusive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub length: Option<Said<Bounds>>,
    /// A regular expression that the text fits, in the syntax of JSON Schema.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pattern: Option<Said<String>>,
    /// A `format` of JSON Schema, or the vendor's, such as `date-time` or `int64`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub format: Option<Said<String>>,
    /// The value that the server takes when it is left out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub default: Option<Said<Value>>,
    /// The example, as the page prints it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub example: Option<Said<String>>,
    /// What the page says in prose about when it may or must be given.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub conditions: Vec<Said<Condition>>,
    /// Marks such as *not publicly available*.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub marks: Vec<Said<Mark>>,
    /// The description in the page's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<Said<String>>,
    /// Members of an object.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<Field>,
    /// The items of an array or the values of a map.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub items: Option<Box<Field>>,
    /// What was guessed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<Note>,
}

impl Field {
    /// A field with a name, a type and nothing else said.
    pub fn new(name: impl Into<String>, kind: Said<Kind>, span: Span) -> Field {
        Field {
            name: name.into(),
            span,
            how: How::Said,
            kind,
            spelled: String::new(),
            also: Vec::new(),
            required: None,
            nullable: None,
            values: Vec::new(),
            range: None,
            length: None,
            pattern: None,
            format: None,
            default: None,
            example: None,
            conditions: Vec::new(),
            marks: Vec::new(),
            description: None,
            fields: Vec::new(),
            items: None,
            notes: Vec::new(),
        }
    }

    /// Every leaf below (or this field itself, if it is one), with its path: dots, `[]` for items, `*` for map values.
    pub fn leaves(&self) -> Vec<(String, &Field)> {
        let mut found = Vec::new();
        self.walk(&self.name, &mut |path, field| {
            if field.is_leaf() {
                found.push((path.to_owned(), field));
            }
        });
        found
    }

    /// Visits this field and all below it, parents first, with paths as in [`Field::leaves`].
    pub fn walk<'a>(&'a self, path: &str, visit: &mut impl FnMut(&str, &'a Field)) {
        visit(path, self);
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for field in &self.fields {
            field.walk(&join(&field.name), visit);
        }
        if let Some(items) = &self.items {
            let inner = match self.kind.value {
                Kind::Map => join("*"),
                _ => format!("{path}[]"),
            };
            items.walk(&inner, visit);
        }
    }

    /// Whether nothing is known to be inside.
    pub fn is_leaf(&self) -> bool {
        self.fields.is_empty() && self.items.is_none()
    }

    /// Whether the page bears this mark on it.
    pub fn has(&self, mark: Mark) -> bool {
        self.marks.iter().any(|m| m.value == mark)
    }
}

/// A type, as a contract knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Members by name.
    Object,
    /// A list of items.
    Array,
    /// Free names, values of one type.
    Map,
    /// Unsaid, or truly anything.
    Any,
}

/// One value of a closed list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentedValue {
    /// The value, in the field's type where it can be.
    pub value: Value,
    /// What the page says it means.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meaning: Option<String>,
    /// Its line.
    pub span: Span,
}

/// Bounds, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub min: Option<f64>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max: Option<f64>,
}

/// What the page says in prose about when a parameter may or must be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The page's words.
    pub text: String,
    /// What it asks.
    pub asks: Asks,
    /// The other parameter, where one was recognised.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parameter: Option<String>,
    /// The values of the other parameter for which it holds; empty for any value.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub values: Vec<Value>,
}

/// What a condition asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// It has an effect only when the other holds; elsewhere it may be given and is ignored.
    AppliesWhen,
    /// It must be given when the other holds.
    RequiredWhen,
    /// It must not be given when the other holds.
    ForbiddenWhen,
    /// One of it and the other must be given.
    OneOf,
    /// Prose that we do not understand.
    Unclear,
}

/// A mark on a parameter, a member or an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// *This parameter is not publicly available.*
    NotPublic,
    /// Out of use.
    Deprecated,
    /// Only the server sets it.
    ReadOnly,
}

/// One row of the error table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentedError {
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// The code; may be a template.
    pub code: String,
    /// The message; may be a template.
    pub message: String,
    /// What the page says about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// The row's lines.
    pub span: Span,
    /// Whether the code holds places to fill (`%s`, `{}`, `{0}`).
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub code_template: bool,
    /// Whether the message holds places to fill.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub message_template: bool,
    /// What was guessed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<Note>,
}

impl DocumentedError {
    /// How clause ids and people name it: `400:Instance.NotFound`, or the code alone where no status is said.
    pub fn label(&self) -> String {
        match self.status {
            Some(status) => format!("{status}:{}", self.code),
            None => self.code.clone(),
        }
    }
}

/// A sample on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Whose it is.
    pub of: SampleOf,
    /// `json`, `xml`, `http`, or what the page calls it.
    pub format: String,
    /// The text as it stands.
    pub text: String,
    /// The decoded value, where it parses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<Value>,
    /// The HTTP status, where a preamble says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// Its lines.
    pub span: Span,
}

/// Whose sample it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleOf {
    /// A request.
    Request,
    /// A success.
    Success,
    /// An error.
    Error,
}

impl Contract {
    /// The operation of that name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|o| o.name == name)
    }

    /// The lines of a span as `(number, text)`; empty where the page's text is not at hand.
    pub fn quote(&self, span: Span) -> Vec<(u32, &str)> {
        let Some(source) = self.sources.get(span.page as usize) else { return Vec::new() };
        (span.first..=span.last).zip(source.text.lines().skip(span.first.saturating_sub(1) as usize)).collect()
    }
}
