//! A request that nobody asked for.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "hidden-request",
    class: "T18",
    severity: Severity::Error,
    text: "A client sends the request it was asked for and no other.\n\
           Hidden requests cost quota, show in audit logs, and fail where the user may not make them.\n\
           Example: the client asks for `DescribeRegions` when its object is made.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    if observed.is_for(step.operation(), step.evidence.contract.style) {
        return None;
    }
    step.own().next()?;
    let request = observed.exchange.request.as_ref().ok()?;
    let action = match observed.sent.as_ref().and_then(|s| s.action.as_ref()) {
        Some(action) => action.value.clone(),
        None => format!("{} {}", request.method, request.path()),
    };
    Some(
        Claim::new(
            format!("asks for `{action}` unbidden"),
            format!("expected one request for `{}`, also got one for `{action}`", step.operation().name),
        )
        .about([step.evidence.clause("session/hidden-traffic")]),
    )
}
