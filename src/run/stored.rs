//! A case as a file: all that is needed to run it again, with or without the page.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::{Body, Case, Fault};
use crate::contract::{self, Contract};
use crate::error::Error;
use crate::finding::Finding;

/// The version of the form.
const VERSION: u32 = 1;

/// A case on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The rule of the finding that it shows.
    pub rule: String,
    /// What happened.
    pub transform: String,
    /// The case.
    pub case: Case,
    /// The part of the contract that it is judged by.
    pub contract: Contract,
}

#[derive(Serialize, Deserialize)]
struct Form {
    fineprint_case: u32,
    rule: String,
    transform: String,
    case: Case,
    contract: Value,
}

impl Stored {
    /// The smallest case of a finding; none where it has none.
    pub fn of(finding: &Finding, contract: &Contract) -> Option<Stored> {
        let case: Case = serde_json::from_value(finding.exhibit.as_ref()?.case.clone()?).ok()?;
        let mut contract = contract.clone();
        contract.operations.retain(|operation| operation.name == case.operation);
        contract.notes.clear();
        Some(Stored { rule: finding.rule.clone(), transform: finding.transform.clone(), case, contract })
    }

    /// A name for its file: the same finding has the same one.
    pub fn file_name(&self) -> String {
        let hash = crate::generate::seed(0, &self.rule, &self.transform) >> 32;
        format!(
            "{}-{}-{hash:08x}.json",
            self.case.operation.replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            self.rule
        )
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let contract = serde_json::from_str(&contract::to_json(&self.contract)).expect("a contract is written as JSON");
        let (rule, transform, case) = (self.rule.clone(), self.transform.clone(), self.case.clone());
        let form = Form { fineprint_case: VERSION, rule, transform, case, contract };
        format!("{}\n", serde_json::to_string_pretty(&form).expect("a case holds nothing that JSON cannot"))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no case of this version, or its operation is not in its contract.
    pub fn from_json(text: &str) -> Result<Stored, Error> {
        let value: Value =
            serde_json::from_str(text).map_err(|e| Error::input(format!("no case: not JSON (line {})", e.line())))?;
        match value["fineprint_case"].as_u64() {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(Error::input(format!("a case of form {version} (this version reads form {VERSION})")));
            }
            None => {
                return Err(Error::input(
                    "no case: `fineprint_case` is missing (`fineprint check --cases DIR` writes them)",
                ));
            }
        }
        let form: Form = serde_json::from_value(value).map_err(|e| Error::input(format!("no case: {e}")))?;
        bounded(&form.case)?;
        let contract = contract::from_json(&form.contract.to_string())?;
        Ok(Stored { rule: form.rule, transform: form.transform, case: form.case, contract })
    }
}

/// The longest that a stored case may hold its client up, in milliseconds; and the largest body it may serve.
const LONGEST: u64 = 600_000;
const LARGEST: u64 = 256 << 20;

/// A file may come from anywhere: it must not keep us waiting for days, or eat all memory.
fn bounded(case: &Case) -> Result<(), Error> {
    let serves = || case.steps.iter().flat_map(|step| &step.attempts);
    let held = serves().map(|serve| match serve.fault {
        Some(Fault::Stall { ms, .. }) => u64::from(ms),
        Some(Fault::Drip { bytes, every_ms, most }) => u64::from(most / bytes.max(1)) * u64::from(every_ms),
        _ => 0,
    });
    let size = serves().map(|serve| match &serve.answer.body {
        Body::Repeat { unit, times, .. } => unit.len() as u64 * u64::from(*times),
        _ => 0,
    });
    let told = case.steps.iter().map(|step| u64::from(step.begin_ms) + u64::from(step.cancel_ms));
    let longest = held.chain(told).chain([u64::from(case.watch_ms)]).max().unwrap_or(0);
    if longest > LONGEST || size.max().unwrap_or(0) > LARGEST {
        return Err(Error::input(
            "the case holds its client up for more than ten minutes, or serves more than 256 MiB",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_case_is_refused_and_says_why() {
        let why = |text: &str| Stored::from_json(text).unwrap_err().to_string();
        assert_eq!(why("{\n"), "no case: not JSON (line 2)");
        assert!(why("{}").contains("fineprint check --cases"));
        assert!(why(r#"{"fineprint_case":2}"#).contains("form 2"));
        assert!(why(r#"{"fineprint_case":1}"#).contains("missing field"));
    }
}
