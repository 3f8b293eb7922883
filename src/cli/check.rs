//! `fineprint check`: the main job.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::client::Named;
use super::{End, pages, style};
use crate::contract::Contract;
use crate::error::Error;
use crate::finding::Severity;
use crate::outcome::{Event, Outcome, Verdict};
use crate::report::{self, Palette};
use crate::run::{self, Carrier, Choice, DEFAULT_SEED, Run, Stop, Stored};

/// Hold a client to a page: a verdict on every field and every error code
///
/// Exits 0 when all is kept, 1 on findings, 2 on usage or input that cannot be read, 3 when something could not be judged.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Arguments {
    /// Pages, or folders of pages; `-` is standard input; the built-in page if none is given
    pages: Vec<PathBuf>,
    #[command(flatten)]
    client: Named,
    #[command(flatten)]
    chosen: Chosen,
    /// List the clauses and calls, and run nothing
    #[arg(long)]
    list: bool,
    /// The least finding that fails the run
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = ["error", "warning", "note"])]
    fail_on: Option<String>,
    /// Fail when a clause stays untested
    #[arg(long)]
    require_tested: bool,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: Option<String>,
    /// Write a report: `json=PATH`
    #[arg(long, value_name = "FORMAT=PATH")]
    report: Vec<String>,
    /// Write the smallest case of each finding into this folder, for `fineprint replay FILE`
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
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
        }
    }

    /// Lanes: many for a client in this process, since most of them wait; a process each costs more.
    pub(super) fn jobs(&self, here: bool) -> usize {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        self.jobs.map_or(if here { 8 } else { (cores + 2).min(8) }, usize::from)
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = pages::contract(&arguments.pages)?;
    let choice = arguments.chosen.choice();
    choice.operations(&contract)?;
    let reports = reports(&arguments.report)?;
    if arguments.list {
        return list(&contract, &choice);
    }
    refuse_empty(&contract, &choice)?;
    let bar = bar();
    let source = arguments.client.source(&mut |step| bar.set_message(step.to_owned()))?;
    let stop = stop_on_interrupt();
    let jobs = arguments.chosen.jobs(arguments.client.is_here());
    let run =
        Run { carrier: Carrier::Tap, contract: Arc::clone(&contract), source, choice, jobs, stop: Arc::clone(&stop) };
    let mut outcome = Outcome { seed: run.choice.seed, ..Outcome::default() };
    let ended = run.go(&mut |event| {
        show(&bar, &event);
        outcome.add(event);
    });
    bar.finish_and_clear();
    outcome.interrupted = stop.is_rung();
    finish(&mut outcome, arguments);
    if let Some(folder) = &arguments.cases {
        store(&mut outcome, &contract, folder, &arguments.client.shown())?;
    }
    for path in reports {
        let text = format!("{:#}\n", report::json(&outcome, &contract));
        std::fs::write(&path, text)
            .map_err(|e| Error::input(format!("{}: cannot be written", path.display())).because(e))?;
    }
    if !outcome.verdicts.is_empty() {
        print(&outcome, &contract, arguments);
    }
    match ended {
        Err(error) if !error.is_interrupted() => Err(error),
        _ => Ok(end(&outcome, arguments)),
    }
}

/// Puts the commands that show a finding again where the run left the case's id, and the worst first.
fn finish(outcome: &mut Outcome, arguments: &Arguments) {
    let pages: String = arguments.pages.iter().map(|p| format!(" {}", p.display())).collect();
    let seed = if outcome.seed == DEFAULT_SEED { String::new() } else { format!(" --seed {}", outcome.seed) };
    let client = arguments.client.shown();
    for finding in &mut outcome.findings {
        if let Some(id) = finding.exhibit.as_mut().and_then(|e| e.replay.as_mut()) {
            *id = format!("fineprint replay {id}{pages}{seed}{client}");
        }
    }
    outcome.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
}

