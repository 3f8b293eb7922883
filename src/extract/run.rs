//! Rows of a table whose cells run together: `ImageNamestringNo`, then prose, then the example.

use std::collections::HashSet;

use super::rows::{MOST, Row};
use super::words::{RUN_TYPES, kind};
use crate::contract::Kind;
use crate::page::{Line, Section};
use crate::span::Span;

/// The rows of a section, in order; `names` are those that the sample shows.
pub(super) fn rows(page: u32, section: &Section<'_>, request: bool, names: &HashSet<String>) -> Vec<Row> {
    let table = Table { lines: &section.lines, request, names };
    let starts: Vec<(usize, Cells<'_>)> =
        (0..table.lines.len()).filter_map(|at| Some((at, table.opens(at)?))).take(MOST).collect();
    starts
        .iter()
        .enumerate()
        .map(|(index, (at, cells))| {
            let end = starts.get(index + 1).map_or(table.lines.len(), |(next, _)| *next);
            row(page, &table.lines[*at..end], cells, index + 1 == starts.len())
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Table<'a> {
    lines: &'a [Line<'a>],
    request: bool,
    names: &'a HashSet<String>,
}

impl<'a> Table<'a> {
    /// The cells of a line that opens a row: it is followed by an empty line, by another row, or by nothing.
    fn opens(&self, at: usize) -> Option<Cells<'a>> {
        let cells = self.cells(self.lines[at].text)?;
        let empty = |at: usize| self.lines.get(at).is_none_or(|l| l.text.trim().is_empty());
        let next_opens = !empty(at + 1) && self.cells(self.lines[at + 1].text).is_some();
        let known = self.names.is_empty() || self.names.contains(cells.name);
        // What stands alone where an example is due, and is in no sample, is an example that looks like a row.
        let example = at > 2 && empty(at - 1) && !empty(at - 2) && (next_opens || empty(at + 1) && self.ends(at + 1));
        if !known && !cells.name.is_empty() && example && !self.request {
            return None;
        }
        let class = !self.names.is_empty() && kind(cells.spelled).is_none();
        (next_opens && !class || empty(at + 1) || self.shares_line(at + 1)).then_some(cells)
    }

    /// Whether only empty lines follow.
    fn ends(&self, from: usize) -> bool {
        self.lines[from.min(self.lines.len())..].iter().take(3).all(|l| l.text.trim().is_empty())
    }

    /// Whether a line is a row together with its example, and no row without it.
    fn shares_line(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| self.run_on(line.text).is_some())
    }

    /// The cells of a line, if it is the head of a row.
    fn cells(&self, text: &'a str) -> Option<Cells<'a>> {
        if text.is_empty() || text.contains(char::is_whitespace) {
            return None;
        }
        let (rest, required) = match () {
            () if !self.request => (text, None),
            () if text.ends_with("Yes") => (&text[..text.len() - 3], Some(true)),
            () if text.ends_with("No") => (&text[..text.len() - 2], Some(false)),
            () => return self.run_on(text),
        };
        let border = rest.find("array<").filter(|_| rest.ends_with('>')).or_else(|| {
            let word = RUN_TYPES.iter().find(|word| rest.ends_with(**word))?;
            Some(rest.len() - word.len())
        });
        let Some(border) = border else { return self.class(rest).or_else(|| self.run_on(text)) };
        let (name, spelled) = rest.split_at(border);
        let deprecated = name.strip_suffix("deprecated").filter(|bare| !bare.is_empty());
        let name = deprecated.unwrap_or(name);
        let kind = kind(spelled)?;
        is_name(name).then_some(Cells {
            name,
            spelled,
            kind,
            required,
            deprecated: deprecated.is_some(),
            example: None,
        })
    }

    /// A name that the sample shows, followed by the name of a class.
    fn class(&self, text: &'a str) -> Option<Cells<'a>> {
        let border = self.border(text, |rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))?;
        let (name, spelled) = text.split_at(border);
        let word = spelled.len() > 2 && spelled.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let cells = Cells { name, spelled, kind: Kind::Object, required: None, deprecated: false, example: None };
        word.then_some(cells)
    }

    /// A name that the sample shows, its type and its example on one line.
    fn run_on(&self, text: &'a str) -> Option<Cells<'a>> {
        let typed = |rest: &str| RUN_TYPES.iter().find(|word| rest.starts_with(**word)).map(|word| word.len());
        let border = self.border(text, |rest| typed(rest).is_some())?;
        let (name, rest) = text.split_at(border);
        let (spelled, example) = rest.split_at(typed(rest)?);
        let cells = Cells { name, spelled, kind: kind(spelled)?, required: None, deprecated: false, example: None };
        (!example.is_empty()).then_some(Cells { example: Some(example), ..cells })
    }

    /// Where the longest name that the sample shows ends, if what follows fits.
    fn border(&self, text: &str, fits: impl Fn(&str) -> bool) -> Option<usize> {
        let short = text.len() < 200 && !self.names.is_empty();
        let borders = text.char_indices().map(|(at, _)| at).skip(1).filter(|_| short);
        borders.filter(|at| self.names.contains(&text[..*at]) && fits(&text[*at..])).last()
    }
}

#[derive(Clone, Copy)]
struct Cells<'a> {
    name: &'a str,
    spelled: &'a str,
    kind: Kind,
    required: Option<bool>,
    deprecated: bool,
    example: Option<&'a str>,
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$' | '[' | ']' | '{' | '}' | ':'))
}

fn row(page: u32, lines: &[Line<'_>], cells: &Cells<'_>, last: bool) -> Row {
    let mut body: Vec<&Line<'_>> = lines[1..].iter().collect();
    let touching = body.last().is_some_and(|l| !l.text.trim().is_empty());
    while body.last().is_some_and(|l| l.text.trim().is_empty()) {
        body.pop();
    }
    let example = body.last().copied().filter(|line| {
        let bullet = line.text.trim_start().starts_with('•');
        let alone = body.len() >= 2 && body[body.len() - 2].text.trim().is_empty();
        let after_bullet = body.len() >= 2 && body[body.len() - 2].text.trim_start().starts_with('•');
        // The example of the last row is followed by an empty line, as prose is: a second paragraph that is no sentence is one.
        let paragraphs = body.iter().filter(|l| !l.text.trim().is_empty()).count() > 1;
        !bullet && (touching || (last && paragraphs && (alone || after_bullet) && !is_sentence(line.text)))
    });
    if example.is_some() {
        body.pop();
    }
    let end = lines.iter().rev().find(|l| !l.text.trim().is_empty()).map_or(lines[0].number, |l| l.number);
    Row {
        name: cells.name.to_owned(),
        inner: false,
        spelled: cells.spelled.to_owned(),
        kind: cells.kind,
        required: cells.required,
        deprecated: cells.deprecated,
        span: Span::lines(page, lines[0].number, end),
        prose: body
            .into_iter()
            .filter(|l| !l.text.trim().is_empty())
            .map(|l| (l.number, l.text.trim().to_owned()))
            .collect(),
        example: match cells.example {
            Some(text) => Some((lines[0].number, text.to_owned())),
            None => example.map(|l| (l.number, l.text.trim().to_owned())),
        },
    }
}

fn is_sentence(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(['.', '。', ':']) && text.contains(' ')
}
