//! `fineprint replay`: one case again, with all of its bytes.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::check::{Chosen, stop_on_interrupt};
use super::client::Named;
use super::pages::Pages;
use super::{End, style};
use crate::contract::Contract;
use crate::error::Error;
use crate::run::{Again, Run, Stored};

/// Run one case of a check again and show all of it
///
/// Exits 1 while the case still shows something wrong, and 0 when it does not.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Arguments {
    /// The case's id, as a finding shows it, or a file that `check --cases` wrote
    case: String,
    #[command(flatten)]
    pages: Pages,
    /// These parameters in place of the case's own, as JSON
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
    #[command(flatten)]
    client: Named,
    #[command(flatten)]
    chosen: Chosen,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let params = arguments.params.as_deref().map(params).transpose()?;
    let (again, contract) = wanted(arguments, params)?;
    let source = arguments.client.source(&mut |_| {})?;
    let run = Run { choice: arguments.chosen.choice(), stop: stop_on_interrupt(), ..Run::new(contract, source) };
    let replay = run.replay(&again)?;
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

/// What is run again, and the contract that it is judged by.
fn wanted(arguments: &Arguments, params: Option<Map<String, Value>>) -> Result<(Again, Arc<Contract>), Error> {
    let path = Path::new(&arguments.case);
    if !path.is_file() {
        return Ok((Again::Planned(arguments.case.clone(), params), arguments.pages.contract()?));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::input(format!("{}: cannot be read", path.display())).because(e))?;
    let stored = Stored::from_json(&text).map_err(|e| Error::input(format!("{}: {e}", path.display())))?;
    let mut case = stored.case;
    if let Some(params) = params {
        case.steps.truncate(1);
        case.steps.iter_mut().for_each(|step| step.params.clone_from(&params));
    }
    let contract = match arguments.pages.is_none() {
        true => Arc::new(stored.contract),
        false => arguments.pages.contract()?,
    };
    Ok((Again::Stored(Box::new(case)), contract))
}

fn params(text: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(text).map_err(|e| Error::usage(format!("`--params` is no JSON object: {e}")))
}
