//! The smallest call that still shows a finding, and what about it matters: one real call a step.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::demand::is_slow;
use super::exhibit::exhibit;
use super::feed::Feed;
use super::job::Job;
use super::lane::Lane;
use super::ledger::Identity;
use super::subject::Subject;
use super::{Run, blame};
use crate::case::{Case, Origin};
use crate::check::{Hit, Rule};
use crate::driver::Broken;
use crate::error::Error;
use crate::finding::{Exhibit, Finding};
use crate::generate::{self, Calls};
use crate::outcome::Shrunk;
use crate::schema;
use crate::wire::curl::quoted;
use proptest::strategy::ValueTree as _;

/// The most calls that a finding's case is made smaller with; as many again, at most, tell what about it matters.
const CALLS: usize = 256;
/// The longest that may take; only a client that answers slowly gets there.
const LONGEST: Duration = Duration::from_secs(20);
/// The same, for all findings of an operation.
const LONGEST_IN_ALL: Duration = Duration::from_secs(90);
/// How often the client's process is started again before no more is tried.
const RESTARTS: u32 = 6;
/// Parameters longer than this do not stand in the line that shows the case again.
const SHORT: usize = 200;

/// A finding with the smallest case that showed it so far.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// What is wrong.
    pub(super) hit: Hit,
    /// The case.
    pub(super) case: Case,
    /// What was seen of it.
    pub(super) exhibit: Exhibit,
    /// Whether the client's process came to grief over it.
    pub(super) broken: bool,
}

impl Shown {
    /// A finding with its case; none where a smaller one was shown already.
    pub(super) fn of(rule: &'static Rule, finding: &Finding, broken: bool) -> Option<Shown> {
        let mut exhibit = finding.exhibit.clone()?;
        let case = serde_json::from_value(exhibit.case.take()?).ok()?;
        let hit = Hit {
            rule,
            severity: finding.severity,
            transform: finding.transform.clone(),
            message: finding.message.clone(),
            clauses: finding.clauses.clone(),
            step: 0,
        };
        Some(Shown { hit, case, exhibit, broken })
    }

    /// The finding, with its case as plain data.
    pub(super) fn finding(&self) -> Finding {
        let case = serde_json::to_value(&self.case).expect("a case holds nothing that JSON cannot");
        Finding { exhibit: Some(Exhibit { case: Some(case), ..self.exhibit.clone() }), ..self.hit.finding() }
    }
}

/// Makes the case of every finding of an operation as small as it can be.
pub(super) async fn shrink(run: &Run, feed: &Feed<'_>, lane: &mut Lane, job: &Job<'_>) -> Result<Shrunk, Error> {
    let mut shrunk = Shrunk { operation: job.subject.operation.name.clone(), ..Shrunk::default() };
    let found = job.ledger().shown(&job.chosen());
    let found: Vec<(Identity, Shown)> = found.into_iter().filter(|(_, shown)| can_shrink(shown)).collect();
    let Ok(calls) = generate::valid(&schema::request(job.subject.operation)) else { return Ok(shrunk) };
    let subject = &job.subject;
    let from = Instant::now();
    let mut minima = Vec::new();
    for (identity, first) in found {
        if from.elapsed() > LONGEST_IN_ALL || lane.restarts >= RESTARTS {
            break;
        }
        let mut trial = Trial::new(lane, subject, first.hit.rule.id, &first.hit.transform);
        let minimum = smallest(&mut trial, &calls, first.clone()).await?;
        let minimum = match minimum {
            Some(mut minimum) => {
                trial.allow(CALLS);
                if let Some(line) = blame::together(&mut trial, &calls, &minimum.case, &job.unsupported()).await? {
                    minimum.hit.message = format!("{}\n{line}", minimum.hit.message);
                }
                Some(minimum)
            }
            None => None,
        };
        shrunk.calls += trial.calls;
        minima.extend(minimum.map(|minimum| (identity, minimum)));
    }
    if minima.is_empty() {
        return Ok(shrunk);
    }
    // What was learnt on a process that has seen hundreds of calls has to hold on one that has seen none.
    let mut fresh = Lane::open(lane.again(), run, None).await?;
    for (identity, mut minimum) in minima {
        let mut trial = Trial::new(&mut fresh, subject, minimum.hit.rule.id, &minimum.hit.transform);
        let again = trial.run(&minimum.case).await?;
        shrunk.calls += trial.calls;
        match again {
            Tried::Shows(again) => {
                minimum.exhibit = again.exhibit;
                shrunk.smaller.extend(job.ledger().smaller(&identity, minimum));
            }
            _ => feed.note(format!(
                "a smaller case of {} did not show it in a fresh process; the case that was planned is shown",
                identity.0
            )),
        }
    }
    fresh.close().await;
    Ok(shrunk)
}

