//! An interim answer that is taken for the answer.

use super::prelude::*;
use crate::case::Body;

pub(super) const RULE: Rule = Rule {
    id: "interim-answer-misread",
    class: "P22",
    severity: Severity::Error,
    text: "An answer of 1xx comes before the answer, and is none (RFC 9110, section 15.2): a client reads on.\n\
           Taken for the answer, it leaves the real one on the connection, where the next call finds it.\n\
           Example: after `103 Early Hints` the call returns nothing, and the next returns what belonged to it.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let claim = super::success_shown_as_error::unread(step, "interim-answer-misread")?;
    // The libraries of some languages know no interim answer but 100, those of others all but 100: neither takes it for the answer.
    let fails = |other: Step<'_>| !matches!(other.came(), Came::Returned(_));
    let none_is_read = step.evidence.steps().filter(|other| is_interim(other)).all(fails);
    Some(if none_is_read || !is_interim(step) { claim } else { claim.at(Severity::Note) })
}

fn is_interim(step: &Step<'_>) -> bool {
    step.served().is_some_and(|serve| matches!(serve.answer.body, Body::Wire { .. }))
}
