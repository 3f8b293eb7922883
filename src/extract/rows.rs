//! A row of a table of parameters, whatever the form of the page.

use std::collections::HashSet;

use serde_json::Value;

use super::{Rendering, cells, paragraphs, run, spaced};
use crate::contract::{Kind, Place};
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
    /// Where it travels, where the table says it.
    pub(super) place: Place,
    /// Whether it must be given.
    pub(super) required: Option<bool>,
    /// Whether the row bears a mark that it is deprecated.
    pub(super) deprecated: bool,
    /// All of its lines.
    pub(super) span: Span,
    /// Lines of prose.
    pub(super) prose: Box<[(u32, String)]>,
    /// The example.
    pub(super) example: Option<(u32, String)>,
}

/// Most rows of one table.
pub(super) const MOST: usize = 10_000;

/// What is known of a table before its rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Whether it is about a request.
    pub(super) request: bool,
    /// The names that the sample shows.
    pub(super) names: &'a HashSet<String>,
    /// How the page shows its tables; none finds it out.
    pub(super) rendering: Option<Rendering>,
}

/// The rows of a section, in order.
pub(super) fn rows(page: u32, section: &Section<'_>, reading: Reading<'_>) -> Vec<Row> {
    let Reading { request, names, rendering } = reading;
    let may = |one| rendering.is_none_or(|known| known == one);
    let pipes = may(Rendering::Pipes).then(|| cells::rows(page, section)).flatten();
    let spaced = || may(Rendering::Spaced).then(|| spaced::rows(page, section)).flatten();
    let paragraphs = || may(Rendering::Paragraphs).then(|| paragraphs::rows(page, section, names)).flatten();
    let run = || may(Rendering::Run).then(|| run::rows(page, section, request, names));
    pipes.or_else(spaced).or_else(paragraphs).or_else(run).unwrap_or_default()
}

/// A list that gives its memory back while its items are taken over, so that a long page is never in memory twice.
pub(super) struct GivenUp<T>(Vec<T>);

impl<T> GivenUp<T> {
    pub(super) fn new(mut items: Vec<T>) -> GivenUp<T> {
        items.reverse();
        GivenUp(items)
    }
}

impl<T> Iterator for GivenUp<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let item = self.0.pop()?;
        if self.0.len().is_multiple_of(1 << 10) {
            self.0.shrink_to_fit();
        }
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

/// Whether a text may be a name: `Tag.N.Key`, `x-id`, `$top`, `items[]`, `{tag}`, `#text`, `a:b`.
pub(super) fn is_name(text: &str) -> bool {
    let mark = |c| matches!(c, '_' | '.' | '-' | '$' | '[' | ']' | '{' | '}' | ':' | '#');
    text.chars().all(|c| c.is_alphanumeric() || mark(c))
}

/// Whether a text is a sentence, and so no example.
pub(super) fn is_sentence(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(['.', '。', ':']) && text.contains(' ')
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
