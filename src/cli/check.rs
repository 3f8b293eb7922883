//! `fineprint check`: the main job.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::again::Again;
use super::client::Named;
use super::gate::{Ended, finish};
use super::pages::Pages;
use super::{End, gate, record};
use crate::contract::Contract;
use crate::cores;
use crate::driver;
use crate::error::Error;
use crate::outcome::{Event, Outcome};
use crate::run::{self, Choice, DEFAULT_SEED, Run, Shard, Stop};

/// Hold a client to a page: a verdict on every field and every error code
///
/// Exits 0 when all is kept, 1 on findings, 2 on usage or input that cannot be read, 3 when something could not be judged.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    #[command(flatten)]
    client: Named,
    #[command(flatten)]
    chosen: Chosen,
    /// List the clauses and calls, and run nothing
    #[arg(long)]
    list: bool,
    /// Another client, held to the same cases: only what is otherwise counts
    #[arg(long, value_name = "CLIENT")]
    against: Option<String>,
    /// Only this part of the run: `k/n`, or `auto` for what GitLab, CircleCI, Buildkite or an indexed Job of Kubernetes sets
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<Shard>,
    /// Spend this much time where it finds most, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = time)]
    budget: Option<Duration>,
    #[command(flatten)]
    record: record::Arguments,
    #[command(flatten)]
    gate: gate::Arguments,
}

/// Which cases run, and how.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Chosen {
    /// Only clauses whose id fits (`*` stands for any text); repeatable
    #[arg(long = "clause", value_name = "GLOB")]
    clauses: Vec<String>,
    /// Only this operation; repeatable
    #[arg(long = "operation", value_name = "NAME")]
    operations: Vec<String>,
    /// What every case is drawn from
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Every combination of so many parameters' values stands in a row: 1 to 4
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u8).range(1..=4))]
    strength: Option<u8>,
    /// How many random valid calls are made
    #[arg(long, value_name = "N")]
    random: Option<usize>,
    /// Lanes that run side by side
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
}

impl Chosen {
    pub(super) fn choice(&self) -> Choice {
        let usual = Choice::default();
        Choice {
            seed: self.seed.unwrap_or(DEFAULT_SEED),
            operations: self.operations.clone(),
            clauses: self.clauses.clone(),
            strength: self.strength.map_or(usual.strength, usize::from),
            random: self.random.unwrap_or(usual.random),
            shard: None,
        }
    }

