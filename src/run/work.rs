//! What a lane does with a case: runs it, looks again at what it finds, and tells the ledger.

use std::time::Duration;

use super::Run;
use super::exhibit::exhibit;
use super::feed::Feed;
use super::job::Job;
use super::lane::{Lane, Ran};
use super::shrink::{Shown, shrink};
use crate::case::{Case, Origin};
use crate::check::Hit;
use crate::contract::escape;
use crate::cores;
use crate::driver::Broken;
use crate::error::Error;
use crate::finding::Finding;
use crate::outcome::Entry;

/// How often a new finding must come again.
const TIMES: usize = 3;
/// How often a case is run whose client somebody kills. Who is killed each time does that itself.
const KILLS: u32 = 3;
/// How long to let a busy machine come to rest before a case is run again that it spoilt.
const PAUSES: [Duration; 3] = [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(500)];
/// How often a lane starts its client's process again before it gives up.
const RESTARTS: u32 = 12;

/// The runtime of a lane.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::internal("cannot start a runtime").because(e))
}

/// Runs cases until there are none left.
pub(super) fn lane(run: &Run, feed: &Feed<'_>, number: usize) -> Result<(), Error> {
    let ended = runtime().and_then(|runtime| runtime.block_on(cases(run, feed, number)));
    feed.leave(ended.as_ref().err());
    ended
}

async fn cases(run: &Run, feed: &Feed<'_>, number: usize) -> Result<(), Error> {
    let name = format!("lane-{}", number + 1);
    // Those that wait need no processor: one lane for each is enough for the others.
    let patient = number >= cores::count().min(run.jobs.div_ceil(2));
    let mut lane: Option<Lane> = None;
    while let Some((job, index, case)) = feed.next(patient) {
        let here = match &mut lane {
            Some(lane) => lane,
            None => lane.insert(Lane::open(name.clone(), run, None).await?),
        };
        let worked = tokio::select! {
            worked = work(feed, here, &job, index, &case) => worked.map(Some),
            () = run.stop.rung() => Ok(None),
        };
        match worked {
            Ok(Some(entry)) => {
                if feed.done(&job, entry) {
                    finish(run, feed, here, &job).await?;
                }
            }
            Ok(None) => break,
            Err(error) => {
                if feed.lost(&job, index, &case, &error) {
                    feed.finish(&job, None);
                }
                return Err(error);
            }
        }
    }
    match lane {
        Some(mut lane) if run.stop.is_rung() => lane.kill().await,
        Some(lane) => lane.close().await,
        None => {}
    }
    Ok(())
}

/// Closes an operation after its last case: each finding gets the smallest case that shows it.
async fn finish(run: &Run, feed: &Feed<'_>, lane: &mut Lane, job: &Job<'_>) -> Result<(), Error> {
    if !feed.has_time() {
        feed.finish(job, None);
        return Ok(());
    }
    let shrunk = tokio::select! {
        shrunk = shrink(run, feed, lane, job) => shrunk.map(Some),
        () = run.stop.rung() => Ok(None),
    };
    match shrunk {
        Ok(shrunk) => {
            feed.finish(job, shrunk);
            Ok(())
        }
        Err(error) => {
            feed.finish(job, None);
            Err(error)
        }
    }
}

