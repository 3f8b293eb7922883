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

#[derive(Deserialize)]
struct In {
    fineprint_contract: u32,
    #[serde(flatten)]
    contract: Contract,
}

/// The contract as JSON, indented, one trailing newline.
pub fn to_json(contract: &Contract) -> String {
    let form = Out { fineprint_contract: VERSION, contract };
    let mut text = serde_json::to_string_pretty(&form).expect("a contract holds nothing that JSON cannot");
    text.push('\n');
    text
}

/// Reads what [`to_json`] wrote.
///
/// # Errors
/// When the text is not a contract, or one of a version that we do not read.
pub fn from_json(text: &str) -> Result<Contract, Error> {
    let form: In = serde_json::from_str(text).map_err(|e| Error::input(format!("not a fineprint contract: {e}")))?;
    match form.fineprint_contract {
        VERSION => Ok(form.contract),
        other => Err(Error::input(format!("contract version {other} is not known (this fineprint reads {VERSION})"))),
    }
}
