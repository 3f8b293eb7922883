//! `fineprint selftest`: the reference client with each seeded defect, held to the built-in page.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::Mutex;

use super::pages::Pages;
use super::{End, style};
use crate::contract::Contract;
use crate::driver::Source;
use crate::error::Error;
use crate::finding::Severity;
use crate::outcome::Outcome;
use crate::reference::{self, Defect, Reference};
use crate::run::Run;

/// Run the reference client with each seeded defect, and print what finds it
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only these defects; all if none is named
    defects: Vec<String>,
    /// Defects that are tried side by side
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: usize,
}

/// Classes that the built-in page cannot show: it has no lists, times or fractions in its calls.
const BEYOND: [&str; 7] = ["R10", "R14", "R15", "R16", "R31", "P11", "P13"];

/// The class that a defect is found under: its own, but for an empty success after a closed connection, which is as much the
/// one as the other.
fn class_of(defect: &Defect) -> &'static str {
    match defect.id {
        "P12-closed" => "T07",
        _ => defect.class,
    }
}

/// What came of one defect.
struct Tried {
    defect: Option<Defect>,
    outcome: Result<Outcome, Error>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = Pages::default().contract()?;
    let mut todo: Vec<Option<Defect>> = vec![None];
    for id in &arguments.defects {
        todo.push(Some(reference::find(id).ok_or_else(|| Error::usage(format!("no defect `{id}`")))?));
    }
    if arguments.defects.is_empty() {
        todo.extend(reference::defects().iter().map(|d| Some(*d)));
    }
    let tried = all(&contract, todo, arguments.jobs.max(1));
    let mut out = anstream::stdout().lock();
    let (mut missed, mut beyond) = (0, 0);
    for Tried { defect, outcome } in &tried {
        if let Some(defect) = defect.as_ref().filter(|d| BEYOND.contains(&d.class)) {
            beyond += 1;
            let _ = writeln!(out, "{}· {:28} {}{}", style::DIM, defect.id, defect.what, style::PLAIN);
            continue;
        }
        let (found, text) = shown(defect.as_ref(), outcome);
        missed += usize::from(!found);
        let (mark, colour) = if found { ("✓", style::GOOD) } else { ("✗", style::ERROR) };
        let _ = writeln!(out, "{colour}{mark}{} {text}", style::PLAIN);
    }
    let shown = tried.len() - beyond;
    let _ = writeln!(
        out,
        "{} of {shown} as they should be; {beyond} need lists, times or fractions, which the page has not",
        shown - missed
    );
    Ok(if missed == 0 { End::Kept } else { End::Findings })
}

/// Tries all, a few at a time, and gives them back in order.
fn all(contract: &Arc<Contract>, todo: Vec<Option<Defect>>, jobs: usize) -> Vec<Tried> {
    let next = Mutex::new(todo.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().unwrap_or_else(|e| e.into_inner()).next();
                    let Some((at, defect)) = taken else { return };
                    let source = Source::Each(Arc::new(move || Arc::new(Reference::new(defect))));
                    let run = Run { jobs: 6, ..Run::new(Arc::clone(contract), source) };
                    let outcome = run.outcome();
                    done.lock().unwrap_or_else(|e| e.into_inner()).push((at, Tried { defect, outcome }));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(|e| e.into_inner());
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, tried)| tried).collect()
}

/// Whether a defect was found under its class, and a line about it.
fn shown(defect: Option<&Defect>, outcome: &Result<Outcome, Error>) -> (bool, String) {
    let name = defect.map_or("honest", |d| d.id);
    let findings = match outcome {
        Ok(outcome) => &outcome.findings,
        Err(error) => return (false, format!("{name:28} {error}")),
    };
    let serious: Vec<_> = findings.iter().filter(|f| f.severity > Severity::Note).collect();
    let found = match defect {
        None => serious.is_empty(),
        // A note is enough where no page makes a promise.
        Some(defect) => findings.iter().any(|f| f.class.as_deref() == Some(class_of(defect))),
    };
    let mut rules: Vec<String> =
        serious.iter().map(|f| format!("{}:{}", f.class.as_deref().unwrap_or("-"), f.rule)).collect();
    rules.sort();
    rules.dedup();
    (found, format!("{name:28} {:40} {}", defect.map_or("", |d| d.what), rules.join(" ")))
}
