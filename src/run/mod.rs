//! Lanes, order, blame and shrinking: a run of cases against a client, told as events.

mod blame;
mod budget;
mod busy;
mod call;
mod demand;
mod exhibit;
mod feed;
mod ground;
mod job;
mod lane;
mod ledger;
mod merge;
mod owner;
mod plan;
mod replay;
mod shard;
mod shrink;
mod stored;
mod subject;
mod suite;
mod surfaced;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

pub use ground::Carrier;
pub use merge::merge;
pub use replay::{Again, Replay};
pub use shard::Shard;
pub use stored::Stored;
pub use suite::Suite;
pub use surfaced::ByOperation;

use crate::case::Case;
use crate::contract::{Clause, Contract, Operation, clauses, fits};
use crate::driver::{Broken, Hello, Link, Source};
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::journal::Journal;
use crate::outcome::{Event, Outcome};

/// The seed of a run that names none.
pub const DEFAULT_SEED: u64 = 20_210_901;

/// A run of a contract's cases against a client.
#[derive(Clone)]
pub struct Run {
    /// What the client is held to.
    pub contract: Arc<Contract>,
    /// The client.
    pub source: Source,
    /// How answers reach the client.
    pub carrier: Carrier,
    /// What to run.
    pub choice: Choice,
    /// Lanes that run side by side.
    pub jobs: usize,
    /// Ends the run when it is set.
    pub stop: Arc<Stop>,
    /// What was done before, by an earlier run of the same cases that was cut off.
    pub past: Option<Arc<Journal>>,
    /// How long cases are handed out, if not until all are done.
    pub budget: Option<Duration>,
    /// Clauses that an earlier run found something about: with a budget they come first.
    pub found: BTreeSet<String>,
}

/// Which cases a run consists of. The same choice gives the same cases, whatever the lanes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What every case is drawn from.
    pub seed: u64,
    /// Only these operations; all if empty.
    pub operations: Vec<String>,
    /// Only clauses that fit one of these globs (`*` for any text); all if empty.
    pub clauses: Vec<String>,
    /// The strength of the covering array.
    pub strength: usize,
    /// How many random calls are made.
    pub random: usize,
    /// Only this part of it.
    pub shard: Option<Shard>,
}

impl Default for Choice {
    fn default() -> Choice {
        Choice { seed: DEFAULT_SEED, operations: Vec::new(), clauses: Vec::new(), strength: 3, random: 40, shard: None }
    }
}

/// Ends a run from outside: what was judged is kept.
#[derive(Debug, Default)]
pub struct Stop {
    set: AtomicBool,
    bell: Notify,
}

impl Stop {
    /// Ends the run.
    pub fn ring(&self) {
        self.set.store(true, Ordering::SeqCst);
        self.bell.notify_waiters();
    }

    /// Whether the run is to end.
    pub fn is_rung(&self) -> bool {
        self.set.load(Ordering::SeqCst)
    }

    async fn rung(&self) {
        let heard = self.bell.notified();
        if !self.is_rung() {
            heard.await;
        }
    }
}

impl Choice {
    /// The operations that are chosen.
    ///
    /// # Errors
    /// When an operation is named that the contract does not have, or when none is left.
    pub fn operations<'a>(&self, contract: &'a Contract) -> Result<Vec<&'a Operation>, Error> {
        let have = || contract.operations.iter().map(|o| format!("`{}`", o.name)).collect::<Vec<_>>().join(", ");
        for name in &self.operations {
            if contract.operation(name).is_none() {
                return Err(Error::usage(format!("no operation `{name}` (the contract has {})", have())));
            }
        }
        let chosen: Vec<&Operation> = contract
            .operations
            .iter()
            .filter(|o| self.operations.is_empty() || self.operations.contains(&o.name))
            .collect();
        match chosen.is_empty() {
            true => Err(Error::input("the contract has no API operation")),
            false => Ok(chosen),
        }
    }

    /// The clauses of an operation that are chosen.
    pub fn clauses(&self, operation: &Operation) -> Vec<Clause> {
        let mut all = clauses(operation);
        all.retain(|c| self.clauses.is_empty() || self.clauses.iter().any(|glob| fits(glob, &c.id)));
        all
    }
}

/// The clauses of an operation that are chosen, and the cases that put them to the test.
pub type Planned = (Vec<Clause>, Vec<Case>);

/// The cases that a run would consist of, without running them: for a client that can do all. They are planned an operation at a time, as
/// they are asked for.
///
/// # Errors
/// As for [`Choice::operations`].
pub fn cases(contract: &Contract, choice: &Choice) -> Result<impl Iterator<Item = Planned>, Error> {
    let options = options(choice, &all_powers(), BTreeSet::new());
    Ok(choice.operations(contract)?.into_iter().map(move |operation| {
        let clauses = choice.clauses(operation);
        let cases = feed::chosen(operation, &clauses, choice, &options);
        (clauses, cases)
    }))
}

fn all_powers() -> Hello {
    Hello {
        driver: Default::default(),
        client: Default::default(),
        operations: None,
        max_in_flight: 4,
        can: ["null", "headers", "retries", "cause", "cancel", "token", "ca"].map(String::from).to_vec(),
    }
}

fn options(choice: &Choice, hello: &Hello, unsupported: BTreeSet<String>) -> plan::Options {
    plan::Options {
        seed: choice.seed,
        strength: choice.strength,
        random: choice.random,
        max_in_flight: hello.max_in_flight,
        unsupported,
        can: hello.can.iter().cloned().collect(),
    }
}

