//! A success for a call that was never made.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "success-without-request",
    class: "T07",
    severity: Severity::Error,
    text: "A call that returns has been made.\n\
           A success without a request is the worst of lies: nothing happened and nobody knows.\n\
           Example: the client returns an empty answer when it cannot connect.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let (Served::NoRequest, Came::Returned(value)) = (step.was_served(), step.came()) else { return None };
    if step.evidence.case.parallel || super::stale(step).is_some() {
        return None;
    }
    Some(Claim::new(
        "returns without a request",
        format!("expected a request or an error, got neither and the answer {}", shown(value)),
    ))
}
