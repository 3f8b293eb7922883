//! What an operation's clauses came to so far.

mod fold;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::shrink::Shown;
use crate::check::{Hit, Look, Rule, rule};
use crate::contract::{Aspect, Clause, Operation, RequestAspect, SessionAspect, TransportAspect};
use crate::finding::{Finding, Severity};
use crate::outcome::{Entry, Judged, Smaller, Verdict};
use crate::span::Span;

/// What is a finding's own: its rule and what happened.
pub(super) type Identity = (&'static str, String);

/// How many cases must show a finding on objects of their own before it is believed at sight.
const SYSTEMATIC: u32 = 5;

/// What an operation's clauses came to so far.
#[derive(Default)]
pub(super) struct Ledger {
    exercised: HashMap<String, u32>,
    /// Why a clause was not judged, by the first case of the plan that says so.
    errored: BTreeMap<String, (usize, String)>,
    skipped: BTreeMap<String, (usize, String)>,
    found: BTreeMap<Identity, Found>,
    suspicions: Vec<Suspicion>,
    folded: bool,
}

struct Found {
    rule: &'static Rule,
    transform: String,
    severity: Severity,
    clauses: BTreeSet<String>,
    /// The smallest case that shows it, the first of the plan among equals.
    smallest: Option<Shown>,
    size: (usize, usize),
    confirmed: u32,
    unconfirmed: u32,
    session: bool,
    /// Whether a case of a single call shows it, too.
    alone: bool,
    combined_only: bool,
}

/// Something that was seen and did not come again.
struct Suspicion {
    rule: &'static Rule,
    case: usize,
    finding: Finding,
}

impl Ledger {
    /// Takes what a case came to.
    pub(super) fn take(&mut self, entry: &Entry) {
        for (clause, reason) in &entry.errored {
            self.errored(entry.case, std::slice::from_ref(clause), reason);
        }
        for (clause, reason) in &entry.skipped {
            self.skipped(entry.case, std::slice::from_ref(clause), reason);
        }
        for clause in &entry.exercised {
            match self.exercised.get_mut(clause) {
                Some(cases) => *cases += 1,
                None => drop(self.exercised.insert(clause.clone(), 1)),
            }
        }
        entry.held.iter().for_each(|finding| self.broken(finding, entry));
        entry.gone.iter().for_each(|finding| self.unrepeated(finding, entry.case));
    }

    /// Nothing could be judged of these clauses by this case.
    pub(super) fn errored(&mut self, case: usize, clauses: &[String], reason: &str) {
        first_says(&mut self.errored, case, clauses, reason);
    }

    /// The client does not offer what these clauses are about. An operation's own name stands for all of its clauses.
    pub(super) fn skipped(&mut self, case: usize, clauses: &[String], reason: &str) {
        first_says(&mut self.skipped, case, clauses, reason);
    }

    /// Whether a finding was shown by so many cases that the next is believed at sight.
    pub(super) fn is_systematic(&self, hit: &Hit) -> bool {
        self.found.get(&identity(hit)).is_some_and(|f| f.alone && f.confirmed >= SYSTEMATIC && f.unconfirmed == 0)
    }

    /// Whether a finding is known already.
    pub(super) fn knows(&self, hit: &Hit) -> bool {
        self.found.contains_key(&identity(hit))
    }

    /// Whether a case of this size shows a finding better than those before it.
    pub(super) fn wants(&self, hit: &Hit, size: usize, case: usize) -> bool {
        self.found.get(&identity(hit)).is_none_or(|f| (size, case) < f.size)
    }

    /// A finding that came again whenever it was tried.
    fn broken(&mut self, finding: &Finding, entry: &Entry) {
        let Some(rule) = rule(&finding.rule) else { return };
        let found = self.found.entry((rule.id, finding.transform.clone())).or_insert_with(|| Found {
            rule,
            transform: finding.transform.clone(),
            severity: finding.severity,
            clauses: BTreeSet::new(),
            smallest: None,
            size: (usize::MAX, 0),
            confirmed: 0,
            unconfirmed: 0,
            session: entry.session,
            alone: false,
            combined_only: true,
        });
        found.severity = found.severity.max(finding.severity);
        found.clauses.extend(finding.clauses.iter().cloned());
        found.confirmed += 1;
        found.session |= entry.session;
        found.alone |= !entry.session;
        found.combined_only &= entry.combined;
        let size = (entry.size, entry.case);
        if size < found.size
            && let Some(shown) = Shown::of(rule, finding, entry.broken)
        {
            (found.smallest, found.size) = (Some(shown), size);
        }
    }

    /// A finding that did not come again.
    fn unrepeated(&mut self, finding: &Finding, case: usize) {
        let Some(rule) = rule(&finding.rule) else { return };
        if let Some(found) = self.found.get_mut(&(rule.id, finding.transform.clone())) {
            found.unconfirmed += 1;
        }
        self.suspicions.push(Suspicion { rule, case, finding: finding.clone() });
    }

    /// Every finding that breaks one of these clauses, with the smallest case that showed it.
    pub(super) fn shown(&mut self, chosen: &BTreeSet<&str>) -> Vec<(Identity, Shown)> {
        self.fold();
        let is_chosen =
            |found: &Found| found.combined_only || found.clauses.iter().any(|c| chosen.contains(c.as_str()));
        let found = self.found.iter().filter(|(_, found)| found.severity > Severity::Note && is_chosen(found));
        found.filter_map(|(identity, found)| Some((identity.clone(), found.smallest.clone()?))).collect()
    }

    /// A smaller case that shows a finding, and what it is smaller than.
    pub(super) fn smaller(&mut self, identity: &Identity, shown: Shown) -> Option<Smaller> {
        let found = self.found.get_mut(identity)?;
        let finding = shown.finding();
        found.smallest = Some(shown);
        Some(Smaller { size: found.size.0, case: found.size.1, finding })
    }

    /// Takes what was made smaller, where it began with the smallest case of all.
    pub(super) fn shrunk(&mut self, smaller: &Smaller) {
        let finding = &smaller.finding;
        let Some(rule) = rule(&finding.rule) else { return };
        if let Some(found) = self.found.get_mut(&(rule.id, finding.transform.clone()))
            && found.size == (smaller.size, smaller.case)
            && let Some(shown) = Shown::of(rule, finding, false)
        {
            found.smallest = Some(shown);
        }
    }

    /// The verdict on every clause, and the findings, the worst first.
    pub(super) fn close(
        mut self,
        operation: &Operation,
        clauses: &[Clause],
        why_untested: &dyn Fn(&Clause) -> String,
    ) -> (Vec<Judged>, Vec<Finding>) {
        self.fold();
        let stateful = self.found.values().any(|f| f.session);
        let flaky = self.flaky(stateful);
        for found in self.found.values_mut() {
            if found.combined_only && !found.session {
                found.clauses.insert(format!("{}/request/combinations", crate::contract::escape(&operation.name)));
            }
        }
        self.found.values_mut().for_each(Found::blame_no_session);
        let chosen: BTreeSet<&str> = clauses.iter().map(|c| c.id.as_str()).collect();
        self.found.retain(|_, found| {
            found.clauses.retain(|c| chosen.contains(c.as_str()));
            !found.clauses.is_empty()
        });
        let mut broken: BTreeMap<&str, Severity> = BTreeMap::new();
        let mut ambiguous: BTreeSet<&str> = BTreeSet::new();
        for found in self.found.values() {
            let contested = found.rule.id == "one-type-only" && found.severity < Severity::Error;
            for clause in &found.clauses {
                match found.severity {
                    _ if contested => drop(ambiguous.insert(clause)),
                    Severity::Note => {}
                    severity => drop(broken.insert(clause, severity)),
                }
            }
        }
        for finding in flaky.iter().filter(|finding| finding.severity > Severity::Note) {
            broken.extend(finding.clauses.iter().map(|clause| (clause.as_str(), finding.severity)));
        }
        let whole = crate::contract::escape(&operation.name);
        let wobbly: BTreeSet<&str> = flaky.iter().flat_map(|f| &f.clauses).map(String::as_str).collect();
        let judged = clauses
            .iter()
            .map(|clause| {
                let id = clause.id.as_str();
                let cases = self.exercised.get(id).copied().unwrap_or(0);
                let (verdict, reason) = if broken.contains_key(id) {
                    (Verdict::Broken, None)
                } else if let Some((_, reason)) = self.errored.get(id) {
                    (Verdict::Errored, Some(reason.clone()))
                } else if wobbly.contains(id) {
                    (Verdict::Flaky, Some("broken once, and not again".to_owned()))
                } else if ambiguous.contains(id) {
                    (Verdict::Ambiguous, Some("the page contradicts itself there".to_owned()))
                } else if let Some((_, reason)) = self.skipped.get(id) {
                    (Verdict::Skipped, Some(reason.clone()))
                } else if cases > 0 {
                    (Verdict::Kept, None)
                } else if let Some((_, reason)) = self.skipped.get(&whole) {
                    (Verdict::Skipped, Some(reason.clone()))
                } else {
                    (Verdict::Untested, Some(why_untested(clause)))
                };
                Judged { clause: clause.id.clone(), promise: clause.promise.as_str().into(), verdict, reason, cases }
            })
            .collect();
        let mut findings: Vec<Finding> = self.found.into_values().map(|f| f.finding(clauses)).collect();
        findings.extend(flaky);
        findings.sort_by(|a, b| {
            b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.transform.cmp(&b.transform))
        });
        (judged, findings)
    }

    /// What did not come again and is not explained by a defect that shows over several calls. What the bytes prove is believed all the
    /// same, and so is what was seen again and again: which call shows it depends on the calls before, and the client is no less wrong.
    fn flaky(&mut self, stateful: bool) -> Vec<Finding> {
        let mut suspicions = std::mem::take(&mut self.suspicions);
        suspicions.sort_by_key(|suspicion| suspicion.case);
        let mut flaky: BTreeMap<Identity, (&Rule, BTreeSet<usize>, Finding)> = BTreeMap::new();
        for Suspicion { rule, case, finding } in suspicions {
            let identity = (rule.id, finding.transform.clone());
            if stateful || self.found.contains_key(&identity) {
                continue;
            }
            let clauses = finding.clauses.clone();
            let (_, cases, first) = flaky
                .entry(identity)
                .or_insert_with(|| (rule, BTreeSet::new(), Finding { clauses: Vec::new(), ..finding }));
            cases.insert(case);
            first.clauses.extend(clauses);
            first.clauses.sort();
            first.clauses.dedup();
        }
        let told = |(rule, cases, finding): (&Rule, BTreeSet<usize>, Finding)| {
            let often = match cases.len() {
                1 => "once".to_owned(),
                n => format!("in {n} cases"),
            };
            let believed = PROVEN.contains(&rule.id) || (cases.len() >= OFTEN && is_about_values(rule));
            let (severity, how) = match believed {
                true => (finding.severity, "after some calls only"),
                false => (Severity::Note, "flaky"),
            };
            let message = format!("{how}, seen {often} and not when the case ran alone: {}", finding.message);
            Finding { severity, message, ..finding }
        };
        flaky.into_values().map(told).collect()
    }
}

