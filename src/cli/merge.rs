//! `fineprint merge`: the shards of a run put together.

use std::path::PathBuf;

use super::again::Again;
use super::gate::Ended;
use super::pages::Pages;
use super::{End, gate};
use crate::error::Error;
use crate::journal::Journal;
use crate::outcome::Outcome;
use crate::run;

/// Put the shards of a run together: the same report as the whole run writes
///
/// The plan is made again from the pages, and every case must have been run once, by the shard that it belongs to.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The journals of all shards, as `fineprint check --shard k/n --journal PATH` writes them
    #[arg(required = true)]
    shards: Vec<PathBuf>,
    /// The pages of the run; repeatable; the built-in page if none is given
    #[arg(long = "page", value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// Amendments and constraints of the run
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    gate: gate::Arguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let pages = Pages::of(&arguments.pages, arguments.config.as_deref());
    let contract = pages.contract()?;
    let gate = arguments.gate.open()?;
    let mut journals = Vec::new();
    for path in &arguments.shards {
        let journal = Journal::open(path)?;
        journals.push(journal.ok_or_else(|| Error::input(format!("{}: nothing whole in it", path.display())))?);
    }
    let header = journals.first().map(Journal::header);
    let seed = header.and_then(|header| header.choice.get("seed")?.as_u64()).unwrap_or_default();
    let rest = header.map(|header| header.again.clone()).unwrap_or_default();
    let mut outcome = Outcome { seed, ..Outcome::default() };
    run::merge(&contract, &journals, &mut |event| outcome.add(event))?;
    let again = Again { pages: &pages, contract: &contract, rest: &rest };
    gate.end(Ended { outcome, again, client: rest.clone(), against: None })
}
