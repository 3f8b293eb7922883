//! A large, deep or odd answer that the client does not survive.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "large-answer-crash",
    class: "P19",
    severity: Severity::Error,
    text: "A large answer is read whole; one too deep or too odd to be read is a decode error.\n\
           A stack that overflows takes the whole program with it.\n\
           Example: 50,000 nested lists end the process; a body over 1 MiB is cut.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if step.in_situation(&[T::Deep]) {
        return match step.came() {
            Came::Broke(broken) => Some(Claim::new(
                "deep nesting ends the process",
                format!("expected an answer or a decode error for deep nesting, got none: {broken}"),
            )),
            Came::Raised(error) if error.kind == ErrorKind::Other && !is_knowing(error) => Some(Claim::new(
                "deep nesting raises an error of no kind",
                format!(
                    "expected an answer or a decode error for deep nesting, got {}",
                    error.class.clone().unwrap_or_default()
                ),
            )),
            _ => None,
        };
    }
    if let (true, Served::Success(served), Came::Returned(value)) =
        (step.in_situation(&[T::Huge]), step.was_served(), step.came())
        && crate::check::member::surfacings(*step, served, value)
            .iter()
            .any(|s| s.served.and_then(Value::as_str).is_some_and(|t| t.len() > 1 << 20))
    {
        return Some(Claim::new("a large answer is cut", "expected an answer of 2 MiB whole, got less of it"));
    }
    if step.in_situation(&[T::DuplicateKeys])
        && let Some(name) = listed(step)
    {
        return Some(Claim::new(
            "a member that stands twice is surfaced as a list",
            format!("expected one value of `{name}`, or a decode error, got a list"),
        ));
    }
    let refused = matches!(step.came(), Came::Raised(e) if e.kind != ErrorKind::Other);
    if step.in_situation(&[T::DuplicateKeys]) && (refused || matches!(step.came(), Came::Returned(_))) {
        return None;
    }
    super::success_shown_as_error::unread(step, "large-answer-crash")
}

/// A member that the page has as a scalar, and that is surfaced as a list.
fn listed<'a>(step: &Step<'a>) -> Option<&'a str> {
    let Came::Returned(value) = step.came() else { return None };
    let fields = &step.operation().response.as_ref()?.fields;
    let is_listed = |name: &str| value.get(name).is_some_and(Value::is_array);
    fields.iter().find(|f| f.kind.value != Kind::Array && is_listed(&f.name)).map(|f| f.name.as_str())
}
