//! A call that goes on after it was cancelled.

use std::time::Duration;

use super::prelude::*;
use crate::contract::SessionAspect;

pub(super) const RULE: Rule = Rule {
    id: "cancel-ignored",
    class: "T12",
    severity: Severity::Error,
    text: "A call that the caller cancels ends at once, as cancelled, and is not made again.\n\
           Where it goes on, the caller's own shutdown hangs, or what was called off is carried out.\n\
           Example: the client waits for its whole read timeout after the caller has cancelled.",
    look: Look::Step(look),
};

/// How long a client may take to end a call that was cancelled.
const SOON: Duration = Duration::from_secs(1);

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.is_about(|a| matches!(a, Aspect::Session(SessionAspect::Cancel))) || step.plan().cancel_ms == 0 {
        return None;
    }
    if matches!((step.was_served(), step.came()), (Served::NoRequest, Came::Raised(e)) if e.kind == ErrorKind::Validation)
    {
        // It was refused before there was anything to cancel.
        return None;
    }
    let (cancelled, took) = (Duration::from_millis(step.plan().cancel_ms.into()), step.seen().took);
    let after = took.saturating_sub(cancelled).as_millis();
    let attempts = super::retried_create::own_attempts(step);
    if attempts > 1 {
        return Some(Claim::new(
            "sent again after it was cancelled",
            format!("expected no request after the call was cancelled, got {}", attempts - 1),
        ));
    }
    match step.came() {
        Came::Broke(broken) => Some(Claim::new(
            "does not end",
            format!("expected an error once the call is cancelled, got none: {broken}"),
        )),
        Came::Returned(value) => Some(Claim::new(
            "a cancelled call returns",
            format!("expected an error of the kind `cancelled`, got {}", shown(value)),
        )),
        _ if took > cancelled + SOON => Some(Claim::new(
            "goes on after it was cancelled",
            format!("expected an error once the call is cancelled, got one {after} ms later"),
        )),
        Came::Raised(error) if error.kind != ErrorKind::Cancelled => Some(
            Claim::new(
                "a cancelled call is shown as another error",
                format!("expected an error of the kind `cancelled`, got {:?}", error.kind),
            )
            .at(Severity::Warning),
        ),
        _ => None,
    }
}
