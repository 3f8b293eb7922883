//! The authorization table: action and access level, with the page's own legend of levels.

use crate::contract::{Authorization, Said};
use crate::page::{Section, tables};
use crate::span::Span;

/// Access levels that follow an action without a blank.
const LEVELS: [&str; 9] = ["create", "update", "delete", "read", "write", "list", "get", "none", "all"];

/// The row of the table, if the section has one: drawn with pipes, or with its cells run together.
pub(super) fn authorization(page: u32, section: &Section<'_>) -> Option<Authorization> {
    let (line, action, level) = drawn(section).or_else(|| run(section))?;
    let span = Span::line(page, line);
    let (legend_span, legend) = legend(page, section).unzip();
    Some(Authorization {
        action: Said::said(action, span),
        access_level: level.map(|(line, level)| Said::said(level, Span::line(page, line))),
        legend: legend.unwrap_or_default(),
        legend_span,
    })
}

/// A word with the line that it stands on.
type Located = (u32, String);

/// The action and, in the cell after it, the level.
fn drawn(section: &Section<'_>) -> Option<(u32, String, Option<Located>)> {
    let tables = tables(&section.lines);
    tables.iter().flat_map(|table| &table.rows).find_map(|row| {
        let (at, line, action) = row.cells.iter().enumerate().find_map(|(at, cell)| {
            let (line, text) = cell.first()?;
            action(text).map(|_| (at, *line, text.clone()))
        })?;
        let level = row.cells.get(at + 1).and_then(|cell| cell.first()).filter(|(_, text)| word(text));
        Some((line, action, level.cloned()))
    })
}

fn run(section: &Section<'_>) -> Option<(u32, String, Option<Located>)> {
    section.lines.iter().find_map(|line| {
        let (service, rest) = action(line.text.trim())?;
        let level = LEVELS.iter().find(|level| rest.len() > level.len() && rest.ends_with(*level));
        let name = level.map_or(rest, |level| &rest[..rest.len() - level.len()]);
        Some((line.number, format!("{service}:{name}"), level.map(|level| (line.number, (*level).to_owned()))))
    })
}

/// The two words of an action.
fn action(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(service, name)| word(service) && word(name))
}

fn word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The sentence that lists the levels: `The levels are read, write, and list.`
fn legend(page: u32, section: &Section<'_>) -> Option<(Span, Vec<String>)> {
    section.lines.iter().find_map(|line| {
        let small = line.text.to_lowercase();
        let at = small.rfind("levels are").map(|at| at + 10).or_else(|| small.rfind("levels:").map(|at| at + 7))?;
        let list = small[at..].split('.').next()?;
        let words = list.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && *w != "and" && *w != "or");
        let words: Vec<String> = words.map(str::to_owned).collect();
        (!words.is_empty()).then(|| (Span::line(page, line.number), words))
    })
}
