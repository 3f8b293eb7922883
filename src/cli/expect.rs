//! `fineprint expect`: the file of known findings, brought up to date.

use std::io::Write as _;

use super::check::{Chosen, outcome};
use super::client::Named;
use super::gate::{KnownFile, least};
use super::pages::Pages;
use super::{End, style};
use crate::error::Error;
use crate::expect::rewritten;

/// Bring the file of known findings up to date with what a run finds
///
/// Entries that hold keep their words; what is not found any more is taken out. Without `--write` the file is only printed.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    #[command(flatten)]
    client: Named,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    known: KnownFile,
    /// The least finding that is entered
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = ["error", "warning", "note"])]
    fail_on: Option<String>,
    /// Write the file; refused where the variable CI is set, since a gate that mends itself stops nothing
    #[arg(long)]
    write: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let ci = std::env::var("CI").is_ok_and(|ci| !["", "0", "false"].contains(&ci.as_str()));
    if arguments.write && ci {
        return Err(Error::usage(
            "the variable CI is set: known findings are written by a person, not by the gate \
             (run `fineprint expect --write` at your desk and commit the file)",
        ));
    }
    let contract = arguments.pages.contract()?;
    let old = arguments.known.text()?;
    let path = arguments.known.path();
    let outcome = outcome(&contract, &arguments.client, &arguments.chosen)?;
    let name = path.display().to_string();
    let new = rewritten(&name, old.as_deref(), &outcome, &contract, least(arguments.fail_on.as_deref()))?;
    let mut out = anstream::stdout().lock();
    if !arguments.write {
        let _ = out.write_all(new.as_bytes());
        return Ok(End::Kept);
    }
    let same = old.as_deref() == Some(new.as_str());
    if !same {
        std::fs::write(path, &new).map_err(|e| Error::input(format!("{name}: cannot be written")).because(e))?;
    }
    let word = if same { "unchanged" } else { "written" };
    let _ = writeln!(out, "{}{word}{} {name}", style::GOOD, style::PLAIN);
    let unsaid = new.lines().filter(|line| line.trim() == "why = \"\"").count();
    if unsaid > 0 {
        let _ = writeln!(out, "next: say why in {unsaid} entr{}", if unsaid == 1 { "y" } else { "ies" });
    }
    Ok(End::Kept)
}
