//! Rows of a table whose cells run together: `ImageNamestringNo`, then prose, then the example.

use std::collections::HashSet;

use super::details;
use super::rows::{MOST, Row, is_name, is_sentence};
use crate::contract::{Kind, Place};
use crate::page::words::{ANSWERS, Column, RUN_TYPES, kind, run_columns};
use crate::page::{Line, Section};
use crate::span::Span;

/// The rows of a section, in order; `names` are those that the sample shows.
pub(super) fn rows(page: u32, section: &Section<'_>, request: bool, names: &HashSet<String>) -> Vec<Row> {
    let header = section.lines.iter().filter(|l| !l.text.is_empty()).take(HEADED).find_map(|l| run_columns(l.text));
    let has = |column| header.as_ref().is_none_or(|header| header.contains(&column));
    let asks = request && has(Column::Required);
    let details = header.is_some() && has(Column::Details);
    let mut table = Table { lines: &section.lines, asks, request, details, names, whole: false };
    table.whole = table.whole_rows();
    let starts: Vec<(usize, Cells<'_>)> =
        (0..table.lines.len()).filter_map(|at| Some((at, table.opens(at)?))).take(MOST).collect();
    starts
        .iter()
        .enumerate()
        .map(|(index, (at, cells))| {
            let end = starts.get(index + 1).map_or(table.lines.len(), |(next, _)| *next);
            let lines = &table.lines[*at..end];
            if details { detailed(page, lines, cells) } else { row(page, lines, cells, index + 1 == starts.len()) }
        })
        .collect()
}

/// Lines of a section that are searched for the names of the columns.
const HEADED: usize = 40;

#[derive(Clone, Copy)]
struct Table<'a> {
    lines: &'a [Line<'a>],
    /// Whether a row says whether it is required.
    asks: bool,
    request: bool,
    /// Whether there are two columns only: name and type, and everything else.
    details: bool,
    names: &'a HashSet<String>,
    /// Whether a row stands on one line together with its description and its example.
    whole: bool,
}

impl<'a> Table<'a> {
    /// Whether the first row below the header has its description on its own line.
    fn whole_rows(&self) -> bool {
        let mut texts = self.lines.iter().map(|l| l.text.trim()).filter(|text| !text.is_empty()).take(8);
        let below = texts.by_ref().skip_while(|text| !text.starts_with("Parameter") && !text.starts_with("Element"));
        let first = below.skip(1).find(|text| text.contains(char::is_whitespace));
        first.is_some_and(|text| self.inline(text).is_some())
    }