    /// Lanes: many for a client in this process, since most of them wait; a process each costs more.
    pub(super) fn jobs(&self, here: bool) -> usize {
        let cores = cores::count();
        self.jobs.map_or(if here { 16 } else { (cores + 3).min(8) }, usize::from)
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = arguments.pages.contract()?;
    let choice = Choice { shard: arguments.shard, ..arguments.chosen.choice() };
    choice.operations(&contract)?;
    let gate = arguments.gate.open()?;
    if arguments.list {
        return list(&contract, &choice);
    }
    refuse_empty(&contract, &choice)?;
    let other = match &arguments.against {
        Some(client) => Some(outcome(&contract, &arguments.client.other(client), &arguments.chosen)?),
        None => None,
    };
    let prepared = prepared(&contract, &arguments.client, &arguments.chosen)?;
    let found = match arguments.budget {
        Some(_) => gate.found().into_iter().chain(arguments.record.found()).collect(),
        None => BTreeSet::new(),
    };
    let mut run = Run { choice, budget: arguments.budget, found, ..prepared };
    let rest = rest(arguments);
    let mut recorder = arguments.record.open(&mut run, &rest)?;
    let (outcome, ended) = gone(&run, &mut |event| recorder.event(event, &run));
    if ended.is_ok() || outcome.interrupted {
        recorder.end(&outcome)?;
    }
    let client = arguments.client.shown();
    let again = Again { pages: &arguments.pages, contract: &contract, rest: &rest };
    let end = gate.end(Ended { outcome, again, client, against: other.as_ref() });
    match ended {
        Err(error) if !error.is_interrupted() => Err(error),
        _ => end,
    }
}

/// What a command has after its pages to mean the same cases and the same client.
fn rest(arguments: &Arguments) -> String {
    let Chosen { seed, strength, random, .. } = &arguments.chosen;
    let seed = seed.filter(|seed| *seed != DEFAULT_SEED);
    let said = [
        seed.map(|seed| format!(" --seed {seed}")),
        strength.map(|strength| format!(" --strength {strength}")),
        random.map(|random| format!(" --random {random}")),
    ];
    format!("{}{}", said.into_iter().flatten().collect::<String>(), arguments.client.shown())
}

/// Runs what is chosen to its end.
pub(super) fn outcome(contract: &Arc<Contract>, client: &Named, chosen: &Chosen) -> Result<Outcome, Error> {
    refuse_empty(contract, &chosen.choice())?;
    let (mut outcome, ended) = gone(&prepared(contract, client, chosen)?, &mut |_| {});
    ended?;
    if outcome.interrupted {
        return Err(Error::interrupted());
    }
    finish(&mut outcome, &mut |_, _| String::new());
    Ok(outcome)
}

/// A run with its client at hand.
fn prepared(contract: &Arc<Contract>, client: &Named, chosen: &Chosen) -> Result<Run, Error> {
    let bar = bar();
    let source = client.source(&mut |step| bar.set_message(step.to_owned()))?;
    bar.finish_and_clear();
    let (choice, jobs) = (chosen.choice(), chosen.jobs(client.is_here()));
    let stop = stop_on_interrupt();
    Ok(Run { choice, jobs, stop, ..Run::new(Arc::clone(contract), source) })
}

/// Runs, with a bar on the terminal.
fn gone(run: &Run, told: &mut dyn FnMut(&Event)) -> (Outcome, Result<(), Error>) {
    let bar = bar();
    let mut outcome = run.begun();
    let ended = run.go(&mut |event| {
        show(&bar, &event);
        told(&event);
        outcome.add(event);
    });
    bar.finish_and_clear();
    outcome.interrupted = run.stop.is_rung();
    (outcome, ended)
}

/// A part of a run as the user names it.
fn shard(named: &str) -> Result<Shard, String> {
    match named {
        "auto" => Shard::from_surroundings(&|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
        named => named.parse(),
    }
}

/// A time as the user names it: seconds, or a number with its unit.
fn time(named: &str) -> Result<Duration, String> {
    let digits = named.len() - named.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, unit) = named.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => 0.0,
    };
    let read = number.parse::<f64>().ok().map(|n| n * seconds).filter(|s| *s > 0.0);
    let time = read.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| format!("no time `{named}` (write it as 30s, 5m or 500ms)"))
}

fn list(contract: &Contract, choice: &Choice) -> Result<End, Error> {
    let mut out = anstream::stdout().lock();
    for (clauses, cases) in run::cases(contract, choice)? {
        let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &cases {
            for clause in &case.clauses {
                *calls.entry(clause).or_default() += case.steps.len();
            }
        }
        for clause in &clauses {
            let n = calls.get(clause.id.as_str()).copied().unwrap_or(0);
            let _ = writeln!(out, "{:8} {:5} {}", clause.promise.as_str(), n, clause.id);
        }
        let steps: usize = cases.iter().map(|c| c.steps.len()).sum();
        let _ = writeln!(out, "{} clauses, {} cases, {steps} calls", clauses.len(), cases.len());
    }
    Ok(End::Kept)
}

fn refuse_empty(contract: &Contract, choice: &Choice) -> Result<(), Error> {
    let any = choice.operations(contract)?.iter().any(|o| !choice.clauses(o).is_empty());
    match any {
        true => Ok(()),
        false => Err(Error::usage(format!(
            "no clause fits {} (`fineprint check --list` shows them all)",
            choice.clauses.join(", ")
        ))),
    }
}

fn bar() -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    let style = ProgressStyle::with_template("{spinner} {msg} {pos}/{len} cases {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::Client(hello) => bar.set_message(format!("{} {}", hello.client.name, hello.client.version)),
        Event::Operation(opened) => {
            bar.set_length(bar.length().unwrap_or(0) + opened.cases as u64);
            bar.set_message(opened.name.clone());
        }
        Event::Case(_) | Event::Past(_) => bar.inc(1),
        _ => {}
    }
}

/// Rings the stop when the user interrupts; a second interrupt ends us at once, and all drivers with us.
#[expect(clippy::exit, reason = "whoever interrupts twice does not want to wait for anything")]
pub(super) fn stop_on_interrupt() -> Arc<Stop> {
    let stop = Arc::new(Stop::default());
    let ring = Arc::clone(&stop);
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            let mut interrupted = async || {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            };
            interrupted().await;
            ring.ring();
            interrupted().await;
            driver::kill_all();
            std::process::exit(3);
        });
    });
    stop
}
