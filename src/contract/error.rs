//! A row of an error table.

use serde::{Deserialize, Serialize};

use super::Note;
use crate::span::Span;

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

/// Whether a text of an error table holds places to fill.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("%s") || text.contains("%d") || text.contains('{')
}
