//! A member of the answer that does not reach the caller.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "member-dropped",
    class: "P01",
    severity: Severity::Error,
    text: "Every member on the page reaches the caller.\n\
           A release that drops one breaks everybody who reads it.\n\
           Example: `Data.VersionId` is served and not surfaced.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let gone = match (&surfacing.lapse, surfacing.served, surfacing.surfaced) {
        (Lapse::Lost, Some(_), _) => true,
        (Lapse::Coerced, Some(served), Some(Value::Null)) => !is_none_word(served),
        _ => false,
    };
    gone.then(|| {
        let long = surfacing.served.and_then(Value::as_str).is_some_and(|t| t.chars().count() > 40);
        let which = if long { " over 40 characters" } else { "" };
        Claim::new(
            format!("`{}`{which} is not surfaced", surfacing.path),
            format!("expected `{}` = {}, got none", surfacing.path, surfacing.served.map(shown).unwrap_or_default()),
        )
    })
}

fn is_none_word(value: &Value) -> bool {
    value.as_str().is_some_and(is_nothing)
}
