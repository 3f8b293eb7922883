//! A certificate that is trusted, and TLS that is left out.

use super::prelude::*;
use crate::case::{Certificate, Object};

pub(super) const RULE: Rule = Rule {
    id: "certificate-unverified",
    class: "T10",
    severity: Severity::Error,
    text: "A client talks to nobody whose certificate it cannot verify (RFC 9110, section 4.3.4), and never without TLS to an https endpoint.\n\
           Whoever is on the way reads the call with its signature, and answers it, where host, time or authority are not looked at.\n\
           Example: a certificate of another host, and the call is made.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let certificate = shown_certificate(step)?;
    let request = step.seen().requests.first()?;
    if !request.exchange.secure {
        return Some(Claim::new(
            "an https endpoint is called without TLS",
            format!("expected TLS at {}, got a request in plain text", step.seen().call.client.endpoint),
        ));
    }
    let (what, why) = match certificate {
        Certificate::Good => return None,
        Certificate::OtherHost => ("of another host", "it is for elsewhere.invalid"),
        Certificate::Expired => ("that has expired", "it was good until yesterday"),
        Certificate::NotYetValid => ("that is not yet good", "it will be good from tomorrow on"),
        Certificate::UnknownAuthority => {
            ("of an unknown authority", "its authority is not in the file of those to trust")
        }
        Certificate::SelfSigned => ("that vouches for itself", "no authority vouches for it"),
    };
    Some(Claim::new(
        format!("a certificate {what} is trusted"),
        format!("expected no request, because {why}; got one at {}", step.seen().call.client.endpoint),
    ))
}

/// The certificate that the call's server showed, if it is a case about certificates.
pub(super) fn shown_certificate(step: &Step<'_>) -> Option<Certificate> {
    match step.plan().object {
        Object::Secure(certificate) if step.in_situation(&[T::Certificate]) => Some(certificate),
        _ => None,
    }
}
