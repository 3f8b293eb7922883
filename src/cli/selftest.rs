//! `fineprint selftest`: the reference client with each seeded defect, held to the page that can show it.

mod area;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, mpsc};

use super::{End, pages, style};
use crate::check::RULES;
use crate::driver::Source;
use crate::error::Error;
use crate::finding::Severity;
use crate::outcome::Outcome;
use crate::reference::{self, Defect, Page, Reference};
use crate::run::{Choice, Run};

/// Run the reference client with each seeded defect, and print what finds it
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only these defects; all if none is named
    defects: Vec<String>,
    /// Hold every one of them to every clause; else ten are, and the others to the clauses of their class
    #[arg(long)]
    full: bool,
    /// Defects that are tried side by side
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: usize,
}

/// Classes that no defect here stands for, and why.
const BEYOND: [(&str, &str); 1] = [("R34", "no page that is read says that a call is multipart")];

/// The class that a defect is found under: its own, but for an empty success after a closed connection, which is as much the
/// one as the other.
fn class_of(defect: &Defect) -> &'static str {
    match defect.id {
        "P12-closed" => "T07",
        _ => defect.class,
    }
}

/// What came of one defect, or of none.
struct Tried {
    page: Page,
    defect: Option<Defect>,
    outcome: Result<Outcome, Error>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let mut todo: Vec<(Page, Option<Defect>)> = Vec::new();
    for id in &arguments.defects {
        let defect = reference::find(id).ok_or_else(|| Error::usage(format!("no defect `{id}`")))?;
        todo.push((defect.page, Some(defect)));
    }
    if arguments.defects.is_empty() {
        todo.extend([Page::Instance, Page::Parcels, Page::Depots].map(|page| (page, None)));
        todo.extend(reference::variations().iter().map(|d| (d.page, Some(*d))));
        todo.extend(reference::defects().iter().map(|d| (d.page, Some(*d))));
    }
    let whole = arguments.defects.is_empty();
    // Whoever names a defect wants to know all that finds it.
    let full = arguments.full || !whole;
    let mut missed = 0;
    let tried = all(todo, full, arguments.jobs.max(1), &mut |one| {
        let (found, text) = shown(one);
        missed += usize::from(!found);
        let (mark, colour) = if found { ("✓", style::GOOD) } else { ("✗", style::ERROR) };
        let _ = writeln!(anstream::stdout().lock(), "{colour}{mark}{} {text}", style::PLAIN);
    });
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{} of {} as they should be", tried.len() - missed, tried.len());
    if whole {
        let idle = idle(&tried);
        missed += idle.len();
        for rule in idle {
            let _ = writeln!(out, "{}✗{} nothing trips the rule {rule}", style::ERROR, style::PLAIN);
        }
        for (class, why) in BEYOND {
            let _ = writeln!(out, "{}· {class} is not shown: {why}{}", style::DIM, style::PLAIN);
        }
    }
    Ok(if missed == 0 { End::Kept } else { End::Findings })
}

/// Rules that no defect trips: such a rule may be one that cannot fail.
fn idle(tried: &[Tried]) -> Vec<&'static str> {
    let tripped = |id: &str| {
        tried.iter().filter_map(|t| t.outcome.as_ref().ok()).any(|o| o.findings.iter().any(|f| f.rule == id))
    };
    RULES.iter().map(|rule| rule.id).filter(|id| !tripped(id)).collect()
}

/// Tries all, a few at a time, and tells and gives them back in order.
fn all(todo: Vec<(Page, Option<Defect>)>, full: bool, jobs: usize, tell: &mut dyn FnMut(&Tried)) -> Vec<Tried> {
    let contracts = [Page::Instance, Page::Parcels, Page::Depots].map(|page| (page, pages::ours(page)));
    let contract_of = |page: Page| contracts.iter().find(|(p, _)| *p == page).map(|(_, c)| Arc::clone(c));
    let next = Mutex::new(todo.into_iter().enumerate());
    let (done, coming) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let done = done.clone();
            let (next, contract_of) = (&next, &contract_of);
            scope.spawn(move || {
                loop {
                    let taken = next.lock().unwrap_or_else(|e| e.into_inner()).next();
                    let Some((at, (page, defect))) = taken else { return };
                    let source = Source::Each(Arc::new(move || Arc::new(Reference::new(defect))));
                    let contract = contract_of(page).expect("each page was read");
                    let choice = if full { Choice::default() } else { area::choice(defect.as_ref()) };
                    let run = Run { jobs: 6, choice, ..Run::new(contract, source) };
                    // Who waits for it ends after us.
                    let _ = done.send((at, Tried { page, defect, outcome: run.outcome() }));
                }
            });
        }
        drop(done);
        let (mut early, mut tried) = (BTreeMap::new(), Vec::new());
        for (at, one) in coming {
            early.insert(at, one);
            while let Some(one) = early.remove(&tried.len()) {
                tell(&one);
                tried.push(one);
            }
        }
        tried
    })
}

/// Whether a defect was found under its class, and a line about it.
fn shown(Tried { page, defect, outcome }: &Tried) -> (bool, String) {
    let honest = match page {
        Page::Instance => "honest",
        Page::Parcels => "honest (lists and times)",
        Page::Depots => "honest (REST)",
    };
    let name = defect.map_or(honest, |d| d.id);
    let findings = match outcome {
        Ok(outcome) => &outcome.findings,
        Err(error) => return (false, format!("{name:28} {error}")),
    };
    let serious: Vec<_> = findings.iter().filter(|f| f.severity > Severity::Note).collect();
    let found = match defect {
        None => serious.is_empty(),
        Some(variation) if variation.class.is_empty() => serious.is_empty(),
        // A note is enough where no page makes a promise.
        Some(defect) => findings.iter().any(|f| f.class.as_deref() == Some(class_of(defect))),
    };
    let mut rules: Vec<String> =
        serious.iter().map(|f| format!("{}:{}", f.class.as_deref().unwrap_or("-"), f.rule)).collect();
    rules.sort();
    rules.dedup();
    (found, format!("{name:28} {:40} {}", defect.map_or("", |d| d.what), rules.join(" ")))
}
