//! Arguments, printing, exit codes; one file a verb.

mod again;
mod cases;
mod check;
mod client;
mod earlier;
mod expect;
mod explain;
mod gate;
mod lint;
mod merge;
mod pages;
mod read;
mod record;
mod replay;
mod schema;
mod selftest;
mod serve;
mod snapshot;
mod style;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Error;

/// What a verb ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All is well.
    Kept = 0,
    /// There are findings.
    Findings = 1,
    /// Usage, or input that cannot be read.
    Usage = 2,
    /// Something could not be judged.
    NotJudged = 3,
}

/// fineprint holds a client SDK, in any language, to every field and every error code of an API's documentation page.
///
/// Without a verb it checks the built-in page with the built-in reference client.
#[derive(Debug, Parser)]
#[command(name = "fineprint", version)]
struct Arguments {
    /// When to colour the output.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = ["auto", "always", "never"])]
    color: String,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Hold a client to a page: a verdict on every field and every error code
    Check(Box<check::Arguments>),
    /// Read a page and print the contract as JSON
    Read(read::Arguments),
    /// Find where a page contradicts itself
    Lint(lint::Arguments),
    /// Write JSON Schemas of an operation's request, response and errors
    Schema(schema::Arguments),
    /// Print calls that break clients: valid ones, boundary values, breaches, combinations
    Cases(cases::Arguments),
    /// Keep what a client surfaces as insta snapshots
    Snapshot(Box<snapshot::Arguments>),
    /// Answer as a page says, for any client by hand
    Serve(serve::Arguments),
    /// Put the shards of a run together: the same report as the whole run writes
    Merge(Box<merge::Arguments>),
    /// Bring the file of known findings up to date with what a run finds
    Expect(Box<expect::Arguments>),
    /// Run one case of a check again and show all of it
    Replay(Box<replay::Arguments>),
    /// Explain a rule
    Explain(explain::Arguments),
    /// Run the reference client with each seeded defect, and print what finds it
    Selftest(selftest::Arguments),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let end = if error.use_stderr() { End::Usage } else { End::Kept };
            let _ = error.print();
            return code(end);
        }
    };
    style::choose(&arguments.color);
    let ended = match arguments.verb.unwrap_or_else(|| Verb::Check(Box::default())) {
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Read(arguments) => read::run(&arguments),
        Verb::Lint(arguments) => lint::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::Cases(arguments) => cases::run(&arguments),
        Verb::Snapshot(arguments) => snapshot::run(&arguments),
        Verb::Serve(arguments) => serve::run(&arguments),
        Verb::Merge(arguments) => merge::run(&arguments),
        Verb::Expect(arguments) => expect::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Selftest(arguments) => selftest::run(&arguments),
    };
    match ended {
        Ok(end) => code(end),
        Err(error) => {
            complain(&error);
            code(if error.is_usage() { End::Usage } else { End::NotJudged })
        }
    }
}

fn code(end: End) -> ExitCode {
    ExitCode::from(end as u8)
}

/// Prints an error and what lay behind it.
fn complain(error: &Error) {
    let mut out = anstream::stderr().lock();
    let _ = writeln!(out, "{}error{}: {error}", style::ERROR, style::PLAIN);
    let mut source = std::error::Error::source(error);
    while let Some(because) = source {
        let _ = writeln!(out, "  because {because}");
        source = because.source();
    }
}

/// An operation's name as a file's: `CreateImageByInstance` is `create-image-by-instance`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let after_small = at > 0 && chars[at - 1].is_lowercase();
        let before_small =
            at > 0 && chars.get(at + 1).is_some_and(|n| n.is_lowercase()) && chars[at - 1].is_uppercase();
        if c.is_uppercase() && (after_small || before_small) {
            out.push('-');
        }
        match c.is_alphanumeric() {
            true => out.extend(c.to_lowercase()),
            false => out.push('-'),
        }
    }
    out
}
