//! A call that may have been carried out is made again.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "retried-create",
    class: "T01",
    severity: Severity::Error,
    text: "A call that may have been carried out is not made again, unless it carries an idempotency token.\n\
           After a 500, a timeout or a reset nobody knows whether the image was made; asked again, there may be two.\n\
           Example: `CreateImageByInstance` is sent again after a timeout.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if idempotent(step) {
        return None;
    }
    let attempts = own_attempts(step);
    if attempts < 2 {
        return None;
    }
    let first = &step.own().next()?.exchange.serve;
    let after = match (&first.fault, first.answer.status) {
        (Some(crate::case::Fault::Reset { .. }), _) => "a reset",
        (Some(crate::case::Fault::Stall { .. } | crate::case::Fault::Drip { .. }), _) => "a timeout",
        (Some(_), _) => "a closed connection",
        (None, 429 | 503) => return None,
        // It was not for this server, who did nothing: HTTP lets any call go there again on another connection.
        (None, MISDIRECTED) => return None,
        (None, 500..) => "a server error",
        (None, 300..=399) => return None,
        (None, 400..) if throttled(step) => return None,
        (None, 400..) => "an error",
        (None, _) => "an answer",
    };
    let mut clauses = vec![];
    if let Some((_, label)) = step.documented_error() {
        clauses.push(step.evidence.clause(&format!("error/{label}/attempts")));
    }
    Some(
        Claim::new(
            format!("sent again after {after}"),
            format!("expected one request, got {attempts}: it was sent again after {after}"),
        )
        .about(clauses),
    )
}

fn throttled(step: &Step<'_>) -> bool {
    step.seen().requests[0]
        .exchange
        .serve
        .answer
        .body
        .means()
        .and_then(|b| b.get("Code"))
        .and_then(Value::as_str)
        .is_some_and(|c| c.contains("Throttling"))
}

/// The status of an answer to what was not for the server (RFC 9110, section 15.5.20).
pub(super) const MISDIRECTED: u16 = 421;

/// Requests of the step that are for the operation.
pub(super) fn own_attempts(step: &Step<'_>) -> usize {
    step.own().count()
}

/// Operations that only read may be asked again.
fn idempotent(step: &Step<'_>) -> bool {
    if super::token_changed::same_token(step) {
        return true;
    }
    let reads = ["Describe", "Get", "List", "Query", "Search", "Check"];
    reads.iter().any(|r| step.operation().name.starts_with(r))
        || step.operation().method.as_ref().is_some_and(|m| {
            matches!(m.value.as_str(), "GET" | "PUT" | "DELETE") && step.evidence.contract.style == Style::Rest
        })
}
