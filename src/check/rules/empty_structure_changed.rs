//! An empty list or object that arrives as something, or not at all.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "empty-structure-changed",
    class: "R14",
    severity: Severity::Error,
    text: "An empty list or object is sent as one: it often means *none of them*, or *clear this*.\n\
           Dropped from a JSON body, the server keeps what it had; as one empty item it names something that is not there.\n\
           Flattened names cannot say it, so there it may be left out. Example: `Tags` given as `[]` goes out as `Tags.1=`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let meant = difference.meant.filter(|v| is_empty(v))?;
    let what = if meant.is_array() { "list" } else { "object" };
    match &difference.what {
        What::Filled(got) => Some(Claim::new(
            format!("an empty {what} sent as something"),
            format!("expected an empty `{}`, got {}", difference.name, quoted(got)),
        )),
        What::Lost => Some(Claim::new(
            format!("an empty {what} is not sent"),
            format!("expected `{}` = {meant}, got none", difference.name),
        )),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}
