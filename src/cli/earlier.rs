//! What an earlier run found, of which the report or the journal is still there: a run with little time looks there first.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::journal::Journal;

/// The clauses that a report has as broken, flaky or errored. A file that is no report has none.
pub(super) fn reported(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_default();
    let verdicts = report["verdicts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let bad = verdicts.iter().filter(|v| matches!(v["verdict"].as_str(), Some("broken" | "flaky" | "errored")));
    bad.filter_map(|verdict| verdict["clause"].as_str().map(str::to_owned)).collect()
}

/// The clauses that a journal has findings about. A file that is no journal has none.
pub(super) fn journalled(path: &Path) -> BTreeSet<String> {
    let Some(journal) = Journal::open(path).ok().flatten() else { return BTreeSet::new() };
    let pasts = journal.operations().filter_map(|operation| journal.past(operation).ok());
    let entries = pasts.flat_map(|past| past.entries);
    entries.flat_map(|entry| entry.held.into_iter().chain(entry.gone)).flat_map(|finding| finding.clauses).collect()
}
