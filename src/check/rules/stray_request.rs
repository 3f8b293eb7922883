//! A request of another operation when no call is open.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "stray-request",
    class: "T18",
    severity: Severity::Error,
    text: "Between calls a client is silent.\n\
           What it sends on its own, to report usage or to ask for regions, costs quota and tells what the user does.\n\
           Example: `ReportUsage` 100 ms after the answer.",
    look: Look::Case(look),
};

fn look(evidence: &Evidence<'_>) -> Option<Claim> {
    let other = evidence.strays.iter().find(|o| !o.is_for(evidence.operation, evidence.contract.style))?;
    let request = other.exchange.request.as_ref().ok()?;
    let named = other.sent.as_ref().and_then(|s| s.action.as_ref()).map(|a| a.value.clone());
    let what = named.unwrap_or_else(|| format!("{} {}", request.method, request.path()));
    Some(
        Claim::new(
            format!("asks for `{what}` between calls"),
            format!("expected nothing after the answer, got a request for `{what}`"),
        )
        .about([evidence.clause("session/hidden-traffic")]),
    )
}
