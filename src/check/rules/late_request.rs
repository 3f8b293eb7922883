//! A request after the call returned.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "late-request",
    class: "T13",
    severity: Severity::Error,
    text: "When a call has returned, nothing more is sent for it.\n\
           A request in the background makes a second image that nobody knows of.\n\
           Example: the same request comes again 30 ms after the answer.",
    look: Look::Case(look),
};

fn look(evidence: &Evidence<'_>) -> Option<Claim> {
    if evidence.case.parallel {
        return None;
    }
    let own = evidence.strays.iter().filter(|o| o.is_for(evidence.operation, evidence.contract.style)).count();
    (own > 0).then(|| {
        Claim::new("sent again after the call returned", format!("expected nothing after the answer, got {own} more"))
            .about([evidence.clause("session/hidden-traffic")])
    })
}
