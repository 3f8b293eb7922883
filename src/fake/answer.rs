//! What is said to a request: one pure function, for every face.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::error::envelope;
use super::{FAULT_HEADER, error, sample, success};
use crate::case::{Answer, Serve};
use crate::contract::{Contract, Operation, Style};
use crate::generate::fresh::Fresh;
use crate::wire::{Request, rpc, signature};

/// What the fake knows and means to say.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the page promises.
    pub contract: Arc<Contract>,
    /// What is said to a request that the page knows.
    pub say: Say,
    /// Secrets by key id: requests of these keys must verify.
    pub secrets: BTreeMap<String, String>,
    /// What fresh values are drawn from.
    pub seed: u64,
}

/// What is said to a request that the page knows.
#[derive(Debug, Clone)]
pub enum Say {
    /// The page's own sample, or a fresh success where it has none.
    Sample,
    /// A success with fresh values.
    Fresh,
    /// The documented error of this label (`400:Instance.NotFound`) or code.
    Error(String),
    /// The nth answer to the nth request; then the last one again.
    Script(Arc<[Arc<Serve>]>),
}

/// What the page would say to the nth request (from 0) of a plan.
pub fn answer(request: &Request, nth: usize, plan: &Plan) -> Arc<Serve> {
    let mut fresh = Fresh::new(plan.seed.wrapping_add(nth as u64));
    let operation = match operation_of(request, &plan.contract) {
        Ok(operation) => operation,
        Err(why) => return Arc::new(refusal(404, "InvalidAction.NotFound", &why, &mut fresh).into()),
    };
    if let Some(why) = unverified(request, plan) {
        return Arc::new(refusal(400, "SignatureDoesNotMatch", &why, &mut fresh).into());
    }
    if let Say::Script(script) = &plan.say {
        return script
            .get(nth)
            .or(script.last())
            .cloned()
            .unwrap_or_else(|| Arc::new(success(operation, &mut fresh).into()));
    }
    if let Some(name) = missing(request, operation) {
        let why = format!("the required parameter {name} is missing");
        return Arc::new(refusal(400, &format!("Missing{name}"), &why, &mut fresh).into());
    }
    let said = match &plan.say {
        Say::Sample => sample(operation).unwrap_or_else(|| success(operation, &mut fresh)),
        Say::Error(label) => match operation.errors.iter().find(|e| e.label() == *label || e.code == *label) {
            Some(documented) => error(documented, &mut fresh),
            None => refusal(500, "InternalError", &format!("the page has no error {label}"), &mut fresh),
        },
        Say::Fresh | Say::Script(_) => success(operation, &mut fresh),
    };
    Arc::new(said.into())
}

/// An error of the fake itself, which says in a header what was wrong.
fn refusal(status: u16, code: &str, why: &str, fresh: &mut Fresh) -> Answer {
    let mut answer = envelope(status, code, why, fresh);
    let plain: String = why.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(400).collect();
    answer.headers.push((FAULT_HEADER.into(), plain));
    answer
}

/// The operation that a request names.
pub(super) fn operation_of<'a>(request: &Request, contract: &'a Contract) -> Result<&'a Operation, String> {
    if contract.style == Style::Rest {
        let by_path = contract.operations.iter().find(|o| {
            let method = o.method.as_ref().is_none_or(|m| m.value.eq_ignore_ascii_case(&request.method));
            method && o.path.as_ref().is_some_and(|p| path_fits(&p.value, request.path()))
        });
        if let Some(operation) = by_path {
            return Ok(operation);
        }
    }
    let sent = rpc::read(request, &[]);
    let Some(action) = sent.action else { return Err("the request names no operation".into()) };
    contract.operation(&action.value).ok_or_else(|| format!("the page has no operation {}", action.value))
}

fn path_fits(template: &str, path: &str) -> bool {
    let (want, got): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    want.len() == got.len()
        && want.iter().zip(&got).all(|(w, g)| w == g || (w.starts_with(['{', '[']) && !g.is_empty()))
}

/// Why a request of a known key does not verify.
fn unverified(request: &Request, plan: &Plan) -> Option<String> {
    if plan.secrets.is_empty() {
        return None;
    }
    let verified = signature::verify(request, &|key| plan.secrets.get(key).cloned());
    match verified.verdict {
        signature::Verdict::Verified | signature::Verdict::UnknownKey => None,
        signature::Verdict::Unsigned => Some("the request is not signed".into()),
        signature::Verdict::Wrong { why } => {
            Some(format!("{why}; the string to sign is {}", json!(verified.string_to_sign)))
        }
    }
}

/// The first required parameter that a request lacks.
fn missing<'a>(request: &Request, operation: &'a Operation) -> Option<&'a str> {
    let required: Vec<&str> =
        operation.parameters.iter().filter(|p| p.field.required == Some(true)).map(|p| p.field.name.as_str()).collect();
    if required.is_empty() {
        return None;
    }
    let listed: Vec<&str> = operation.parameters.iter().map(|p| p.field.name.as_str()).collect();
    let sent = rpc::read(request, &listed);
    let given = |name: &&str| {
        let nested = format!("{name}.");
        sent.pairs.iter().any(|p| p.name == **name || p.name.starts_with(&nested))
            || sent.json.as_ref().is_some_and(|j| j.get(name).is_some())
            || request.header(name).is_some()
    };
    required.into_iter().find(|name| !given(name))
}
