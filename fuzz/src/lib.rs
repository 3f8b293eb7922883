//! What every text must stand: the reader, the clauses and the lint neither panic nor hang, and what is read lies on its
//! page and survives being written down.

use fineprint::contract::{clauses, from_json, to_json};
use fineprint::extract::{Input, facts, read};
use fineprint::lint::lint;
use fineprint::span::Span;

/// Reads a text as a page and holds what comes of it to what holds for every page.
pub fn hold(text: &str) {
    let contract = read(&[Input { name: "page", text }]);
    let last = text.lines().count().max(1) as u32;
    let lies = |span: Span| assert!(span.first <= span.last && span.last <= last, "a span lies on its page: {span:?}");
    for operation in &contract.operations {
        lies(operation.span);
        for field in operation.parameters.iter().map(|p| &p.field).chain(&operation.response) {
            field.walk("", &mut |_, field| lies(field.span));
        }
        operation.errors.iter().for_each(|error| lies(error.span));
        operation.samples.iter().for_each(|sample| lies(sample.span));
        let _ = (clauses(operation), facts(operation));
    }
    lint(&contract).iter().flat_map(|finding| &finding.spans).for_each(|span| lies(*span));
    let written = to_json(&contract);
    let again = from_json(&written).expect("a contract that we wrote can be read");
    assert_eq!(to_json(&again), written, "a contract is read back as it was written");
}
