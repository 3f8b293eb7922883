//! Verdicts and findings of a run.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::contract::{Promise, Source};
use crate::driver::Hello;
use crate::finding::{Finding, Severity};
use crate::span::Span;

/// What came of a clause. Listed weakest first: of several cases, the strongest makes the clause's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing could show it; there is a reason.
    Untested,
    /// The client declared that it does not offer this.
    Skipped,
    /// Held, in at least one case that could have broken it.
    Kept,
    /// The page contradicts itself there.
    Ambiguous,
    /// Broken once, and not again.
    Flaky,
    /// fineprint, the driver or its process could not judge it.
    Errored,
    /// Broken.
    Broken,
}

impl Verdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Verdict; 7] = [
        Verdict::Kept,
        Verdict::Broken,
        Verdict::Flaky,
        Verdict::Ambiguous,
        Verdict::Errored,
        Verdict::Skipped,
        Verdict::Untested,
    ];

    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Kept => "kept",
            Verdict::Broken => "broken",
            Verdict::Flaky => "flaky",
            Verdict::Ambiguous => "ambiguous",
            Verdict::Errored => "errored",
            Verdict::Skipped => "skipped",
            Verdict::Untested => "untested",
        }
    }

    /// Whether a check was really executed and came to an end.
    pub fn is_covered(self) -> bool {
        matches!(self, Verdict::Kept | Verdict::Broken | Verdict::Flaky | Verdict::Ambiguous)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The verdict on one clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The clause's id.
    pub clause: String,
    /// Whose promise it is: `page`, `wire`, `http`, `manners`.
    pub promise: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it is untested, skipped, errored or ambiguous.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// How many cases exercised it.
    pub cases: u32,
}

/// What a run tells as it goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A client said hello: once a run.
    Client(Box<Hello>),
    /// An operation begins, with this many cases.
    Operation {
        /// Its name.
        name: String,
        /// How many clauses it has.
        clauses: usize,
        /// How many cases are planned.
        cases: usize,
    },
    /// A case is done; so many calls were made for it.
    Case {
        /// The calls, repetitions included.
        calls: usize,
    },
    /// Findings were made smaller; so many calls were made for it.
    Shrunk {
        /// The calls.
        calls: usize,
    },
    /// A note on the run: a process restarted, a parameter that the client does not offer.
    Note(String),
    /// What a clause came to.
    Verdict(Judged),
    /// What is wrong.
    Finding(Box<Finding>),
}

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
}

/// How many lines of the page, and how many clauses, a test shows of a finding.
const SHOWN: usize = 3;

/// Counts of verdicts, in all and by whose promise it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// How many clauses there are.
    pub clauses: usize,
    /// Counts per verdict; a verdict that no clause has is zero.
    #[serde(flatten)]
    pub verdicts: BTreeMap<String, usize>,
    /// The same, for each of `page`, `wire`, `http`, `manners`.
    pub by_promise: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Coverage {
    /// Counts one verdict.
    pub fn add(&mut self, judged: &Judged) {
        if self.verdicts.is_empty() {
            self.verdicts = zero();
            self.by_promise = [Promise::Page, Promise::Wire, Promise::Http, Promise::Manners]
                .iter()
                .map(|p| (p.as_str().to_owned(), zero()))
                .collect();
        }
        self.clauses += 1;
        *self.verdicts.entry(judged.verdict.as_str().into()).or_default() += 1;
        let by = self.by_promise.entry(judged.promise.clone()).or_insert_with(zero);
        *by.entry(judged.verdict.as_str().into()).or_default() += 1;
    }

    /// How many clauses have this verdict.
    pub fn of(&self, verdict: Verdict) -> usize {
        self.verdicts.get(verdict.as_str()).copied().unwrap_or(0)
    }
}

fn zero() -> BTreeMap<String, usize> {
    Verdict::ALL.iter().map(|v| (v.as_str().to_owned(), 0)).collect()
}

impl Outcome {
    /// Folds one more event.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Client(hello) => self.client = Some(*hello),
            Event::Operation { .. } => {}
            Event::Case { calls } => {
                self.cases += 1;
                self.calls += calls;
            }
            Event::Shrunk { calls } => self.calls += calls,
            Event::Note(text) => {
                if !self.notes.contains(&text) {
                    self.notes.push(text);
                }
            }
            Event::Verdict(judged) => {
                self.coverage.add(&judged);
                self.verdicts.push(judged);
            }
            Event::Finding(finding) => self.findings.push(*finding),
        }
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
