//! Rows of tables whose cells are told apart by pipes.

use super::details::{self, without_button};
use super::rows::{MOST, Row, is_name};
use crate::contract::{DocumentedError, Kind, Place};
use crate::page::words::{Column, columns, kind, required};
use crate::page::{Piece, Section, TableRow, pieces};
use crate::span::Span;

/// A row of a table, with what its columns mean.
struct Cut<'a> {
    row: &'a TableRow,
    columns: &'a [Option<Column>],
}

impl Cut<'_> {
    /// The lines of a column's cell.
    fn lines(&self, column: Column) -> &[(u32, String)] {
        let at = self.columns.iter().position(|c| *c == Some(column));
        at.and_then(|at| self.row.cells.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The text of a column's cell, without marks of emphasis.
    fn text(&self, column: Column) -> String {
        joined(self.lines(column))
    }

    /// The texts of the cells of all columns of a kind.
    fn texts(&self, column: Column) -> Vec<String> {
        let cells = self.columns.iter().zip(&self.row.cells).filter(|(known, _)| **known == Some(column));
        cells.map(|(_, lines)| joined(lines)).collect()
    }
}

/// The text of a cell's lines.
fn joined(lines: &[(u32, String)]) -> String {
    let lines: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    plain(&lines.join(" ")).to_owned()
}

/// The words of a link, and what is no link as it stands.
fn unlinked(text: &str) -> &str {
    let link = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')?.split_once("]("));
    link.map_or(text, |(words, _)| words)
}

fn plain(text: &str) -> &str {
    text.trim_matches(|c: char| c == '*' && text.starts_with("**") || c == '`' || c.is_whitespace())
}

/// Takes the rows of a section's tables that have the right columns, until `take` has enough; whether there is such a table.
fn each(
    section: &Section<'_>,
    right: impl Fn(&[Option<Column>]) -> bool,
    mut take: impl FnMut(&Cut<'_>) -> bool,
) -> bool {
    let mut known = false;
    let mut open = None;
    for piece in pieces(&section.lines) {
        match piece {
            Piece::Header(header) => {
                let meaning = columns(&header);
                open = right(&meaning).then_some(meaning);
                known |= open.is_some();
            }
            Piece::Row(row) => {
                if let Some(columns) = &open
                    && !take(&Cut { row: &row, columns })
                {
                    break;
                }
            }
        }
    }
    known
}

/// The rows of a section's tables of parameters; none where it has no such table.
pub(super) fn rows(page: u32, section: &Section<'_>) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let asked = |known: &[Option<Column>]| {
        known.contains(&Some(Column::Name)) && [Column::Type, Column::Details].iter().any(|c| known.contains(&Some(*c)))
    };
    let known = each(section, asked, |cut| {
        rows.extend(row(page, cut));
        rows.len() < MOST
    });
    known.then_some(rows)
}

fn row(page: u32, cut: &Cut<'_>) -> Option<Row> {
    let span = Span::lines(page, cut.row.first, cut.row.last);
    if is_title(cut) {
        return None;
    }
    if let Some(shifted) = nameless(cut) {
        return row_of(span, &Cut { row: &shifted, columns: cut.columns });
    }
    match detailed(cut) {
        Some((row, columns)) => row_of(span, &Cut { row: &row, columns: &columns }),
        None => row_of(span, cut),
    }
}

/// The row of a table of two columns as one of four: name and type stand in one cell, and what is said in the other.
fn detailed(cut: &Cut<'_>) -> Option<(TableRow, [Option<Column>; 4])> {
    const COLUMNS: [Option<Column>; 4] =
        [Some(Column::Name), Some(Column::Type), Some(Column::Description), Some(Column::Example)];
    let details = cut.lines(Column::Details);
    if details.is_empty() || cut.columns.contains(&Some(Column::Type)) {
        return None;
    }
    let line = cut.row.first;
    let full = cut.text(Column::Name);
    let (name, spelled) = full.split_once(char::is_whitespace).unwrap_or((&full, ""));
    let (said, shown) = details::parted(details);
    let cell = |text: &str| if text.is_empty() { Vec::new() } else { vec![(line, text.to_owned())] };
    let cells = vec![cell(name), cell(spelled.trim()), said, shown.into_iter().collect()];
    Some((TableRow { cells, ..*cut.row }, COLUMNS))
}

/// Whether a row is a title over the rows below it: words in its first cell, and nothing in the others.
fn is_title(cut: &Cut<'_>) -> bool {
    let filled = |cell: &Vec<(u32, String)>| !cell.is_empty();
    let alone = cut.row.cells.iter().filter(|cell| filled(cell)).count() == 1;
    let words = cut.row.cells.first().filter(|cell| filled(cell) && alone).map_or(0, |cell| {
        cell.iter().flat_map(|(_, text)| text.split_whitespace()).filter(|w| w.contains(char::is_alphabetic)).count()
    });
    words > 1 && !cut.text(Column::Name).to_lowercase().contains("deprecated")
}

/// The row with an empty first cell, where that was left out and the type stands in its place.
fn nameless(cut: &Cut<'_>) -> Option<TableRow> {
    let (name, spelled) = (cut.text(Column::Name), cut.text(Column::Type));
    let first = cut.columns.first() == Some(&Some(Column::Name)) && cut.columns.get(1) == Some(&Some(Column::Type));
    let small = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '<' | '>'));
    if !first || !small || kind(&name).is_none() || kind(&spelled).is_some_and(|_| !spelled.contains(' ')) {
        return None;
    }
    let mut shifted = cut.row.clone();
    shifted.cells.insert(0, Vec::new());
    shifted.cells.pop();
    Some(shifted)
}