/// Writes the case of each finding to a file of its own; the line that shows it again names the file.
fn store(outcome: &mut Outcome, contract: &Contract, folder: &Path, client: &str) -> Result<(), Error> {
    let failed = |path: &Path, e| Error::input(format!("{}: cannot be written", path.display())).because(e);
    std::fs::create_dir_all(folder).map_err(|e: std::io::Error| failed(folder, e))?;
    for finding in &mut outcome.findings {
        let Some(stored) = Stored::of(finding, contract) else { continue };
        let path = folder.join(stored.file_name());
        std::fs::write(&path, stored.to_json()).map_err(|e| failed(&path, e))?;
        if let Some(exhibit) = &mut finding.exhibit {
            exhibit.replay = Some(format!("fineprint replay {}{client}", path.display()));
        }
    }
    Ok(())
}

fn end(outcome: &Outcome, arguments: &Arguments) -> End {
    let least = match arguments.fail_on.as_deref() {
        Some("note") => Severity::Note,
        Some("warning") => Severity::Warning,
        _ => Severity::Error,
    };
    let untested =
        arguments.require_tested && outcome.coverage.of(Verdict::Untested) + outcome.coverage.of(Verdict::Skipped) > 0;
    let unjudged =
        outcome.coverage.of(Verdict::Errored) > 0 || outcome.interrupted || !outcome.judged_anything() || untested;
    match () {
        () if outcome.has(least) => End::Findings,
        () if unjudged => End::NotJudged,
        () => End::Kept,
    }
}

/// Findings that the terminal shows in full.
const SHOWN: usize = 8;

fn print(outcome: &Outcome, contract: &Contract, arguments: &Arguments) {
    let mut out = anstream::stdout().lock();
    if arguments.format.as_deref() == Some("json") {
        let _ = writeln!(out, "{:#}", report::json(outcome, contract));
        return;
    }
    let palette = palette();
    let (shown, rest) = outcome.findings.split_at(outcome.findings.len().min(SHOWN));
    for finding in shown {
        let _ = writeln!(out, "{}", report::finding(finding, contract, &palette));
    }
    if !rest.is_empty() {
        let _ = writeln!(out, "{} more findings: write them all with --report json=PATH\n", rest.len());
    }
    let client = outcome.client.as_ref().map(|c| format!("{} {}", c.client.name, c.client.version)).unwrap_or_default();
    let version = contract.version.as_ref().map(|v| format!(" {}", v.value)).unwrap_or_default();
    let product = contract.product.as_ref().map(|p| p.value.as_str()).unwrap_or("the page");
    let _ = writeln!(
        out,
        "{}{product}{version}{} held against {}{}{}",
        palette.bold,
        palette.plain,
        palette.bold,
        client.trim(),
        palette.plain
    );
    let _ = write!(out, "{}", report::summary(outcome, contract, &palette));
    if outcome.interrupted {
        let _ = writeln!(out, "\n{}stopped{}: what was judged before is shown above", style::WARNING, style::PLAIN);
    }
    if let Some(finding) = shown.first() {
        let _ = writeln!(out, "\nnext: fineprint explain {}", finding.rule);
    }
}

fn palette() -> Palette {
    let text = |s: anstyle::Style| s.to_string();
    Palette {
        bad: text(style::ERROR),
        unsure: text(style::WARNING),
        good: text(style::GOOD),
        bold: text(style::BOLD),
        dim: text(style::DIM),
        plain: style::PLAIN.to_string(),
    }
}

/// The files that reports go to.
fn reports(named: &[String]) -> Result<Vec<PathBuf>, Error> {
    named
        .iter()
        .map(|report| match report.split_once('=') {
            Some(("json", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
            _ => Err(Error::usage(format!("no report `{report}` (write `json=PATH`)"))),
        })
        .collect()
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
        Event::Operation { name, cases, .. } => {
            bar.set_length(bar.length().unwrap_or(0) + *cases as u64);
            bar.set_message(name.clone());
        }
        Event::Case { .. } => bar.inc(1),
        _ => {}
    }
}

/// Rings the stop when the user interrupts; a second interrupt ends us at once.
pub(super) fn stop_on_interrupt() -> Arc<Stop> {
    let stop = Arc::new(Stop::default());
    let ring = Arc::clone(&stop);
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            ring.ring();
        });
    });
    stop
}
