//! A late answer that is read as the next call's.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "poisoned-connection",
    class: "P22",
    severity: Severity::Error,
    text: "A connection on which a call timed out is not used again.\n\
           The late answer comes on it, and the next call takes it for its own: somebody else's data.\n\
           Example: the call after a timeout returns the answer of the one that timed out.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let value = late_answer(step)?;
    Some(Claim::new(
        "a late answer is taken by the next call",
        format!("expected the answer of its own, got the late one: {}", shown(value)),
    ))
}

/// The answer that was surfaced, if it is the one that the call before gave up on.
pub(in crate::check) fn late_answer<'a>(step: &Step<'a>) -> Option<&'a Value> {
    if !step.in_situation(&[T::Late]) || step.index == 0 {
        return None;
    }
    let Came::Returned(value) = step.came() else { return None };
    let late = step.evidence.seen[0].requests.first()?.exchange.serve.answer.body.means()?;
    crate::check::member::surfacings(*step, late, value).is_empty().then_some(value)
}
