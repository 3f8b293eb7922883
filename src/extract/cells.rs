//! Rows of tables whose cells are told apart by pipes.

use super::rows::{MOST, Row};
use crate::contract::{DocumentedError, Kind, Place};
use crate::page::words::{Column, columns, kind, required};
use crate::page::{Section, Table, TableRow, tables};
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
        let lines: Vec<&str> = self.lines(column).iter().map(|(_, text)| text.as_str()).collect();
        plain(&lines.join(" ")).to_owned()
    }
}

fn plain(text: &str) -> &str {
    text.trim_matches(|c: char| c == '*' && text.starts_with("**") || c == '`' || c.is_whitespace())
}

/// Tables of a section that have these columns, with what their columns mean.
fn with(section: &Section<'_>, wanted: [Column; 2]) -> Vec<(Table, Vec<Option<Column>>)> {
    let meant = tables(&section.lines).into_iter().map(|table| {
        let meaning = columns(&table.header);
        (table, meaning)
    });
    meant.filter(|(_, meaning)| wanted.iter().all(|column| meaning.contains(&Some(*column)))).collect()
}

/// The rows of a section's tables of parameters; none where it has no such table.
pub(super) fn rows(page: u32, section: &Section<'_>) -> Option<Vec<Row>> {
    let tables = with(section, [Column::Name, Column::Type]);
    if tables.is_empty() {
        return None;
    }
    let cut = tables.iter().flat_map(|(table, columns)| table.rows.iter().map(|row| Cut { row, columns }));
    Some(cut.filter_map(|cut| row(page, &cut)).take(MOST).collect())
}

fn row(page: u32, cut: &Cut<'_>) -> Option<Row> {
    let span = Span::lines(page, cut.row.first, cut.row.last);
    if let Some(shifted) = nameless(cut) {
        return row_of(span, &Cut { row: &shifted, columns: cut.columns });
    }
    row_of(span, cut)
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
    let full = cut.text(Column::Name);
    let inner = full.trim_start_matches(['└', '├', '─', '│', '∟', '-', '>', ' ']);
    let name = inner.split_whitespace().next().unwrap_or("");
    let name = plain(name);
    // A star at a name says that it must be given.
    let starred = name.strip_suffix('*').or(name.strip_prefix('*')).filter(|bare| !bare.is_empty());
    let name = starred.unwrap_or(name);
    let marked = name.strip_suffix("deprecated").filter(|bare| !bare.is_empty());
    let deprecated = marked.is_some() || inner.len() > name.len() && inner.to_lowercase().contains("deprecated");
    let name = marked.unwrap_or(name);
    let spelled = cut.text(Column::Type);
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$' | '[' | ']' | '{' | '}' | ':' | '#');
    if !name.chars().all(word) || name.is_empty() && spelled.is_empty() {
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
fn prose(lines: &[(u32, String)]) -> Vec<(u32, String)> {
    let bullet = |text: &str| match text.strip_prefix("-   ").or(text.strip_prefix("- ")).or(text.strip_prefix("*   "))
    {
        Some(entry) => format!("• {}", entry.trim()),
        None => text.to_owned(),
    };
    lines.iter().map(|(line, text)| (*line, bullet(text).replace("**", "").replace('`', ""))).collect()
}

/// The errors of a section's tables; none where it has no such table.
pub(super) fn errors(page: u32, section: &Section<'_>) -> Option<Vec<DocumentedError>> {
    let tables = with(section, [Column::Code, Column::Message]);
    if tables.is_empty() {
        return None;
    }
    let cut = tables.iter().flat_map(|(table, columns)| table.rows.iter().map(|row| Cut { row, columns }));
    Some(cut.filter_map(|cut| error(page, &cut)).take(MOST).collect())
}

fn error(page: u32, cut: &Cut<'_>) -> Option<DocumentedError> {
    let code = cut.text(Column::Code);
    if code.is_empty() {
        return None;
    }
    let status = cut.text(Column::Status).parse().ok().filter(|status| (100..600).contains(status));
    let description = Some(cut.text(Column::Description)).filter(|text| !text.is_empty() && text != "-");
    let span = Span::lines(page, cut.row.first, cut.row.last);
    Some(super::errors::documented(status, &code, &cut.text(Column::Message), description.as_deref(), span))
}