    /// The cells of a line that opens a row: it is followed by an empty line, by another row, or by nothing.
    fn opens(&self, at: usize) -> Option<Cells<'a>> {
        let cells = self.cells(self.lines[at].text)?;
        if self.whole || self.details || cells.rest.is_some() && self.request {
            return Some(cells);
        }
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
            return self.inline(text).filter(|_| self.whole && !text.is_empty());
        }
        let (rest, required) = match answer(text, str::strip_suffix).filter(|_| self.asks || self.details) {
            Some((rest, answer)) => (rest, Some(answer)),
            None if !self.asks => (text, None),
            None => return self.run_on(text).or_else(|| self.inline(text)),
        };
        let listed = rest.find("array<").or_else(|| rest.find("array\\<"));
        let border = listed.filter(|_| rest.ends_with('>')).or_else(|| {
            let word = RUN_TYPES.iter().find(|word| rest.ends_with(**word))?;
            Some(rest.len() - word.len())
        });
        let Some(border) = border else { return self.class(rest).or_else(|| self.run_on(text)) };
        let (name, spelled) = rest.split_at(border);
        let deprecated = name.strip_suffix("deprecated").filter(|bare| !bare.is_empty());
        let name = deprecated.unwrap_or(name);
        let kind = kind(spelled)?;
        is_name(name).then_some(Cells { name, spelled, kind, required, deprecated: deprecated.is_some(), rest: None })
    }

    /// A row with its description, its example or both on the line: `PeriodintegerYes1`,
    /// `NamestringNoThe name.test`.
    fn inline(&self, text: &'a str) -> Option<Cells<'a>> {
        let ends = |(_, c): &(usize, char)| !c.is_whitespace();
        let borders = text.char_indices().take(LONGEST_NAME).take_while(ends).map(|(at, _)| at);
        borders.filter(|at| is_name(&text[..*at])).find_map(|at| {
            let (name, rest) = text.split_at(at);
            let (spelled, rest) = typed(rest)?;
            let (required, rest) = match self.asks {
                false => (None, rest),
                true => answer(rest, str::strip_prefix).map(|(rest, answer)| (Some(answer), rest))?,
            };
            // Elsewhere a word such as `objectKey` in prose would be a row without a name.
            let opens = !rest.starts_with(|c: char| c.is_ascii_lowercase());
            let known = self.request || name.is_empty() || self.names.is_empty() || self.names.contains(name);
            let rest = Some(rest).filter(|rest| !rest.is_empty() && opens && known)?;
            let deprecated = name.strip_suffix("deprecated").filter(|bare| !bare.is_empty());
            let kind = kind(spelled)?;
            let name = deprecated.unwrap_or(name);
            Some(Cells { name, spelled, kind, required, deprecated: deprecated.is_some(), rest: Some(rest) })
        })
    }

    /// A name that the sample shows, followed by the name of a class.
    fn class(&self, text: &'a str) -> Option<Cells<'a>> {
        let border = self.border(text, |rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))?;
        let (name, spelled) = text.split_at(border);
        let word = spelled.len() > 2 && spelled.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let cells = Cells { name, spelled, kind: Kind::Object, required: None, deprecated: false, rest: None };
        word.then_some(cells)
    }

    /// A name that the sample shows, its type and its example on one line.
    fn run_on(&self, text: &'a str) -> Option<Cells<'a>> {
        let typed = |rest: &str| RUN_TYPES.iter().find(|word| rest.starts_with(**word)).map(|word| word.len());
        let border = self.border(text, |rest| typed(rest).is_some())?;
        let (name, rest) = text.split_at(border);
        let (spelled, example) = rest.split_at(typed(rest)?);
        let cells = Cells { name, spelled, kind: kind(spelled)?, required: None, deprecated: false, rest: None };
        (!example.is_empty()).then_some(Cells { rest: Some(example), ..cells })
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
    /// What follows on the line: description, example or both.
    rest: Option<&'a str>,
}

/// What stands beside the word that says whether a parameter is required, and what the word says. Letters alone are no
/// such word where cells run together.
fn answer<'a>(text: &'a str, strip: fn(&'a str, &'static str) -> Option<&'a str>) -> Option<(&'a str, bool)> {
    let words = ANSWERS.iter().filter(|(word, _)| word.len() > 1);
    words.into_iter().find_map(|(word, answer)| Some((strip(text, word)?, *answer)))
}

/// Longest name that is looked for where a row runs on, in characters.
const LONGEST_NAME: usize = 120;

/// The type at the start of a text, and what follows.
fn typed(text: &str) -> Option<(&str, &str)> {
    if text.starts_with("array<") || text.starts_with("array\\<") {
        return text.split_at_checked(text.find('>')? + 1);
    }
    let word = RUN_TYPES.iter().find(|word| text.starts_with(**word))?;
    Some(text.split_at(word.len()))
}

/// Description and example of what follows a row's cells: a full stop without a blank after it stands between them.
fn described(rest: &str) -> (&str, &str) {
    if !rest.contains(char::is_whitespace) && rest.is_ascii() {
        return ("", rest);
    }
    let stops = rest.char_indices().filter(|(_, c)| matches!(c, '.' | '。' | ')' | ':'));
    let stops = stops.map(|(at, c)| at + c.len_utf8()).filter(|at| {
        let after = &rest[*at..];
        !after.starts_with(|c: char| c.is_whitespace()) && !after.contains(". ") && !after.contains('。')
    });
    let glued = |at: &usize| rest[..*at].contains(char::is_whitespace) || !rest.is_ascii();
    match stops.filter(glued).find(|at| !rest[*at..].contains(char::is_whitespace) || rest[*at..].len() < 40) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    }
}