/// Runs one case and all that it calls for, and tells what it came to.
async fn work<'a>(feed: &Feed<'a>, lane: &mut Lane, job: &Job<'a>, index: usize, case: &Case) -> Result<Entry, Error> {
    let operation = job.subject.operation;
    let mut entry = Entry {
        operation: operation.name.clone(),
        case: index,
        size: case.steps.iter().map(|s| 100 + serde_json::to_string(&s.params).map_or(0, |text| text.len())).sum(),
        session: case.origin == Origin::Session || case.steps.iter().any(|step| step.leads_in),
        combined: matches!(case.origin, Origin::Cover | Origin::Random),
        ..Entry::default()
    };
    if let Some(value) = job.poisoned(case) {
        entry.errored(&case.clauses, &format!("the client's process does not survive {value}"));
        return Ok(entry);
    }
    let mut case = std::borrow::Cow::Borrowed(case);
    loop {
        for name in job.unsupported() {
            if case.steps.iter().any(|s| s.params.contains_key(&name)) {
                case.to_mut().steps.iter_mut().for_each(|s| drop(s.params.shift_remove(&name)));
            }
        }
        let mut bench = Bench { feed, lane, job, case: &case, entry: &mut entry };
        let ran = bench.run(false).await?;
        let Some(what) = &ran.unsupported else {
            bench.settle(ran).await?;
            return Ok(entry);
        };
        let why = what.why.clone().unwrap_or_else(|| "the client says so".into());
        match &what.param {
            Some(path) if what.value.is_none() => {
                let name = path.split(['.', '[']).next().unwrap_or(path).to_owned();
                job.not_offered(&name, &why);
                entry.not_offered.insert(name.clone(), why.clone());
                let about = format!("{}/request/{}/", escape(&operation.name), escape(&name));
                let only = !case.clauses.is_empty() && case.clauses.iter().all(|c| c.starts_with(&about));
                let given = case.steps.iter().any(|s| s.params.contains_key(&name));
                if only || !given {
                    entry.skipped(&case.clauses, &why);
                    return Ok(entry);
                }
            }
            what => {
                entry.skipped(&case.clauses, &why);
                if what.is_none() {
                    entry.skipped(&[escape(&operation.name)], &why);
                }
                return Ok(entry);
            }
        }
    }
}

/// A case on its lane, and what it has come to so far.
struct Bench<'b, 'a> {
    feed: &'b Feed<'a>,
    lane: &'b mut Lane,
    job: &'b Job<'a>,
    case: &'b Case,
    entry: &'b mut Entry,
}

impl Bench<'_, '_> {
    /// Runs the case; with `alone`, on objects made for it.
    async fn run(&mut self, alone: bool) -> Result<Ran, Error> {
        let case = self.case;
        self.run_other(case, alone).await
    }

    /// Runs a case. What comes of a machine that is too busy says nothing about the client, and is run again.
    async fn run_other(&mut self, case: &Case, alone: bool) -> Result<Ran, Error> {
        let mut ran = self.run_through(case, alone).await?;
        for pause in PAUSES {
            if !ran.is_doubtful() {
                return Ok(ran);
            }
            tokio::time::sleep(pause).await;
            ran = self.run_through(case, alone).await?;
        }
        if ran.is_doubtful() {
            ran.doubt();
        }
        Ok(ran)
    }

    /// Runs a case. What somebody kills from outside says nothing about the client, and is run again.
    async fn run_through(&mut self, case: &Case, alone: bool) -> Result<Ran, Error> {
        for _ in 1..KILLS {
            let ran = self.lane.run(&self.job.subject, case, alone).await;
            self.entry.calls += ran.seen.len();
            if !ran.broken.as_ref().is_some_and(Broken::was_killed) {
                return Ok(ran);
            }
            self.feed.note("the client's process was killed from outside, and started again".into());
            self.lane.restart().await?;
        }
        let ran = self.lane.run(&self.job.subject, case, alone).await;
        self.entry.calls += ran.seen.len();
        Ok(ran)
    }

