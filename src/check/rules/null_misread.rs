//! Null that is shown as something.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "null-misread",
    class: "P08",
    severity: Severity::Error,
    text: "Null is shown as null, or not at all: never as an empty text, a zero, an empty object or a word.\n\
           Shown as a value it cannot be told from one.\n\
           Example: `TaskId` is null and the caller gets `\"None\"`.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::NotNull = surfacing.lapse else { return None };
    let got = surfacing.surfaced?;
    Some(Claim::new(
        format!("null surfaced as {}", shown(got)),
        format!("expected `{}` null or absent, got {}", surfacing.path, shown(got)),
    ))
}
