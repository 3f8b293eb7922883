//! One case of a run again.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::exhibit::exhibit;
use super::lane::Lane;
use super::subject::Subject;
use super::{Choice, Run, feed, options, work};
use crate::case::Case;
use crate::contract::{Operation, clauses};
use crate::driver::{Hello, Link};
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

/// What is run again.
#[derive(Debug, Clone, PartialEq)]
pub enum Again {
    /// The planned case of this id; with parameters, these in place of its own.
    Planned(String, Option<Map<String, Value>>),
    /// A case that was stored.
    Stored(Box<Case>),
}

impl Run {
    /// Runs a case alone, once.
    ///
    /// # Errors
    /// When no chosen operation has such a case, the client cannot be had, or the run is stopped.
    pub fn replay(&self, wanted: &Again) -> Result<Replay, Error> {
        work::runtime()?.block_on(async {
            // What is dropped here takes the client's process with it.
            tokio::select! {
                replay = self.once(wanted) => replay,
                () = self.stop.rung() => Err(Error::interrupted()),
            }
        })
    }

    async fn once(&self, wanted: &Again) -> Result<Replay, Error> {
        let link = Link::start(&self.source).await?;
        let (operation, case) = match wanted {
            Again::Planned(id, params) => self.planned(id, params.as_ref(), link.hello())?,
            Again::Stored(case) => {
                let choice = Choice { operations: vec![case.operation.clone()], ..self.choice.clone() };
                (choice.operations(&self.contract)?[0], (**case).clone())
            }
        };
        let subject = Subject::new(&self.contract, operation);
        let mut lane = Lane::open("lane-1".into(), self, Some(link)).await?;
        let ran = lane.run(&subject, &case, true).await;
        let exhibits = (0..ran.seen.len()).map(|step| exhibit(&case, &ran.seen, step)).collect();
        let findings = ran.judgement.hits.iter().map(|hit| hit.finding()).collect();
        let errored = ran.broken.as_ref().map(|b| format!("{b:#}")).or(ran.judgement.errored);
        match ran.broken {
            Some(_) => lane.kill().await,
            None => lane.close().await,
        }
        Ok(Replay { case, exhibits, findings, errored })
    }

    fn planned(
        &self,
        wanted: &str,
        params: Option<&Map<String, Value>>,
        hello: &Hello,
    ) -> Result<(&Operation, Case), Error> {
        for operation in self.choice.operations(&self.contract)? {
            let options = options(&self.choice, hello, BTreeSet::new());
            let cases = feed::chosen(operation, &clauses(operation), &self.choice, &options);
            let Some(mut case) = cases.into_iter().find(|c| id(c) == wanted) else { continue };
            match (params, case.steps.as_mut_slice()) {
                (Some(params), [step]) => step.params.clone_from(params),
                (Some(_), _) => {
                    return Err(Error::usage(format!("case `{wanted}` has several calls: it takes no `--params`")));
                }
                (None, _) => {}
            }
            return Ok((operation, case));
        }
        Err(Error::usage(format!(
            "no case `{wanted}` (the ids of a run change with its seed, its page and the client's powers)"
        )))
    }
}
