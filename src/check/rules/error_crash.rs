//! An error of the service that makes the client crash.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-crash",
    class: "E05",
    severity: Severity::Error,
    text: "An error of the service is raised as one, whatever it holds.\n\
           A language's own error in its place hides code, message and request id at once.\n\
           Example: a KeyError where the service said `Instance.NotFound`.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if unusual(step).is_some() || step.in_situation(&[T::FirstCause]) || says_awkwardly(step) {
        return None;
    }
    let Served::Error(status, Some(_)) = step.was_served() else { return None };
    match step.came() {
        Came::Raised(_) if super::undocumented_error_crash::crashed(step) => None,
        Came::Raised(error)
            if error.kind == ErrorKind::Other && error.code.is_none() && error.http_status.is_none() =>
        {
            let class = error.class.clone().unwrap_or_else(|| "an error".into());
            let message = format!(
                "expected the error of the service (HTTP {status}), got {class}: {}",
                quoted(&text_of(error.message.as_ref()).unwrap_or_default())
            );
            Some(Claim::new(format!("a service error raises {class}"), message).about(error_clause(step, "kind")))
        }
        _ => None,
    }
}
