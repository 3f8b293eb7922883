//! What a page promises: plain data, and the clauses that can be tested.

mod aspect;
mod clause;
mod error;
mod field;
mod file;
mod kind;
mod said;
mod success;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use aspect::{
    AnswerAspect, Aspect, ErrorAspect, OtherErrorAspect, RequestAspect, ResponseAspect, SessionAspect, TransportAspect,
    WireAspect,
};
pub use clause::{Clause, Promise, clauses, escape, fits};
pub(crate) use clause::{error_label, is_token};
pub use error::DocumentedError;
pub(crate) use error::is_template;
pub use field::{Asks, Bounds, Condition, DocumentedValue, Field, Mark, Parameter, Place};
pub use file::{Form, from_json, to_json, write_json};
pub use kind::Kind;
pub use said::{Amended, How, Note, Said};
pub(crate) use success::{NOTHING, is_fine, is_nothing, is_refused, refusal_code, refusal_flag};

use crate::span::Span;

/// One product version as its pages describe it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// The version of the form in which a contract stands in a file.
    #[serde(rename = "fineprint_contract")]
    pub form: Form,
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
    /// What the user settled in `fineprint.toml`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amended: Vec<Amended>,
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

impl Operation {
    /// How clause ids name the errors, in their order: by [`DocumentedError::label`], and of several alike the second as `LABEL~2`.
    pub fn error_labels(&self) -> Vec<String> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut one = |error: &DocumentedError| {
            let label = error.label();
            let count = seen.entry(label.clone()).or_default();
            *count += 1;
            if *count == 1 { label } else { format!("{label}~{count}") }
        };
        self.errors.iter().map(&mut one).collect()
    }
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

impl Sample {
    /// Whether its values have types: in XML every value is a text.
    pub fn shows_types(&self) -> bool {
        self.format != "xml"
    }
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

impl Operation {
    /// The first sample of a success that can be read and whose values have types.
    pub fn success_sample(&self) -> Option<&Sample> {
        self.samples.iter().find(|s| s.of == SampleOf::Success && s.value.is_some() && s.shows_types())
    }
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
