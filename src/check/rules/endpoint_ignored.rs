//! An endpoint that was given and is not used.

use super::certificate_unverified::shown_certificate;
use super::prelude::*;
use crate::case::Certificate;

pub(super) const RULE: Rule = Rule {
    id: "endpoint-ignored",
    class: "T17",
    severity: Severity::Error,
    text: "A client object sends to the endpoint that it was given, and nowhere else.\n\
           An override that is ignored sends test data to production, or another region's data abroad.\n\
           The same goes for the certificate authority that it is told to trust.\n\
           Example: the second object of a program uses the endpoint of the first.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if step.evidence.case.parallel {
        return None;
    }
    let endpoint = &step.seen().call.client.endpoint;
    if step.in_situation(&[T::Refused]) {
        return step.own().next().map(|_| {
            Claim::new(
                "a request goes to the endpoint of another object",
                format!("expected nothing but an attempt at {endpoint}, got a request elsewhere"),
            )
        });
    }
    let (transform, what, error) = match shown_certificate(step) {
        Some(Certificate::Good) => {
            let what = "a request, since the server's certificate is of the authority that the client is told to trust";
            ("the certificate authority is ignored", what.to_owned(), unsent(step)?)
        }
        Some(_) => return None,
        None => ("no request reaches the endpoint", format!("a request at {endpoint}"), elsewhere(step)?),
    };
    let why = told(error);
    Some(Claim::new(transform, format!("expected {what}; got none and the error {}", quoted(&why))))
}

/// The error of a call that did not go out to a server whose certificate the client is told to trust.
fn unsent<'a>(step: &Step<'a>) -> Option<&'a crate::driver::ClientError> {
    match (step.was_served(), step.came()) {
        (Served::NoRequest, Came::Raised(error)) if step.evidence.hello.can("ca") => {
            Some(error).filter(|error| error.kind != ErrorKind::Validation)
        }
        _ => None,
    }
}

/// The error of a connection that was tried somewhere else, if a valid call ended so.
pub(super) fn elsewhere<'a>(step: &Step<'a>) -> Option<&'a crate::driver::ClientError> {
    let (Served::NoRequest, Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    if super::follows_failure(step) || super::fails_after(step) {
        return None;
    }
    let connecting = matches!(error.kind, ErrorKind::Transport | ErrorKind::Timeout);
    (connecting
        && step.evidence.raw
        && step.plan().breach.is_none()
        && !step.in_situation(&[T::Refused, T::Certificate]))
    .then_some(error)
}
