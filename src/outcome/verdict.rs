//! What came of clauses, one by one and in numbers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contract::Promise;

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