/// Rules whose every finding stands in bytes that no busy machine and no other call can have made.
const PROVEN: [&str; 3] = ["secret-shown", "wrong-signature", "hidden-request"];
/// In how many cases something must have been seen to be believed, although it did not come again when they ran alone.
const OFTEN: usize = 3;

/// Whether a rule compares values, which have nothing to do with time.
fn is_about_values(rule: &Rule) -> bool {
    matches!(rule.look, Look::Parameter(_) | Look::Member(_) | Look::Request(_))
        || matches!(rule.class, "E01" | "E02" | "E03" | "E04" | "E06" | "E07")
}

/// Keeps the reason of the case that comes first in the plan, so that it does not depend on which was done first.
fn first_says(all: &mut BTreeMap<String, (usize, String)>, case: usize, clauses: &[String], reason: &str) {
    for clause in clauses {
        let known = all.entry(clause.clone()).or_insert_with(|| (case, reason.to_owned()));
        if case < known.0 {
            *known = (case, reason.to_owned());
        }
    }
}

fn identity(hit: &Hit) -> Identity {
    (hit.rule.id, hit.transform.clone())
}

impl Found {
    /// What is wrong with a request or an answer at any time is not the fault of a session.
    fn blame_no_session(&mut self) {
        let is_session = |clause: &String| clause.contains("/session/");
        if self.alone && self.rule.class.starts_with(['R', 'P', 'E']) && !self.clauses.iter().all(is_session) {
            self.clauses.retain(|clause| !is_session(clause));
        }
    }

