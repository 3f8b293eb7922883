//! What is said to a request: one pure function, for every face.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::envelope;
use super::objection::{self, About, Objection, plain};
use super::{FAULT_HEADER, error, parameters, sample, success};
use crate::case::Serve;
use crate::contract::{Contract, Operation, Style};
use crate::generate::fresh::Fresh;
use crate::wire::{Request, path, rpc};

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
        Err(objection) => return Arc::new(objection.answer(None, &mut fresh).into()),
    };
    if let Err(objection) = objection::signature(request, &plan.secrets) {
        return Arc::new(objection.answer(Some(operation), &mut fresh).into());
    }
    if let Say::Script(script) = &plan.say {
        return script
            .get(nth)
            .or(script.last())
            .cloned()
            .unwrap_or_else(|| Arc::new(success(operation, &mut fresh).into()));
    }
    let listed: Vec<&str> = operation.parameters.iter().map(|p| p.field.name.as_str()).collect();
    if let Some(objection) = parameters::objection(request, &rpc::read(request, &listed), operation, &mut |_, _| ()) {
        return Arc::new(objection.answer(Some(operation), &mut fresh).into());
    }
    let said = match &plan.say {
        Say::Sample => sample(operation).unwrap_or_else(|| success(operation, &mut fresh)),
        Say::Error(label) => match operation.errors.iter().find(|e| e.label() == *label || e.code == *label) {
            Some(documented) => error(documented, &mut fresh),
            None => {
                let why = format!("the page has no error {label}");
                let mut answer = envelope(500, "InternalError", &why, &mut fresh);
                answer.headers.push((FAULT_HEADER.into(), plain(&why)));
                answer
            }
        },
        Say::Fresh | Say::Script(_) => success(operation, &mut fresh),
    };
    Arc::new(said.into())
}

/// The operation that a request names.
pub(crate) fn operation_of<'a>(request: &Request, contract: &'a Contract) -> Result<&'a Operation, Objection> {
    let unknown = |why: String| Objection::new(About::Operation, why);
    if contract.style == Style::Rest {
        let by_path = contract.operations.iter().find(|o| {
            let method = o.method.as_ref().is_none_or(|m| m.value.eq_ignore_ascii_case(&request.method));
            method && o.path.as_ref().is_some_and(|p| path_fits(&p.value, path_of(request)))
        });
        if let Some(operation) = by_path {
            return Ok(operation);
        }
    }
    let sent = rpc::read(request, &[]);
    let Some(action) = sent.action else { return Err(unknown("the request names no operation".into())) };
    contract.operation(&action.value).ok_or_else(|| unknown(format!("the page has no operation {}", action.value)))
}

/// The path that was asked for, without the origin of an absolute target.
fn path_of(request: &Request) -> &str {
    match request.path().split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("/", |at| &rest[at..]),
        _ => request.path(),
    }
}

/// Whether a path is of a template; a slash at its end makes no difference.
fn path_fits(template: &str, path: &str) -> bool {
    let bare = |text: &'_ str| text.strip_suffix('/').map_or(text.len(), str::len);
    path::fits(&template[..bare(template)], &path[..bare(path)])
}
