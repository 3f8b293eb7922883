//! Attempts without end.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "endless-retry",
    class: "T04",
    severity: Severity::Error,
    text: "Retries end.\n\
           A loop without end hangs the caller and hammers the service.\n\
           Example: a 429 is tried again and again until somebody ends the program.",
    look: Look::Step(look),
};

/// Attempts past which nobody counts any more.
pub(super) const ENDLESS: usize = 20;

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::ThrottledForever, T::Unavailable]) {
        return None;
    }
    let attempts = super::retried_create::own_attempts(step);
    let hangs = matches!(step.came(), Came::Broke(_));
    let waits = super::no_back_off::waits_in_vain(step).is_some();
    (attempts > ENDLESS || (hangs && attempts > 0 && !waits)).then(|| {
        Claim::new(
            "tried without end",
            format!(
                "expected a few attempts and then the error, got {attempts}{}",
                if hangs { " and no end" } else { "" }
            ),
        )
    })
}
