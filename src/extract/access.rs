//! The authorization table: action and access level, with the page's own legend of levels.

use crate::contract::{Authorization, Said};
use crate::page::Section;
use crate::span::Span;

/// Access levels that follow an action without a blank.
const LEVELS: [&str; 9] = ["create", "update", "delete", "read", "write", "list", "get", "none", "all"];

/// The row of the table, if the section has one.
pub(super) fn authorization(page: u32, section: &Section<'_>) -> Option<Authorization> {
    let (line, action, level) = section.lines.iter().find_map(|line| {
        let (service, rest) = line.text.trim().split_once(':')?;
        let word =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !word(service) || !word(rest) {
            return None;
        }
        let level = LEVELS.iter().find(|level| rest.len() > level.len() && rest.ends_with(*level));
        let name = level.map_or(rest, |level| &rest[..rest.len() - level.len()]);
        Some((line, format!("{service}:{name}"), level))
    })?;
    let span = Span::line(page, line.number);
    let (legend_span, legend) = legend(page, section).unzip();
    Some(Authorization {
        action: Said::said(action, span),
        access_level: level.map(|level| Said::said((*level).to_owned(), span)),
        legend: legend.unwrap_or_default(),
        legend_span,
    })
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
