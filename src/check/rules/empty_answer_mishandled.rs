//! An empty answer where the page promises a body.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "empty-answer-mishandled",
    class: "P12",
    severity: Severity::Error,
    text: "An empty success, or a 204, where the page promises a body is an error, or an answer with nothing in it.\n\
           A hang, a crash or an invented value is broken; an answer with nothing in it is a warning, since callers read members of it.\n\
           Example: a 204 hangs until the timeout.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Empty, T::NoContent]) || step.operation().response.is_none() {
        return None;
    }
    match step.came() {
        Came::Returned(value) if has_value(value) => Some(Claim::new(
            "an empty answer returns invented values",
            format!("expected an error or nothing, got {}", shown(value)),
        )),
        Came::Returned(_) => Some(
            Claim::new(
                "an empty answer is a success with nothing",
                "expected an error where the page promises a body, got an answer with nothing in it",
            )
            .at(Severity::Warning),
        ),
        Came::Broke(broken) => Some(Claim::new("an empty answer ends the process or hangs", broken.to_string())),
        _ => None,
    }
}

fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) => members.values().any(has_value),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}