/// A row of a table of two columns.
fn detailed(page: u32, lines: &[Line<'_>], cells: &Cells<'_>) -> Row {
    let below = lines[1..].iter().filter(|l| !l.text.trim().is_empty()).map(|l| (l.number, l.text.trim().to_owned()));
    let first = cells.rest.map(|text| (lines[0].number, text.to_owned()));
    let texts: Vec<(u32, String)> = first.into_iter().chain(below).collect();
    let (prose, example) = details::parted(&texts);
    let end = texts.last().map_or(lines[0].number, |(number, _)| *number);
    let span = Span::lines(page, lines[0].number, end);
    Row { span, prose: prose.into(), example, ..row(page, &lines[..1], cells, false) }
}

fn row(page: u32, lines: &[Line<'_>], cells: &Cells<'_>, last: bool) -> Row {
    let (first, shown) = cells.rest.map_or(("", ""), described);
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
        shown.is_empty()
            && !bullet
            && (touching || (last && paragraphs && (alone || after_bullet) && !is_sentence(line.text)))
    });
    if example.is_some() {
        body.pop();
    }
    let end = lines.iter().rev().find(|l| !l.text.trim().is_empty()).map_or(lines[0].number, |l| l.number);
    Row {
        name: cells.name.to_owned(),
        inner: false,
        place: Place::Unsaid,
        spelled: cells.spelled.replace('\\', ""),
        kind: cells.kind,
        required: cells.required,
        deprecated: cells.deprecated,
        span: Span::lines(page, lines[0].number, end),
        prose: std::iter::once((lines[0].number, first))
            .chain(body.into_iter().map(|l| (l.number, l.text.trim())))
            .filter(|(_, text)| !text.is_empty())
            .map(|(number, text)| (number, text.to_owned()))
            .collect(),
        example: match shown {
            "" => example.map(|l| (l.number, l.text.trim().to_owned())),
            text => Some((lines[0].number, text.to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Topic, sections};

    fn read(text: &str, names: &[&str]) -> Vec<(String, String, Option<bool>, String, String)> {
        let sections = sections(text);
        let section = sections.iter().find(|s| matches!(s.topic, Topic::Request | Topic::Response));
        let section = section.expect("there is a heading");
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let rows = rows(0, section, section.topic == Topic::Request, &names);
        let prose = |row: &Row| row.prose.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>().join(" ");
        let example = |row: &Row| row.example.clone().map(|(_, text)| text).unwrap_or_default();
        rows.iter().map(|r| (r.name.clone(), r.spelled.clone(), r.required, prose(r), example(r))).collect()
    }

    fn row(
        name: &str,
        kind: &str,
        required: Option<bool>,
        prose: &str,
        example: &str,
    ) -> (String, String, Option<bool>, String, String) {
        (name.into(), kind.into(), required, prose.into(), example.into())
    }

    #[test]
    fn a_row_without_a_description_has_its_example_on_its_line() {
        let rows = read(
            "Request parameters\n\nParameterTypeRequiredDescriptionExample\nNamestringNo\n\nIts name.\n\na\nPeriodintegerYes1\nUnitstringNoMonth\n",
            &[],
        );
        assert_eq!(
            rows,
            [
                row("Name", "string", Some(false), "Its name.", "a"),
                row("Period", "integer", Some(true), "", "1"),
                row("Unit", "string", Some(false), "", "Month")
            ]
        );
    }

    #[test]
    fn a_row_may_hold_its_description_and_its_example() {
        let rows = read(
            "Request parameters\nParameterTypeRequiredDescriptionExample\nImageNamestringNoThe name of the image.test\nTagsarray\\<object\\>NoThe tags.\nKeystringYesThe key of a tag. It is kept.k-1\n",
            &[],
        );
        assert_eq!(
            rows,
            [
                row("ImageName", "string", Some(false), "The name of the image.", "test"),
                row("Tags", "array<object>", Some(false), "The tags.", ""),
                row("Key", "string", Some(true), "The key of a tag. It is kept.", "k-1")
            ]
        );
        let rows = read(
            "Response parameters\nParameterTypeDescriptionExample\nobjectThe answer of it.\nImageIdstringThe ID of the image.img-1\n",
            &["ImageId"],
        );
        assert_eq!(
            rows,
            [
                row("", "object", None, "The answer of it.", ""),
                row("ImageId", "string", None, "The ID of the image.", "img-1")
            ]
        );
    }
}
