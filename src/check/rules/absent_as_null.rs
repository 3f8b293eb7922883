//! A member that was left out and is shown as null.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "absent-as-null",
    class: "P09",
    severity: Severity::Warning,
    text: "A client that can tell null from absent shows a member that the server left out as absent.\n\
           Null may be a value of its own; who cannot tell the two apart says so, and is not held to it.\n\
           Example: `TaskId` is left out of the answer and the caller gets null.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::NotAbsent = surfacing.lapse else { return None };
    Some(Claim::new(
        "a member left out surfaced as null",
        format!("expected no `{}`, as none was served, got null from a client that says it can tell", surfacing.path),
    ))
}