    /// Looks again at what the case came to, and enters it.
    async fn settle(&mut self, mut ran: Ran) -> Result<(), Error> {
        self.entry.broken = ran.broken.is_some();
        if ran.broken.is_some() {
            self.revive(&ran).await?;
            if ran.judgement.hits.is_empty() {
                let again = self.run(true).await?;
                match &again.broken {
                    Some(broken) => {
                        let reason = format!("{broken:#}");
                        self.revive(&again).await?;
                        if again.judgement.hits.is_empty() {
                            self.blame().await?;
                            self.entry.errored(&self.case.clauses, &reason);
                            return Ok(());
                        }
                    }
                    None => {
                        let id = format!("{}/session/repetition", escape(&self.case.operation));
                        let reason = ran.broken.as_ref().map(|b| format!("{b:#}")).unwrap_or_default();
                        self.entry.errored(
                            &[id],
                            &format!("the client's process misbehaved and did not when the case ran alone: {reason}"),
                        );
                    }
                }
                ran = again;
                self.entry.broken |= ran.broken.is_some();
            }
        }
        let hits = std::mem::take(&mut ran.judgement.hits);
        if let (true, Some(reason)) = (hits.is_empty(), &ran.judgement.errored) {
            self.entry.errored(&self.case.clauses, reason);
            return Ok(());
        }
        let (held, gone) = self.confirm(hits).await?;
        let Entry { size, case, broken, .. } = *self.entry;
        if held.iter().any(|hit| hit.rule.id == "not-http" && self.job.ledger().is_systematic(hit)) {
            self.lane.hurry();
        }
        for hit in held {
            let wanted = self.job.ledger().wants(&hit, size, case);
            self.entry.held.push(match wanted {
                true => {
                    let exhibit = exhibit(self.case, &ran.seen, hit.step);
                    Shown { hit, case: self.case.clone(), exhibit, broken }.finding()
                }
                false => hit.finding(),
            });
        }
        for hit in gone {
            let exhibit = Some(exhibit(self.case, &ran.seen, hit.step));
            self.entry.gone.push(Finding { exhibit, ..hit.finding() });
        }
        self.entry.exercised.append(&mut ran.judgement.exercised);
        Ok(())
    }

    /// Finds the one value that the client's process does not survive, so that it is not met again and again.
    async fn blame(&mut self) -> Result<(), Error> {
        let [step] = self.case.steps.as_slice() else { return Ok(()) };
        for (name, value) in &step.params {
            let mut alone = self.case.clone();
            alone.steps[0].params = [(name.clone(), value.clone())].into_iter().collect();
            let mut broken = None;
            if step.params.len() > 1 {
                let ran = self.run_other(&alone, true).await?;
                if ran.broken.is_none() {
                    continue;
                }
                broken = Some(ran);
            }
            self.job.poison(name, &value.to_string());
            self.entry.poison = Some((name.clone(), value.to_string()));
            if let Some(ran) = broken {
                self.revive(&ran).await?;
            }
            break;
        }
        Ok(())
    }

    /// Runs the case again, alone, as often as its findings need to be believed: what held, and what did not come again.
    async fn confirm(&mut self, hits: Vec<Hit>) -> Result<(Vec<Hit>, Vec<Hit>), Error> {
        let (mut held, mut open): (Vec<Hit>, Vec<Hit>) = {
            let ledger = self.job.ledger();
            hits.into_iter().partition(|hit| ledger.is_systematic(hit))
        };
        let mut gone = Vec::new();
        if open.is_empty() {
            return Ok((held, gone));
        }
        let times = if open.iter().all(|hit| self.job.ledger().knows(hit)) { 1 } else { TIMES };
        for _ in 0..times {
            let again = self.run(true).await?;
            let (still, lost): (Vec<Hit>, Vec<Hit>) = open.into_iter().partition(|h| {
                again.judgement.hits.iter().any(|a| a.rule.id == h.rule.id && a.transform == h.transform)
            });
            gone.extend(lost);
            open = still;
            if again.broken.is_some() {
                // What hangs or ends the process costs its deadline each time; twice is enough.
                self.revive(&again).await?;
                break;
            }
            if open.is_empty() {
                break;
            }
        }
        held.extend(open);
        Ok((held, gone))
    }

    /// Starts the client's process again after it misbehaved, within a budget.
    async fn revive(&mut self, ran: &Ran) -> Result<(), Error> {
        let reason = ran.broken.as_ref().map(|b| format!("{b:#}")).unwrap_or_default();
        if self.lane.restarts >= RESTARTS {
            return Err(Error::client(format!(
                "the client's process was started {RESTARTS} times again and misbehaves still: {reason}"
            )));
        }
        self.feed.note(format!("the client's process was started again: {reason}"));
        self.lane.restarts += 1;
        self.lane.restart().await
    }
}
