//! The command that runs one case of a check again: its page, its seed and its client.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::pages::Pages;
use crate::contract::Contract;
use crate::wire::curl::quoted;

/// What a command has after its verb to mean a run again.
pub(super) struct Again<'a> {
    /// The pages of the run.
    pub(super) pages: &'a Pages,
    /// What they say.
    pub(super) contract: &'a Contract,
    /// All that stands behind them.
    pub(super) rest: &'a str,
}

impl Again<'_> {
    /// The command for each case that is asked for, by its operation and its id.
    pub(super) fn commands(&self) -> impl FnMut(&str, &str) -> String {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        move |operation, id| {
            let words = known.entry(operation.to_owned()).or_insert_with(|| {
                let narrow = narrowed(self.pages, self.contract, operation);
                narrow.as_ref().unwrap_or(self.pages).words().map(|word| format!(" {}", quoted(&word))).collect()
            });
            format!("fineprint replay {id}{words}{}", self.rest)
        }
    }
}

/// The pages of one operation, where they say the same of it without the others.
fn narrowed(pages: &Pages, contract: &Contract, operation: &str) -> Option<Pages> {
    let own = serde_json::to_value(contract.operation(operation)?).ok()?;
    let mut said_on = BTreeSet::new();
    let _ = without_spans(own, &mut said_on);
    let names = said_on.iter().map(|page| Some(PathBuf::from(&contract.sources.get(*page)?.name)));
    let narrow = pages.narrowed(names.collect::<Option<_>>()?)?;
    let alone = narrow.contract().ok()?;
    (what_is_said(&alone, operation)? == what_is_said(contract, operation)?).then_some(narrow)
}

/// All that the calls of an operation are made and judged by.
fn what_is_said(contract: &Contract, operation: &str) -> Option<Value> {
    let Contract { product, code, version, style, .. } = contract;
    let facts = [product, code, version].map(|fact| fact.as_ref().map(|said| &said.value));
    let operation = serde_json::to_value(contract.operation(operation)?).ok()?;
    Some(json!([facts, style, without_spans(operation, &mut BTreeSet::new())]))
}

/// A value without the places that its parts were said at, and the pages of these.
fn without_spans(value: Value, pages: &mut BTreeSet<usize>) -> Value {
    match value {
        Value::Object(members) => {
            let is_span = ["page", "first", "last"].iter().all(|name| members.contains_key(*name));
            if let (true, Some(page)) = (is_span, members.get("page").and_then(Value::as_u64)) {
                pages.extend(usize::try_from(page));
                return Value::Null;
            }
            members.into_iter().map(|(name, member)| (name, without_spans(member, pages))).collect()
        }
        Value::Array(items) => items.into_iter().map(|item| without_spans(item, pages)).collect(),
        plain => plain,
    }
}
