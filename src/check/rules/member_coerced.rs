//! A member of the answer that has become another type.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "member-coerced",
    class: "P03",
    severity: Severity::Error,
    text: "A member keeps its type and its truth.\n\
           `\"false\"` read as text is true in most languages; a text code turned into a number loses what it said.\n\
           Example: `Success` is served false and surfaced true.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let (served, none) = (surfacing.served?, Value::Null);
    let got = surfacing.surfaced.unwrap_or(&none);
    let message = format!("expected `{}` = {}, got {}", surfacing.path, shown(served), shown(got));
    match surfacing.lapse {
        Lapse::Truth => Some(Claim::new(format!("{served} surfaced as {got}"), message)),
        Lapse::Coerced if got.is_null() => {
            Some(Claim::new(format!("the text {} surfaced as null", shown(served)), message).at(Severity::Warning))
        }
        Lapse::Coerced => Some(Claim::new(format!("{} surfaced as {}", kind(served), kind(got)), message)),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
