//! Rows of tables whose every cell is a paragraph of its own.

use std::collections::HashSet;

use super::rows::{MOST, Row, is_name, is_sentence};
use crate::contract::{Kind, Place};
use crate::page::words::{Column, columns, kind, required};
use crate::page::{Line, Section};
use crate::span::Span;

/// The rows of a section whose header stands in paragraphs; none where it has no such header.
pub(super) fn rows(page: u32, section: &Section<'_>, names: &HashSet<String>) -> Option<Vec<Row>> {
    let lines: Vec<Line<'_>> = section.lines.iter().filter(|l| !l.text.trim().is_empty()).copied().collect();
    let from = header(&lines)?;
    let header: Vec<Column> = lines[..from].iter().filter_map(|l| meaning(l.text)).collect();
    Some(Stream { lines: &lines[from..], names, order: Order::of(&header) }.rows(page))
}

/// Where the header ends: one column a paragraph, a name and a type among them.
fn header(lines: &[Line<'_>]) -> Option<usize> {
    let first = lines.iter().take(40).position(|l| meaning(l.text) == Some(Column::Name))?;
    // A column that comes again is a parameter of that name: `Description`.
    let mut seen = Vec::new();
    let fresh = |l: &&Line<'_>| {
        let known = |column: &Column| {
            !seen.contains(column) && !matches!(column, Column::Status | Column::Code | Column::Message)
        };
        let column = meaning(l.text).filter(known);
        seen.extend(column);
        column.is_some()
    };
    let length = lines[first..].iter().take_while(fresh).count();
    // Some languages lose the label of the type, and of the example: two others besides the name will do.
    let columns: Vec<Column> = lines[first..first + length].iter().filter_map(|l| meaning(l.text)).collect();
    let typed = columns.contains(&Column::Type);
    let asked = columns.contains(&Column::Required) && columns.contains(&Column::Description);
    let shown = columns.contains(&Column::Example) && columns.contains(&Column::Description);
    (typed || asked || shown).then_some(first + length)
}

/// What the order of the columns tells.
#[derive(Debug, Clone, Copy)]
struct Order {
    /// Whether a row says whether it is required.
    asks: bool,
    /// Whether it says so before its type.
    asks_first: bool,
    /// Whether the example stands before the description.
    shows_first: bool,
}

impl Order {
    fn of(header: &[Column]) -> Order {
        let at = |column| header.iter().rposition(|c| *c == column);
        let before = |one, other| at(one).zip(at(other)).is_some_and(|(one, other)| one < other);
        Order {
            asks: at(Column::Required).is_some(),
            asks_first: before(Column::Required, Column::Type),
            shows_first: before(Column::Example, Column::Description),
        }
    }
}

fn meaning(text: &str) -> Option<Column> {
    columns(&[text.trim().to_owned()])[0]
}

#[derive(Clone, Copy)]
struct Stream<'a> {
    lines: &'a [Line<'a>],
    names: &'a HashSet<String>,
    order: Order,
}

/// The head of a row.
#[derive(Clone, Copy)]
struct Head<'a> {
    name: &'a str,
    spelled: &'a str,
    required: Option<bool>,
    deprecated: bool,
    /// How many paragraphs it takes.
    length: usize,
}

impl<'a> Stream<'a> {
    fn rows(&self, page: u32) -> Vec<Row> {
        let mut starts: Vec<(usize, Head<'a>)> = Vec::new();
        let mut at = 0;
        while at < self.lines.len() && starts.len() < MOST {
            let within = starts.last().is_some_and(|(_, head)| head.spelled.starts_with("array<object"));
            match self.head(at, within) {
                Some(head) => {
                    starts.push((at, head));
                    at += head.length;
                }
                None => at += 1,
            }
        }
        // What is cut off is no part of the last row.
        let stop = if starts.len() < MOST { self.lines.len() } else { at };
        let end = |index: usize| starts.get(index + 1).map_or(stop, |(next, _)| *next);
        starts
            .iter()
            .enumerate()
            .map(|(index, (at, head))| row(page, &self.lines[*at..end(index)], head, self.order))
            .collect()
    }

    /// The head of a row at a paragraph; `within` says that the items of a list are due.
    fn head(&self, at: usize, within: bool) -> Option<Head<'a>> {
        let text = self.cell(at)?;
        let bare = text.strip_suffix(" deprecated");
        let first = bare.unwrap_or(text);
        let apart = self.cell(at + 1) == Some("deprecated");
        let next = at + 1 + usize::from(apart);
        let tail = self.tail(next).or_else(|| self.class(first, next));
        let named = tail.filter(|_| self.is_name(first)).map(|(spelled, required)| {
            let length = 2 + usize::from(apart) + usize::from(self.order.asks);
            Head { name: first, spelled, required, deprecated: apart || bare.is_some(), length }
        });
        let nameless = || {
            let (spelled, required) = self.tail(at)?;
            let length = 1 + usize::from(self.order.asks);
            Some(Head { name: "", spelled, required, deprecated: false, length })
        };
        let together = || {
            let (name, spelled) = text.split_once(' ').filter(|_| !self.order.asks)?;
            let fits = self.names.contains(name) && (self.is_type(spelled) || is_class(spelled));
            fits.then_some(Head { name, spelled, required: None, deprecated: false, length: 1 })
        };
        // The example of a list stands before the row of its items, which has no name.
        let example = |head: &Head<'_>| within && head.spelled == "object" && !self.names.contains(head.name);
        named.filter(|head| !example(head)).or_else(nameless).or_else(together)
    }

