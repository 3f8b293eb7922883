//! What a run ends with: which findings count, what is written and printed, and the exit code.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::again::Again;
use super::{End, earlier, explain, style};
use crate::contract::Contract;
use crate::contrast::{Contrast, contrast};
use crate::error::Error;
use crate::expect::{self, Day, Expectations, Known};
use crate::finding::Severity;
use crate::outcome::{Outcome, Verdict};
use crate::report::{self, Palette};
use crate::run::Stored;

/// Which findings count, and where it is told.
#[derive(Debug, clap::Args, Default)]
#[group(id = "gate")]
pub(super) struct Arguments {
    /// The least finding that fails the run
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = ["error", "warning", "note"])]
    fail_on: Option<String>,
    /// Fail when a clause stays untested
    #[arg(long)]
    require_tested: bool,
    #[command(flatten)]
    known: KnownFile,
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

/// The known findings.
#[derive(Debug, clap::Args, Default)]
pub(super) struct KnownFile {
    /// The file of known findings, which do not count [default: fineprint.expect.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// The day that `until` is held against [default: today, in UTC]
    #[arg(long, value_name = "DAY")]
    today: Option<Day>,
}

impl KnownFile {
    /// The file of known findings: the one that is named, or the one that stands here.
    pub(super) fn path(&self) -> &Path {
        self.expect.as_deref().unwrap_or(Path::new(expect::FILE))
    }

    /// The file's text; none where no file is named and none stands here.
    pub(super) fn text(&self) -> Result<Option<String>, Error> {
        let path = self.path();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound && self.expect.is_none() => Ok(None),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::input(format!("{}: no such file (`fineprint expect --write` writes it)", path.display())))
            }
            Err(why) => Err(Error::input(format!("{}: cannot be read", path.display())).because(why)),
        }
    }

    fn read(&self) -> Result<Expectations, Error> {
        let name = self.path().display().to_string();
        let Some(text) = self.text()? else { return Ok(Expectations { name, all: Vec::new() }) };
        let read = expect::read(&name, &text)?;
        for one in &read.all {
            if let Err(why) = explain::known(&one.rule) {
                return Err(Error::input(format!("{name}:{}: {why}", one.line)));
            }
        }
        Ok(read)
    }

    fn today(&self) -> Day {
        self.today.unwrap_or_else(|| Day::of(SystemTime::now()))
    }
}

/// A gate whose files are read, before a run is made that would be for nothing.
pub(super) struct Gate<'a> {
    arguments: &'a Arguments,
    expectations: Expectations,
    reports: Vec<PathBuf>,
}

impl Arguments {
    /// Reads what the gate needs.
    pub(super) fn open(&self) -> Result<Gate<'_>, Error> {
        Ok(Gate { arguments: self, expectations: self.known.read()?, reports: reports(&self.report)? })
    }

    /// The least finding that counts.
    pub(super) fn least(&self) -> Severity {
        least(self.fail_on.as_deref())
    }
}

/// A severity as the user names it.
pub(super) fn least(named: Option<&str>) -> Severity {
    match named {
        Some("note") => Severity::Note,
        Some("warning") => Severity::Warning,
        _ => Severity::Error,
    }
}

