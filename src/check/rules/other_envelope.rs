//! An error in another envelope.

use super::prelude::*;
use crate::driver::ClientError;

pub(super) const RULE: Rule = Rule {
    id: "other-envelope",
    class: "E11",
    severity: Severity::Note,
    text: "An error whose members begin with a small letter, or stand in an `error` object, is still understood.\n\
           Gateways in front of a service write errors of their own. No page promises this, so it is a note.\n\
           Example: `{\"code\":\"Throttling\",\"message\":\"…\"}` is raised without a code.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !enveloped(step) {
        return None;
    }
    let Served::Error(status, Some(body)) = step.was_served() else { return None };
    match step.came() {
        Came::Returned(value) => Some(
            Claim::new(
                "an error in another envelope returns",
                format!("expected an error (HTTP {status}), got {}", shown(value)),
            )
            .at(Severity::Error),
        ),
        Came::Broke(broken) => {
            Some(Claim::new("an error in another envelope ends the process", broken.to_string()).at(Severity::Error))
        }
        Came::Raised(error) if text_of(error.code.as_ref()).is_none_or(|code| is_nothing(code.trim())) => {
            Some(Claim::new(
                "another envelope is not understood",
                format!("expected the code of {}, got {}", shown(&Value::Object(body.clone())), code(error)),
            ))
        }
        _ => None,
    }
}

fn code(error: &ClientError) -> String {
    text_of(error.code.as_ref()).map_or_else(|| "none".to_owned(), |code| quoted(&code))
}
