//! The line that names an operation, or what stands for it.

use crate::page::{Line, Section, Topic};

/// The line that names product and operation.
pub(super) struct Title<'a> {
    pub(super) product: &'a str,
    pub(super) operation: &'a str,
    pub(super) line: u32,
}

/// The operation of a page without a title of the usual form: its heading, what its samples and its table call
/// `Action`, what the authorization table names, or the name of the file.
pub(super) fn untitled<'a>(sections: &[Section<'a>], name: &'a str) -> Option<Title<'a>> {
    let lines = || sections.iter().flat_map(|s| &s.lines);
    let headings = || {
        sections[0].lines.iter().filter_map(|line| {
            let text = line.text.strip_prefix("# ")?;
            let word = text.split(['{', ' ']).next().unwrap_or(text).trim();
            Some((word, line.number))
        })
    };
    let alone = || {
        let lines = sections[0].lines.iter().filter(|l| !l.text.is_empty()).take(8);
        lines.map(|line| (line.text.trim(), line.number)).find(|(word, _)| camel(word))
    };
    let action = || {
        lines().take(MOST_LINES).find_map(|line| {
            let (_, rest) = line.text.split_once("Action=")?;
            let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            capital(word).then_some((word, line.number))
        })
    };
    let permission = || {
        sections.iter().filter(|s| s.topic == Topic::Authorization).flat_map(|s| &s.lines).find_map(|line| {
            let (service, rest) = line.text.trim_start_matches(['|', ' ']).split_once(':')?;
            let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            let plain = service.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            (plain && !service.is_empty() && capital(word)).then_some((word, line.number))
        })
    };
    let file = || {
        let name = name.rsplit(['/', '\\']).next()?;
        let word = name.split('.').next()?.rsplit("__").next()?;
        camel(word).then_some((word, 1))
    };
    let camel_heading = headings().find(|(word, _)| camel(word));
    let short_heading = || headings().find(|(word, _)| capital(word));
    let named = camel_heading.or_else(alone).or_else(action).or_else(permission);
    let (operation, line) = named.or_else(short_heading).or_else(file)?;
    Some(Title { product: "", operation, line })
}

/// Most lines that are searched for the operation's name.
const MOST_LINES: usize = 100_000;

/// Whether a word is the name of an operation: two words in one, with capitals.
fn camel(word: &str) -> bool {
    let capitals = word.chars().filter(char::is_ascii_uppercase).count();
    word.len() > 3
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && (2..word.len()).contains(&capitals)
}

/// Whether a word may be the name of an operation, if something else says so: `Encrypt`.
fn capital(word: &str) -> bool {
    let letters = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    word.len() > 2 && letters && word.starts_with(|c: char| c.is_ascii_uppercase())
}

pub(super) fn title<'a>(top: &[Line<'a>]) -> Option<Title<'a>> {
    top.iter().find_map(|line| {
        let text = line.text.trim().trim_start_matches('#').trim();
        let (product, operation) = text.rsplit_once([':', '：'])?;
        let named = operation.trim();
        let word = named.len() > 2 && named.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let fits = word
            && named.starts_with(|c: char| c.is_ascii_uppercase())
            && named.contains(|c: char| c.is_ascii_lowercase());
        (fits && text.len() < 120).then(|| Title { product: product.trim(), operation: named, line: line.number })
    })
}