impl Gate<'_> {
    /// What is found in the reports that this run will write over.
    pub(super) fn found(&self) -> BTreeSet<String> {
        self.reports.iter().flat_map(|path| earlier::reported(path)).collect()
    }

    /// Writes and prints what a run came to, and tells how it ends.
    pub(super) fn end(&self, mut ended: Ended<'_>) -> Result<End, Error> {
        let contract = ended.again.contract;
        finish(&mut ended.outcome, &mut ended.again.commands());
        if let Some(folder) = &self.arguments.cases {
            store(&mut ended.outcome, contract, folder, &ended.client)?;
        }
        let Ended { outcome, against, .. } = &ended;
        let known = self.expectations.held(outcome, contract, self.arguments.known.today());
        let counted = Counted { known, contrast: against.map(|other| contrast(outcome, other)) };
        let json = || {
            let mut value = report::json(outcome, contract);
            if !self.expectations.all.is_empty() {
                report::expected(&mut value, &self.expectations, &counted.known);
            }
            if let (Some(contrast), Some(other)) = (&counted.contrast, against) {
                report::against(&mut value, contrast, other);
            }
            value
        };
        for path in &self.reports {
            write(path, &json())?;
        }
        if !outcome.verdicts.is_empty() || outcome.shard.is_some() {
            let mut out = anstream::stdout().lock();
            match self.arguments.format.as_deref() {
                Some("json") => drop(writeln!(out, "{:#}", json())),
                _ => self.print(&mut out, &ended, &counted),
            }
        }
        Ok(self.code(&ended.outcome, &counted))
    }

    fn code(&self, outcome: &Outcome, counted: &Counted) -> End {
        let least = self.arguments.least();
        let found = outcome.findings.iter().enumerate().any(|(at, f)| f.severity >= least && counted.counts(at));
        let of = |verdict| outcome.coverage.of(verdict);
        let untested = self.arguments.require_tested && of(Verdict::Untested) + of(Verdict::Skipped) > 0;
        // A shard that no case falls to is not for itself to judge: the merge is.
        let nothing = !(outcome.judged_anything() || outcome.shard.is_some() && outcome.cases == 0);
        let unjudged = of(Verdict::Errored) > 0 || outcome.interrupted || nothing || untested;
        let lost = counted.contrast.as_ref().is_some_and(Contrast::has_lost);
        match () {
            () if found || lost || !counted.known.problems.is_empty() => End::Findings,
            () if unjudged => End::NotJudged,
            () => End::Kept,
        }
    }

    fn print(&self, out: &mut impl std::io::Write, ended: &Ended<'_>, counted: &Counted) {
        let Ended { outcome, again: Again { contract, .. }, .. } = ended;
        let known = &counted.known;
        let palette = palette();
        let all = || outcome.findings.iter().enumerate();
        let news: Vec<_> = all().filter(|(at, _)| counted.counts(*at)).collect();
        let old: Vec<_> = all().filter(|(at, _)| known.expected.contains_key(at)).collect();
        for (_, finding) in news.iter().take(SHOWN) {
            let _ = writeln!(out, "{}", report::finding(finding, contract, &palette));
        }
        if news.len() > SHOWN {
            let _ = writeln!(out, "{} more findings: write them all with --report json=PATH\n", news.len() - SHOWN);
        }
        for (at, finding) in &old {
            let one = &self.expectations.all[known.expected[at]];
            let issue = one.issue.as_ref().map(|i| format!(" ({i})")).unwrap_or_default();
            let (severity, rule, transform) = (finding.severity, &finding.rule, &finding.transform);
            let _ = writeln!(
                out,
                "{}known {severity}[{rule}]: {transform}: {}{issue}{}",
                style::DIM,
                one.why.trim(),
                style::PLAIN
            );
        }
        let (dim, plain) = (style::DIM, style::PLAIN);
        for (line, hint) in &known.hints {
            let _ = writeln!(out, "{dim}note{plain} {}:{line}: {hint}", self.expectations.name);
        }
        for (line, problem) in &known.problems {
            let _ = writeln!(out, "{}error{plain} {}:{line}: {problem}", style::ERROR, self.expectations.name);
        }
        if !old.is_empty() || !known.hints.is_empty() || !known.problems.is_empty() {
            let _ = writeln!(out);
        }
        summary(out, outcome, contract, &palette);
        if let (Some(contrast), Some(other)) = (&counted.contrast, ended.against) {
            otherwise(out, contrast, outcome, other);
        }
        if let Some((_, finding)) = news.first() {
            let _ = writeln!(out, "\nnext: fineprint explain {}", finding.rule);
        }
    }
}

/// A run that is over.
pub(super) struct Ended<'a> {
    pub(super) outcome: Outcome,
    /// The commands that show it again.
    pub(super) again: Again<'a>,
    /// The part of it that names the client.
    pub(super) client: String,
    /// What another client came to.
    pub(super) against: Option<&'a Outcome>,
}

/// Which findings of a run count.
struct Counted {
    known: Known,
    contrast: Option<Contrast>,
}

