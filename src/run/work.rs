//! What a lane does with a case: runs it, looks again at what it finds, and tells the ledger.

use serde_json::Value;

use super::exhibit::exhibit;
use super::feed::{Feed, Job};
use super::lane::{Lane, Ran, Subject};
use super::ledger::Place;
use super::shrink::shrink;
use super::{Run, told_by};
use crate::case::{Case, Origin};
use crate::check::Hit;
use crate::contract::escape;
use crate::error::Error;

/// How often a new finding must come again.
const TIMES: usize = 3;
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
    let patient = number % 2 == 1;
    let mut lane: Option<Lane> = None;
    while let Some((job, index, case)) = feed.next(patient) {
        let here = match &mut lane {
            Some(lane) => lane,
            None => lane.insert(Lane::open(name.clone(), run, None).await?),
        };
        let worked = tokio::select! {
            worked = work(run, feed, here, &job, index, &case) => worked,
            () = run.stop.rung() => Ok(None),
        };
        match worked {
            Ok(Some(calls)) => {
                if feed.done(&job, calls) {
                    finish(run, feed, here, &job).await?;
                }
            }
            Ok(None) => break,
            Err(error) => {
                job.ledger().errored(&case.clauses, &error.to_string());
                if feed.done(&job, 0) {
                    feed.finish(&job, 0);
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
    let shrunk = tokio::select! {
        shrunk = shrink(run, feed, lane, job) => shrunk,
        () = run.stop.rung() => Ok(0),
    };
    feed.finish(job, *shrunk.as_ref().unwrap_or(&0));
    shrunk.map(drop)
}

/// Runs one case and all that it calls for; how many calls it took, or none when the run is to end.
async fn work(
    run: &Run,
    feed: &Feed<'_>,
    lane: &mut Lane,
    job: &Job<'_>,
    index: usize,
    case: &Case,
) -> Result<Option<usize>, Error> {
    let subject = Subject { contract: &run.contract, operation: job.operation, aspects: &job.aspects };
    if let Some(value) = job.poisoned(case) {
        job.ledger().errored(&case.clauses, &format!("the client's process does not survive {value}"));
        return Ok(Some(0));
    }
    let mut case = std::borrow::Cow::Borrowed(case);
    let mut calls = 0;
    loop {
        for name in job.unsupported() {
            if case.steps.iter().any(|s| s.params.contains_key(&name)) {
                case.to_mut().steps.iter_mut().for_each(|s| drop(s.params.shift_remove(&name)));
            }
        }
        let ran = lane.run(&subject, &case, false).await;
        calls += ran.seen.len();
        let Some(what) = &ran.unsupported else {
            return settle(feed, lane, &subject, job, index, &case, ran, calls).await;
        };
        let why = what.why.clone().unwrap_or_else(|| "the client says so".into());
        match &what.param {
            Some(path) if what.value.is_none() => {
                let name = path.split(['.', '[']).next().unwrap_or(path).to_owned();
                job.not_offered(&name, &why);
                let about = format!("{}/request/{}/", escape(&job.operation.name), escape(&name));
                let only = !case.clauses.is_empty() && case.clauses.iter().all(|c| c.starts_with(&about));
                let given = case.steps.iter().any(|s| s.params.contains_key(&name));
                if only || !given {
                    job.ledger().skipped(&case.clauses, &why);
                    return Ok(Some(calls));
                }
            }
            _ => {
                job.ledger().skipped(&case.clauses, &why);
                return Ok(Some(calls));
            }
        }
    }
}

/// Looks again at what a case came to, and tells the ledger.
#[expect(clippy::too_many_arguments, reason = "they are what a case's end is made of, and there is one caller")]
async fn settle(
    feed: &Feed<'_>,
    lane: &mut Lane,
    subject: &Subject<'_>,
    job: &Job<'_>,
    index: usize,
    case: &Case,
    ran: Ran,
    mut calls: usize,
) -> Result<Option<usize>, Error> {
    let mut place = Place {
        index,
        size: case.steps.iter().map(|s| 100 + Value::Object(s.params.clone()).to_string().len()).sum(),
        session: case.origin == Origin::Session,
        combined: matches!(case.origin, Origin::Cover | Origin::Random),
        broken: ran.broken.is_some(),
    };
    let mut ran = ran;
    if ran.broken.is_some() {
        revive(feed, lane, &ran).await?;
        if ran.judgement.hits.is_empty() {
            let again = lane.run(subject, case, true).await;
            calls += again.seen.len();
            match &again.broken {
                Some(broken) => {
                    let reason = told_by(broken);
                    revive(feed, lane, &again).await?;
                    if again.judgement.hits.is_empty() {
                        calls += blame(feed, lane, subject, job, case).await?;
                        job.ledger().errored(&case.clauses, &reason);
                        return Ok(Some(calls));
                    }
                }
                None => {
                    let id = format!("{}/session/repetition", escape(&job.operation.name));
                    let reason = ran.broken.as_ref().map(told_by).unwrap_or_default();
                    job.ledger().errored(
                        &[id],
                        &format!("the client's process misbehaved and did not when the case ran alone: {reason}"),
                    );
                }
            }
            ran = again;
            place.broken |= ran.broken.is_some();
        }
    }
    let hits = std::mem::take(&mut ran.judgement.hits);
    if let (true, Some(reason)) = (hits.is_empty(), &ran.judgement.errored) {
        job.ledger().errored(&case.clauses, reason);
        return Ok(Some(calls));
    }
    let (held, gone) = confirm(feed, lane, subject, job, case, hits, &mut calls).await?;
    let mut ledger = job.ledger();
    for hit in &held {
        ledger.broken(hit, &place, case, || exhibit(case, &ran.seen, hit.step));
    }
    for hit in gone {
        let shown = exhibit(case, &ran.seen, hit.step);
        ledger.unrepeated(hit, index, shown);
    }
    ledger.exercise(&ran.judgement.exercised);
    Ok(Some(calls))
}

/// Finds the one value that the client's process does not survive, so that it is not met again and again.
async fn blame(
    feed: &Feed<'_>,
    lane: &mut Lane,
    subject: &Subject<'_>,
    job: &Job<'_>,
    case: &Case,
) -> Result<usize, Error> {
    let [step] = case.steps.as_slice() else { return Ok(0) };
    let mut calls = 0;
    for (name, value) in &step.params {
        let mut alone = case.clone();
        alone.steps[0].params = [(name.clone(), value.clone())].into_iter().collect();
        if step.params.len() == 1 {
            job.poison(&alone);
            break;
        }
        let ran = lane.run(subject, &alone, true).await;
        calls += ran.seen.len();
        if ran.broken.is_some() {
            job.poison(&alone);
            revive(feed, lane, &ran).await?;
            break;
        }
    }
    Ok(calls)
}

/// Runs the case again, alone, as often as its findings need to be believed.
async fn confirm(
    feed: &Feed<'_>,
    lane: &mut Lane,
    subject: &Subject<'_>,
    job: &Job<'_>,
    case: &Case,
    hits: Vec<Hit>,
    calls: &mut usize,
) -> Result<(Vec<Hit>, Vec<Hit>), Error> {
    let (sure, mut open): (Vec<Hit>, Vec<Hit>) = {
        let ledger = job.ledger();
        hits.into_iter().partition(|hit| ledger.is_systematic(hit))
    };
    let mut held = sure;
    let mut gone = Vec::new();
    if open.is_empty() {
        return Ok((held, gone));
    }
    let times = if open.iter().all(|hit| job.ledger().knows(hit)) { 1 } else { TIMES };
    for _ in 0..times {
        let again = lane.run(subject, case, true).await;
        *calls += again.seen.len();
        let (still, lost): (Vec<Hit>, Vec<Hit>) = open
            .into_iter()
            .partition(|h| again.judgement.hits.iter().any(|a| a.rule.id == h.rule.id && a.transform == h.transform));
        gone.extend(lost);
        open = still;
        if again.broken.is_some() {
            // What hangs or ends the process costs its deadline each time; twice is enough.
            revive(feed, lane, &again).await?;
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
async fn revive(feed: &Feed<'_>, lane: &mut Lane, ran: &Ran) -> Result<(), Error> {
    let reason = ran.broken.as_ref().map(told_by).unwrap_or_default();
    if lane.restarts >= RESTARTS {
        return Err(Error::client(format!(
            "the client's process was started {RESTARTS} times again and misbehaves still: {reason}"
        )));
    }
    feed.note(format!("the client's process was started again: {reason}"));
    lane.restart().await
}
