//! `fineprint read`: the contract of pages as JSON, one for each product version.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::pages::Pages;
use super::{End, pages};
use crate::contract::{self, Contract, Note, Operation};
use crate::error::Error;
use crate::extract::{self, Input, Rendering};

/// Read a page and print the contract as JSON
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    /// `contract`, or `facts`: one file a page
    #[arg(long, default_value = "contract", value_parser = ["contract", "facts"])]
    format: String,
    /// The folder that `facts` are written to, or a contract for each product version
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// How the pages show their tables, where that is not found out rightly: `run` together, between `pipes`, in
    /// `paragraphs`, or `spaced`
    #[arg(long, value_name = "HOW", value_parser = rendering)]
    rendering: Option<Rendering>,
}

fn rendering(word: &str) -> Result<Rendering, String> {
    let known = Rendering::ALL.into_iter().find(|(name, _)| *name == word);
    let names = || Rendering::ALL.map(|(name, _)| name).join(", ");
    known.map(|(_, rendering)| rendering).ok_or_else(|| format!("one of {}", names()))
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contracts = arguments.pages.contracts(arguments.rendering)?;
    if arguments.format == "facts" {
        for contract in &contracts {
            facts(arguments, contract)?;
        }
        return Ok(End::Kept);
    }
    contracts.iter().for_each(tell);
    match (&arguments.output, contracts.as_slice()) {
        (Some(folder), _) => keep(folder, &contracts)?,
        (None, [contract]) => {
            let mut out = BufWriter::new(anstream::stdout().lock());
            let _ = contract::write_json(contract, &mut out).and_then(|()| out.flush());
        }
        (None, _) => {
            let names: Vec<String> = contracts.iter().map(|c| format!("`{}`", pages::title(c))).collect();
            return Err(Error::usage(format!(
                "the pages are about {} products ({}): name a folder for a contract of each with `-o DIR`",
                contracts.len(),
                names.join(", ")
            )));
        }
    }
    Ok(End::Kept)
}

/// Writes a file for each contract and names it.
fn keep(folder: &Path, contracts: &[Contract]) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))?;
    for contract in contracts {
        let path = folder.join(format!("{}.json", file_word(&pages::title(contract).to_lowercase())));
        let file = std::fs::File::create(&path).map(BufWriter::new);
        let written = file.and_then(|mut file| contract::write_json(contract, &mut file).and_then(|()| file.flush()));
        written.map_err(|e| unwritable(&path, e))?;
        let _ = writeln!(anstream::stdout().lock(), "{}: {} operations", path.display(), contract.operations.len());
    }
    Ok(())
}

fn unwritable(path: &Path, e: std::io::Error) -> Error {
    Error::input(format!("{}: cannot be written", path.display())).because(e)
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

/// Writes the facts of each page. Of two pages about one operation a contract takes the first: the other is read alone.
fn facts(arguments: &Arguments, contract: &Contract) -> Result<(), Error> {
    let Some(folder) = &arguments.output else {
        return Err(Error::usage("`--format facts` writes one file a page: name their folder with `-o DIR`"));
    };
    std::fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))?;
    for (page, source) in contract.sources.iter().enumerate() {
        let mut own: Vec<&Operation> = contract.operations.iter().filter(|o| o.span.page as usize == page).collect();
        let alone;
        if own.is_empty() {
            alone = extract::read_as(&[Input { name: &source.name, text: &source.text }], arguments.rendering);
            own.extend(&alone.operations);
        }
        write_facts(folder, &source.name, &own)?;
    }
    Ok(())
}

/// Writes the facts of a page's operations: the first under the page's own name, further ones with theirs behind it.
fn write_facts(folder: &Path, page: &str, operations: &[&Operation]) -> Result<(), Error> {
    let stem = PathBuf::from(page).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    for (at, operation) in operations.iter().enumerate() {
        let name = if at == 0 { format!("{stem}.json") } else { format!("{stem}.{}.json", file_word(&operation.name)) };
        let path = folder.join(name);
        std::fs::write(&path, format!("{:#}\n", extract::facts(operation))).map_err(|e| unwritable(&path, e))?;
    }
    Ok(())
}

/// A name as a file may bear it.
fn file_word(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).take(120).collect()
}
