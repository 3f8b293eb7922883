//! Errors that cannot be told apart.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-kind-lost",
    class: "E12",
    severity: Severity::Error,
    text: "Errors of the service, of the connection and of the client can be told apart.\n\
           Only some of them may be retried, and only some of them are worth a call to support.\n\
           Example: every error is the same class without a kind.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if let Some(it) = raised(step)
        && it.error.kind == ErrorKind::Other
        && !is_crash(&it)
    {
        let class = it.error.class.clone().unwrap_or_default();
        return Some(
            Claim::new(
                "a service error of no kind",
                format!("expected an error of the service, got one of no kind ({class})"),
            )
            .about(error_clause(step, "kind")),
        );
    }
    if let Some(claim) = unsent(step) {
        return Some(claim);
    }
    let (Served::Faulty(_), Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    if error.kind == ErrorKind::Validation {
        return Some(Claim::new(
            "a broken connection shown as a refusal before sending",
            "expected an error of the connection, got a refusal before sending",
        ));
    }
    (error.kind == ErrorKind::Service
        && error.http_status.is_none_or(|s| s >= 400)
        && !step.in_situation(&[T::Truncated]))
    .then(|| {
        Claim::new(
            "a broken connection shown as a service error",
            "expected an error of the connection, got one of the service",
        )
    })
}

/// A call that never went out, shown as an error of the service.
fn unsent(step: &Step<'_>) -> Option<Claim> {
    let (Served::NoRequest, Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    let required = step.plan().breach.as_ref().is_some_and(|b| b.facet == "required");
    let refused = step.in_situation(&[T::Refused]);
    if required || error.kind != ErrorKind::Service {
        return None;
    }
    let what = if refused { "a refused connection" } else { "a refusal before sending" };
    Some(Claim::new(
        format!("{what} shown as an error of the service"),
        "expected an error that says that nothing was sent, got one of the service",
    ))
}
