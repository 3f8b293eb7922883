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
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let bare = opens_bare(lines, at);
        if !opens(lines[at].text) && !bare {
            at += 1;
            continue;
        }
        match if bare { bare_header(lines, at) } else { header(lines, at) } {
            Some((header, next)) => {
                let (rows, next) = rows(lines, next, header.len(), bare);
                found.push(Table { header, rows });
                at = next;
            }
            None => at += 1,
        }
    }
    found
}

fn opens(text: &str) -> bool {
    text.starts_with('|')
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
        draft.take(line);
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

/// Rows of so many columns, and the line after the last; `open` says that they lack the pipe at their start.
fn rows(lines: &[Line<'_>], from: usize, columns: usize, open: bool) -> (Vec<TableRow>, usize) {
    let mut found = Vec::new();
    let mut at = from;
    while at < lines.len() {
        if lines[at].text.is_empty() {
            at += 1;
            continue;
        }
        let bare = match open {
            true => !opens(lines[at].text) && lines[at].text.contains('|'),
            false => lacks_start(lines, at),
        };
        if !opens(lines[at].text) && !bare || header_again(lines, at) || open && opens_bare(lines, at) {
            break;
        }
        let start = at;
        let mut draft = if bare { Draft { pipes: 1, cells: vec![Vec::new()], ended: false } } else { Draft::default() };
        while let Some(line) = lines.get(at) {
            // A whole row on one line is a row of its own, even where the one before it lacks its end.
            if at > start && opens(line.text) && !open && (draft.pipes > columns || whole(line.text, columns)) {
                break;
            }
            if at > start && (line.text.starts_with("## ") || open && opens_bare(lines, at)) {
                break;
            }
            draft.take(line);
            at += 1;
            if draft.pipes > columns && draft.closed() {
                break;
            }
        }
        let last = lines[start..at].iter().rev().find(|l| !l.text.is_empty()).map_or(lines[start].number, |l| l.number);
        let mut cells = draft.finish();
        if cells.len() > columns {
            let rest = cells.split_off(columns).into_iter().flatten();
            if let Some(end) = cells.last_mut() {
                end.extend(rest);
            }
        }
        cells.resize(columns, Vec::new());
        found.push(TableRow { first: lines[start].number, last, cells });
    }
    (found, at)
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
    draft.take(&Line { number: 0, text });
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

    fn take(&mut self, line: &Line<'_>) {
        let mut piece = String::new();
        let mut escaped = false;
        for c in line.text.chars() {
            match c {
                '|' if !escaped => {
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
        self.ended = line.text.ends_with('|');
        self.put(line.number, &piece);
    }

    fn put(&mut self, number: u32, piece: &str) {
        let piece = piece.trim();
        if let Some(cell) = self.cells.last_mut().filter(|_| !piece.is_empty()) {
            cell.push((number, piece.to_owned()));
        }
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
