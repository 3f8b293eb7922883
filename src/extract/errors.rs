//! Rows of an error table whose cells run together: status, code, message and description without a blank between.

use super::rows::MOST;
use super::{cells, details};
use crate::contract::{DocumentedError, is_template};
use crate::page::words::OPENERS;
use crate::page::{Line, Section};
use crate::span::Span;

/// The errors of a section, in order.
pub(super) fn errors(page: u32, section: &Section<'_>) -> Vec<DocumentedError> {
    let run = || section.lines.iter().filter_map(|line| error(line.text.trim(), Span::line(page, line.number)));
    cells::errors(page, section).or_else(|| apart(page, section)).unwrap_or_else(|| run().take(MOST).collect())
}

/// The errors of a table whose every cell is a line of its own: a status alone opens a row. None where no line is one.
fn apart(page: u32, section: &Section<'_>) -> Option<Vec<DocumentedError>> {
    let lines: Vec<Line<'_>> = section.lines.iter().filter(|l| !l.text.trim().is_empty()).copied().collect();
    let status = |line: &Line<'_>| line.text.trim().parse().ok().filter(|status| (100..600).contains(status));
    let starts: Vec<(usize, u16)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, status(line)?))).take(MOST).collect();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([lines.len()]);
    let one = |((at, status), end): (&(usize, u16), usize)| {
        let cells = &lines[at + 1..end];
        let [code, message, rest @ ..] = cells else { return None };
        let code = Some(code.text.trim()).filter(|code| !code.contains(char::is_whitespace))?;
        // What follows the last row is prose on the whole table.
        let description = rest.first().filter(|_| end < lines.len() || rest.len() == 1).map(|line| line.text.trim());
        let last = if description.is_some() { at + 3 } else { at + 2 };
        let span = Span::lines(page, lines[*at].number, lines[last].number);
        Some(documented(Some(*status), code, details::without_button(message.text.trim()), description, span))
    };
    (!starts.is_empty()).then(|| starts.iter().zip(ends).filter_map(one).collect())
}

fn error(text: &str, span: Span) -> Option<DocumentedError> {
    let (digits, rest) = text.split_at_checked(3)?;
    let status: u16 = digits.parse().ok().filter(|s| (100..600).contains(s))?;
    let rest = rest.trim();
    if !rest.starts_with(|c: char| c.is_alphabetic() || c == '%' || c == '{') {
        return None;
    }
    let (code, message, description) = if text[3..].starts_with(' ') { spaced(rest)? } else { split(rest) };
    Some(documented(Some(status), code, message, description, span))
}

/// An error with its parts.
pub(super) fn documented(
    status: Option<u16>,
    code: &str,
    message: &str,
    description: Option<&str>,
    span: Span,
) -> DocumentedError {
    DocumentedError {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
        description: description.filter(|d| *d != "-" && !d.is_empty()).map(str::to_owned),
        span,
        code_template: is_template(code),
        message_template: is_template(message),
        notes: Vec::new(),
    }
}

/// Longest run of a code and the first word of its message that is searched for their border.
const LONGEST_RUN: usize = 200;

/// Code, message and description. Where the last two are one sentence said twice, the split is certain; elsewhere the
/// message begins at the last word of the run that the code and the message share.
fn split(text: &str) -> (&str, &str, Option<&str>) {
    let run = text.find(char::is_whitespace).unwrap_or(text.len());
    let run = text.char_indices().map(|(at, _)| at).take_while(|at| *at < LONGEST_RUN).filter(|at| *at <= run).last();
    let run = run.map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let run = if text[..run].ends_with(char::is_whitespace) { run - 1 } else { run };
    for (start, _) in text[..run].char_indices().skip(2) {
        if let Some(half) = twice(&text[start..]) {
            return (&text[..start], half, Some(half));
        }
    }
    let starts = starts(&text[..run]);
    let template = starts.iter().copied().find(|at| text[*at..].starts_with(['%', '$', '?']));
    let start = template.or(again(&text[..run])).or(starts.last().copied()).unwrap_or(run);
    let (code, rest) = (text[..start].trim_end(), text[start..].trim_start());
    if let Some(message) = rest.strip_suffix('-').filter(|m| !m.is_empty()) {
        return (code, message.trim_end(), Some("-"));
    }
    match boundary(rest) {
        Some(at) => (code, &rest[..at], Some(&rest[at..])),
        None => (code, rest, None),
    }
}

