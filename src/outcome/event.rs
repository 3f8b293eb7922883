//! What a run tells as it goes, and what it keeps of each case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::driver::Hello;
use crate::finding::Finding;

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