fn row_of(span: Span, cut: &Cut<'_>) -> Option<Row> {
    let full = unlinked(&cut.text(Column::Name)).to_owned();
    let inner = full.trim_start_matches(['└', '├', '─', '│', '∟', '-', '>', ' ']);
    let name = inner.split_whitespace().next().unwrap_or("");
    let name = plain(name);
    // A star at a name says that it must be given.
    let starred = name.strip_suffix('*').or(name.strip_prefix('*')).filter(|bare| !bare.is_empty());
    let name = starred.unwrap_or(name);
    let marked = name.strip_suffix("deprecated").filter(|bare| !bare.is_empty());
    let deprecated = marked.is_some() || inner.len() > name.len() && inner.to_lowercase().contains("deprecated");
    let name = marked.unwrap_or(name);
    let spelled = unlinked(&cut.text(Column::Type)).to_owned();
    if !is_name(name) || name.is_empty() && spelled.is_empty() {
        return None;
    }
    let known = kind(&spelled).unwrap_or(match spelled.is_empty() {
        true => Kind::Any,
        false => Kind::Object,
    });
    Some(Row {
        name: name.to_owned(),
        inner: inner.len() < full.len(),
        spelled,
        kind: known,
        place: place(&cut.text(Column::Place)),
        required: required(&cut.text(Column::Required)).or(starred.map(|_| true)),
        deprecated,
        span,
        prose: prose(cut.lines(Column::Description)),
        example: cut.lines(Column::Example).first().map(|(line, _)| (*line, cut.text(Column::Example))),
    })
}

/// Where a parameter travels, by the word in its cell.
fn place(cell: &str) -> Place {
    match cell.to_lowercase().as_str() {
        "query" => Place::Query,
        "formdata" | "form" => Place::Form,
        "header" => Place::Header,
        "path" => Place::Path,
        "body" => Place::Body,
        _ => Place::Unsaid,
    }
}

/// Lines of prose, with one mark for every kind of bullet.
fn prose(lines: &[(u32, String)]) -> Box<[(u32, String)]> {
    let bullet = |text: &str| match text.strip_prefix("-   ").or(text.strip_prefix("- ")).or(text.strip_prefix("*   "))
    {
        Some(entry) => format!("• {}", entry.trim()),
        None => text.to_owned(),
    };
    let clean = |text: &str| bullet(text.trim()).replace("**", "").replace('`', "");
    let parts = lines.iter().flat_map(|(line, text)| broken(text).map(|part| (*line, clean(part))));
    parts.filter(|(_, text)| !text.is_empty()).collect()
}

/// The lines of a text in which tags of HTML break them.
fn broken(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let tag = ["<br>", "<br/>", "<br />"].iter().filter_map(|tag| Some((text.find(tag)?, tag.len()))).min();
        let (line, below) = match tag {
            Some((at, length)) => (&text[..at], Some(&text[at + length..])),
            None => (text, None),
        };
        rest = below;
        Some(line)
    })
}

/// The errors of a section's tables; none where it has no such table.
pub(super) fn errors(page: u32, section: &Section<'_>) -> Option<Vec<DocumentedError>> {
    let mut errors = Vec::new();
    // A table may call the message what it says of the error.
    let asked = |known: &[Option<Column>]| {
        known.contains(&Some(Column::Code))
            && [Column::Message, Column::Description].iter().any(|c| known.contains(&Some(*c)))
    };
    let known = each(section, asked, |cut| {
        errors.extend(error(page, cut));
        errors.len() < MOST
    });
    known.then_some(errors)
}

fn error(page: u32, cut: &Cut<'_>) -> Option<DocumentedError> {
    let code = cut.text(Column::Code);
    if code.is_empty() || is_title(cut) {
        return None;
    }
    let status = cut.text(Column::Status).parse().ok().filter(|status| (100..600).contains(status));
    let said: Vec<String> = cut.texts(Column::Description);
    let (message, description) = match cut.columns.contains(&Some(Column::Message)) {
        true => (cut.text(Column::Message), said.first()),
        false => (said.first().cloned().unwrap_or_default(), said.get(1)),
    };
    let span = Span::lines(page, cut.row.first, cut.row.last);
    let message = without_button(&message);
    Some(super::errors::documented(status, &code, message, description.map(String::as_str), span))
}
