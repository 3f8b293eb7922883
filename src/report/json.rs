//! A run as one JSON object.

use serde_json::{Value, json as object};

use crate::contract::Contract;
use crate::outcome::Outcome;

/// The whole run: `fineprint`, `contract`, `client`, `seed`, `coverage`, `verdicts[]`, `findings[]`, `notes[]`.
///
/// A finding's `page` holds the lines that make the promise, as `file:line` with the text.
pub fn json(outcome: &Outcome, contract: &Contract) -> Value {
    let mut value = serde_json::to_value(outcome).expect("an outcome holds nothing that JSON cannot");
    if let Some(findings) = value["findings"].as_array_mut() {
        for (shown, finding) in findings.iter_mut().zip(&outcome.findings) {
            let lines: Vec<Value> = finding
                .spans
                .iter()
                .flat_map(|span| {
                    let name = contract.sources.get(span.page as usize).map_or("", |s| s.name.as_str());
                    contract
                        .quote(*span)
                        .into_iter()
                        .map(move |(line, text)| object!({ "at": format!("{name}:{line}"), "text": text }))
                })
                .take(40)
                .collect();
            shown["page"] = Value::Array(lines);
        }
    }
    let said = |s: &Option<crate::contract::Said<String>>| s.as_ref().map(|s| s.value.clone());
    value["fineprint"] = object!(env!("CARGO_PKG_VERSION"));
    value["contract"] = object!({
        "product": said(&contract.product),
        "code": said(&contract.code),
        "version": said(&contract.version),
        "pages": contract.sources.iter().map(|s| s.name.clone()).collect::<Vec<_>>(),
    });
    value
}
