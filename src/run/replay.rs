//! One case of a run again.

use std::collections::{BTreeSet, HashMap};

use super::exhibit::exhibit;
use super::lane::{Lane, Subject};
use super::{Run, feed, options, work};
use crate::case::Case;
use crate::contract::clauses;
use crate::driver::Link;
use crate::error::Error;
use crate::finding::{Exhibit, Finding};

/// What came of a case that was run again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The case.
    pub case: Case,
    /// What was seen of each of its calls.
    pub exhibits: Vec<Exhibit>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Why it could not be judged.
    pub errored: Option<String>,
}

/// How findings name a case.
pub(super) fn id(case: &Case) -> String {
    format!("{:08x}", case.seed >> 32)
}

impl Run {
    /// Runs the case of this id alone, once.
    ///
    /// # Errors
    /// When no chosen operation has such a case, or the client cannot be had.
    pub fn replay(&self, wanted: &str) -> Result<Replay, Error> {
        let operations = self.choice.operations(&self.contract)?;
        work::runtime()?.block_on(async {
            let link = Link::start(&self.source).await?;
            let hello = link.hello().clone();
            for operation in operations {
                let all = clauses(operation);
                let options = options(&self.choice, &hello, BTreeSet::new());
                let cases = feed::chosen(operation, &all, &self.choice, &options);
                let Some(case) = cases.into_iter().find(|c| id(c) == wanted) else { continue };
                let aspects: HashMap<_, _> = all.into_iter().map(|c| (c.id, c.aspect)).collect();
                let subject = Subject { contract: &self.contract, operation, aspects: &aspects };
                let mut lane = Lane::open("lane-1".into(), self, Some(link)).await?;
                let ran = lane.run(&subject, &case, true).await;
                let exhibits = (0..ran.seen.len()).map(|step| exhibit(&case, &ran.seen, step)).collect();
                let findings = ran.judgement.hits.iter().map(|hit| hit.finding()).collect();
                let errored = ran.broken.as_ref().map(super::told_by).or(ran.judgement.errored);
                match ran.broken {
                    Some(_) => lane.kill().await,
                    None => lane.close().await,
                }
                return Ok(Replay { case, exhibits, findings, errored });
            }
            Err(Error::usage(format!(
                "no case `{wanted}` (the ids of a run change with its seed, its page and the client's powers)"
            )))
        })
    }
}
