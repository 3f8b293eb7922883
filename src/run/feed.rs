//! Hands out cases to lanes, one operation after the other, and closes an operation when its last case is done.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use super::lane::{is_slow, needs_tap};
use super::ledger::{Ledger, why_untested};
use super::plan::{self, Options};
use super::{Choice, Run, not_offered, options};
use crate::case::{Case, Origin};
use crate::contract::{Aspect, Clause, Operation};
use crate::driver::{Described, Hello};
use crate::error::Error;
use crate::outcome::{Event, Judged, Verdict};

/// The cases of a run, handed out one by one.
pub(super) struct Feed<'a> {
    run: &'a Run,
    operations: Vec<&'a Operation>,
    hello: Hello,
    state: Mutex<State<'a>>,
    started: Condvar,
}

struct State<'a> {
    /// The operation whose cases are handed out; none before the start.
    at: Option<usize>,
    described: Vec<Option<Described>>,
    quick: VecDeque<(usize, Arc<Case>)>,
    slow: VecDeque<(usize, Arc<Case>)>,
    /// The operation whose cases are handed out.
    open: Option<Arc<Job<'a>>>,
    /// Operations that have cases on the way.
    jobs: Vec<Arc<Job<'a>>>,
    /// What operations came to that are done before one that comes first on the page.
    closed: BTreeMap<usize, Vec<Event>>,
    /// The operation to be told next.
    told: usize,
    /// Lanes that are still at work.
    lanes: usize,
    /// None once all is told.
    tell: Option<Sender<Event>>,
}

/// One operation on the way.
pub(super) struct Job<'a> {
    /// Which of the run's operations it is.
    at: usize,
    /// The operation.
    pub(super) operation: &'a Operation,
    clauses: Vec<Clause>,
    /// What each clause is about.
    pub(super) aspects: HashMap<String, Aspect>,
    ledger: Mutex<Ledger>,
    unsupported: Mutex<BTreeMap<String, String>>,
    left: Mutex<usize>,
    /// Values that ended or hung the client when they stood alone: cases with them are not run again.
    poison: Mutex<BTreeSet<(String, String)>>,
}

