//! One operation on the way: what its cases came to so far, and what that makes of its clauses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use super::ledger::{Ledger, why_untested};
use super::not_offered;
use super::subject::Subject;
use crate::case::Case;
use crate::contract::{Aspect, Clause, Operation};
use crate::driver::{Described, Hello};
use crate::outcome::{Entry, Event, Judged, Shrunk, Verdict};

/// One operation on the way.
pub(super) struct Job<'a> {
    /// Which of the run's operations it is.
    pub(super) at: usize,
    /// The operation.
    pub(super) subject: Subject<'a>,
    /// The clauses of it that are chosen.
    pub(super) clauses: Vec<Clause>,
    ledger: Mutex<Ledger>,
    unsupported: Mutex<BTreeMap<String, String>>,
    /// Cases that are not done.
    left: Mutex<usize>,
    /// Clauses of cases that were not run for want of time.
    left_out: Mutex<BTreeSet<String>>,
    /// Values that ended or hung the client when they stood alone: cases with them are not run again.
    poison: Mutex<BTreeSet<(String, String)>>,
}

/// What a client and its ground can show, and how far a run went.
pub(super) struct Reach<'a> {
    pub(super) hello: &'a Hello,
    /// Whether there are raw bytes.
    pub(super) raw: bool,
    /// Whether the run was stopped.
    pub(super) stopped: bool,
    /// Whether it is only a part of a run, which tells of what it has seen and no more.
    pub(super) part: bool,
}

impl<'a> Job<'a> {
    /// An operation of which nothing is known but what the client does not offer.
    pub(super) fn new(
        at: usize,
        subject: Subject<'a>,
        clauses: Vec<Clause>,
        offered: bool,
        unsupported: &BTreeMap<String, String>,
    ) -> Job<'a> {
        let job = Job {
            at,
            subject,
            clauses,
            ledger: Mutex::default(),
            unsupported: Mutex::default(),
            left: Mutex::default(),
            left_out: Mutex::default(),
            poison: Mutex::default(),
        };
        for (parameter, why) in unsupported {
            job.not_offered(parameter, why);
        }
        if !offered {
            let all: Vec<String> = job.clauses.iter().map(|c| c.id.clone()).collect();
            job.ledger().skipped(0, &all, "the client does not offer this operation");
        }
        job
    }

    /// Takes what a case came to.
    pub(super) fn take(&self, entry: &Entry) {
        for (parameter, why) in &entry.not_offered {
            self.not_offered(parameter, why);
        }
        if let Some((name, value)) = &entry.poison {
            self.poison(name, value);
        }
        self.ledger().take(entry);
    }

    /// What the operation's clauses came to, and what is wrong.
    pub(super) fn close(&self, reach: &Reach<'_>) -> Vec<Event> {
        let ledger = std::mem::take(&mut *self.ledger());
        let left_out = lock(&self.left_out);
        let (mut judged, findings) =
            ledger.close(self.subject.operation, &self.clauses, &|clause| match left_out.contains(&clause.id) {
                true => "budget: there was no time for it".into(),
                false => why_untested(clause, reach.hello, reach.raw, reach.stopped),
            });
        if reach.part {
            judged.retain(|judged| judged.verdict != Verdict::Untested);
        }
        let offers = lock(&self.unsupported);
        let offers = offers.iter().map(|(parameter, why)| not_offered(self.subject.operation, parameter, why));
        let findings = findings.into_iter().chain(offers).map(|f| Event::Finding(Box::new(f)));
        judged.into_iter().map(Event::Verdict).chain(findings).collect()
    }

    /// What the operation's clauses came to so far.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    /// How many cases are not done.
    pub(super) fn left(&self) -> MutexGuard<'_, usize> {
        lock(&self.left)
    }

    /// A case less is not done; true for the last.
    pub(super) fn one_less(&self) -> bool {
        let mut left = self.left();
        *left -= 1;
        *left == 0
    }

    /// The ids of the clauses that are judged.
    pub(super) fn chosen(&self) -> BTreeSet<&str> {
        self.clauses.iter().map(|c| c.id.as_str()).collect()
    }

    /// Takes findings whose cases were made smaller, once all cases are in.
    pub(super) fn shrunk(&self, shrunk: &Shrunk) {
        shrunk.smaller.iter().for_each(|smaller| self.ledger().shrunk(smaller));
    }

    /// A case is not run for want of time.
    pub(super) fn leave_out(&self, case: &Case) {
        lock(&self.left_out).extend(case.clauses.iter().cloned());
    }

    /// Parameters that the client turned out not to offer.
    pub(super) fn unsupported(&self) -> Vec<String> {
        lock(&self.unsupported).keys().cloned().collect()
    }

    /// The client turned out not to offer a parameter.
    pub(super) fn not_offered(&self, parameter: &str, why: &str) {
        let mut known = lock(&self.unsupported);
        if known.insert(parameter.to_owned(), why.to_owned()).is_some() {
            return;
        }
        let about: Vec<String> = self
            .clauses
            .iter()
            .filter(
                |c| matches!(&c.aspect, Aspect::Request(path, _) if path.split(['.', '[']).next() == Some(parameter)),
            )
            .map(|c| c.id.clone())
            .collect();
        self.ledger().skipped(0, &about, why);
    }

    /// Remembers a value that the client's process did not survive.
    pub(super) fn poison(&self, name: &str, value: &str) {
        lock(&self.poison).insert((name.to_owned(), value.to_owned()));
    }

    /// A value of the case that the client's process does not survive.
    pub(super) fn poisoned(&self, case: &Case) -> Option<String> {
        let poison = lock(&self.poison);
        if poison.is_empty() {
            return None;
        }
        let all = case.steps.iter().flat_map(|s| s.params.iter());
        all.map(|(n, v)| (n.clone(), v.to_string())).find(|p| poison.contains(p)).map(|(n, v)| format!("`{n}` = {v}"))
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(|e| e.into_inner())
}

/// Parameters that a client which describes itself leaves out.
pub(super) fn undescribed(operation: &Operation, described: Option<&Described>) -> BTreeMap<String, String> {
    let Some(described) = described.filter(|d| !d.request.is_empty()) else { return BTreeMap::new() };
    let roots: BTreeSet<&str> = described.request.iter().filter_map(|p| p.split(['.', '[']).next()).collect();
    operation
        .parameters
        .iter()
        .map(|p| &p.field.name)
        .filter(|name| !roots.contains(name.as_str()))
        .map(|name| (name.clone(), "the client does not describe it".to_owned()))
        .collect()
}

/// A verdict of *untested* on each of these clauses.
pub(super) fn untested(clauses: Vec<Clause>, reason: &str) -> Vec<Event> {
    let untested = |clause: Clause| {
        Event::Verdict(Judged {
            clause: clause.id,
            promise: clause.promise.as_str().into(),
            verdict: Verdict::Untested,
            reason: Some(reason.to_owned()),
            cases: 0,
        })
    };
    clauses.into_iter().map(untested).collect()
}
