//! `fineprint replay`: one case again, with all of its bytes.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::check::{Chosen, stop_on_interrupt};
use super::client::Named;
use super::{End, pages, style};
use crate::error::Error;
use crate::run::{Carrier, Run};

/// Run one case of a check again and show all of it
#[derive(Debug, clap::Args, Default)]
pub(super) struct Arguments {
    /// The case's id, as a finding shows it
    case: String,
    /// The pages of the check
    pages: Vec<PathBuf>,
    #[command(flatten)]
    client: Named,
    #[command(flatten)]
    chosen: Chosen,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = pages::contract(&arguments.pages)?;
    let source = arguments.client.source(&mut |_| {})?;
    let run = Run {
        carrier: Carrier::Tap,
        contract,
        source,
        choice: arguments.chosen.choice(),
        jobs: 1,
        stop: Arc::clone(&stop_on_interrupt()),
    };
    let replay = run.replay(&arguments.case)?;
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{}{}{} ({})", style::BOLD, replay.case.about, style::PLAIN, replay.case.clauses.join(", "));
    for exhibit in &replay.exhibits {
        for call in exhibit.calls.iter().rev().take(1) {
            let _ = writeln!(out, "\n{}call{} {call}", style::BOLD, style::PLAIN);
        }
        for (what, bytes) in &exhibit.wire {
            let _ = writeln!(out, "\n{}{what}{}", style::DIM, style::PLAIN);
            let _ = writeln!(out, "{bytes}");
        }
        for surfaced in &exhibit.surfaced {
            let _ = writeln!(out, "\n{}surfaced{} {surfaced}", style::BOLD, style::PLAIN);
        }
    }
    for finding in &replay.findings {
        let _ = writeln!(
            out,
            "\n{}{}[{}]{} {}\n{}",
            style::ERROR,
            finding.severity,
            finding.rule,
            style::PLAIN,
            finding.transform,
            finding.message
        );
    }
    if let Some(why) = &replay.errored {
        let _ = writeln!(out, "\n{}not judged{}: {why}", style::WARNING, style::PLAIN);
        return Ok(End::NotJudged);
    }
    Ok(if replay.findings.is_empty() { End::Kept } else { End::Findings })
}