impl<'a> Feed<'a> {
    pub(super) fn new(run: &'a Run, operations: Vec<&'a Operation>, hello: Hello, tell: Sender<Event>) -> Feed<'a> {
        let state = State {
            at: None,
            described: Vec::new(),
            quick: VecDeque::new(),
            slow: VecDeque::new(),
            open: None,
            jobs: Vec::new(),
            closed: BTreeMap::new(),
            told: 0,
            lanes: run.jobs.max(1),
            tell: Some(tell),
        };
        Feed { run, operations, hello, state: Mutex::new(state), started: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Plans the first operation, so that lanes find work.
    pub(super) fn start(&self, described: Vec<Option<Described>>) {
        let mut state = self.state();
        state.described = described;
        self.open(&mut state, 0);
        self.started.notify_all();
    }

    /// The next case; none when all are handed out or the run is to end. `patient` lanes take the slow ones first.
    pub(super) fn next(&self, patient: bool) -> Option<(Arc<Job<'a>>, usize, Arc<Case>)> {
        let mut state = self.state();
        loop {
            if self.run.stop.is_rung() {
                return None;
            }
            let State { quick, slow, .. } = &mut *state;
            let next = if patient {
                slow.pop_front().or_else(|| quick.pop_front())
            } else {
                quick.pop_front().or_else(|| slow.pop_front())
            };
            if let (Some((index, case)), Some(job)) = (next, &state.open) {
                return Some((Arc::clone(job), index, case));
            }
            match state.at {
                None => state = self.started.wait(state).unwrap_or_else(|e| e.into_inner()),
                Some(at) if at + 1 < self.operations.len() => self.open(&mut state, at + 1),
                Some(_) => return None,
            }
        }
    }

    fn open(&self, state: &mut State<'a>, at: usize) {
        let operation = self.operations[at];
        let clauses = self.run.choice.clauses(operation);
        let unsupported = undescribed(operation, state.described.get(at).and_then(Option::as_ref));
        let options = options(&self.run.choice, &self.hello, unsupported.keys().cloned().collect());
        let offered = self.hello.operations.as_ref().is_none_or(|o| o.contains(&operation.name));
        let mut cases = if offered { chosen(operation, &clauses, &self.run.choice, &options) } else { Vec::new() };
        if !self.run.carrier.is_raw() {
            cases.retain(|case| !needs_tap(case));
        }
        let aspects = clauses_by_id(operation);
        state.say(Event::Operation { name: operation.name.clone(), clauses: clauses.len(), cases: cases.len() });
        let job = Job {
            at,
            operation,
            clauses,
            aspects,
            ledger: Mutex::default(),
            unsupported: Mutex::default(),
            left: Mutex::new(cases.len()),
            poison: Mutex::default(),
        };
        for (parameter, why) in &unsupported {
            job.not_offered(parameter, why);
        }
        if !offered {
            let all: Vec<String> = job.clauses.iter().map(|c| c.id.clone()).collect();
            job.ledger().skipped(&all, "the client does not offer this operation");
        }
        let job = Arc::new(job);
        state.at = Some(at);
        state.open = Some(Arc::clone(&job));
        state.jobs.push(Arc::clone(&job));
        for (index, case) in cases.into_iter().enumerate() {
            let queue = if is_slow(&case) { &mut state.slow } else { &mut state.quick };
            queue.push_back((index, Arc::new(case)));
        }
        if state.quick.is_empty() && state.slow.is_empty() {
            self.close(state, &job);
        }
    }

    /// A case is done; true for the last of its operation, which is then to be finished.
    pub(super) fn done(&self, job: &Job<'_>, calls: usize) -> bool {
        self.state().say(Event::Case { calls });
        let mut left = job.left.lock().unwrap_or_else(|e| e.into_inner());
        *left -= 1;
        *left == 0
    }

    /// Closes an operation, for which so many calls were made after its last case.
    pub(super) fn finish(&self, job: &Job<'_>, calls: usize) {
        let mut state = self.state();
        state.say(Event::Shrunk { calls });
        self.close(&mut state, job);
    }

    /// A lane has ended; the last one tells what is left, since the run was stopped or has lost its client.
    pub(super) fn leave(&self, why: Option<&Error>) {
        let mut state = self.state();
        state.lanes -= 1;
        if state.lanes > 0 {
            return;
        }
        let why = why.map(Error::to_string);
        let waiting: Vec<_> = state.quick.drain(..).collect();
        let waiting: Vec<_> = waiting.into_iter().chain(state.slow.drain(..)).collect();
        if let (Some(why), Some(job)) = (&why, &state.open) {
            waiting.iter().for_each(|(_, case)| job.ledger().errored(&case.clauses, why));
        }
        for job in std::mem::take(&mut state.jobs) {
            self.close(&mut state, &job);
        }
        let from = state.at.map_or(0, |at| at + 1);
        for (at, operation) in self.operations.iter().enumerate().skip(from) {
            let reason = why.clone().unwrap_or_else(|| "the run was stopped".into());
            let untested = |clause: Clause| {
                Event::Verdict(Judged {
                    clause: clause.id,
                    promise: clause.promise.as_str().into(),
                    verdict: Verdict::Untested,
                    reason: Some(reason.clone()),
                    cases: 0,
                })
            };
            let events = self.run.choice.clauses(operation).into_iter().map(untested).collect();
            state.closed.insert(at, events);
            state.flush();
        }
        state.tell = None;
    }

    /// A note on the run.
    pub(super) fn note(&self, text: String) {
        self.state().say(Event::Note(text));
    }

    fn close(&self, state: &mut State<'a>, job: &Job<'_>) {
        let ledger = std::mem::take(&mut *job.ledger());
        let stopped = self.run.stop.is_rung();
        let (judged, findings) = ledger.close(job.operation, &job.clauses, &|clause| {
            why_untested(clause, &self.hello, self.run.carrier.is_raw(), stopped)
        });
        let offers = job.unsupported.lock().unwrap_or_else(|e| e.into_inner());
        let offers = offers.iter().map(|(parameter, why)| not_offered(job.operation, parameter, why));
        let findings = findings.into_iter().chain(offers).map(|f| Event::Finding(Box::new(f)));
        let events = judged.into_iter().map(Event::Verdict).chain(findings).collect();
        state.jobs.retain(|open| open.at != job.at);
        state.closed.insert(job.at, events);
        state.flush();
    }
}

impl State<'_> {
    fn say(&self, event: Event) {
        if let Some(tell) = &self.tell {
            // The receiver outlives the lanes; if it does not, nobody listens any more.
            let _ = tell.send(event);
        }
    }

