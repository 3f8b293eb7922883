//! An error that is shown as a success.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-shown-as-success",
    class: "E08",
    severity: Severity::Error,
    text: "An error raises.\n\
           Returned as a success it is read for members that are not there, and the work is taken for done.\n\
           Example: a 400 with `Instance.NotFound` returns an empty answer.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if unusual(step).is_some() {
        return None;
    }
    let (Served::Error(status, _), Came::Returned(value)) = (step.was_served(), step.came()) else { return None };
    Some(
        Claim::new("an error returns", format!("expected an error (HTTP {status}), got the answer {}", shown(value)))
            .about(error_clause(step, "kind")),
    )
}
