//! A run on disk as it goes: one JSON object a line, readable wherever it was cut.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use read::{Journal, Past};
pub use write::Writer;

use crate::contract::{self, Contract};
use crate::driver::Hello;
use crate::outcome::Coverage;
use crate::wire::signature;

/// The version of the form that we write and read.
const VERSION: u32 = 1;

/// What a journal begins with: enough to tell whether another run is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the form.
    pub journal: u32,
    /// The version of fineprint.
    pub fineprint: String,
    /// A hash of what the client is held to.
    pub contract: String,
    /// The client.
    pub client: Hello,
    /// Seed, filters, the strength of the covering array and the shard.
    pub choice: Map<String, Value>,
    /// What a command has after its pages to mean the same cases and the same client.
    #[serde(default)]
    pub again: String,
}

impl Header {
    /// Of a run of these cases of a contract.
    pub fn new(contract: &Contract, client: Hello, choice: Map<String, Value>, again: String) -> Header {
        let (journal, fineprint) = (VERSION, env!("CARGO_PKG_VERSION").to_owned());
        Header { journal, fineprint, contract: hash(contract), client, choice, again }
    }

    /// In what another run differs, the shard apart: what it is, here and there; none if it is the same run.
    pub fn differs(&self, other: &Header) -> Option<String> {
        let told = |what: &str, here: &dyn std::fmt::Display, there: &dyn std::fmt::Display| {
            Some(format!("its {what} is {here}, not {there}"))
        };
        if self.fineprint != other.fineprint {
            return told("fineprint", &self.fineprint, &other.fineprint);
        }
        if self.contract != other.contract {
            return told("contract", &short(&self.contract), &short(&other.contract));
        }
        let choices = self.choice.keys().chain(other.choice.keys()).filter(|name| *name != "shard");
        for name in choices {
            let (here, there) = (self.choice.get(name), other.choice.get(name));
            if here != there {
                return told(name, &here.unwrap_or(&Value::Null), &there.unwrap_or(&Value::Null));
            }
        }
        let client = |header: &Header| format!("`{} {}`", header.client.client.name, header.client.client.version);
        match self.client == other.client {
            true => None,
            false if client(self) != client(other) => told("client", &client(self), &client(other)),
            false => Some(format!("its client {} says otherwise of itself", client(self))),
        }
    }

    /// The shard that it is, as `k/n`; none for a whole run.
    pub fn shard(&self) -> Option<&str> {
        self.choice.get("shard").and_then(Value::as_str)
    }
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// What a contract promises, as a hash; the names of its files do not count.
pub fn hash(contract: &Contract) -> String {
    let bare = Contract { sources: Vec::new(), ..contract.clone() };
    signature::hash(contract::to_json(&bare).as_bytes())
}

/// What a journal ends with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Footer {
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// Counts of verdicts.
    pub coverage: Coverage,
    /// Cases that ran.
    pub cases: usize,
    /// Calls that were made, repetitions included.
    pub calls: usize,
}
