//! `fineprint snapshot`: what a client surfaces, to review.

use std::io::Write;
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};

use super::check::stop_on_interrupt;
use super::client::Named;
use super::pages::Pages;
use super::{End, kebab, style};
use crate::driver::Reply;
use crate::error::Error;
use crate::run::{Choice, DEFAULT_SEED, Run};
use crate::snapshot::{Change, Snapshot, Surfaced, accept, body, compare, settle};
use crate::wire::curl::quoted;

/// Keep what a client surfaces as insta snapshots
///
/// Exits 0 when nothing has changed or all is accepted, 1 when there is something to review, 2 on usage, 3 when the client could not be had or its driver failed.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    #[command(flatten)]
    client: Named,
    /// Only this operation; repeatable
    #[arg(long = "operation", value_name = "NAME")]
    operations: Vec<String>,
    /// What every fresh value is drawn from
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "snapshots")]
    dir: PathBuf,
    /// Accept what is new and what has changed
    #[arg(long)]
    accept: bool,
    /// Compare only, and write nothing
    #[arg(long, conflicts_with = "accept")]
    check: bool,
}

/// Lines of a change that the terminal shows.
const LINES: usize = 24;

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = arguments.pages.contract()?;
    let source = arguments.client.source(&mut |_| {})?;
    let choice = Choice { seed: arguments.seed, operations: arguments.operations.clone(), ..Choice::default() };
    let run = Run { choice, stop: stop_on_interrupt(), ..Run::new(contract, source) };
    let (hello, all) = run.surfaced()?;
    let mut out = anstream::stdout().lock();
    let (mut open, mut judged) = (0_usize, true);
    for (operation, surfaced) in all {
        let name = format!("{}__{}.snap", kebab(&hello.client.name), kebab(&operation.name));
        let path = arguments.dir.join(name);
        let snapshot = Snapshot {
            description: format!("{} {}", hello.client.name, hello.client.version),
            expression: format!("what {} surfaces of {}", hello.client.name, operation.name),
            body: body(&surfaced),
        };
        judged &= is_judged(&surfaced);
        let change = match arguments.check {
            true => compare(&path, &snapshot)?,
            false => settle(&path, &snapshot)?,
        };
        let (word, colour) = match change {
            Change::Same => ("unchanged", style::GOOD),
            Change::New => ("new", style::WARNING),
            Change::Changed(_) => ("changed", style::WARNING),
        };
        let _ = writeln!(out, "{colour}{word}{} {}", style::PLAIN, path.display());
        if let Change::Changed(old) = &change {
            difference(&mut out, old, &snapshot.body);
        }
        match change {
            Change::Same => {}
            _ if arguments.accept => accept(&path)?,
            _ => open += 1,
        }
    }
    if open > 0 {
        let _ = writeln!(out, "next: {}", next(arguments));
    }
    Ok(match (open, judged) {
        (1.., _) => End::Findings,
        (0, false) => End::NotJudged,
        (0, true) => End::Kept,
    })
}

/// Whether anything was surfaced, and the driver read all of it.
fn is_judged(surfaced: &[Surfaced]) -> bool {
    !surfaced.is_empty() && surfaced.iter().all(|one| !matches!(one.reply, Ok(Reply::DriverError(_))))
}

fn difference(out: &mut impl Write, old: &str, new: &str) {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (at, hunk) in diff.grouped_ops(2).iter().enumerate() {
        if at > 0 {
            lines.push(format!("  {}…{}", style::DIM, style::PLAIN));
        }
        for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, colour) = match change.tag() {
                ChangeTag::Delete => ('-', style::ERROR),
                ChangeTag::Insert => ('+', style::GOOD),
                ChangeTag::Equal => (' ', style::DIM),
            };
            lines.push(format!("  {colour}{sign} {}{}", change.value().trim_end(), style::PLAIN));
        }
    }
    for line in lines.iter().take(LINES) {
        let _ = writeln!(out, "{line}");
    }
    if lines.len() > LINES {
        let _ = writeln!(out, "  {}… and {} more lines{}", style::DIM, lines.len() - LINES, style::PLAIN);
    }
}

/// The command that reviews or accepts what is open.
fn next(arguments: &Arguments) -> String {
    let Arguments { pages, client, operations, seed, dir, check, .. } = arguments;
    // After a comparison nothing is pending that `cargo insta` could show.
    let package = if *check { None } else { package(dir) };
    match package {
        Some(manifest) if manifest_above(Path::new(".")).as_ref() == Some(&manifest) => "cargo insta review".to_owned(),
        Some(manifest) => format!("cargo insta review --manifest-path {}", quoted(&manifest.display().to_string())),
        None => {
            let mut words = vec!["fineprint snapshot".to_owned()];
            if dir != Path::new("snapshots") {
                words.push(format!("--dir {}", quoted(&dir.display().to_string())));
            }
            words.extend(operations.iter().map(|name| format!("--operation {}", quoted(name))));
            if *seed != DEFAULT_SEED {
                words.push(format!("--seed {seed}"));
            }
            words.push("--accept".to_owned());
            words.extend(pages.words().map(|word| quoted(&word)));
            words.join(" ") + &client.shown()
        }
    }
}

/// The manifest of the package in which `cargo insta` finds what is pending in a folder: it looks into no `target`, no
/// hidden folder, and no workspace outside of its packages.
fn package(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let manifest = manifest_above(&folder)?;
    let text = std::fs::read_to_string(&manifest).ok()?;
    let is_package = text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("package"));
    let below = folder.strip_prefix(manifest.parent()?).ok()?;
    let hides = |name: &std::ffi::OsStr| name == "target" || name.to_string_lossy().starts_with('.');
    (is_package && !below.iter().any(hides)).then_some(manifest)
}

/// The manifest in a folder, or in the nearest above it that has one.
fn manifest_above(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().map(|above| above.join("Cargo.toml")).find(|manifest| manifest.is_file())
}
