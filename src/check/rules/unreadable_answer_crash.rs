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
        Came::Broke(broken) => {
            Some(Claim::new("an unreadable answer ends the process or hangs", broken_reason(broken)))
        }
        Came::Returned(value) if step.in_situation(&[T::NotJson]) => {
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
            .at(if error.http_status.is_some() { Severity::Warning } else { Severity::Error }),
        ),
        _ => None,
    }
}
