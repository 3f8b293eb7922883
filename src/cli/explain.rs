//! `fineprint explain`: what a rule asks, and why.

use std::io::Write as _;

use super::{End, style};
use crate::check;
use crate::error::Error;

/// Explain a rule
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The rule's id, such as `parameter-dropped`; all rules if none is given
    rule: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let mut out = anstream::stdout().lock();
    let Some(id) = &arguments.rule else {
        for rule in check::RULES {
            let first = rule.text.lines().next().unwrap_or_default();
            let _ = writeln!(out, "{:4} {:28} {:8} {first}", rule.class, rule.id, rule.severity.to_string());
        }
        return Ok(End::Kept);
    };
    let Some(rule) = check::rule(id) else {
        let near = check::RULES.iter().map(|r| r.id).max_by_key(|r| likeness(r, id)).unwrap_or_default();
        return Err(Error::usage(format!(
            "no rule `{id}` (the nearest is `{near}`; `fineprint explain` lists them all)"
        )));
    };
    let _ = writeln!(
        out,
        "{}{}{} ({}, {})\n\n{}",
        style::BOLD,
        rule.id,
        style::PLAIN,
        rule.class,
        rule.severity,
        rule.text
    );
    Ok(End::Kept)
}

/// How much two words are alike, in thousandths.
fn likeness(a: &str, b: &str) -> u32 {
    (similar::TextDiff::from_chars(a, b).ratio() * 1000.0) as u32
}
