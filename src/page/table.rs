//! Tables drawn with pipes, whatever lines their cells are spread over.

use super::Line;
use super::words::columns;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What its columns are called.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<TableRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Its first line.
    pub first: u32,
    /// Its last line.
    pub last: u32,
    /// Its cells: lines that are not empty, with their numbers.
    pub cells: Vec<Vec<(u32, String)>>,
}

/// Most columns that are read.
const MOST_COLUMNS: usize = 16;

/// The tables among these lines.
pub fn tables(lines: &[Line<'_>]) -> Vec<Table> {
    let mut found: Vec<Table> = Vec::new();
    for piece in pieces(lines) {
        match piece {
            Piece::Header(header) => found.push(Table { header, rows: Vec::new() }),
            Piece::Row(row) => found.last_mut().expect("a header comes before its rows").rows.push(row),
        }
    }
    found
}

/// A piece of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// What the columns of the rows that follow are called.
    Header(Vec<String>),
    /// A row.
    Row(TableRow),
}

/// The tables among these lines, a piece at a time: the cells of a long one are never in memory together.
pub fn pieces<'a>(lines: &'a [Line<'a>]) -> Pieces<'a> {
    Pieces { lines, at: 0, open: None }
}

/// Reads tables a piece at a time.
#[derive(Debug)]
pub struct Pieces<'a> {
    lines: &'a [Line<'a>],
    at: usize,
    /// The table that is being read: how many columns it has, and how they are parted.
    open: Option<(usize, Parted)>,
}

/// How a table's cells are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parted {
    /// By pipes, the first of them before the first cell.
    Pipes,
    /// By pipes, the first of them behind the first cell.
    BarePipes,
    /// By tabs, as a table that was copied out of a browser.
    Tabs,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if let Some(row) = self.row() {
            return Some(Piece::Row(row));
        }
        self.open = None;
        while self.at < self.lines.len() {
            let text = self.lines[self.at].text;
            let (parted, found) = match () {
                () if opens(text) => (Parted::Pipes, header(self.lines, self.at)),
                () if opens_bare(self.lines, self.at) => (Parted::BarePipes, bare_header(self.lines, self.at)),
                () => (Parted::Tabs, tabbed(text).map(|header| (header, self.at + 1))),
            };
            if let Some((header, next)) = found {
                self.at = next;
                self.open = Some((header.len(), parted));
                return Some(Piece::Header(header));
            }
            self.at += 1;
        }
        None
    }
}

fn opens(text: &str) -> bool {
    text.trim_start().starts_with('|')
}

