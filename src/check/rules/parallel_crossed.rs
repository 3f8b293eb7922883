//! Parallel calls that cross.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "parallel-crossed",
    class: "T16",
    severity: Severity::Error,
    text: "Calls that are open at once carry their own values and get their own answers.\n\
           A crossed answer is another customer's.\n\
           Example: two calls of one object share a buffer, and both return the second's answer.",
    look: Look::Case(look),
};

fn look(evidence: &Evidence<'_>) -> Option<Claim> {
    if !evidence.case.parallel {
        return None;
    }
    for step in evidence.steps() {
        let own = super::retried_create::own_attempts(&step);
        if own == 0 && matches!(step.came(), Came::Returned(_)) {
            return Some(Claim::new(
                "parallel calls share their parameters",
                "expected one request for each call, got none with the values of one of them",
            ));
        }
        if own > 1 {
            return Some(Claim::new(
                "parallel calls share their parameters",
                format!("expected one request for each call, got {own} with the values of one of them"),
            ));
        }
        if let (Served::Success(served), Came::Returned(value)) = (step.was_served(), step.came())
            && !crate::check::member::surfacings(step, served, value).is_empty()
        {
            let elsewhere = evidence.steps().any(|o| {
                o.index != step.index
                    && matches!(o.was_served(), Served::Success(s) if crate::check::member::surfacings(step, s, value).is_empty())
            });
            if elsewhere {
                return Some(Claim::new(
                    "parallel calls share their answers",
                    format!("expected {}, got the answer of another call", shown(served)),
                ));
            }
        }
    }
    None
}
