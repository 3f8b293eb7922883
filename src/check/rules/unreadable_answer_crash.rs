//! A success that cannot be read.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unreadable-answer-crash",
    class: "P17",
    severity: Severity::Error,
    text: "A success that is no JSON is a decode error: not a crash, not a hang, and not an empty success.\n\
           Proxies and captive portals answer 200 with a page of their own.\n\
           Example: bad JSON ends the process.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if unusual(step) != Some("unreadable-answer-crash") || step.in_situation(&[T::HtmlSuccess]) {
        return None;
    }
    match step.came() {
        Came::Broke(broken) => Some(Claim::new("an unreadable answer ends the process or hangs", broken.to_string())),
        Came::Returned(value) if step.in_situation(&[T::NotJson]) && begins_with(step, value) => Some(
            Claim::new(
                "what follows the JSON of an answer is not looked at",
                format!("expected a decode error, got {}", shown(value)),
            )
            .at(Severity::Warning),
        ),
        Came::Returned(value) if step.in_situation(&[T::NotJson]) && !is_shown(step, value) => {
            Some(Claim::new("an unreadable answer returns", format!("expected a decode error, got {}", shown(value))))
        }
        Came::Raised(error) if error.kind == ErrorKind::Other => Some(
            Claim::new(
                "an unreadable answer raises an error of no kind",
                format!(
                    "expected a decode error, got {}",
                    error.class.clone().unwrap_or_else(|| "an error of no kind".into())
                ),
            )
            .at(if is_knowing(error) { Severity::Note } else { Severity::Error }),
        ),
        _ => None,
    }
}

/// Whether what was served is JSON after all, though no object, and was shown as it is or as nothing.
fn is_shown(step: &Step<'_>, value: &Value) -> bool {
    let served = step.served().and_then(|s| serde_json::from_slice::<Value>(&s.answer.body.bytes()).ok());
    let blank = value.is_null() || value.as_object().is_some_and(|m| m.values().all(Value::is_null));
    served.is_some_and(|served| served == *value || (blank && !served.is_string()))
}

/// Whether what was served is the surfaced object, with more after it.
fn begins_with(step: &Step<'_>, value: &Value) -> bool {
    let Some(served) = step.served() else { return false };
    let body = served.answer.body.bytes();
    let first = serde_json::Deserializer::from_slice(&body).into_iter::<Value>().next();
    matches!(first, Some(Ok(Value::Object(members))) if Some(&members) == value.as_object())
}