    /// A type, and whether it is required where the table says so.
    fn tail(&self, at: usize) -> Option<(&'a str, Option<bool>)> {
        let Order { asks, asks_first, .. } = self.order;
        let spelled = self.cell(at + usize::from(asks_first)).filter(|text| self.is_type(text))?;
        match asks {
            true => Some((spelled, Some(required(self.cell(at + usize::from(!asks_first))?)?))),
            false => Some((spelled, None)),
        }
    }

    /// The name of a class where a type is due, below a name that the sample shows.
    fn class(&self, name: &str, at: usize) -> Option<(&'a str, Option<bool>)> {
        let due = !self.order.asks && self.names.contains(name);
        self.cell(at).filter(|text| due && is_class(text) && !self.names.contains(*text)).map(|text| (text, None))
    }

    fn cell(&self, at: usize) -> Option<&'a str> {
        self.lines.get(at).map(|l| l.text).filter(|text| !text.starts_with(' '))
    }

    fn is_name(&self, text: &str) -> bool {
        self.names.contains(text)
            || is_name(text)
                && (self.order.asks || self.names.is_empty() || !text.starts_with(|c: char| c.is_ascii_digit()))
                && !self.is_type(text)
                && required(text).is_none()
    }

    fn is_type(&self, text: &str) -> bool {
        let word = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '<' | '>' | '_'));
        let plain = word && text.starts_with(|c: char| c.is_ascii_lowercase()) && kind(text).is_some();
        plain && (!text.contains('<') || text.ends_with('>'))
    }
}

fn is_class(text: &str) -> bool {
    let word = text.len() > 2 && text.chars().all(|c| c.is_ascii_alphanumeric());
    word && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.contains(|c: char| c.is_ascii_lowercase())
}

fn row(page: u32, lines: &[Line<'_>], head: &Head<'_>, order: Order) -> Row {
    let mut body: Vec<&Line<'_>> = lines[head.length.min(lines.len())..].iter().collect();
    let shown = if order.shows_first { body.first() } else { body.last() };
    let example = shown.copied().filter(|l| !l.text.starts_with(' ') && (body.len() > 1 || !is_sentence(l.text)));
    if example.is_some() {
        body.remove(if order.shows_first { 0 } else { body.len() - 1 });
    }
    let (first, last) = (lines[0].number, lines[lines.len() - 1].number);
    Row {
        name: head.name.to_owned(),
        inner: false,
        place: Place::Unsaid,
        spelled: head.spelled.to_owned(),
        kind: kind(head.spelled).unwrap_or(Kind::Any),
        required: head.required,
        deprecated: head.deprecated,
        span: Span::lines(page, first, last),
        prose: prose(&body).into(),
        example: example.map(|l| (l.number, l.text.trim().to_owned())),
    }
}

/// The lines of a description; what is indented below a bullet that ends in a colon is what the bullet means.
fn prose(lines: &[&Line<'_>]) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for line in lines {
        let text = line.text.trim();
        match found.last_mut() {
            Some((_, above)) if line.text.starts_with("    ") && above.starts_with('•') && above.ends_with(':') => {
                above.push(' ');
                above.push_str(text);
            }
            _ => found.push((line.number, text.to_owned())),
        }
    }
    found
}
