//! `fineprint schema`: JSON Schemas of an operation.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::End;
use super::pages::Pages;
use crate::error::Error;
use crate::schema;

/// Write JSON Schemas of an operation's request, response and errors
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = arguments.pages.contract()?;
    let folder = &arguments.output;
    let failed =
        |path: &Path, e: std::io::Error| Error::input(format!("{}: cannot be written", path.display())).because(e);
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let mut out = anstream::stdout().lock();
    for operation in &contract.operations {
        let all = [
            ("request", schema::request(operation)),
            ("response", schema::response(operation)),
            ("errors", schema::errors(operation)),
        ];
        for (what, value) in all {
            let path = folder.join(format!("{}.{what}.schema.json", super::kebab(&operation.name)));
            std::fs::write(&path, format!("{value:#}\n")).map_err(|e| failed(&path, e))?;
            let _ = writeln!(out, "{}", path.display());
        }
    }
    Ok(End::Kept)
}
