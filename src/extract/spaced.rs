//! Rows of tables whose cells are parted by single blanks: `KeyId String Yes key-1`, the description below.

use super::rows::{MOST, Row, is_name};
use crate::contract::{Kind, Place};
use crate::page::words::{Column, columns, kind, required};
use crate::page::{Line, Section};
use crate::span::Span;

/// The rows of a section whose header is a line of known columns; none where it has no such header.
pub(super) fn rows(page: u32, section: &Section<'_>) -> Option<Vec<Row>> {
    let lines: Vec<Line<'_>> = section.lines.iter().filter(|l| !l.text.trim().is_empty()).copied().collect();
    let (at, header) = lines.iter().take(40).enumerate().find_map(|(at, line)| Some((at, header(line.text)?)))?;
    (header.contains(&Column::Name) && header.contains(&Column::Type)).then_some(())?;
    let body = &lines[at + 1..];
    let starts: Vec<(usize, Head<'_>)> =
        body.iter().enumerate().filter_map(|(at, line)| Some((at, head(line.text, &header)?))).take(MOST).collect();
    let end = |index: usize| starts.get(index + 1).map_or(body.len(), |(next, _)| *next);
    let rows = starts.iter().enumerate().map(|(index, (at, head))| row(page, &body[*at..end(index)], head));
    Some(rows.collect())
}

/// Most words of a header.
const WIDEST: usize = 16;

/// The columns of a line in which every word, or every few words, names one. Where words can be taken together in several
/// ways, a name and a type are to be among them.
fn header(text: &str) -> Option<Vec<Column>> {
    let words: Vec<&str> = text.split(' ').collect();
    if !(3..=WIDEST).contains(&words.len()) {
        return None;
    }
    let long = taken(&words, &[3, 2, 1]);
    let named = |found: &Vec<Column>| found.contains(&Column::Name) && found.contains(&Column::Type);
    long.clone().filter(named).or_else(|| taken(&words, &[1, 2, 3]).filter(named)).or(long)
}

/// The columns that words name, so many of them together, by preference.
fn taken(words: &[&str], lengths: &[usize]) -> Option<Vec<Column>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (length, column) = lengths.iter().find_map(|length| {
            let name = words.get(at..at + length)?.join(" ");
            Some((length, columns(&[name])[0]?))
        })?;
        found.push(column);
        at += length;
    }
    Some(found).filter(|found| found.len() > 2)
}

/// The cells of a row's own line.
struct Head<'a> {
    name: &'a str,
    spelled: &'a str,
    required: Option<bool>,
    /// What is left: the example where its column comes next, the description elsewhere.
    rest: &'a str,
    shown: bool,
}

fn head<'a>(text: &'a str, header: &[Column]) -> Option<Head<'a>> {
    let (name, rest) = text.split_once(' ')?;
    if !is_name(name) || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let asks = header.contains(&Column::Required);
    let (spelled, rest) = spelled(rest)?;
    let (required, rest) = match asks {
        true => {
            let (cell, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            (Some(required(cell)?), rest)
        }
        false => (None, rest),
    };
    let at = |column| header.iter().position(|c| *c == column).unwrap_or(header.len());
    Some(Head { name, spelled, required, rest: rest.trim(), shown: at(Column::Example) < at(Column::Description) })
}

/// The type at the start of a line, of up to three words, and what follows.
fn spelled(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    kind(word)?;
    let Some(of) = rest.strip_prefix("of ").or(rest.strip_prefix("Of ")) else { return Some((word, rest)) };
    let item = of.split(' ').next().unwrap_or(of);
    let length = word.len() + 4 + item.len();
    Some((&text[..length], text[length..].trim_start()))
}

fn row(page: u32, lines: &[Line<'_>], head: &Head<'_>) -> Row {
    let own = lines[0].number;
    let last = lines[lines.len() - 1].number;
    let (example, first) = if head.shown { (head.rest, "") } else { ("", head.rest) };
    let below = lines[1..].iter().map(|l| (l.number, l.text.trim()));
    Row {
        name: head.name.to_owned(),
        inner: false,
        place: Place::Unsaid,
        spelled: head.spelled.to_owned(),
        kind: kind(head.spelled).unwrap_or(Kind::Any),
        required: head.required,
        deprecated: false,
        span: Span::lines(page, own, last),
        prose: std::iter::once((own, first))
            .filter(|(_, t)| !t.is_empty())
            .chain(below)
            .map(|(n, t)| (n, t.to_owned()))
            .collect(),
        example: (!example.is_empty()).then(|| (own, example.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::sections;

    #[test]
    fn cells_are_parted_by_blanks() {
        let page = "Request parameters\n\nParameter Type Required Example Description\nKeyId String Yes key-1\n\nThe ID of the key.\n\n\
                    Tags Array of String No a\n\nIt has tags.\n";
        let sections = sections(page);
        let rows = rows(0, &sections[1]).expect("there is a header");
        let texts = |r: &Row| (r.name.clone(), r.spelled.clone(), r.required, r.example.clone().map(|(_, e)| e));
        let row = |name: &str, spelled: &str, required, example: &str| {
            (name.to_owned(), spelled.to_owned(), Some(required), Some(example.to_owned()))
        };
        let expected = [row("KeyId", "String", true, "key-1"), row("Tags", "Array of String", false, "a")];
        assert_eq!(rows.iter().map(texts).collect::<Vec<_>>(), expected);
        assert_eq!(*rows[0].prose, [(6, "The ID of the key.".to_owned())]);
    }

    #[test]
    fn a_sentence_is_no_header() {
        for text in ["The type of a name", "Name", "Type Name", "Parameter of Type Required"] {
            assert_eq!(header(text), None, "{text}");
        }
        assert!(header("Parameter Type Required Description").is_some());
        assert!(header("HTTP status code Error code Error message Description").is_some());
    }
}
