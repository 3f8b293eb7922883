//! What every case of an operation needs to know of it, worked out once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::contract::{Aspect, Contract, Operation, Place, Said, Style, clauses};
use crate::driver::Api;

/// What every case of an operation needs to know of it.
pub(super) struct Subject<'a> {
    /// The contract.
    pub(super) contract: &'a Contract,
    /// The operation.
    pub(super) operation: &'a Operation,
    /// What each clause is about.
    pub(super) aspects: HashMap<String, Aspect>,
    /// The names of the parameters.
    pub(super) listed: Vec<&'a str>,
    /// What the page says of the API.
    pub(super) api: Arc<Api>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(contract: &'a Contract, operation: &'a Operation) -> Subject<'a> {
        Subject {
            contract,
            operation,
            aspects: clauses(operation).into_iter().map(|clause| (clause.id, clause.aspect)).collect(),
            listed: operation.parameters.iter().map(|p| p.field.name.as_str()).collect(),
            api: Arc::new(api(contract, operation)),
        }
    }
}

/// What the page says of the API.
fn api(contract: &Contract, operation: &Operation) -> Api {
    let said = |s: &Option<Said<String>>| s.as_ref().map(|s| s.value.clone());
    let style = match contract.style {
        Style::Rpc => "rpc",
        Style::Rest => "rest",
    };
    Api {
        product: said(&contract.code),
        version: said(&contract.version),
        style: Some(style.into()),
        method: said(&operation.method),
        path: said(&operation.path),
        places: places(operation),
    }
}

/// Where each parameter travels, as far as the page says.
fn places(operation: &Operation) -> BTreeMap<String, String> {
    let word = |place: Place| match place {
        Place::Unsaid => None,
        Place::Query => Some("query"),
        Place::Form => Some("form"),
        Place::Header => Some("header"),
        Place::Path => Some("path"),
        Place::Body => Some("body"),
    };
    let all = operation.parameters.iter();
    all.filter_map(|p| Some((p.field.name.clone(), word(p.place)?.to_owned()))).collect()
}
