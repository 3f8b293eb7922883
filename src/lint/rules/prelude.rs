//! What every rule's file needs.

pub(super) use std::collections::{BTreeMap, BTreeSet};

pub(super) use serde_json::Value;

pub(super) use crate::contract::{
    self, DocumentedError, DocumentedValue, Field, How, Kind, Mark, Place, Sample, SampleOf,
};
pub(super) use crate::finding::Severity;
pub(super) use crate::lint::scene::{Scene, Shown, whole_body};
pub(super) use crate::lint::words::{is_error_code, is_fine, is_masked, is_nothing, sentences, shown, squeezed};
pub(super) use crate::lint::{Claim, Rule};
pub(super) use crate::span::Span;

/// The line of a row that holds name and type.
pub(super) fn head(row: &Field) -> Span {
    row.kind.span.unwrap_or(Span::line(row.span.page, row.span.first))
}
