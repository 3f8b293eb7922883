//! More attempts than anybody asked for.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "too-many-attempts",
    class: "T03",
    severity: Severity::Error,
    text: "A client tries as often as it was told, or a few times.\n\
           Every further attempt at a service that is down keeps it down.\n\
           Example: a 503 is tried five times in a row.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let attempts = super::retried_create::own_attempts(step);
    let most = step.seen().call.client.max_attempts.map_or(4, |n| n as usize);
    let usual = !step.in_situation(&[T::ThrottledForever, T::Unavailable, T::Throttled]);
    if usual || attempts <= most || attempts > super::endless_retry::ENDLESS {
        return None;
    }
    Some(Claim::new(format!("tried {attempts} times"), format!("expected at most {most} attempts, got {attempts}")))
}
