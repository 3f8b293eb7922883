//! Verdicts and findings of a run.

mod event;
mod verdict;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

pub use self::event::{Entry, Event, Opened, Shrunk, Smaller};
pub use self::verdict::{Coverage, Judged, Verdict};
use crate::contract::Source;
use crate::driver::Hello;
use crate::finding::{Finding, Severity};
use crate::span::Span;

/// A whole run, folded: for Rust tests and for reports of one product.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The pages that the spans of findings count in; a stored outcome has none.
    #[serde(skip)]
    pub pages: Vec<Source>,
    /// The client under test.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client: Option<Hello>,
    /// The seed that every case was drawn from.
    pub seed: u64,
    /// Counts of verdicts.
    pub coverage: Coverage,
    /// A verdict for every clause, in the order of the page.
    pub verdicts: Vec<Judged>,
    /// Findings, the worst first.
    pub findings: Vec<Finding>,
    /// Notes on the run.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// Cases that ran.
    pub cases: usize,
    /// Calls that were made, repetitions included.
    pub calls: usize,
    /// Whether the run was stopped before its end.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
    /// Which part of a run it is, as `k/n`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shard: Option<String>,
    /// The seconds that the run was given. What it got to depends on the machine, so that its report is equal to no other.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub budget: Option<f64>,
    /// Cases that were not run for want of time.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub left_out: usize,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// How many lines of the page, and how many clauses, a test shows of a finding.
const SHOWN: usize = 3;

impl Outcome {
    /// Folds one more event.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Client(hello) => self.client = Some(*hello),
            Event::Operation(_) => {}
            Event::LeftOut { cases, .. } => self.left_out += cases,
            Event::Case(entry) | Event::Past(entry) => {
                self.cases += 1;
                self.calls += entry.calls;
            }
            Event::Shrunk(shrunk) => self.calls += shrunk.calls,
            Event::Note(text) => {
                if !self.notes.contains(&text) {
                    self.notes.push(text);
                }
            }
            Event::Verdict(judged) => {
                self.coverage.add(&judged);
                self.verdicts.push(judged);
            }
            Event::Finding(finding) => self.found(*finding),
        }
    }

    /// One cause, one finding: what comes again at a later operation is shown by the first.
    fn found(&mut self, finding: Finding) {
        let is_same = |f: &&mut Finding| {
            f.rule == finding.rule && f.transform == finding.transform && f.severity == finding.severity
        };
        let Some(first) = self.findings.iter_mut().find(is_same) else { return self.findings.push(finding) };
        first.clauses.extend(finding.clauses);
        first.spans.extend(finding.spans);
        first.clauses.sort();
        first.clauses.dedup();
        first.spans.sort();
        first.spans.dedup();
    }

    /// Whether it is only a part of the run that was chosen.
    pub fn is_partial(&self) -> bool {
        self.interrupted || self.shard.is_some() || self.left_out > 0
    }

    /// Whether any check was executed to its end.
    pub fn judged_anything(&self) -> bool {
        self.verdicts.iter().any(|v| v.verdict.is_covered())
    }

    /// Whether there is a finding at least as bad as this.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings.iter().any(|f| f.severity >= severity)
    }

    /// Panics unless every clause that was put to the test was kept, and some were.
    ///
    /// # Panics
    /// With every finding: what is wrong, the clauses it breaks, the call, what was served and what was surfaced.
    #[track_caller]
    pub fn assert_kept(&self) {
        let mut text = String::new();
        for finding in self.findings.iter().filter(|f| f.severity > Severity::Note) {
            text.push('\n');
            text.push_str(&self.shown(finding));
        }
        for judged in self.verdicts.iter().filter(|v| matches!(v.verdict, Verdict::Errored | Verdict::Flaky)).take(5) {
            let _ = writeln!(
                text,
                "\n{} {}: {}",
                judged.verdict,
                judged.clause,
                judged.reason.as_deref().unwrap_or_default()
            );
        }
        if !self.judged_anything() {
            let _ = writeln!(text, "\nno clause was put to the test: {}", self.notes.join("; "));
        }
        assert!(text.is_empty(), "the client breaks its page's promises\n{text}");
    }

    /// A finding as a test shows it: what is wrong, the page's lines, the call, both ways on the wire, what was surfaced, the clauses.
    fn shown(&self, finding: &Finding) -> String {
        let mut text = format!("{}[{}]: {}\n", finding.severity, finding.rule, finding.transform);
        let mut line = |label: &str, what: &str| {
            let _ = writeln!(text, "  {label:<7}{what}");
        };
        line("why", &finding.message);
        finding.spans.iter().flat_map(|span| self.quoted(*span)).take(SHOWN).for_each(|quote| line("page", &quote));
        if let Some(exhibit) = &finding.exhibit {
            exhibit.calls.iter().for_each(|call| line("call", call));
            for (what, bytes) in exhibit.wire.iter().take(2) {
                let label = if what == "request" { "sent" } else { "served" };
                let all: Vec<&str> = bytes.lines().filter(|l| !l.is_empty()).collect();
                // The first line and the body say the most; what stands between is the client's own.
                all.first().iter().chain(all.last().filter(|_| all.len() > 1).iter()).for_each(|l| line(label, l));
            }
            exhibit.surfaced.iter().for_each(|surfaced| line("got", surfaced));
        }
        finding.clauses.iter().take(SHOWN).for_each(|clause| line("breaks", clause));
        if finding.clauses.len() > SHOWN {
            line("", &format!("and {} more", finding.clauses.len() - SHOWN));
        }
        text
    }

    /// The lines of a span as `page.txt:65: …`.
    fn quoted(&self, span: Span) -> Vec<String> {
        let Some(page) = self.pages.get(span.page as usize) else { return Vec::new() };
        let lines = page.text.lines().skip(span.first.saturating_sub(1) as usize);
        (span.first..=span.last).zip(lines).map(|(n, text)| format!("{}:{n}: {}", page.name, text.trim())).collect()
    }

    /// The verdict on a clause.
    pub fn verdict(&self, clause: &str) -> Option<Verdict> {
        self.verdicts.iter().find(|v| v.clause == clause).map(|v| v.verdict)
    }
}
