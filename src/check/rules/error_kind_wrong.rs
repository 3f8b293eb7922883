//! An error of the service that looks like one of the client.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-kind-wrong",
    class: "E05",
    severity: Severity::Error,
    text: "An error that the service answered is shown as one of the service.\n\
           Shown as a broken connection it is retried; shown as refused before sending, the user looks for a mistake of his own.\n\
           Example: `Instance.NotFound` is raised as a transport error.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let it = raised(step)?;
    let kind = it.error.kind;
    if matches!(kind, ErrorKind::Service | ErrorKind::Other) {
        return None;
    }
    let message = format!("expected an error of the service, got one of kind {kind:?}");
    Some(
        Claim::new(format!("a service error shown as {}", format!("{kind:?}").to_lowercase()), message)
            .about(error_clause(step, "kind")),
    )
}
