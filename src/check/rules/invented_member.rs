//! Something where the server left a member out.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "invented-member",
    class: "P09",
    severity: Severity::Error,
    text: "A member that the server left out is absent, or null: nothing is made up for it.\n\
           A made-up value cannot be told from one that was served.\n\
           Example: `TaskId` is left out and the caller gets an empty text.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::Invented = surfacing.lapse else { return None };
    let got = surfacing.surfaced?;
    Some(Claim::new(
        format!("a member left out surfaced as {}", shown_kind(got)),
        format!("expected no `{}`, got {}", surfacing.path, shown(got)),
    ))
}

fn shown_kind(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => "a text".into(),
        other => shown(other),
    }
}
