//! A row of a table of parameters, whatever the form of the page.

use std::collections::HashSet;

use serde_json::Value;

use super::{cells, paragraphs, run};
use crate::contract::Kind;
use crate::page::Section;
use crate::span::Span;

/// One row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The name; empty for an item.
    pub(super) name: String,
    /// Whether it is marked as belonging to a row above it.
    pub(super) inner: bool,
    /// The type as spelled.
    pub(super) spelled: String,
    /// The type.
    pub(super) kind: Kind,
    /// Whether it must be given.
    pub(super) required: Option<bool>,
    /// Whether the row bears a mark that it is deprecated.
    pub(super) deprecated: bool,
    /// All of its lines.
    pub(super) span: Span,
    /// Lines of prose.
    pub(super) prose: Vec<(u32, String)>,
    /// The example.
    pub(super) example: Option<(u32, String)>,
}

/// Most rows of one table.
pub(super) const MOST: usize = 20_000;

/// The rows of a section, in order; `names` are those that the sample shows.
pub(super) fn rows(page: u32, section: &Section<'_>, request: bool, names: &HashSet<String>) -> Vec<Row> {
    let drawn = cells::rows(page, section).or_else(|| paragraphs::rows(page, section, names));
    drawn.unwrap_or_else(|| run::rows(page, section, request, names))
}

/// Every name in a sample.
pub(super) fn names(sample: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut open = vec![sample];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                found.extend(members.keys().cloned());
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}
