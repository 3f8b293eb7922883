//! The answer of an earlier call, shown as this one's.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "stale-answer",
    class: "R29",
    severity: Severity::Error,
    text: "A call shows its own answer, and an error its own call.\n\
           What an earlier call left behind is another resource, or a failure that did not happen.\n\
           Example: the same call made twice is sent once, and both get one answer.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if let Some(code) = leaked_error(step) {
        return Some(Claim::new(
            "an earlier error raised again",
            format!("expected the answer, got the error `{code}` of an earlier call"),
        ));
    }
    let value = stale(step)?;
    let how = match step.was_served() {
        Served::NoRequest => "an earlier answer returned without a request",
        _ => "an earlier answer returned again",
    };
    Some(Claim::new(how, format!("expected an answer of its own, got that of an earlier call: {}", shown(value))))
}

/// What was surfaced, if it is the answer of an earlier call of the case and not of this one.
pub(in crate::check) fn stale<'a>(step: &Step<'a>) -> Option<&'a Value> {
    if step.index == 0 || step.evidence.case.parallel {
        return None;
    }
    let Came::Returned(value) = step.came() else { return None };
    let shows = |served: &'a Value| crate::check::member::surfacings(*step, served, value).is_empty();
    let own = match step.was_served() {
        Served::Success(own) => Some(own),
        Served::NoRequest => None,
        _ => return None,
    };
    let texts = value.as_object().is_some_and(|m| m.values().any(|v| v.is_string() || v.is_object()));
    if !texts || own.is_some_and(shows) {
        return None;
    }
    let earlier = step.earlier().any(|e| matches!(e.was_served(), Served::Success(s) if Some(s) != own && shows(s)));
    earlier.then_some(value)
}

/// The code of an error that was raised for a success, if an earlier call of the case was answered with it.
pub(in crate::check) fn leaked_error(step: &Step<'_>) -> Option<String> {
    let (Served::Success(_), Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    let code = text_of(error.code.as_ref())?;
    let earlier = !step.evidence.case.parallel && step.earlier().any(|e| {
        matches!(e.was_served(), Served::Error(_, Some(body)) if text_of(body.get("Code")).as_deref() == Some(code.as_str()))
    });
    earlier.then_some(code)
}
