//! A retry whose body is spent.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "spent-body",
    class: "T14",
    severity: Severity::Error,
    text: "A call that is tried again carries its parameters again.\n\
           A body that is a stream is at its end after the first attempt: the retry asks for something else, with a signature that verifies.\n\
           Example: the second attempt at a throttled call has `Content-Length: 0`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let first = step.own().next().filter(|first| first.exchange.at < observed.exchange.at)?;
    let (before, now) = (first.exchange.request.as_ref().ok()?, observed.exchange.request.as_ref().ok()?);
    let spent = !before.body.is_empty() && now.body.is_empty() && before.method == now.method;
    let moved = observed.sent.as_ref().is_some_and(|s| !s.pairs.is_empty());
    (spent && !moved && observed.is_for(step.operation(), step.evidence.contract.style)).then(|| {
        Claim::new(
            "a retry without its body",
            format!("expected the {} bytes of the first attempt again, got an empty body", before.body.len()),
        )
        .about(step.evidence.case.clauses.clone())
    })
}
