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
    /// An operation begins.
    Operation(Box<Opened>),
    /// A case was done before this run went on with a journal.
    Past(Box<Entry>),
    /// A case is done.
    Case(Box<Entry>),
    /// Cases were not run, since the run's time was over.
    LeftOut {
        /// The operation's name.
        operation: String,
        /// How many cases.
        cases: usize,
    },
    /// Findings were made smaller.
    Shrunk(Box<Shrunk>),
    /// A note on the run: a process restarted, a parameter that the client does not offer.
    Note(String),
    /// What a clause came to.
    Verdict(Judged),
    /// What is wrong.
    Finding(Box<Finding>),
}

/// How an operation begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Opened {
    /// Its name.
    pub name: String,
    /// How many clauses of it are chosen.
    pub clauses: usize,
    /// How many cases are to be run.
    pub cases: usize,
    /// A hash of the whole plan, of which these may be a part.
    pub plan: String,
    /// Whether the client offers the operation.
    pub offered: bool,
    /// Parameters that the client's description of itself leaves out, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub not_offered: BTreeMap<String, String>,
}

/// What one case came to: all that verdicts and findings are made of.
///
/// The same entries make the same verdicts and findings, in whatever order they come and from however many runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// The operation's name.
    pub operation: String,
    /// The case's place in the operation's plan.
    pub case: usize,
    /// The calls that were made, repetitions included.
    pub calls: usize,
    /// How much the case calls with; the smallest of those that show a finding is shown.
    pub size: usize,
    /// Whether the client's process came to grief over it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
    /// Whether the case is about several calls.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub session: bool,
    /// Whether the case is a row of a covering array, or random.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub combined: bool,
    /// The clauses that were put to the test.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exercised: Vec<String>,
    /// What came again whenever it was tried; without an exhibit where a smaller case has shown it already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Finding>,
    /// What did not come again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Finding>,
    /// Why nothing could be judged, by clause.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errored: BTreeMap<String, String>,
    /// What the client declared that it does not offer, by clause.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, String>,
    /// Parameters that the client turned out not to offer, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_offered: BTreeMap<String, String>,
    /// A parameter and a value that the client's process does not survive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poison: Option<(String, String)>,
}

/// Findings of an operation whose cases were made smaller, after the last of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Shrunk {
    /// The operation's name.
    pub operation: String,
    /// The calls that were made for it.
    pub calls: usize,
    /// The findings.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub smaller: Vec<Smaller>,
}

/// A finding with a smaller case than was planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Smaller {
    /// The size of the case that it began with.
    pub size: usize,
    /// The place of that case in the plan.
    pub case: usize,
    /// The finding, with the smaller case in its exhibit.
    pub finding: Finding,
}

impl Entry {
    /// Nothing could be judged of these clauses.
    pub fn errored(&mut self, clauses: &[String], reason: &str) {
        for clause in clauses {
            self.errored.entry(clause.clone()).or_insert_with(|| reason.to_owned());
        }
    }

    /// The client does not offer what these clauses are about.
    pub fn skipped(&mut self, clauses: &[String], reason: &str) {
        for clause in clauses {
            self.skipped.entry(clause.clone()).or_insert_with(|| reason.to_owned());
        }
    }
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
