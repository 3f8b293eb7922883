//! A refusal inside HTTP 200 that is shown as a success.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "refusal-shown-as-success",
    class: "E08",
    severity: Severity::Error,
    text: "An answer that says `Success: false` is not shown as a success: it raises, or shows what was served.\n\
           Shown as true, a refused call is taken for done.\n\
           Example: `Success` is false in the answer and the caller gets true.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.is_about(|a| matches!(a, Aspect::Answer(crate::contract::AnswerAspect::Refusal))) {
        return None;
    }
    match step.came() {
        Came::Returned(value) if hides_refusal(step) => Some(Claim::new(
            "a refusal is shown as a success",
            format!("expected an error or `Success` false, got {}", shown(value)),
        )),
        Came::Broke(broken) => Some(Claim::new("a refusal ends the process", broken.to_string())),
        _ => None,
    }
}

/// Whether nothing of a refusal is surfaced: neither that it is one, nor its code.
pub(in crate::check) fn hides_refusal(step: &Step<'_>) -> bool {
    if !step.is_about(|a| matches!(a, Aspect::Answer(crate::contract::AnswerAspect::Refusal))) {
        return false;
    }
    let (Served::Success(served), Came::Returned(value)) = (step.was_served(), step.came()) else { return false };
    let Some(flag) = crate::contract::refusal_flag(step.operation()) else { return false };
    let code = |v: &Value| v.get("Code").cloned();
    value.get(&flag.name) != Some(&Value::Bool(false)) && code(value) != code(served)
}
