//! A contract's own JSON form, versioned; `schemas/contract.schema.json` describes it.

use serde::{Deserialize, Serialize};

use super::Contract;
use crate::error::Error;

/// The version of the form that we write and read.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Out<'a> {
    fineprint_contract: u32,
    #[serde(flatten)]
    contract: &'a Contract,
}

/// The version alone: a flattened form as in [`Out`] would first be read into a tree, at three times the cost.
#[derive(Deserialize)]
struct In {
    fineprint_contract: u32,
}

/// The contract as JSON, indented, one trailing newline.
pub fn to_json(contract: &Contract) -> String {
    let mut bytes = Vec::new();
    write_json(contract, &mut bytes).expect("a contract holds nothing that JSON cannot, and memory takes it all");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// Writes what [`to_json`] gives, never holding all of it.
///
/// # Errors
/// Those of the writer.
pub fn write_json(contract: &Contract, mut to: impl std::io::Write) -> std::io::Result<()> {
    let form = Out { fineprint_contract: VERSION, contract };
    serde_json::to_writer_pretty(&mut to, &form)?;
    to.write_all(b"\n")
}

/// Reads what [`to_json`] wrote.
///
/// # Errors
/// When the text is not a contract, or one of a version that we do not read.
pub fn from_json(text: &str) -> Result<Contract, Error> {
    let refused = |e| Error::input(format!("not a fineprint contract: {e}"));
    let form: In = serde_json::from_str(text).map_err(refused)?;
    match form.fineprint_contract {
        VERSION => serde_json::from_str(text).map_err(refused),
        other => Err(Error::input(format!("contract version {other} is not known (this fineprint reads {VERSION})"))),
    }
}
