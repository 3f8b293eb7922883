//! A named value: a parameter, a member of the answer, and what is inside.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{How, Kind, Note, Said};
use crate::span::Span;

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
///
/// What few fields have is in a box of its own: a long page has many fields.
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
    pub nullable: Option<Box<Said<bool>>>,
    /// The closed list of values; empty where any value of the type will do.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub values: Vec<DocumentedValue>,
    /// Bounds of a number, inclusive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub range: Option<Box<Said<Bounds>>>,
    /// Bounds of a text's length in characters, or of a list's length, inclusive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub length: Option<Box<Said<Bounds>>>,
    /// A regular expression that the text fits, in the syntax of JSON Schema.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pattern: Option<Box<Said<String>>>,
    /// A `format` of JSON Schema, or the vendor's, such as `date-time` or `int64`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub format: Option<Box<Said<String>>>,
    /// The value that the server takes when it is left out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub default: Option<Box<Said<Value>>>,
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

    /// The field of that path, this one or one below it; `own` is this field's own path.
    pub fn at_mut(&mut self, own: &str, path: &str) -> Option<&mut Field> {
        if own == path {
            return Some(self);
        }
        if !path.starts_with(own) {
            return None;
        }
        let below = self.fields.iter_mut().find_map(|field| {
            let inner = if own.is_empty() { field.name.clone() } else { format!("{own}.{}", field.name) };
            field.at_mut(&inner, path)
        });
        let item = match self.kind.value {
            Kind::Map if own.is_empty() => "*".to_owned(),
            Kind::Map => format!("{own}.*"),
            _ => format!("{own}[]"),
        };
        below.or_else(|| self.items.as_mut()?.at_mut(&item, path))
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
