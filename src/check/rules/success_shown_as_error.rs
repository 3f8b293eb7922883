//! A success that is shown as an error.

use serde_json::Value;

use super::prelude::*;
use crate::contract::{is_refused, refusal_code};
use crate::driver::ClientError;

pub(super) const RULE: Rule = Rule {
    id: "success-shown-as-error",
    class: "P21",
    severity: Severity::Error,
    text: "A success returns.\n\
           `\"Code\": \"200\"` in an answer is no error code; a caller who sees an error does the work again.\n\
           Example: the client raises *200* on the page's own sample.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if misread(step) || super::one_type_only::reads_others(step) {
        return failed(step);
    }
    if unusual(step).is_some() || step.is_about(|a| matches!(a, Aspect::Answer(crate::contract::AnswerAspect::Refusal)))
    {
        return None;
    }
    // A process that dies or hangs on a usual answer is not judged here: that may be the driver's own fault.
    match step.came() {
        Came::Raised(_) => failed(step),
        _ => None,
    }
}

/// A success of the unusual kind that belongs to this rule, and was not returned.
pub(super) fn unread(step: &Step<'_>, rule: &str) -> Option<Claim> {
    if unusual(step) != Some(rule) || misread(step) {
        return None;
    }
    failed(step)
}

/// Whether an answer with a member missing is taken for an error of the service: read well, and misunderstood.
fn misread(step: &Step<'_>) -> bool {
    matches!(unusual(step), Some("missing-member-crash" | "null-crash"))
        && matches!(step.came(), Came::Raised(error) if error.kind == ErrorKind::Service)
}

fn failed(step: &Step<'_>) -> Option<Claim> {
    if super::fails_after(step) || super::leaked_error(step).is_some() {
        return None;
    }
    let Served::Success(served) = step.was_served() else { return None };
    match step.came() {
        Came::Raised(error) if raises_its_code(served, error) => None,
        // Whoever gives up a connection on which too much arrives, or a member of another type than the page's, is careful.
        Came::Raised(error) if error.kind != ErrorKind::Service && is_off(step) => None,
        Came::Raised(_) if is_refused(step.operation(), served) || step.is_sparse() => None,
        Came::Raised(error) => {
            let text = told(error);
            let what = error.class.clone().unwrap_or_else(|| "an error".into());
            Some(Claim::new(
                format!("a success raises {what}"),
                format!("expected the answer {}, got {what}: {}", shown(served), quoted(&text)),
            ))
        }
        Came::Broke(broken) => Some(Claim::new(
            "a success ends the process or hangs",
            format!("expected the answer {}, got none: {broken}", shown(served)),
        )),
        _ => None,
    }
}

/// Whether more stands on the wire than the answer, or a truth value in it is a text.
fn is_off(step: &Step<'_>) -> bool {
    let is_spelled = |a: &Aspect| match a {
        Aspect::Response(path, ResponseAspect::Spelling) => {
            let at = format!("/{}", path.replace('.', "/"));
            let served = step.served().and_then(|serve| serve.answer.body.means());
            served.and_then(|body| body.pointer(&at)).is_some_and(Value::is_string)
        }
        _ => false,
    };
    let is_surplus = step.is_about(|a| matches!(a, Aspect::Session(crate::contract::SessionAspect::AfterFault)))
        && step.served().is_some_and(|serve| matches!(serve.answer.body, crate::case::Body::Wire { .. }));
    is_surplus || step.is_about(is_spelled)
}

/// Whether an answer with HTTP 200 has a code that is none of success, and the client raised just that: both readings
/// of such an envelope are in use.
fn raises_its_code(served: &Value, error: &ClientError) -> bool {
    let code = refusal_code(served);
    code.is_some() && error.kind == ErrorKind::Service && text_of(error.code.as_ref()).as_deref() == code
}
