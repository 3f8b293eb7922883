//! `fineprint schema`: JSON Schemas of an operation, or an OpenAPI document of all.

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
    /// The folder to write to; `--openapi` prints without one
    #[arg(short, long, value_name = "DIR", required_unless_present = "openapi")]
    output: Option<PathBuf>,
    /// One OpenAPI 3.1 document of all operations, which can be read back
    #[arg(long)]
    openapi: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = arguments.pages.contract()?;
    let failed =
        |path: &Path, e: std::io::Error| Error::input(format!("{}: cannot be written", path.display())).because(e);
    let mut out = anstream::stdout().lock();
    let document = arguments.openapi.then(|| format!("{:#}\n", schema::openapi(&contract)));
    let Some(folder) = &arguments.output else {
        let _ = out.write_all(document.unwrap_or_default().as_bytes());
        return Ok(End::Kept);
    };
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    if let Some(text) = document {
        let path = folder.join("openapi.json");
        std::fs::write(&path, text).map_err(|e| failed(&path, e))?;
        let _ = writeln!(out, "{}", path.display());
        return Ok(End::Kept);
    }
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
