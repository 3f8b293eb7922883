//! What an operation's clauses came to so far.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::shrink::Shown;
use crate::case::Case;
use crate::check::{Hit, Rule};
use crate::contract::{Aspect, Clause, Operation, SessionAspect, TransportAspect};
use crate::finding::{Exhibit, Finding, Severity};
use crate::outcome::{Judged, Verdict};
use crate::span::Span;

/// What is a finding's own: its rule and what happened.
pub(super) type Identity = (&'static str, String);

/// How many cases must show a finding on objects of their own before it is believed at sight.
const SYSTEMATIC: u32 = 5;

/// What an operation's clauses came to so far.
#[derive(Default)]
pub(super) struct Ledger {
    exercised: HashMap<String, u32>,
    errored: BTreeMap<String, String>,
    skipped: BTreeMap<String, String>,
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
    smallest: Shown,
    size: (usize, usize),
    confirmed: u32,
    unconfirmed: u32,
    session: bool,
    combined_only: bool,
}

/// Something that was seen and did not come again.
struct Suspicion {
    hit: Hit,
    index: usize,
    exhibit: Exhibit,
}

/// Where in the plan a hit was seen.
pub(super) struct Place {
    /// The case's index in the plan.
    pub(super) index: usize,
    /// How much the case calls with: the bytes of its parameters.
    pub(super) size: usize,
    /// Whether the case is about several calls.
    pub(super) session: bool,
    /// Whether the case is a row of a covering array, or random.
    pub(super) combined: bool,
    /// Whether the client's process came to grief over it.
    pub(super) broken: bool,
}

impl Ledger {
    /// Counts a case for the clauses that it put to the test.
    pub(super) fn exercise(&mut self, clauses: &[String]) {
        for clause in clauses {
            *self.exercised.entry(clause.clone()).or_default() += 1;
        }
    }

    /// Nothing could be judged of these clauses by this case.
    pub(super) fn errored(&mut self, clauses: &[String], reason: &str) {
        for clause in clauses {
            self.errored.entry(clause.clone()).or_insert_with(|| reason.to_owned());
        }
    }

    /// The client does not offer what these clauses are about.
    pub(super) fn skipped(&mut self, clauses: &[String], reason: &str) {
        for clause in clauses {
            self.skipped.entry(clause.clone()).or_insert_with(|| reason.to_owned());
        }
    }

    /// Whether a finding was shown by so many cases that the next is believed at sight.
    pub(super) fn is_systematic(&self, hit: &Hit) -> bool {
        self.found.get(&identity(hit)).is_some_and(|f| f.confirmed >= SYSTEMATIC && f.unconfirmed == 0)
    }

    /// Whether a finding is known already.
    pub(super) fn knows(&self, hit: &Hit) -> bool {
        self.found.contains_key(&identity(hit))
    }

    /// A hit that came again whenever it was tried.
    pub(super) fn broken(&mut self, hit: &Hit, place: &Place, case: &Case, exhibit: impl FnOnce() -> Exhibit) {
        let size = (place.size, place.index);
        let known = self.found.get(&identity(hit)).map(|found| found.size);
        let shown = known.is_none_or(|known| size < known).then(|| Shown {
            hit: hit.clone(),
            case: case.clone(),
            exhibit: exhibit(),
            broken: place.broken,
        });
        let found = match (self.found.entry(identity(hit)), shown) {
            (Entry::Occupied(known), None) => known.into_mut(),
            (Entry::Occupied(known), Some(shown)) => {
                let found = known.into_mut();
                (found.smallest, found.size) = (shown, size);
                found
            }
            (Entry::Vacant(free), shown) => free.insert(Found {
                rule: hit.rule,
                transform: hit.transform.clone(),
                severity: hit.severity,
                clauses: BTreeSet::new(),
                smallest: shown.expect("what is new is smaller than nothing"),
                size,
                confirmed: 0,
                unconfirmed: 0,
                session: place.session,
                combined_only: true,
            }),
        };
        found.severity = found.severity.max(hit.severity);
        found.clauses.extend(hit.clauses.iter().cloned());
        found.confirmed += 1;
        found.session |= place.session;
        found.combined_only &= place.combined;
    }

    /// Every finding that breaks one of these clauses, with the smallest case that showed it.
    pub(super) fn shown(&mut self, chosen: &BTreeSet<&str>) -> Vec<(Identity, Shown)> {
        self.fold();
        let is_chosen =
            |found: &Found| found.combined_only || found.clauses.iter().any(|c| chosen.contains(c.as_str()));
        let found = self.found.iter().filter(|(_, found)| found.severity > Severity::Note && is_chosen(found));
        found.map(|(identity, found)| (identity.clone(), found.smallest.clone())).collect()
    }

    /// A smaller case that shows a finding.
    pub(super) fn smaller(&mut self, identity: &Identity, shown: Shown) {
        if let Some(found) = self.found.get_mut(identity) {
            found.smallest = shown;
        }
    }

    /// A hit that did not come again.
    pub(super) fn unrepeated(&mut self, hit: Hit, index: usize, exhibit: Exhibit) {
        if let Some(found) = self.found.get_mut(&identity(&hit)) {
            found.unconfirmed += 1;
        }
        self.suspicions.push(Suspicion { hit, index, exhibit });
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
        let wobbly: BTreeSet<&str> = flaky.iter().flat_map(|f| &f.clauses).map(String::as_str).collect();
        let judged = clauses
            .iter()
            .map(|clause| {
                let id = clause.id.as_str();
                let cases = self.exercised.get(id).copied().unwrap_or(0);
                let (verdict, reason) = if broken.contains_key(id) {
                    (Verdict::Broken, None)
                } else if let Some(reason) = self.errored.get(id) {
                    (Verdict::Errored, Some(reason.clone()))
                } else if wobbly.contains(id) {
                    (Verdict::Flaky, Some("broken once, and not again".to_owned()))
                } else if ambiguous.contains(id) {
                    (Verdict::Ambiguous, Some("the page contradicts itself there".to_owned()))
                } else if let Some(reason) = self.skipped.get(id) {
                    (Verdict::Skipped, Some(reason.clone()))
                } else if cases > 0 {
                    (Verdict::Kept, None)
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

    /// One cause, one finding: a client that fails on an ordinary success fails on the unusual ones for the same reason.
    fn fold(&mut self) {
        if std::mem::replace(&mut self.folded, true) {
            return;
        }
        let dropped =
            self.found.iter().find(|(id, f)| id.0 == "parameter-dropped" && f.combined_only).map(|(id, _)| id.clone());
        let empty = ("empty-text-dropped", "an empty text is not sent".to_owned());
        if let Some(dropped) = dropped
            && self.found.get(&empty).is_some_and(|f| f.combined_only)
        {
            // A parameter that is dropped beside certain others is dropped when it is empty, too.
            self.absorb(&empty, &dropped);
        }
        self.fold_special_values();
        let general: Vec<Identity> =
            self.found.keys().filter(|(rule, _)| *rule == "success-shown-as-error").cloned().collect();
        for (rule, transform) in general {
            let consequences: Vec<Identity> = self
                .found
                .keys()
                .filter(|(r, t)| *r != rule && *r != "one-type-only" && *t == transform)
                .cloned()
                .collect();
            for identity in consequences {
                self.absorb(&identity, &(rule, transform.clone()));
            }
            // Where only one of two contradicting types is read, an answer of the other type is no success to it.
            let contested = self
                .found
                .iter()
                .find(|(id, f)| id.0 == "one-type-only" && f.severity < Severity::Error)
                .map(|(id, _)| id.clone());
            if let Some(contested) = contested {
                self.absorb(&(rule, transform), &contested);
            }
        }
    }

    /// A parameter that is never sent is not sent when it is 0, false or empty, either.
    fn fold_special_values(&mut self) {
        let parameter = |clause: &String| clause.split('/').nth(2).map(str::to_owned);
        let always: BTreeMap<String, Identity> = self
            .found
            .iter()
            .filter(|(id, found)| {
                id.0 == "parameter-dropped"
                    && id.1.starts_with('`')
                    && id.1.ends_with("` is not sent")
                    && !found.combined_only
            })
            .flat_map(|(id, found)| found.clauses.iter().filter_map(parameter).map(|name| (name, id.clone())))
            .collect();
        let special = |id: &Identity| {
            id.0 == "empty-text-dropped" || (id.0 == "parameter-dropped" && !id.1.ends_with("` is not sent"))
        };
        let parts: Vec<(Identity, Identity)> = self
            .found
            .iter()
            .filter(|(id, _)| special(id))
            .filter_map(|(id, found)| {
                let owners: BTreeSet<_> =
                    found.clauses.iter().filter_map(parameter).map(|name| always.get(&name)).collect();
                match owners.len() {
                    1 => owners.first().copied().flatten().map(|whole| (id.clone(), whole.clone())),
                    _ => None,
                }
            })
            .collect();
        for (part, whole) in parts {
            self.absorb(&part, &whole);
        }
        let long: Vec<Identity> = self.found.keys().filter(|id| id.1.contains("` over ")).cloned().collect();
        for part in long {
            // What is never there is not there when it is long, either.
            let (name, rest) = part.1.split_once("` over ").unwrap_or_default();
            let end = rest.split_once(" characters").map_or("", |(_, end)| end);
            let whole = (part.0, format!("{name}`{end}"));
            if self.found.contains_key(&whole) {
                self.absorb(&part, &whole);
            }
        }
    }

    /// Makes one finding part of another.
    fn absorb(&mut self, part: &Identity, whole: &Identity) {
        let Some(part) = self.found.remove(part) else { return };
        if let Some(whole) = self.found.get_mut(whole) {
            whole.clauses.extend(part.clauses);
            whole.confirmed += part.confirmed;
            whole.session |= part.session;
            whole.combined_only &= part.combined_only;
        }
    }

    /// What did not come again and is not explained by a defect that shows over several calls.
    fn flaky(&mut self, stateful: bool) -> Vec<Finding> {
        let mut flaky: BTreeMap<Identity, (usize, Finding)> = BTreeMap::new();
        for suspicion in std::mem::take(&mut self.suspicions) {
            if stateful || self.found.contains_key(&identity(&suspicion.hit)) {
                continue;
            }
            let Suspicion { hit, index, exhibit } = suspicion;
            let entry = flaky.entry(identity(&hit)).or_insert_with(|| {
                let finding = Finding {
                    rule: hit.rule.id.into(),
                    class: Some(hit.rule.class.into()),
                    severity: Severity::Note,
                    transform: hit.transform.clone(),
                    clauses: Vec::new(),
                    message: format!("flaky, seen once and not again: {}", hit.message),
                    spans: Vec::new(),
                    help: None,
                    exhibit: Some(exhibit),
                };
                (index, finding)
            });
            entry.1.clauses.extend(hit.clauses);
            entry.1.clauses.sort();
            entry.1.clauses.dedup();
        }
        flaky.into_values().map(|(_, finding)| finding).collect()
    }
}

fn identity(hit: &Hit) -> Identity {
    (hit.rule.id, hit.transform.clone())
}

impl Found {
    fn finding(self, clauses: &[Clause]) -> Finding {
        let mut spans: Vec<Span> =
            clauses.iter().filter(|c| self.clauses.contains(&c.id)).flat_map(|c| c.spans.iter().copied()).collect();
        spans.sort();
        spans.dedup();
        let Shown { hit, case, exhibit, .. } = self.smallest;
        let case = serde_json::to_value(case).expect("a case holds nothing that JSON cannot");
        Finding {
            rule: self.rule.id.into(),
            class: Some(self.rule.class.into()),
            severity: self.severity,
            transform: self.transform,
            clauses: self.clauses.into_iter().collect(),
            message: hit.message,
            spans,
            help: None,
            exhibit: Some(Exhibit { case: Some(case), ..exhibit }),
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
        Aspect::Session(SessionAspect::Parallel) if hello.max_in_flight < 2 => {
            "the driver takes one call at a time".into()
        }
        Aspect::Session(SessionAspect::Parallel) => "no parameter tells parallel calls apart".into(),
        Aspect::Transport(_) | Aspect::Wire(crate::contract::WireAspect::Framing) if !raw => "needs the tap".into(),
        Aspect::Wire(crate::contract::WireAspect::Version) => "the page does not say the version".into(),
        _ => "no case could show it".into(),
    }
}
