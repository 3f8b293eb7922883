//! The shards of a run put together: the same verdicts and findings as the whole run comes to.

use std::collections::BTreeMap;

use super::job::{Job, Reach};
use super::subject::Subject;
use super::{Choice, Shard, feed, options, plan};
use crate::contract::{Contract, Operation};
use crate::error::Error;
use crate::journal::{Header, Journal, hash};
use crate::outcome::{Event, Opened};

/// Puts the shards of a run together and tells what the whole run comes to, as if it told it itself.
///
/// The plan is made again from the contract, and every case of it must have been run once, by the shard that it belongs to.
///
/// # Errors
/// When a shard is missing, there twice, cut off, or of another run; the message names it.
pub fn merge(contract: &Contract, journals: &[Journal], emit: &mut dyn FnMut(Event)) -> Result<(), Error> {
    let shards = Shards::of(contract, journals)?;
    emit(Event::Client(Box::new(shards.header.client.clone())));
    for (at, operation) in shards.choice.operations(contract)?.into_iter().enumerate() {
        shards.operation(at, Subject::new(contract, operation), emit)?;
    }
    for journal in journals {
        journal.notes().iter().for_each(|note| emit(Event::Note(note.clone())));
    }
    Ok(())
}

/// Shards that belong together.
struct Shards<'a> {
    header: &'a Header,
    choice: Choice,
    by_number: BTreeMap<Shard, &'a Journal>,
}

impl<'a> Shards<'a> {
    fn of(contract: &Contract, journals: &'a [Journal]) -> Result<Shards<'a>, Error> {
        let Some(first) = journals.first() else { return Err(Error::usage("no shard to be merged")) };
        let header = first.header();
        let contract = hash(contract);
        let mut by_number: BTreeMap<Shard, &Journal> = BTreeMap::new();
        for journal in journals {
            let name = journal.path().display();
            if journal.header().contract != contract {
                return Err(Error::input(format!(
                    "{name}: of other pages than these (name the pages of its run with --page)"
                )));
            }
            if let Some(how) = journal.header().differs(header) {
                return Err(Error::input(format!("{name}: of another run than {}: {how}", first.path().display())));
            }
            let Some(told) = journal.header().shard() else {
                return Err(Error::input(format!("{name}: a whole run, no shard of one")));
            };
            let shard: Shard = told.parse().map_err(|why| Error::input(format!("{name}: {why}")))?;
            let of = by_number.keys().next().map_or(shard.of(), |known| known.of());
            if of != shard.of() {
                let other = first.path().display();
                return Err(Error::input(format!("{name}: shard {shard}, and {other} is one of {of}")));
            }
            if let Some(other) = by_number.insert(shard, journal) {
                let other = other.path().display();
                return Err(Error::input(format!("shard {shard} is there twice: {other} and {name}")));
            }
            if journal.footer().is_none_or(|footer| footer.interrupted) {
                return Err(Error::input(format!(
                    "{name}: shard {shard} was cut off (go on with it: `fineprint check --resume {name}`, and the rest as before)"
                )));
            }
        }
        let of = by_number.keys().next().map_or(0, |shard| shard.of());
        let missing: Vec<String> = (1..=of)
            .filter_map(|number| Shard::new(number, of))
            .filter(|shard| !by_number.contains_key(shard))
            .map(|shard| shard.to_string())
            .collect();
        if let [one] = missing.as_slice() {
            return Err(Error::input(format!("shard {one} is missing")));
        }
        if !missing.is_empty() {
            return Err(Error::input(format!("shards {} are missing", missing.join(", "))));
        }
        let choice = serde_json::from_value(header.choice.clone().into())
            .map_err(|why| Error::input(format!("{}:1: no choice of cases: {why}", first.path().display())))?;
        Ok(Shards { header, choice: Choice { shard: None, ..choice }, by_number })
    }

    fn operation(&self, at: usize, subject: Subject<'_>, emit: &mut dyn FnMut(Event)) -> Result<(), Error> {
        let operation = subject.operation;
        let opened = self.opened(operation)?;
        let clauses = self.choice.clauses(operation);
        let options = options(&self.choice, &self.header.client, opened.not_offered.keys().cloned().collect());
        let cases = match opened.offered {
            true => feed::chosen(operation, &clauses, &self.choice, &options),
            false => Vec::new(),
        };
        if plan::hash(&cases) != opened.plan {
            return Err(Error::input(format!(
                "the shards have run another plan of `{}` than its page makes",
                operation.name
            )));
        }
        let (name, plan, not_offered) = (operation.name.clone(), opened.plan.clone(), opened.not_offered.clone());
        let job = Job::new(at, subject, clauses, opened.offered, &not_offered);
        let clauses = job.clauses.len();
        let whole = Opened { name, clauses, cases: cases.len(), plan, offered: opened.offered, not_offered };
        emit(Event::Operation(Box::new(whole)));
        let mut done = vec![false; cases.len()];
        let mut shrunk = Vec::new();
        for (shard, journal) in &self.by_number {
            let past = journal.past(&operation.name)?;
            shrunk.extend(past.shrunk);
            for entry in past.entries {
                let name = journal.path().display();
                let case = entry.case;
                if !cases.get(case).is_some_and(|case| shard.has(case)) {
                    let of = &operation.name;
                    return Err(Error::input(format!(
                        "{name}: case {case} of `{of}` does not belong to shard {shard}"
                    )));
                }
                done[case] = true;
                job.take(&entry);
                emit(Event::Past(Box::new(entry)));
            }
        }
        if let Some(case) = done.iter().position(|done| !done) {
            let owner = self.by_number.iter().find(|(shard, _)| shard.has(&cases[case]));
            let owner = owner.map(|(shard, journal)| format!("{}: shard {shard}", journal.path().display()));
            return Err(Error::input(format!(
                "{} has not run case {case} of `{}` ({})",
                owner.unwrap_or_default(),
                operation.name,
                cases[case].about
            )));
        }
        for shrunk in shrunk {
            job.shrunk(&shrunk);
            emit(Event::Shrunk(Box::new(shrunk)));
        }
        let reach = Reach { hello: &self.header.client, raw: true, stopped: false, part: false };
        job.close(&reach).into_iter().for_each(emit);
        Ok(())
    }

    /// How the operation began, in all shards alike.
    fn opened(&self, operation: &Operation) -> Result<&Opened, Error> {
        let mut first: Option<&Opened> = None;
        for (shard, journal) in &self.by_number {
            let name = journal.path().display();
            let Some(opened) = journal.opened(&operation.name) else {
                return Err(Error::input(format!("{name}: shard {shard} has not run `{}`", operation.name)));
            };
            let same = first.is_none_or(|first| {
                first.plan == opened.plan && first.not_offered == opened.not_offered && first.offered == opened.offered
            });
            if !same {
                return Err(Error::input(format!(
                    "{name}: the client of shard {shard} offers otherwise of `{}` than that of the first",
                    operation.name
                )));
            }
            first = first.or(Some(opened));
        }
        Ok(first.expect("there is a shard at least"))
    }
}
