//! A security token that is missing, or not that of the object.

use super::prelude::*;
use crate::wire::signature::Scheme;

pub(super) const RULE: Rule = Rule {
    id: "wrong-token",
    class: "R26",
    severity: Severity::Error,
    text: "The security token of temporary credentials goes with each request of the object that was given it, in its place.\n\
           Without it, or with that of another object, every call is refused.\n\
           Example: the second object sends the token of the first.",
    look: Look::Request(look),
};

const HEADER: &str = "x-acs-security-token";

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let (sent, signature) = (observed.sent.as_ref()?, observed.signature.as_ref()?);
    let request = observed.exchange.request.as_ref().ok()?;
    let own = step.seen().call.client.security_token.as_deref();
    let got = sent.security_token.as_deref();
    let claim = |transform: &str, message: String| {
        Some(Claim::new(transform, message).about([step.evidence.clause("session/security-token")]))
    };
    match (own, got) {
        (Some(_), None) => claim("no security token", format!("expected `{HEADER}`, got no security token")),
        (None, Some(_)) => claim(
            "a security token of another object",
            "expected no security token, since the object has none, got one".into(),
        ),
        (Some(own), Some(got)) if own != got => {
            claim("a security token of another object", "expected the security token of the object, got another".into())
        }
        (Some(_), Some(_)) if signature.scheme == Some(Scheme::V3) && request.header(HEADER).is_none() => claim(
            "the security token in the wrong place",
            format!("expected the security token in the header `{HEADER}`, got it among the parameters"),
        ),
        _ => None,
    }
}
