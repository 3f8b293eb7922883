//! `fineprint explain`: what a rule asks, and why.

use std::io::Write as _;

use super::{End, style};
use crate::error::Error;
use crate::finding::Severity;
use crate::{check, lint};

/// Explain a rule
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The rule's id, such as `parameter-dropped`, or a class of defects, such as `R01`; all rules if none is given
    rule: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let mut out = anstream::stdout().lock();
    let Some(id) = &arguments.rule else {
        for rule in rules() {
            let first = rule.text.lines().next().unwrap_or_default();
            let _ = writeln!(out, "{:4} {:28} {:8} {first}", rule.class, rule.id, rule.severity.to_string());
        }
        return Ok(End::Kept);
    };
    let mut of_class = rules().filter(|rule| rule.class.eq_ignore_ascii_case(id)).peekable();
    if of_class.peek().is_none() {
        show(&mut out, &known(id)?);
    }
    for (nth, rule) in of_class.enumerate() {
        if nth > 0 {
            let _ = writeln!(out);
        }
        show(&mut out, &rule);
    }
    Ok(End::Kept)
}

/// Writes all that is known of a rule. What cannot be written has nobody to read it.
fn show(out: &mut impl std::io::Write, rule: &Explained) {
    let (bold, plain) = (style::BOLD, style::PLAIN);
    let _ = writeln!(out, "{bold}{}{plain} ({}, {})\n\n{}", rule.id, rule.class, rule.severity, rule.text);
    if let Some(trips) = rule.trips {
        let _ = writeln!(out, "\nA page that trips it:\n");
        for line in trips.lines() {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        }
    }
}

/// The rule of this id.
pub(super) fn known(id: &str) -> Result<Explained, Error> {
    rules().find(|r| r.id == id).ok_or_else(|| {
        let near = rules().map(|r| r.id).max_by_key(|r| likeness(r, id)).unwrap_or_default();
        Error::usage(format!("no rule `{id}` (the nearest is `{near}`; `fineprint explain` lists them all)"))
    })
}

/// A rule about clients or about pages.
pub(super) struct Explained {
    id: &'static str,
    /// The class of client defect, or `page`.
    class: &'static str,
    severity: Severity,
    text: &'static str,
    trips: Option<&'static str>,
}

/// Every rule, those about clients first.
fn rules() -> impl Iterator<Item = Explained> {
    let client = check::RULES.iter().map(|r| Explained {
        id: r.id,
        class: r.class,
        severity: r.severity,
        text: r.text,
        trips: None,
    });
    client.chain(lint::RULES.iter().map(|r| Explained {
        id: r.id,
        class: "page",
        severity: r.severity,
        text: r.text,
        trips: Some(r.trips),
    }))
}

/// How much two words are alike, in thousandths.
fn likeness(a: &str, b: &str) -> u32 {
    (similar::TextDiff::from_chars(a, b).ratio() * 1000.0) as u32
}