    /// Tells what the next operations of the page came to, as far as they are done.
    fn flush(&mut self) {
        while let Some(events) = self.closed.remove(&self.told) {
            self.told += 1;
            events.into_iter().for_each(|event| self.say(event));
        }
    }
}

impl Job<'_> {
    /// What the operation's clauses came to so far.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The ids of the clauses that are judged.
    pub(super) fn chosen(&self) -> BTreeSet<&str> {
        self.clauses.iter().map(|c| c.id.as_str()).collect()
    }

    /// Parameters that the client turned out not to offer.
    pub(super) fn unsupported(&self) -> Vec<String> {
        self.unsupported.lock().unwrap_or_else(|e| e.into_inner()).keys().cloned().collect()
    }

    /// The client turned out not to offer a parameter.
    pub(super) fn not_offered(&self, parameter: &str, why: &str) {
        let mut known = self.unsupported.lock().unwrap_or_else(|e| e.into_inner());
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
        self.ledger().skipped(&about, why);
    }

    /// Remembers the values of a case that the client's process did not survive, if they are few enough to blame.
    pub(super) fn poison(&self, case: &Case) {
        if let [step] = case.steps.as_slice()
            && step.params.len() == 1
        {
            let (name, value) = step.params.iter().next().expect("there is one");
            self.poison.lock().unwrap_or_else(|e| e.into_inner()).insert((name.clone(), value.to_string()));
        }
    }

    /// A value of the case that the client's process does not survive.
    pub(super) fn poisoned(&self, case: &Case) -> Option<String> {
        let poison = self.poison.lock().unwrap_or_else(|e| e.into_inner());
        if poison.is_empty() {
            return None;
        }
        let all = case.steps.iter().flat_map(|s| s.params.iter());
        all.map(|(n, v)| (n.clone(), v.to_string())).find(|p| poison.contains(p)).map(|(n, v)| format!("`{n}` = {v}"))
    }
}

fn clauses_by_id(operation: &Operation) -> HashMap<String, Aspect> {
    crate::contract::clauses(operation).into_iter().map(|c| (c.id, c.aspect)).collect()
}

/// Parameters that a client which describes itself leaves out.
fn undescribed(operation: &Operation, described: Option<&Described>) -> BTreeMap<String, String> {
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

/// The cases of an operation that put a chosen clause to the test.
pub(super) fn chosen(operation: &Operation, clauses: &[Clause], choice: &Choice, options: &Options) -> Vec<Case> {
    let mut cases = plan::cases(operation, &crate::contract::clauses(operation), options);
    if choice.clauses.is_empty() {
        return cases;
    }
    let wanted: BTreeSet<&str> = clauses.iter().map(|c| c.id.as_str()).collect();
    // Every request puts these to the test.
    let everywhere = clauses.iter().any(|c| matches!(c.aspect, Aspect::Wire(_) | Aspect::Undocumented));
    cases.retain(|case| {
        let plain = matches!(case.origin, Origin::Sample | Origin::Boundary);
        (everywhere && plain) || case.clauses.iter().any(|c| wanted.contains(c.as_str()))
    });
    cases
}
