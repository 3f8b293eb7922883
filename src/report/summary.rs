//! A run for the person at the terminal: a line for each field and code, then what is wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::contract::Contract;
use crate::finding::{Finding, Severity};
use crate::outcome::{Judged, Outcome, Verdict};

/// The escape sequences around words, all empty where there is no colour.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// An error, a broken promise.
    pub bad: String,
    /// A warning, or what is not certain.
    pub unsure: String,
    /// What was kept.
    pub good: String,
    /// A heading.
    pub bold: String,
    /// What matters less.
    pub dim: String,
    /// The end of any of them.
    pub plain: String,
}

/// Operations up to which every field and code gets a line of its own.
const IN_FULL: usize = 1;

/// A line for each field and code of the page, with whose promise it is; for several operations, a line for each.
pub fn summary(outcome: &Outcome, contract: &Contract, palette: &Palette) -> String {
    let mut out = String::new();
    let mut operations: Vec<(&str, Vec<&Judged>)> = Vec::new();
    for judged in &outcome.verdicts {
        let name = judged.clause.split('/').next().unwrap_or_default();
        match operations.last_mut() {
            Some((last, of)) if *last == name => of.push(judged),
            _ => operations.push((name, vec![judged])),
        }
    }
    if operations.len() <= IN_FULL {
        for (_, judged) in &operations {
            subjects(&mut out, judged, palette);
        }
    } else {
        let width = operations.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, judged) in &operations {
            line(&mut out, name, width, "", judged, palette);
        }
    }
    closing(&mut out, outcome, contract, palette);
    out
}

/// A line a subject: a parameter, a member, a code, or one of the areas that no field owns.
fn subjects(out: &mut String, judged: &[&Judged], palette: &Palette) {
    let mut groups: Vec<(String, String, Vec<&Judged>)> = Vec::new();
    for verdict in judged {
        let (area, subject) = subject(&verdict.clause);
        match groups.iter_mut().find(|(a, s, _)| *a == area && *s == subject) {
            Some((_, _, of)) => of.push(verdict),
            None => groups.push((area, subject, vec![verdict])),
        }
    }
    let width = groups.iter().map(|(_, subject, _)| subject.chars().count()).max().unwrap_or(0).min(48);
    let mut last = String::new();
    for (area, subject, of) in &groups {
        if *area != last {
            let _ = writeln!(out, "{}{area}{}", palette.bold, palette.plain);
            last.clone_from(area);
        }
        let mut promises: Vec<&str> = of.iter().map(|j| j.promise.as_str()).collect();
        promises.sort_unstable_by_key(|p| ["page", "wire", "http", "manners"].iter().position(|q| q == p));
        promises.dedup();
        line(out, subject, width, &promises.join(" "), of, palette);
    }
}

/// The area that a clause is shown under, and the line in it.
fn subject(clause: &str) -> (String, String) {
    let parts: Vec<&str> = clause.split('/').skip(1).collect();
    let unescaped = |s: &str| percent_encoding::percent_decode_str(s).decode_utf8_lossy().into_owned();
    match parts.as_slice() {
        ["request", name, _, ..] => ("request".into(), unescaped(name)),
        ["request", rest] => ("request".into(), format!("({rest})")),
        ["response", name, _, ..] => ("response".into(), unescaped(name)),
        ["response", ..] => ("response".into(), "(the answer as a whole)".into()),
        ["error", "other", ..] => ("errors".into(), "(errors beside the page)".into()),
        ["error", label, ..] => ("errors".into(), unescaped(label)),
        [area, ..] => ("connection and session".into(), (*area).into()),
        [] => (String::new(), clause.into()),
    }
}

fn line(out: &mut String, subject: &str, width: usize, promises: &str, judged: &[&Judged], palette: &Palette) {
    let mut counts: BTreeMap<usize, (Verdict, usize)> = BTreeMap::new();
    for verdict in judged {
        let rank = Verdict::ALL.iter().position(|v| *v == verdict.verdict).unwrap_or(0);
        counts.entry(rank).or_insert((verdict.verdict, 0)).1 += 1;
    }
    let worst = judged.iter().map(|j| j.verdict).max().unwrap_or(Verdict::Untested);
    let (mark, style) = match worst {
        Verdict::Broken => ("✗", &palette.bad),
        Verdict::Errored | Verdict::Flaky | Verdict::Ambiguous => ("?", &palette.unsure),
        Verdict::Kept if judged.iter().all(|j| j.verdict == Verdict::Kept) => ("✓", &palette.good),
        Verdict::Kept => ("✓", &palette.good),
        Verdict::Skipped | Verdict::Untested => ("·", &palette.dim),
    };
    let counted: Vec<String> = counts.values().map(|(verdict, n)| format!("{n} {verdict}")).collect();
    let mut broken: Vec<&str> = judged
        .iter()
        .filter(|j| j.verdict == Verdict::Broken)
        .map(|j| j.clause.rsplit('/').next().unwrap_or_default())
        .collect();
    broken.truncate(6);
    let which = if broken.is_empty() { String::new() } else { format!(": {}", broken.join(", ")) };
    let pad = " ".repeat(width.saturating_sub(subject.chars().count()));
    let _ = writeln!(
        out,
        "  {style}{mark}{plain} {subject}{pad}  {dim}{promises:13}{plain} {}{which}",
        counted.join(", "),
        plain = palette.plain,
        dim = palette.dim,
    );
}

