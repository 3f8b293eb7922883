//! A run as one JSON object.

use serde_json::{Value, json as object};

use crate::contract::Contract;
use crate::contrast::Contrast;
use crate::expect::{Expectations, Known};
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

/// Adds to a run's JSON what is expected of it: `expected` on a finding that is known, and `expectations` with what does not hold.
pub fn expected(value: &mut Value, expectations: &Expectations, known: &Known) {
    let at = |line: usize| format!("{}:{line}", expectations.name);
    for (finding, one) in &known.expected {
        let one = &expectations.all[*one];
        value["findings"][*finding]["expected"] = object!({ "at": at(one.line), "why": one.why, "issue": one.issue });
    }
    let told = |all: &[(usize, String)]| -> Vec<Value> {
        all.iter().map(|(line, what)| object!({ "at": at(*line), "what": what })).collect()
    };
    value["expectations"] = object!({ "problems": told(&known.problems), "hints": told(&known.hints) });
}

/// Adds to a run's JSON what is otherwise with another client: `against`, and `new` on a finding that the other has not.
pub fn against(value: &mut Value, contrast: &Contrast, other: &Outcome) {
    for finding in &contrast.news {
        value["findings"][*finding]["new"] = object!(true);
    }
    let mut against = serde_json::to_value(contrast).expect("it holds nothing that JSON cannot");
    against["client"] = object!(other.client.as_ref().map(|c| &c.client));
    value["against"] = against;
}
