//! A step of a case as the call that a client is asked to make.

use std::collections::BTreeMap;

use super::lane::Subject;
use crate::case::Step;
use crate::contract::{Operation, Place, Style};
use crate::driver::{Api, Call, Target};

/// The secret of a key: a canary that must show nowhere.
pub(super) fn secret(seed: u64, key_id: &str) -> String {
    let hash =
        key_id.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    format!("fp-canary-{hash:016x}")
}

/// The call of a step.
pub(super) fn call(subject: &Subject<'_>, step: &Step, client: Target) -> Call {
    let Subject { contract, operation, .. } = subject;
    let said = |s: &Option<crate::contract::Said<String>>| s.as_ref().map(|s| s.value.clone());
    let style = match contract.style {
        Style::Rpc => "rpc",
        Style::Rest => "rest",
    };
    Call {
        operation: operation.name.clone(),
        params: step.params.clone(),
        api: Api {
            product: said(&contract.code),
            version: said(&contract.version),
            style: Some(style.into()),
            method: said(&operation.method),
            path: said(&operation.path),
            places: places(operation),
        },
        client,
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