/// Whether it is one call that the page allows, and that is done with at once.
fn can_shrink(Shown { case, broken, .. }: &Shown) -> bool {
    let [step] = case.steps.as_slice() else { return false };
    // A breach is the plainest call with one thing wrong, and smaller than that there is nothing.
    !broken && step.breach.is_none() && !case.parallel && case.origin != Origin::Session && !is_slow(case)
}

/// The smallest case in reach; none where the finding does not come again to begin with.
async fn smallest(trial: &mut Trial<'_, '_>, calls: &Calls, first: Shown) -> Result<Option<Shown>, Error> {
    let params = Value::Object(first.case.steps[0].params.clone());
    if !calls.accepts(&params) {
        return Ok(None);
    }
    let Tried::Shows(best) = trial.run(&first.case).await? else { return Ok(None) };
    let mut best = *best;
    let mut tree = calls.tree(params);
    let mut more = tree.simplify();
    while more {
        let Value::Object(params) = tree.current() else { break };
        more = match trial.with(&first.case, params).await? {
            Tried::Shows(shown) => {
                best = *shown;
                tree.simplify()
            }
            Tried::Hides | Tried::Untold => tree.complicate(),
            Tried::Spent => false,
        };
    }
    Ok(Some(best))
}

/// Calls that are tried on the client, to see which of them show one finding.
pub(super) struct Trial<'a, 'l> {
    lane: &'l mut Lane,
    pub(super) subject: &'a Subject<'a>,
    rule: &'static str,
    transform: String,
    /// What was tried already and did not show it.
    hides: HashSet<String>,
    calls: usize,
    most: usize,
    until: Instant,
}

/// What came of a call that was tried.
pub(super) enum Tried {
    /// The same rule with the same transform.
    Shows(Box<Shown>),
    /// Something else, or nothing.
    Hides,
    /// It could not be judged.
    Untold,
    /// No call is left to try it with.
    Spent,
}

impl<'a, 'l> Trial<'a, 'l> {
    fn new(lane: &'l mut Lane, subject: &'a Subject<'a>, rule: &'static str, transform: &str) -> Trial<'a, 'l> {
        let until = Instant::now() + LONGEST;
        let (transform, hides) = (transform.to_owned(), HashSet::new());
        Trial { lane, subject, rule, transform, hides, calls: 0, most: CALLS, until }
    }

    /// Grants further calls.
    fn allow(&mut self, calls: usize) {
        self.most = self.calls + calls;
        self.until = Instant::now() + LONGEST;
    }

    /// The case with these parameters in place of its own.
    pub(super) async fn with(&mut self, case: &Case, params: Map<String, Value>) -> Result<Tried, Error> {
        let key = Value::Object(params.clone()).to_string();
        if self.hides.contains(&key) {
            return Ok(Tried::Hides);
        }
        if self.calls + 1 >= self.most || self.lane.restarts >= RESTARTS || Instant::now() > self.until {
            return Ok(Tried::Spent);
        }
        let mut case = case.clone();
        case.steps[0].params = params;
        let tried = self.run(&case).await?;
        if !matches!(tried, Tried::Shows(_)) {
            self.hides.insert(key);
        }
        Ok(tried)
    }

    /// What the case shows, if it is the finding that is looked for.
    async fn run(&mut self, case: &Case) -> Result<Tried, Error> {
        let mut ran = self.lane.run(self.subject, case, true).await;
        self.calls += ran.seen.len();
        if ran.broken.as_ref().is_some_and(Broken::was_killed) {
            // Somebody killed it: that says nothing about the case.
            self.lane.restart().await?;
            ran = self.lane.run(self.subject, case, true).await;
            self.calls += ran.seen.len();
        }
        if ran.broken.is_some() {
            self.lane.restarts += 1;
            self.lane.restart().await?;
            return Ok(Tried::Untold);
        }
        if ran.unsupported.is_some() {
            return Ok(Tried::Untold);
        }
        let hits = &ran.judgement.hits;
        let Some(hit) = hits.iter().find(|h| h.rule.id == self.rule && h.transform == self.transform) else {
            return Ok(if ran.judgement.errored.is_some() { Tried::Untold } else { Tried::Hides });
        };
        let mut exhibit = exhibit(case, &ran.seen, hit.step);
        let params = Value::Object(case.steps[0].params.clone()).to_string();
        if let Some(id) = exhibit.replay.as_mut().filter(|_| params.len() <= SHORT) {
            id.push_str(&format!(" --params {}", quoted(&params)));
        }
        Ok(Tried::Shows(Box::new(Shown { hit: hit.clone(), case: case.clone(), exhibit, broken: false })))
    }
}
