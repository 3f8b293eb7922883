//! Words, as rules compare them.

use serde_json::Value;

pub(super) use crate::contract::{is_fine, is_nothing};
pub(super) use crate::page::words::squeezed;

/// Whether a text is cut or masked on purpose, so that it is no value.
pub(super) fn is_masked(text: &str) -> bool {
    text.contains("**") || text.contains("...") || text.contains('…') || text.to_lowercase().contains("xx")
}

/// A value as a message shows it: JSON, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The sentences of a description.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '\n']).flat_map(|line| line.split_inclusive(". ")).map(str::trim)
}

/// Whether a text is an error's code by its looks: `Instance.NotFound`, `InvalidParameter`.
pub(super) fn is_error_code(text: &str) -> bool {
    const ENDS: [&str; 8] =
        ["Error", "NotFound", "NotExist", "NotExists", "Failed", "Forbidden", "Denied", "Unsupported"];
    let word = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let starts = text.starts_with(|c: char| c.is_ascii_uppercase());
    let dotted =
        text.split('.').count() > 1 && text.split('.').all(|p| p.starts_with(|c: char| c.is_ascii_uppercase()));
    word && starts && (dotted || text.starts_with("Invalid") || ENDS.iter().any(|end| text.ends_with(end)))
}