fn closing(out: &mut String, outcome: &Outcome, contract: &Contract, palette: &Palette) {
    let Palette { bad, unsure, bold, dim, plain, .. } = palette;
    let page = outcome.coverage.by_promise.get("page").cloned().unwrap_or_default();
    let covered: usize = Verdict::ALL.iter().filter(|v| v.is_covered()).filter_map(|v| page.get(v.as_str())).sum();
    let all: usize = page.values().sum();
    let counts: Vec<String> = Verdict::ALL
        .iter()
        .filter(|v| outcome.coverage.of(**v) > 0)
        .map(|v| format!("{} {v}", outcome.coverage.of(*v)))
        .collect();
    let _ = writeln!(out, "\n{bold}{} clauses{plain}: {}", outcome.coverage.clauses, counts.join(", "));
    let _ = writeln!(
        out,
        "{dim}{covered} of the page's own {all} put to the test · {} cases · {} calls · seed {}{plain}",
        outcome.cases, outcome.calls, outcome.seed
    );
    let reasons: BTreeMap<&str, usize> = outcome
        .verdicts
        .iter()
        .filter(|j| matches!(j.verdict, Verdict::Untested | Verdict::Errored | Verdict::Skipped))
        .filter_map(|j| j.reason.as_deref())
        .fold(BTreeMap::new(), |mut all, reason| {
            *all.entry(reason).or_default() += 1;
            all
        });
    for (reason, n) in reasons.iter().take(6) {
        let _ = writeln!(out, "  {dim}{n} not judged: {reason}{plain}");
    }
    for note in outcome.notes.iter().take(5) {
        let _ = writeln!(out, "  {unsure}note{plain} {}", first_line(note));
    }
    let _ = contract;
    let of = |severity| outcome.findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings, notes) = (of(Severity::Error), of(Severity::Warning), of(Severity::Note));
    let style = if errors > 0 {
        bad
    } else if warnings > 0 {
        unsure
    } else {
        &palette.good
    };
    let _ = writeln!(out, "{style}{errors} errors, {warnings} warnings, {notes} notes{plain}");
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Lines of the page and of the wire that a finding shows.
const LINES: usize = 4;

/// One finding: what, where on the page, the call, the bytes, and how to see it again.
pub fn finding(finding: &Finding, contract: &Contract, palette: &Palette) -> String {
    let Palette { bad, unsure, dim, bold, plain, .. } = palette;
    let mut out = String::new();
    let style = match finding.severity {
        Severity::Error => bad,
        Severity::Warning => unsure,
        Severity::Note => dim,
    };
    let class = finding.class.as_deref().map(|c| format!(" {c}")).unwrap_or_default();
    let _ = writeln!(
        out,
        "{style}{}[{}]{plain}{class}: {bold}{}{plain}",
        finding.severity, finding.rule, finding.transform
    );
    for text in finding.message.lines() {
        let _ = writeln!(out, "  {text}");
    }
    let lines = finding.spans.iter().flat_map(|span| {
        let name = contract.sources.get(span.page as usize).map_or("", |s| s.name.as_str());
        contract.quote(*span).into_iter().map(move |(line, text)| (name, line, text))
    });
    for (name, line, text) in lines.filter(|(_, _, text)| !text.trim().is_empty()).take(LINES) {
        let _ = writeln!(out, "  {dim}page{plain} {name}:{line}: {}", cut(text, 100));
    }
    if let Some(exhibit) = &finding.exhibit {
        for call in &exhibit.calls {
            let _ = writeln!(out, "  {dim}call{plain} {}", cut(call, 160));
        }
        for (what, bytes) in exhibit.wire.iter().take(2) {
            let arrow = if what == "request" { '>' } else { '<' };
            let all: Vec<&str> = bytes.lines().collect();
            let shown =
                all.iter().enumerate().filter(|(at, text)| *at == 0 || (*at + 1 == all.len() && !text.is_empty()));
            for (_, text) in shown {
                let _ = writeln!(out, "  {dim}wire{plain} {arrow} {}", cut(text, 160));
            }
        }
        for surfaced in &exhibit.surfaced {
            let _ = writeln!(out, "  {dim}got {plain} {}", cut(surfaced, 160));
        }
    }
    let clauses = &finding.clauses;
    if let Some(first) = clauses.first() {
        let more = if clauses.len() > 1 { format!(" and {} more", clauses.len() - 1) } else { String::new() };
        let _ = writeln!(out, "  {dim}breaks{plain} {first}{more}");
    }
    if let Some(replay) = finding.exhibit.as_ref().and_then(|e| e.replay.as_ref()) {
        let _ = writeln!(out, "  {dim}again{plain}  {replay}");
    }
    out
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
