//! `fineprint read`: the contract of a page as JSON.

use std::io::Write as _;
use std::path::PathBuf;

use super::{End, pages};
use crate::contract::{self, Contract, Note};
use crate::error::Error;
use crate::extract;

/// Read a page and print the contract as JSON
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Pages, or folders of pages; `-` is standard input; the built-in page if none is given
    pages: Vec<PathBuf>,
    /// `contract`, or `facts`: one file a page
    #[arg(long, default_value = "contract", value_parser = ["contract", "facts"])]
    format: String,
    /// The folder that `facts` are written to
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = pages::contract(&arguments.pages)?;
    match arguments.format.as_str() {
        "facts" => facts(arguments, &contract)?,
        _ => {
            tell(&contract);
            let _ = write!(anstream::stdout().lock(), "{}", contract::to_json(&contract));
        }
    }
    Ok(End::Kept)
}

/// Prints every note of a contract, with its place.
fn tell(contract: &Contract) {
    let mut notes: Vec<&Note> = contract.notes.iter().collect();
    for operation in &contract.operations {
        notes.extend(&operation.notes);
        for field in operation.parameters.iter().map(|p| &p.field).chain(&operation.response) {
            field.walk("", &mut |_, f| notes.extend(&f.notes));
        }
        notes.extend(operation.errors.iter().flat_map(|e| &e.notes));
    }
    let mut out = anstream::stderr().lock();
    for note in notes {
        let place = note.span.and_then(|s| Some((contract.sources.get(s.page as usize)?, s)));
        let _ = match place {
            Some((source, span)) => writeln!(out, "{}:{}: {}", source.name, span.first, note.text),
            None => writeln!(out, "{}", note.text),
        };
    }
}

fn facts(arguments: &Arguments, contract: &Contract) -> Result<(), Error> {
    let Some(folder) = &arguments.output else {
        return Err(Error::usage("`--format facts` writes one file a page: name their folder with `-o DIR`"));
    };
    let failed = |path: &std::path::Path, e| Error::input(format!("{}: cannot be written", path.display())).because(e);
    std::fs::create_dir_all(folder).map_err(|e: std::io::Error| failed(folder, e))?;
    for operation in &contract.operations {
        let name = &contract.sources[operation.span.page as usize].name;
        let stem = PathBuf::from(name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let path = folder.join(format!("{stem}.json"));
        std::fs::write(&path, format!("{:#}\n", extract::facts(operation))).map_err(|e| failed(&path, e))?;
    }
    Ok(())
}
