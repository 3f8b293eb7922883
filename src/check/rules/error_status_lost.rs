//! The HTTP status of an error that is lost or altered.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-status-lost",
    class: "E04",
    severity: Severity::Error,
    text: "The HTTP status of an error reaches the caller.\n\
           Many codes share one status and one code may have two; retries and alarms go by it.\n\
           Example: every error is shown as 400.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let it = raised(step)?;
    let got = it.error.http_status.or_else(|| it.error.http.as_ref().and_then(|h| h.status));
    if got == Some(it.status) {
        return None;
    }
    let transform = match got {
        None => "the status is lost".to_owned(),
        Some(got) => format!("another status surfaced as {got}"),
    };
    let message = format!("expected HTTP {}, got {}", it.status, got.map_or("no status".into(), |g| g.to_string()));
    Some(Claim::new(transform, message).about(error_clause(step, "status")))
}
