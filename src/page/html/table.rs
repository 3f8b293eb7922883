//! Tables of a page in HTML: a row is kept until it ends, and then drawn with pipes.

use super::Walk;
use super::tag::Tag;

/// Most columns that a cell may span, and most rows: a hostile page asks for more.
const MOST_SPANNED: usize = 16;

/// Most cells of one row.
const MOST_CELLS: usize = 64;

/// A cell of a table: its lines with their numbers.
pub(super) type Cell = Vec<(u32, String)>;

impl Walk {
    pub(super) fn open_table(&mut self) {
        self.flush();
        self.tables += 1;
        if self.tables == 1 {
            self.gap();
            self.headed = false;
            self.row.clear();
            self.hanging.clear();
        }
    }

    pub(super) fn close_table(&mut self) {
        if self.tables > 1 {
            self.flush();
            self.tables -= 1;
        } else {
            self.end_table();
        }
    }

    pub(super) fn end_table(&mut self) {
        if self.tables > 0 {
            self.end_row();
            self.tables = 0;
            self.gap();
        }
    }

    pub(super) fn open_cell(&mut self, tag: &Tag<'_>) {
        self.end_cell();
        self.hang();
        if self.row.len() < MOST_CELLS {
            let number = |name| tag.attribute(name).and_then(|v| v.parse().ok()).unwrap_or(1).clamp(1, MOST_SPANNED);
            self.spans = (number("colspan"), number("rowspan"));
            self.row.push(Vec::new());
            self.in_cell = true;
        }
    }

    /// Puts the cells that reach down from rows above before the next cell.
    fn hang(&mut self) {
        while let Some(Some((cell, left))) = self.hanging.get_mut(self.row.len()) {
            let here = self.row.len();
            // It is said again by this row.
            self.row.push(cell.iter().map(|(_, text)| (self.at, text.clone())).collect());
            *left -= 1;
            if *left == 0 {
                self.hanging[here] = None;
            }
        }
    }

    pub(super) fn end_cell(&mut self) {
        self.flush();
        self.mark = "";
        self.fenced &= self.tables == 0;
        if !std::mem::take(&mut self.in_cell) {
            return;
        }
        let (columns, rows) = self.spans;
        let here = self.row.len() - 1;
        if rows > 1 {
            if self.hanging.len() <= here {
                self.hanging.resize(here + 1, None);
            }
            // Long texts are not copied: what reaches down is a name, a type or a status.
            let cell = self.row[here].iter().take(4).cloned().collect();
            self.hanging[here] = Some((cell, rows - 1));
        }
        self.row.extend((1..columns).map(|_| Vec::new()));
    }

    pub(super) fn end_row(&mut self) {
        self.end_cell();
        if !self.row.is_empty() {
            self.hang();
        }
        let row = std::mem::take(&mut self.row);
        if row.iter().all(Vec::is_empty) {
            return;
        }
        let first = row.iter().flatten().map(|(line, _)| *line).next().unwrap_or(self.at);
        // A row with one text in it, above the names of the columns, is the table's title.
        if !self.headed && row.len() > 1 && row.iter().filter(|cell| !cell.is_empty()).count() == 1 {
            row.iter().flatten().for_each(|(line, text)| self.put(*line, text));
            self.gap();
            return;
        }
        if !std::mem::replace(&mut self.headed, true) {
            let names = row.iter().map(|cell| cell.iter().map(|(_, t)| escaped(t)).collect::<Vec<_>>().join(" "));
            self.put(first, &format!("|{}|", names.collect::<Vec<_>>().join("|")));
            self.put(first, &format!("{}|", "|---".repeat(row.len())));
            return;
        }
        let mut last = first;
        for cell in &row {
            for (index, (line, text)) in cell.iter().enumerate() {
                let pipe = if index == 0 { "|" } else { "" };
                self.put(*line, &format!("{pipe}{}", escaped(text)));
                last = *line;
            }
            if cell.is_empty() {
                self.put(last, "|");
            }
        }
        self.put(last, "|");
    }
}

/// A text as it may stand between pipes.
fn escaped(text: &str) -> String {
    let mut out = text.replace('\\', "\\\\").replace('|', "\\|");
    if out.starts_with(['#', '`']) {
        out.insert(0, '\\');
    }
    out
}
