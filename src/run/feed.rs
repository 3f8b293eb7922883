//! Hands out cases to lanes, one operation after the other, and closes an operation when its last case is done.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::budget::{self, Clock};
use super::demand::{is_slow, needs_tap, wait};
use super::job::{Job, Reach, undescribed, untested};
use super::plan::{self, Options};
use super::subject::Subject;
use super::{Choice, Run, options};
use crate::case::{Case, Origin};
use crate::contract::{Aspect, Clause, Operation, SessionAspect};
use crate::driver::{Described, Hello};
use crate::error::Error;
use crate::journal::Past;
use crate::outcome::{Entry, Event, Opened, Shrunk};

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
    clock: Clock,
    /// When the open operation's share of the time is over.
    until: Option<Instant>,
    /// None once all is told.
    tell: Option<Sender<Event>>,
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
            clock: Clock::start(run.budget),
            until: None,
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
            if budget::is_past(state.until) {
                self.leave_out(&mut state);
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
                Some(_) if state.clock.is_over() => {
                    self.pass_over(&mut state, "budget: there was no time for it");
                    return None;
                }
                Some(at) if at + 1 < self.operations.len() => self.open(&mut state, at + 1),
                Some(_) => return None,
            }
        }
    }

    fn open(&self, state: &mut State<'a>, at: usize) {
        let operation = self.operations[at];
        let choice = &self.run.choice;
        let clauses = choice.clauses(operation);
        let not_offered = undescribed(operation, state.described.get(at).and_then(Option::as_ref));
        let options = options(choice, &self.hello, not_offered.keys().cloned().collect());
        let offered = self.hello.operations.as_ref().is_none_or(|o| o.contains(&operation.name));
        let mut cases = if offered { chosen(operation, &clauses, choice, &options) } else { Vec::new() };
        if !self.run.carrier.is_raw() {
            cases.retain(|case| !needs_tap(case));
        }
        let (name, plan) = (operation.name.clone(), plan::hash(&cases));
        let job = Arc::new(Job::new(at, Subject::new(&self.run.contract, operation), clauses, offered, &not_offered));
        let mut cases: Vec<(usize, Case)> = cases.into_iter().enumerate().collect();
        cases.retain(|(_, case)| choice.shard.is_none_or(|shard| shard.has(case)));
        let opened = Opened { name, clauses: job.clauses.len(), cases: cases.len(), plan, offered, not_offered };
        let past = self.past(&opened);
        state.say(Event::Operation(Box::new(opened)));
        let done: HashSet<usize> = past.entries.iter().map(|entry| entry.case).collect();
        for entry in past.entries {
            job.take(&entry);
            state.say(Event::Past(Box::new(entry)));
        }
        if let Some(shrunk) = past.shrunk {
            job.shrunk(&shrunk);
            state.say(Event::Shrunk(Box::new(shrunk)));
        }
        cases.retain(|(index, _)| !done.contains(index));
        match self.run.budget {
            Some(_) => cases = budget::ordered(cases, &job.clauses, &self.run.found),
            // What waits longest comes first of what waits, so that no lane is left with it when the others are done.
            None => cases.sort_by_cached_key(|(at, case)| {
                (Reverse(if is_slow(case) { wait(case) } else { Duration::ZERO }), *at)
            }),
        }
        *job.left() = cases.len();
        state.at = Some(at);
        state.until = state.clock.share(self.operations.len() - at);
        state.open = Some(Arc::clone(&job));
        state.jobs.push(Arc::clone(&job));
        for (index, case) in cases {
            let queue = if is_slow(&case) { &mut state.slow } else { &mut state.quick };
            queue.push_back((index, Arc::new(case)));
        }
        if state.quick.is_empty() && state.slow.is_empty() {
            self.close(state, &job);
        }
    }

    /// What is in the journal of the cases of this plan.
    fn past(&self, opened: &Opened) -> Past {
        let Some(journal) = &self.run.past else { return Past::default() };
        match journal.opened(&opened.name) {
            Some(before) if before.plan == opened.plan => {}
            _ => return Past::default(),
        }
        // What cannot be read again is run again.
        let mut past = journal.past(&opened.name).unwrap_or_default();
        if past.shrunk.is_none() && past.entries.len() >= opened.cases {
            // The last case is run again, and its lane makes smaller what was found.
            past.entries.pop();
        }
        past
    }

    /// Gives up the cases that wait, since their time is over.
    fn leave_out(&self, state: &mut State<'a>) {
        let Some(job) = state.open.clone() else { return };
        let waiting: Vec<_> = state.quick.drain(..).collect();
        let waiting: Vec<_> = waiting.into_iter().chain(state.slow.drain(..)).collect();
        if waiting.is_empty() {
            return;
        }
        waiting.iter().for_each(|(_, case)| job.leave_out(case));
        state.say(Event::LeftOut { operation: job.subject.operation.name.clone(), cases: waiting.len() });
        let over = {
            let mut left = job.left();
            *left -= waiting.len();
            *left == 0
        };
        if over {
            self.close(state, &job);
        }
    }

    /// A case is done; true for the last of its operation, which is then to be finished.
    pub(super) fn done(&self, job: &Job<'_>, entry: Entry) -> bool {
        job.take(&entry);
        self.state().say(Event::Case(Box::new(entry)));
        job.one_less()
    }

    /// A case came to no end, since its lane did; true for the last of its operation.
    pub(super) fn lost(&self, job: &Job<'_>, index: usize, case: &Case, why: &Error) -> bool {
        job.ledger().errored(index, &case.clauses, &why.to_string());
        job.one_less()
    }

    /// Whether there is time to make the findings of an operation smaller.
    pub(super) fn has_time(&self) -> bool {
        self.run.budget.is_none()
    }

    /// Closes an operation, whose findings may have been made smaller after its last case.
    pub(super) fn finish(&self, job: &Job<'_>, shrunk: Option<Shrunk>) {
        let mut state = self.state();
        if let Some(shrunk) = shrunk {
            state.say(Event::Shrunk(Box::new(shrunk)));
        }
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
            waiting.iter().for_each(|(index, case)| job.ledger().errored(*index, &case.clauses, why));
        }
        for job in std::mem::take(&mut state.jobs) {
            self.close(&mut state, &job);
        }
        let reason = why.unwrap_or_else(|| "the run was stopped".into());
        self.pass_over(&mut state, &reason);
        state.tell = None;
    }

    /// Tells of all operations that were not opened that they are untested.
    fn pass_over(&self, state: &mut State<'a>, reason: &str) {
        let from = state.at.map_or(0, |at| at + 1);
        for (at, operation) in self.operations.iter().enumerate().skip(from) {
            let clauses = if self.run.choice.shard.is_some() { Vec::new() } else { self.run.choice.clauses(operation) };
            state.closed.insert(at, untested(clauses, reason));
            state.flush();
        }
        state.at = Some(self.operations.len());
    }

    /// A note on the run.
    pub(super) fn note(&self, text: String) {
        self.state().say(Event::Note(text));
    }

    fn close(&self, state: &mut State<'a>, job: &Job<'_>) {
        let (raw, stopped) = (self.run.carrier.is_raw(), self.run.stop.is_rung());
        let events = job.close(&Reach { hello: &self.hello, raw, stopped, part: self.run.choice.shard.is_some() });
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

/// The cases of an operation that put a chosen clause to the test.
pub(super) fn chosen(operation: &Operation, clauses: &[Clause], choice: &Choice, options: &Options) -> Vec<Case> {
    let all = crate::contract::clauses(operation);
    if choice.clauses.is_empty() {
        return plan::some(operation, &all, options, &|_| true);
    }
    let whole: BTreeSet<&str> = clauses.iter().map(|c| c.id.as_str()).collect();
    // Every request puts these to the test, and every error the last.
    let silence = Aspect::Session(SessionAspect::HiddenTraffic);
    let everywhere =
        clauses.iter().any(|c| matches!(c.aspect, Aspect::Wire(_) | Aspect::Undocumented) || c.aspect == silence);
    let secrecy = clauses.iter().any(|c| c.aspect == Aspect::Session(SessionAspect::Secrecy));
    let mut cases = plan::some(operation, &all, options, &|area| {
        let named = clauses.iter().any(|c| c.id.split_once('/').is_some_and(|(_, rest)| rest.starts_with(area)));
        named || (everywhere && matches!(area, "request/" | "response/")) || (secrecy && area == "error/")
    });
    cases.retain(|case| {
        let plain = matches!(case.origin, Origin::Sample | Origin::Boundary);
        let telling = (everywhere && plain) || (secrecy && case.origin == Origin::Error);
        telling || case.clauses.iter().any(|c| whole.contains(c.as_str()))
    });
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::clauses;
    use crate::extract::{Input, read};
    use crate::run::all_powers;

    fn page() -> crate::contract::Contract {
        let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
        read(&[Input { name: "page.txt", text }])
    }

    #[test]
    fn what_is_left_unplanned_is_what_nobody_asked_for() {
        let contract = page();
        let operation = &contract.operations[0];
        let choice = Choice { strength: 1, random: 3, ..Choice::default() };
        let options = options(&choice, &all_powers(), BTreeSet::new());
        let all = plan::cases(operation, &clauses(operation), &options);
        for clause in clauses(operation) {
            let mut usual = all.clone();
            usual.retain(|case| case.clauses.contains(&clause.id));
            let choice = Choice { clauses: vec![clause.id.clone()], ..choice.clone() };
            let own = chosen(operation, &choice.clauses(operation), &choice, &options);
            assert!(usual.iter().all(|case| own.contains(case)), "{}", clause.id);
            assert!(!own.is_empty() || clause.id.ends_with("/parallel"), "{} has no case", clause.id);
        }
    }

    #[test]
    fn a_client_is_asked_for_nothing_that_it_cannot() {
        use crate::case::Object;
        let contract = page();
        let operation = &contract.operations[0];
        let choice = Choice { strength: 1, random: 0, ..Choice::default() };
        let planned =
            |hello: &Hello| plan::cases(operation, &clauses(operation), &options(&choice, hello, BTreeSet::new()));
        let asks = |case: &Case| {
            let powers = |object| matches!(object, Object::Token(_) | Object::Attempts(_) | Object::Secure(_));
            case.parallel || case.steps.iter().any(|step| powers(step.object) || step.cancel_ms > 0)
        };
        assert!(planned(&all_powers()).iter().any(asks));
        let narrow = planned(&Hello { can: Vec::new(), max_in_flight: 1, ..all_powers() });
        let beyond: Vec<&str> = narrow.iter().filter(|case| asks(case)).map(|case| case.about.as_str()).collect();
        assert!(beyond.is_empty(), "{beyond:?}");
    }
}