    fn finding(self, clauses: &[Clause]) -> Finding {
        let mut spans: Vec<Span> =
            clauses.iter().filter(|c| self.clauses.contains(&c.id)).flat_map(|c| c.spans.iter().copied()).collect();
        spans.sort();
        spans.dedup();
        let shown = self.smallest.map(|shown| shown.finding());
        Finding {
            rule: self.rule.id.into(),
            class: Some(self.rule.class.into()),
            severity: self.severity,
            transform: self.transform,
            clauses: self.clauses.into_iter().collect(),
            message: shown.as_ref().map(|shown| shown.message.clone()).unwrap_or_default(),
            spans,
            help: None,
            exhibit: shown.and_then(|shown| shown.exhibit),
        }
    }
}

/// Why no case of the plan shows a clause.
pub(super) fn why_untested(clause: &Clause, hello: &crate::driver::Hello, raw: bool, interrupted: bool) -> String {
    match &clause.aspect {
        _ if interrupted => "the run was stopped".into(),
        Aspect::Transport(TransportAspect::Throttled) if !hello.can("retries") => {
            "the client cannot be told how often to try".into()
        }
        Aspect::Request(_, RequestAspect::Retry) if !hello.can("retries") => {
            "the client cannot be told how often to try".into()
        }
        Aspect::Session(SessionAspect::Cancel) if !hello.can("cancel") => "the client cannot be told to cancel".into(),
        Aspect::Session(SessionAspect::Token) if !hello.can("token") => "the client takes no security token".into(),
        Aspect::Transport(TransportAspect::Certificate) if !hello.can("ca") => {
            "the client takes no certificate authority".into()
        }
        Aspect::Session(SessionAspect::Parallel) if hello.max_in_flight < 2 => {
            "the driver takes one call at a time".into()
        }
        Aspect::Session(SessionAspect::Parallel) => "no parameter tells parallel calls apart".into(),
        Aspect::Transport(_) | Aspect::Wire(crate::contract::WireAspect::Framing) if !raw => "needs the tap".into(),
        Aspect::Wire(crate::contract::WireAspect::Version) => "the page does not say the version".into(),
        _ => "no case could show it".into(),
    }
}
