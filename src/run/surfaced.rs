//! What a client surfaces of the answers that a page documents, without a judgement.

use std::collections::BTreeSet;

use super::lane::Lane;
use super::subject::Subject;
use super::{Choice, Run, feed, options, work};
use crate::case::{Case, Origin};
use crate::contract::{Operation, clauses};
use crate::driver::{Hello, Link};
use crate::error::Error;
use crate::snapshot::Surfaced;

/// How often the client's process is started again in a row: a page's worth of calls, so that one that survives none of them can still be
/// seen as such, and one that hangs at each call of a product does not take hours to say so.
const RESTARTS: u32 = 24;

/// What a client surfaces, per operation.
pub type ByOperation<'a> = Vec<(&'a Operation, Vec<Surfaced>)>;

impl Run {
    /// What the client surfaces of the page's sample, of a fresh success and of each documented error, per operation.
    ///
    /// # Errors
    /// When the client cannot be had, or the run is stopped: half of what it surfaces would read as a change.
    pub fn surfaced(&self) -> Result<(Hello, ByOperation<'_>), Error> {
        let operations = self.choice.operations(&self.contract)?;
        work::runtime()?.block_on(async {
            // What is dropped here takes the client's process with it.
            tokio::select! {
                all = self.surface(operations) => all,
                () = self.stop.rung() => Err(Error::interrupted()),
            }
        })
    }

    async fn surface<'a>(&'a self, operations: Vec<&'a Operation>) -> Result<(Hello, ByOperation<'a>), Error> {
        // Combinations of parameters are of no use here.
        let choice = Choice { strength: 1, random: 0, ..self.choice.clone() };
        let link = Link::start(&self.source).await?;
        let hello = link.hello().clone();
        let mut lane = Lane::open("lane-1".into(), self, Some(link)).await?;
        let mut all = Vec::new();
        let mut in_a_row = 0;
        for operation in operations {
            let options = options(&choice, &hello, BTreeSet::new());
            let cases = feed::chosen(operation, &clauses(operation), &choice, &options);
            let subject = Subject::new(&self.contract, operation);
            let mut surfaced = Vec::new();
            for case in documented(cases) {
                let ran = lane.run(&subject, &case, true).await;
                for (step, seen) in case.steps.iter().zip(ran.seen) {
                    let served = serde_json::to_string(&step.attempts).unwrap_or_default();
                    let label = case.about.clone();
                    surfaced.push(Surfaced { label, call: seen.call, served, reply: seen.reply });
                }
                in_a_row = match &ran.broken {
                    Some(broken) if in_a_row >= RESTARTS => {
                        let reason = format!("{broken:#}");
                        return Err(Error::client(format!(
                            "the client's process was started {RESTARTS} times again in a row and misbehaves still: {reason}"
                        )));
                    }
                    Some(_) => {
                        lane.restart().await?;
                        in_a_row + 1
                    }
                    None => 0,
                };
            }
            all.push((operation, surfaced));
        }
        lane.close().await;
        Ok((hello, all))
    }
}

/// The page's sample, one fresh success, and each error as documented. They are called with no parameter but the
/// required ones, so that what is surfaced depends on the answer alone.
fn documented(cases: Vec<Case>) -> Vec<Case> {
    let mut success = false;
    cases
        .into_iter()
        .filter(|case| match case.origin {
            Origin::Sample => case.clauses.iter().any(|c| c.ends_with("/response/sample")),
            Origin::Success => case.about == "fresh values for every member" && !std::mem::replace(&mut success, true),
            Origin::Error => case.about.ends_with(" as documented"),
            _ => false,
        })
        .collect()
}
