//! One wrong thing: on a page, in a call, or between two versions.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::span::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Legal but surprising.
    Warning,
    /// A documented promise is broken, data is lost, or the caller is lied to.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One wrong thing. `rule` and `transform` are its identity; the wording may change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's kebab-case id, which `fineprint explain` takes.
    pub rule: String,
    /// The class of client defect, such as `R01`; none for what is wrong with a page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub class: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, normalised: the same cause gives the same text, whatever the values.
    pub transform: String,
    /// The ids of the clauses that it breaks, sorted.
    pub clauses: Vec<String>,
    /// What, where, expected before actual.
    pub message: String,
    /// The page's lines that make the promise.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub spans: Vec<Span>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<String>,
    /// What shows it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exhibit: Option<Exhibit>,
}

/// What shows a finding: the call, the bytes both ways, and how to see it again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Exhibit {
    /// The calls as JSON, one a line.
    pub calls: Vec<String>,
    /// Labelled excerpts of the bytes on the wire, printable, secrets masked.
    pub wire: Vec<(String, String)>,
    /// What the client surfaced, as JSON.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub surfaced: Vec<String>,
    /// The command that runs the case again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replay: Option<String>,
    /// The case, as plain data.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<Value>,
}