/// Code, message and description with a blank between each.
fn spaced(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (code, rest) = text.split_once(' ')?;
    let rest = rest.trim();
    if let Some(message) = rest.strip_suffix(" -") {
        return Some((code, message, Some("-")));
    }
    let middle = rest.len() / 2;
    if let (Some(first), Some(second)) = (rest.get(..middle), rest.get(middle + 1..))
        && first == second
    {
        return Some((code, first, Some(second)));
    }
    let sentence = rest.match_indices(". ").map(|(at, _)| at + 1);
    let opener = OPENERS.iter().filter_map(|word| rest.find(&format!(" {word}"))).min();
    let Some(at) = sentence.into_iter().next().or(opener) else { return Some((code, rest, None)) };
    Some((code, &rest[..at], Some(rest[at..].trim_start())))
}

/// Where a message may begin in a run: at a capital after a small letter, at the last of several capitals before a small
/// one, and at what no code holds.
fn starts(run: &str) -> Vec<usize> {
    let letters: Vec<(usize, char)> = run.char_indices().collect();
    let at = |index: usize| letters.get(index).map_or(' ', |(_, c)| *c);
    let fits = |index: usize| {
        let (before, here, after) = (at(index - 1), at(index), at(index + 1));
        let small = before.is_lowercase() || before.is_ascii_digit();
        let capitals = before.is_uppercase() || before == '_';
        (small && here.is_uppercase())
            || (capitals && here.is_uppercase() && (after.is_lowercase() || after == ' ' && index + 1 == letters.len()))
            || (before != '%' && matches!(here, '%' | '$' | '"' | '\'' | '?'))
            || (before.is_ascii() && !here.is_ascii())
    };
    (1..letters.len()).filter(|index| fits(*index)).map(|index| letters[index].0).collect()
}

/// Where the message begins with the word that its code ends with, such as `SyncOrderToSubSyncOrderToSub error`.
fn again(run: &str) -> Option<usize> {
    let same = |at: usize| {
        let (code, word) = run.split_at(at);
        let tail = code.len().checked_sub(word.len()).and_then(|from| code.get(from..));
        tail.is_some_and(|tail| word.len() > 2 && tail.eq_ignore_ascii_case(word))
    };
    run.char_indices().map(|(at, _)| at).find(|at| same(*at))
}

/// Half of a text that says the same twice.
fn twice(text: &str) -> Option<&str> {
    let (first, second) = text.split_at_checked(text.len() / 2)?;
    (first == second && !first.is_empty()).then_some(first)
}

/// Where a sentence ends and the next begins without a blank between them.
fn boundary(text: &str) -> Option<usize> {
    let mut quotes = 0usize;
    let pairs = text.char_indices().zip(text.chars().skip(1).chain([' ']));
    let full_stop = pairs.clone().find_map(|((at, c), next)| {
        quotes += usize::from(c == '"');
        let closes = c == '"' && quotes.is_multiple_of(2);
        let ends = closes || matches!(c, '.' | '!' | '?' | ')' | '。') || text[..at + c.len_utf8()].ends_with("%s");
        (ends && next.is_uppercase() && at > 8).then_some(at + c.len_utf8())
    });
    full_stop.or_else(|| {
        let opens = |at: usize| OPENERS.iter().any(|word| text[at..].starts_with(word));
        let mut small = pairs.filter(|((_, c), next)| (c.is_lowercase() || c.is_ascii_digit()) && next.is_uppercase());
        small.find_map(|((at, c), _)| Some(at + c.len_utf8()).filter(|at| opens(*at)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(row: &str, code: &str, message: &str, description: Option<&str>) {
        let found = error(row, Span::line(0, 1)).expect("it is a row");
        assert_eq!(
            (found.code.as_str(), found.message.as_str(), found.description.as_deref()),
            (code, message, description)
        );
    }

    #[test]
    fn cells_without_separators_are_told_apart() {
        reads(
            "400A.NotFoundThe thing is gone.The thing is gone.",
            "A.NotFound",
            "The thing is gone.",
            Some("The thing is gone."),
        );
        reads(
            "400PhysicalNodeNotExistThe node does not exist.It is gone.",
            "PhysicalNodeNotExist",
            "The node does not exist.",
            Some("It is gone."),
        );
        reads("400InternalErrorInternal error.-", "InternalError", "Internal error.", None);
        reads("400Bad.StateThe %s is in no state.", "Bad.State", "The %s is in no state.", None);
        reads("400IncorrectStatus%sLook again.", "IncorrectStatus", "%sLook again.", None);
    }
}
