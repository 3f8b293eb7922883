//! A body whose length or framing is wrong.

use super::prelude::*;
use crate::wire::Framing;

pub(super) const RULE: Rule = Rule {
    id: "broken-framing",
    class: "R30",
    severity: Severity::Error,
    text: "A request has one framing, and its body is as long as it says.\n\
           With two framings, or bytes too many, servers and proxies disagree on where the request ends.\n\
           Example: `Content-Length` and `Transfer-Encoding: chunked` in one request.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let (transform, message) = if request.framing == Framing::Both {
        ("two framings in one request", "expected `Content-Length` or `Transfer-Encoding`, got both".to_owned())
    } else if is_form(observed) && (request.body.ends_with(b"\r\n") || request.body.ends_with(b"\n")) {
        (
            "stray line end after the form",
            "expected the form to end with its last pair, got a line end after it".to_owned(),
        )
    } else {
        return None;
    };
    Some(Claim::new(transform, message).about([step.evidence.clause("wire/framing")]))
}

fn is_form(observed: &Observed) -> bool {
    observed
        .exchange
        .request
        .as_ref()
        .is_ok_and(|r| crate::wire::rpc::is_form(r) && !r.body.starts_with(b"{") && !r.body.starts_with(&[0x1f, 0x8b]))
}
