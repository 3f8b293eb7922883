//! Keeps a run on disk as it goes, and goes on with one that was cut off.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::earlier;
use crate::driver::Hello;
use crate::error::Error;
use crate::journal::{Footer, Header, Journal, Writer};
use crate::outcome::{Event, Outcome};
use crate::run::{Choice, Run};

/// Where a run is kept.
#[derive(Debug, clap::Args, Default)]
#[group(id = "record")]
pub(super) struct Arguments {
    /// Write every case to this file as it is done, so that a run that is killed can go on, and shards can be merged
    #[arg(long, value_name = "PATH")]
    journal: Option<PathBuf>,
    /// Go on with the run of this journal, with the same arguments beside
    #[arg(long, value_name = "PATH", conflicts_with = "journal")]
    resume: Option<PathBuf>,
}

/// Writes a run's journal, if it has one.
pub(super) struct Recorder {
    writer: Option<Writer>,
    past: Option<Arc<Journal>>,
    header: Box<dyn Fn(Hello) -> Header>,
    failed: Option<Error>,
}

impl Arguments {
    /// What is found in the journal that this run will write over.
    pub(super) fn found(&self) -> BTreeSet<String> {
        self.journal.as_deref().map(earlier::journalled).unwrap_or_default()
    }

    /// Opens the journal of a run that does not run yet.
    ///
    /// # Errors
    /// When it cannot be read or written, or is of another run.
    pub(super) fn open(&self, run: &mut Run, again: &str) -> Result<Recorder, Error> {
        let past = self.resume.as_deref().map(Journal::open).transpose()?.flatten();
        let (contract, choice, again) = (Arc::clone(&run.contract), chosen(&run.choice), again.to_owned());
        let header = move |hello| Header::new(&contract, hello, choice.clone(), again.clone());
        if let Some(past) = &past {
            same(past, &header(past.header().client.clone()))?;
        }
        let writer = match (&past, self.journal.as_ref().or(self.resume.as_ref())) {
            (Some(past), _) => Some(Writer::resume(past)?),
            (None, Some(path)) => Some(Writer::create(path)?),
            (None, None) => None,
        };
        run.past = past.map(Arc::new);
        Ok(Recorder { writer, past: run.past.clone(), header: Box::new(header), failed: None })
    }
}

/// The members of a choice.
fn chosen(choice: &Choice) -> Map<String, Value> {
    match serde_json::to_value(choice) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Refuses a journal of another run.
fn same(past: &Journal, header: &Header) -> Result<(), Error> {
    let shard = |header: &Header| header.shard().unwrap_or("a whole run").to_owned();
    let how = past.header().differs(header).or_else(|| {
        let (here, there) = (shard(past.header()), shard(header));
        (here != there).then(|| format!("it is {here}, not {there}"))
    });
    match how {
        Some(how) => Err(Error::usage(format!("{}: of another run: {how}", past.path().display()))),
        None => Ok(()),
    }
}

impl Recorder {
    /// Writes what the run tells. After an error the run is to end.
    pub(super) fn event(&mut self, event: &Event, run: &Run) {
        let Some(writer) = &mut self.writer else { return };
        let written = match (event, &self.past) {
            _ if self.failed.is_some() => return,
            (Event::Client(hello), Some(past)) => same(past, &(self.header)(hello.as_ref().clone())),
            (Event::Client(hello), None) => writer.header(&(self.header)(hello.as_ref().clone())),
            (event, _) => writer.event(event),
        };
        if let Err(error) = written {
            self.failed = Some(error);
            run.stop.ring();
        }
    }

    /// Writes that the run is over.
    ///
    /// # Errors
    /// What stopped the run, if it was the journal.
    pub(super) fn end(mut self, outcome: &Outcome) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let Outcome { interrupted, cases, calls, .. } = *outcome;
        let footer = Footer { interrupted, coverage: outcome.coverage.clone(), cases, calls };
        self.writer.as_mut().map_or(Ok(()), |writer| writer.footer(&footer))
    }
}