impl Run {
    /// Every case of a contract against a client, on our own listener and one lane.
    pub fn new(contract: Arc<Contract>, source: Source) -> Run {
        let (carrier, choice, stop) = (Carrier::Tap, Choice::default(), Arc::new(Stop::default()));
        Run { contract, source, carrier, choice, jobs: 1, stop, past: None, budget: None, found: BTreeSet::new() }
    }

    /// Runs all cases and tells what comes of them, in the order of the page.
    ///
    /// # Errors
    /// When the client cannot be had, or no lane can be opened.
    pub fn go(&self, emit: &mut dyn FnMut(Event)) -> Result<(), Error> {
        let operations = self.choice.operations(&self.contract)?;
        let first = self.greet()?;
        emit(Event::Client(Box::new(first.hello.clone())));
        first.note.into_iter().for_each(|note| emit(Event::Note(note)));
        let (tell, told) = mpsc::channel();
        let lanes = self.jobs.max(1);
        let feed = feed::Feed::new(self, operations, first.hello.clone(), tell.clone());
        let feed = &feed;
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..lanes).map(|number| scope.spawn(move || work::lane(self, feed, number))).collect();
            drop(tell);
            feed.start(first.described);
            while let Ok(event) = told.recv() {
                emit(event);
                told.try_iter().for_each(&mut *emit);
                // A lane that finds nobody waiting need not wake anybody: that costs it more than many a case.
                std::thread::sleep(BREATH);
            }
            threads
                .into_iter()
                .try_for_each(|t| t.join().unwrap_or_else(|_| Err(Error::internal("a lane ended by itself"))))
        })
    }

    /// Runs all cases and folds what comes of them.
    ///
    /// # Errors
    /// As for [`Run::go`].
    pub fn outcome(&self) -> Result<Outcome, Error> {
        let pages = self.contract.sources.clone();
        let mut outcome = Outcome { pages, ..self.begun() };
        self.go(&mut |event| outcome.add(event))?;
        outcome.interrupted = self.stop.is_rung();
        Ok(outcome)
    }

    /// The outcome of this run before its first event.
    pub fn begun(&self) -> Outcome {
        Outcome {
            seed: self.choice.seed,
            shard: self.choice.shard.map(|shard| shard.to_string()),
            budget: self.budget.map(|budget| budget.as_secs_f64()),
            notes: self.past.as_ref().map_or_else(Vec::new, |past| past.notes().to_vec()),
            ..Outcome::default()
        }
    }

    /// Starts the client once, checks that it echoes what it is told, and asks what it offers.
    fn greet(&self) -> Result<Greeting, Error> {
        let operations = self.choice.operations(&self.contract)?;
        let greeting = async {
            let mut tries = 0;
            loop {
                tries += 1;
                match self.greeting(&operations).await? {
                    Ok(greeting) => return Ok(greeting),
                    // Somebody killed it: that says nothing about the driver.
                    Err(broken) if broken.was_killed() && tries < GREETINGS => {}
                    Err(broken) => {
                        return Err(Error::client(format!(
                            "the driver does not echo what it is told, so nothing it says can be judged: {broken:#}"
                        )));
                    }
                }
            }
        };
        work::runtime()?.block_on(async {
            tokio::select! {
                greeting = greeting => greeting,
                () = self.stop.rung() => Err(Error::interrupted()),
            }
        })
    }

    async fn greeting(&self, operations: &[&Operation]) -> Result<Result<Greeting, Broken>, Error> {
        let mut link = Link::start(&self.source).await?;
        if let Err(broken) = link.echo_check().await {
            link.kill().await;
            return Ok(Err(broken));
        }
        let hello = link.hello().clone();
        let mut described = Vec::new();
        for operation in operations {
            described.push(match hello.can("describe") {
                true => link.describe(&operation.name).await,
                false => None,
            });
        }
        let note = match link.settle().await {
            Err(broken) if broken.was_killed() => return Ok(Err(broken)),
            Err(broken) if hello.can("describe") => Some(format!(
                "the driver says that it can `describe`, and could not, so that what it leaves out shows only when it is called: {broken:#}"
            )),
            _ => None,
        };
        link.stop().await;
        Ok(Ok(Greeting { hello, described, note }))
    }
}

/// How long what lanes tell is gathered before it is told on.
const BREATH: Duration = Duration::from_millis(1);
/// How often a driver is greeted that is killed meanwhile.
const GREETINGS: u32 = 5;

struct Greeting {
    hello: Hello,
    described: Vec<Option<crate::driver::Described>>,
    /// What went wrong, and does not end the run.
    note: Option<String>,
}

/// A note that the client does not offer a parameter.
fn not_offered(operation: &Operation, parameter: &str, why: &str) -> Finding {
    let span = operation.parameters.iter().find(|p| p.field.name == parameter).map(|p| p.field.span);
    let id = |aspect: &str| {
        format!("{}/request/{}/{aspect}", crate::contract::escape(&operation.name), crate::contract::escape(parameter))
    };
    Finding {
        rule: "parameter-not-offered".into(),
        class: None,
        severity: Severity::Note,
        transform: format!("`{parameter}` is not offered"),
        clauses: vec![id("sent")],
        message: format!("the page has `{parameter}`, the client does not offer it: {why}"),
        spans: span.into_iter().collect(),
        help: None,
        exhibit: None,
    }
}
