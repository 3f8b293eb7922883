//! A contract's own JSON form, versioned; `schemas/contract.schema.json` describes it.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Contract;
use crate::error::Error;

/// The version of the form that we write and read, as the first member of it: a number in the file, nothing in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Form;

const VERSION: u64 = 1;

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(VERSION)
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Form, D::Error> {
        match u64::deserialize(from)? {
            VERSION => Ok(Form),
            other => {
                let known = format!("version {VERSION}, which this fineprint reads");
                Err(D::Error::invalid_value(Unexpected::Unsigned(other), &known.as_str()))
            }
        }
    }
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
    serde_json::to_writer_pretty(&mut to, contract)?;
    to.write_all(b"\n")
}

/// Reads what [`to_json`] wrote.
///
/// # Errors
/// When the text is not a contract, or one of a version that we do not read.
pub fn from_json(text: &str) -> Result<Contract, Error> {
    serde_json::from_str(text).map_err(|e| Error::input(format!("not a fineprint contract: {e}")))
}
