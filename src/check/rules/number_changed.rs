//! A number of the answer that has become another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "number-changed",
    class: "P04",
    severity: Severity::Error,
    text: "A number reaches the caller with all its digits.\n\
           Beyond 2^53 a double rounds, and an id that is rounded names another thing.\n\
           Example: 9007199254740993 is surfaced as 9007199254740992.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::Number = surfacing.lapse else { return None };
    let (served, got) = (surfacing.served?, surfacing.surfaced?);
    let large = served.as_i64().is_none_or(|n| n.unsigned_abs() > 1 << 53);
    Some(Claim::new(
        if large { "a large number rounded" } else { "a number replaced by another" },
        format!("expected `{}` = {}, got {}", surfacing.path, shown(served), shown(got)),
    ))
}