impl Counted {
    fn counts(&self, finding: usize) -> bool {
        let is_new = self.contrast.as_ref().is_none_or(|contrast| contrast.news.contains(&finding));
        is_new && !self.known.expected.contains_key(&finding)
    }
}

/// Clauses of a kind that the terminal shows.
const CLAUSES: usize = 12;

/// What is otherwise with the other client, a line a clause.
fn otherwise(out: &mut impl std::io::Write, contrast: &Contrast, outcome: &Outcome, other: &Outcome) {
    let name = other.client.as_ref().map(|c| format!("{} {}", c.client.name, c.client.version)).unwrap_or_default();
    let _ = writeln!(out, "\n{}against {}{}", style::BOLD, name.trim(), style::PLAIN);
    let ways = |outcome: &Outcome, clause: &String| {
        let all = outcome.findings.iter().filter(|f| f.clauses.contains(clause));
        all.map(|f| format!("{}: {}", f.rule, f.transform)).collect::<Vec<_>>().join("; ")
    };
    let broken = contrast.broken.iter().map(|c| (c, ways(outcome, c))).collect();
    let kept = contrast.kept.iter().map(|c| (c, ways(other, c))).collect();
    let changed = contrast.changed.iter().map(|c| (&c.clause, format!("{}, now {}", c.was, c.is))).collect();
    type List<'a> = Vec<(&'a String, String)>;
    let lists: [(&str, anstyle::Style, List<'_>); 3] = [
        ("newly broken", style::ERROR, broken),
        ("newly kept", style::GOOD, kept),
        ("changed", style::WARNING, changed),
    ];
    for (what, colour, list) in &lists {
        for (clause, way) in list.iter().take(CLAUSES) {
            let _ = writeln!(out, "  {colour}{what:12}{} {clause}  {way}", style::PLAIN);
        }
        if list.len() > CLAUSES {
            let _ = writeln!(out, "  {} more {what}: write them all with --report json=PATH", list.len() - CLAUSES);
        }
    }
    let counts = lists.map(|(what, _, list)| format!("{} {what}", list.len()));
    let _ = writeln!(out, "{}", counts.join(", "));
}

/// Findings that the terminal shows in full.
const SHOWN: usize = 8;

fn summary(out: &mut impl std::io::Write, outcome: &Outcome, contract: &Contract, palette: &Palette) {
    let client = outcome.client.as_ref().map(|c| format!("{} {}", c.client.name, c.client.version)).unwrap_or_default();
    let version = contract.version.as_ref().map(|v| format!(" {}", v.value)).unwrap_or_default();
    let product = contract.product.as_ref().map(|p| p.value.as_str()).unwrap_or("the page");
    let (bold, plain) = (&palette.bold, &palette.plain);
    let _ = writeln!(out, "{bold}{product}{version}{plain} held against {bold}{}{plain}", client.trim());
    let _ = write!(out, "{}", report::summary(outcome, contract, palette));
    if let Some(shard) = &outcome.shard {
        let _ = writeln!(out, "\nshard {shard}: `fineprint merge` puts all of them together");
    }
    if let Some(budget) = outcome.budget {
        let _ = writeln!(
            out,
            "\nbudget {budget} s: {} cases were left out; what a run with a budget gets to depends on the machine, so that its report \
             is equal to no other",
            outcome.left_out
        );
    }
    if outcome.interrupted {
        let _ = writeln!(out, "\n{}stopped{}: what was judged before is shown above", style::WARNING, style::PLAIN);
    }
}

/// Puts the commands that show a finding again where the run left the case's id, and the worst first.
pub(super) fn finish(outcome: &mut Outcome, command: &mut dyn FnMut(&str, &str) -> String) {
    for exhibit in outcome.findings.iter_mut().filter_map(|finding| finding.exhibit.as_mut()) {
        let operation = exhibit.case.as_ref().and_then(|case| case.get("operation")?.as_str()).unwrap_or_default();
        if let Some(id) = exhibit.replay.as_mut() {
            *id = command(operation, id);
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

fn write(path: &Path, value: &Value) -> Result<(), Error> {
    std::fs::write(path, format!("{value:#}\n"))
        .map_err(|e| Error::input(format!("{}: cannot be written", path.display())).because(e))
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
