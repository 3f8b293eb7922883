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
    // The libraries of some languages know no interim answer but 100.
    let is_known = |attempt: &crate::case::Serve| matches!(&attempt.answer.body, Body::Wire { text, .. } if text.starts_with("HTTP/1.1 100 "));
    let of_case = step.evidence.case.steps.iter().flat_map(|step| &step.attempts);
    Some(if of_case.into_iter().any(is_known) { claim } else { claim.at(Severity::Note) })
}
