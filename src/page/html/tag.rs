//! Tags of HTML, as far as they are read: where one ends, its name and its attributes.

/// How far into a tag quotes are heeded: behind them a `>` ends nothing.
const LONGEST_QUOTED: usize = 512;

/// A tag of HTML.
pub(super) struct Tag<'t> {
    /// In small letters.
    pub(super) name: String,
    pub(super) closing: bool,
    /// Whether it closes itself.
    pub(super) empty: bool,
    /// What stands behind the name.
    inside: &'t str,
}

impl Tag<'_> {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let small = self.inside.to_ascii_lowercase();
        let at = small.find(&format!("{name}="))? + name.len() + 1;
        let value = self.inside[at..].trim_start_matches(['"', '\'']);
        Some(value.split(|c: char| matches!(c, '"' | '\'' | '>' | '/') || c.is_whitespace()).next().unwrap_or(value))
    }
}

/// The tag that a text begins with, and its length.
pub(super) fn tag_at(text: &str) -> Option<(Tag<'_>, usize)> {
    let inner = text.strip_prefix('<')?;
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(inner.len());
    // What follows a name in a tag is a blank, a slash or the end; `<userId:1>` is text.
    if !inner[length..].starts_with(|c: char| matches!(c, '>' | '/') || c.is_ascii_whitespace()) {
        return None;
    }
    let mut quote = None;
    let end = inner.bytes().enumerate().skip(length).take(LONGEST_QUOTED).find(|(_, byte)| {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'>') => return true,
            _ => {}
        }
        false
    });
    // A quote that never ends would swallow the page.
    let end = end.map(|(at, _)| at).or_else(|| inner.find('>'))?;
    let inside = &inner[length..end];
    let name = inner[..length].to_ascii_lowercase();
    let tag = Tag { name, closing, empty: inside.ends_with('/'), inside };
    Some((tag, text.len() - inner.len() + end + 1))
}

/// How long the raw content of an element is.
pub(super) fn raw_end(text: &str, name: &str) -> usize {
    let mut at = 0;
    while let Some(found) = text[at..].find("</") {
        let start = at + found;
        let word = text[start + 2..].get(..name.len());
        if word.is_some_and(|w| w.eq_ignore_ascii_case(name)) {
            return start;
        }
        at = start + 2;
    }
    text.len()
}