/// Whether a table without a pipe at its start begins: `Name | Type |`, with a rule below it, or with columns that are
/// all known.
fn opens_bare(lines: &[Line<'_>], at: usize) -> bool {
    let text = lines[at].text;
    if opens(text) || !text.ends_with('|') || text.len() > 60 * MOST_COLUMNS {
        return false;
    }
    let ruled = lines.get(at + 1).is_some_and(|l| bare_rule(l.text));
    let cells = bare_cells(text);
    (2..=MOST_COLUMNS).contains(&cells.len()) && (ruled || columns(&cells).iter().all(Option::is_some))
}

fn bare_header(lines: &[Line<'_>], at: usize) -> Option<(Vec<String>, usize)> {
    let ruled = lines.get(at + 1).is_some_and(|l| bare_rule(l.text));
    Some((bare_cells(lines[at].text), at + 1 + usize::from(ruled)))
}

fn bare_cells(text: &str) -> Vec<String> {
    text.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// The rule below the header of a table without a pipe at its start; it may have too few columns.
fn bare_rule(text: &str) -> bool {
    text.starts_with("---") && text.contains('|') && text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The names of the columns from a line on, and the line after them.
fn header(lines: &[Line<'_>], from: usize) -> Option<(Vec<String>, usize)> {
    let mut draft = Draft::default();
    let mut at = from;
    while let Some(line) = lines.get(at) {
        let next_row = opens(line.text) && draft.closed() && draft.cells.len() > 1;
        if rule(line.text) || next_row {
            break;
        }
        draft.take(line, '|');
        at += 1;
        if at - from > 4 * MOST_COLUMNS || draft.cells.len() > MOST_COLUMNS + 1 {
            return None;
        }
    }
    let ruled = lines.get(at).is_some_and(|l| rule(l.text));
    let header: Vec<String> = draft.finish().into_iter().map(|cell| text(&cell)).collect();
    let names = header.len() > 1 && header.iter().all(|cell| cell.len() < 60);
    names.then_some((header, at + usize::from(ruled)))
}

/// Whether a line is the rule below a header.
fn rule(text: &str) -> bool {
    text.contains("--") && opens(text) && text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

impl Pieces<'_> {
    /// The next row of the open table.
    fn row(&mut self) -> Option<TableRow> {
        let (columns, parted) = self.open?;
        let lines = self.lines;
        if parted == Parted::Tabs {
            return self.tabbed_row(columns);
        }
        let open = parted == Parted::BarePipes;
        self.at += lines[self.at..].iter().take_while(|line| line.text.is_empty()).count();
        let start = self.at;
        let first = lines.get(start)?;
        let bare = match open {
            true => !opens(first.text) && first.text.contains('|'),
            false => lacks_start(lines, start),
        };
        if !opens(first.text) && !bare || header_again(lines, start) || open && opens_bare(lines, start) {
            return None;
        }
        let mut draft = if bare { Draft::open() } else { Draft::default() };
        while let Some(line) = lines.get(self.at) {
            let later = self.at > start;
            // A whole row on one line is a row of its own, even where the one before it lacks its end.
            if later && opens(line.text) && !open && (draft.pipes > columns || whole(line.text, columns)) {
                break;
            }
            if later && (line.text.starts_with("## ") || open && opens_bare(lines, self.at)) {
                break;
            }
            draft.take(line, '|');
            self.at += 1;
            if draft.pipes > columns && draft.closed() {
                break;
            }
        }
        let last = lines[start..self.at].iter().rev().find(|l| !l.text.is_empty()).map_or(first.number, |l| l.number);
        Some(TableRow { first: first.number, last, cells: draft.fit(columns) })
    }
}

impl Pieces<'_> {
    /// The next row of a table whose cells are parted by tabs. A cell may have several lines; its last may be missing.
    fn tabbed_row(&mut self, columns: usize) -> Option<TableRow> {
        let lines = self.lines;
        self.at += lines[self.at..].iter().take_while(|line| line.text.is_empty()).count();
        let first = lines.get(self.at).filter(|line| line.text.contains('\t') && tabbed(line.text).is_none())?;
        let mut draft = Draft::open();
        let (start, mut last) = (self.at, first.number);
        while let Some(line) = lines.get(self.at) {
            let tabs = line.text.bytes().filter(|b| *b == b'\t').count();
            let full = draft.pipes + tabs > columns || draft.pipes == columns && line.text.is_empty();
            if self.at > start && (full || tabbed(line.text).is_some()) {
                break;
            }
            draft.take(line, '\t');
            last = if line.text.is_empty() { last } else { line.number };
            self.at += 1;
        }
        Some(TableRow { first: first.number, last, cells: draft.fit(columns) })
    }
}

/// The names of the columns where a line is a header whose cells are parted by tabs: each of them is known.
fn tabbed(text: &str) -> Option<Vec<String>> {
    let fits = text.len() < 60 * MOST_COLUMNS && text.contains('\t');
    let names: Vec<String> = text.split('\t').filter(|_| fits).map(|name| name.trim().to_owned()).collect();
    let known = (2..=MOST_COLUMNS).contains(&names.len()) && columns(&names).iter().all(Option::is_some);
    known.then_some(names)
}

/// Whether a row begins without its pipe: a word alone, a mark perhaps, and then the pipe that ends the cell.
fn lacks_start(lines: &[Line<'_>], at: usize) -> bool {
    let word =
        |at: usize| lines.get(at).is_some_and(|l| !l.text.is_empty() && !l.text.contains(['|', ' ', '{', '}', '#']));
    let pipe = |at: usize| lines.get(at).is_some_and(|l| l.text == "|");
    word(at) && (pipe(at + 1) || word(at + 1) && pipe(at + 2))
}

/// Whether another table begins: a line of cells with a rule below it.
fn header_again(lines: &[Line<'_>], at: usize) -> bool {
    lines.get(at + 1).is_some_and(|next| rule(next.text))
}

fn whole(text: &str, columns: usize) -> bool {
    let mut draft = Draft::default();
    draft.take(&Line { number: 0, text }, '|');
    draft.pipes > columns && draft.closed()
}

/// Cells of a row that is being read.
#[derive(Debug, Default)]
struct Draft {
    pipes: usize,
    cells: Vec<Vec<(u32, String)>>,
    ended: bool,
}

impl Draft {
    /// Whether the last line ended with a pipe.
    fn closed(&self) -> bool {
        self.ended
    }

    /// A row that begins with its first cell, not with the mark before it.
    fn open() -> Draft {
        Draft { pipes: 1, cells: vec![Vec::new()], ended: false }
    }

    /// Takes a line whose cells this mark parts.
    fn take(&mut self, line: &Line<'_>, mark: char) {
        let mut piece = String::new();
        let mut escaped = false;
        for c in line.text.chars() {
            match c {
                c if c == mark && !escaped => {
                    self.put(line.number, &piece);
                    piece.clear();
                    self.pipes += 1;
                    self.cells.push(Vec::new());
                }
                c if escaped && !c.is_ascii_punctuation() => piece.extend(['\\', c]),
                '\\' if !escaped => {}
                c => piece.push(c),
            }
            escaped = c == '\\' && !escaped;
        }
        self.ended = line.text.ends_with(mark);
        self.put(line.number, &piece);
    }

    fn put(&mut self, number: u32, piece: &str) {
        let piece = piece.trim();
        if let Some(cell) = self.cells.last_mut().filter(|_| !piece.is_empty()) {
            cell.push((number, piece.to_owned()));
        }
    }

    /// The cells of a row of so many columns: what is too much belongs to the last.
    fn fit(self, columns: usize) -> Vec<Vec<(u32, String)>> {
        let mut cells = self.finish();
        if cells.len() > columns {
            let rest = cells.split_off(columns).into_iter().flatten();
            if let Some(end) = cells.last_mut() {
                end.extend(rest);
            }
        }
        cells.resize(columns, Vec::new());
        cells
    }

    /// The cells between the pipes: what follows the last pipe is none.
    fn finish(mut self) -> Vec<Vec<(u32, String)>> {
        if self.ended && self.cells.last().is_some_and(Vec::is_empty) {
            self.cells.pop();
        }
        self.cells
    }
}

fn text(cell: &[(u32, String)]) -> String {
    cell.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Table> {
        let lines: Vec<Line<'_>> =
            (1..).zip(text.lines()).map(|(number, text)| Line { number, text: text.trim_end() }).collect();
        tables(&lines)
    }

    fn texts(row: &TableRow) -> Vec<String> {
        row.cells.iter().map(|c| text(c)).collect()
    }

    #[test]
    fn cells_may_stand_on_one_line_or_on_lines_of_their_own() {
        let one = read("|A|B|\n|---|---|\n|a\\_1|x\n\n y\n |\n|b||\n\nEnd");
        let own = read("|A\n\n|B |\n|---|---|\n|a\\_1\n\n|x\n y |\n|b | |\nEnd");
        let bare = read("|\nA |\nB |\n| a_1 |\nx\ny |\n| b ||\nEnd");
        for tables in [one, own, bare] {
            assert_eq!(tables.len(), 1);
            assert_eq!(tables[0].header, ["A", "B"]);
            let rows: Vec<_> = tables[0].rows.iter().map(texts).collect();
            assert_eq!(rows, [["a_1", "x y"], ["b", ""]]);
        }
    }

    #[test]
    fn rows_may_lack_the_pipe_at_their_start() {
        let ruled = read("Name | Type | Note |\n---|---|---|\na | x | y |\nb | z | One of:\n| w |\nEnd\n");
        let known = read("名称 | 类型 | 描述 |\na | x | y |\nb | z | One of:\n| w |\nErrorCode | 错误信息 |\n");
        for tables in [ruled, known] {
            assert_eq!(tables.len(), 1);
            let rows: Vec<_> = tables[0].rows.iter().map(texts).collect();
            assert_eq!(rows[0], ["a", "x", "y"]);
            assert_eq!(rows[1][..2], ["b", "z"]);
        }
        let two = read("名称 | 类型 |\na | x |\n错误码 | 错误信息 |\nE | It broke. |\n");
        assert_eq!(two.iter().map(|t| t.rows.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn a_row_without_its_end_does_not_swallow_the_next() {
        let tables = read("|A|B|\n|---|---|\n|a|x\n|b|y|\n");
        assert_eq!(tables[0].rows.len(), 2);
    }
}
