//! A request that cannot be read.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "not-http",
    class: "R30",
    severity: Severity::Error,
    text: "A request must be HTTP that can be read: a request line, headers, and a body of the announced length.\n\
           A server refuses anything else, so the call is lost.\n\
           Example: `POST / HTTP/1.1` without the empty line that ends the headers.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let bad = observed.exchange.request.as_ref().err()?;
    Some(
        Claim::new("request cannot be read", format!("the request cannot be read: {}", bad.why))
            .about([step.evidence.clause("wire/framing")]),
    )
}
