//! A list or an object that arrives as another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "structure-changed",
    class: "R16",
    severity: Severity::Error,
    text: "Lists and objects arrive whole: as `Name.1.Key` counted from 1, or as one JSON text.\n\
           With another index base the first item is lost; a printed object is no object.\n\
           Example: `TagList=[object Object]`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let (got, transform) = match &difference.what {
        What::Reshaped { got } => (shown(got), "arrives as another structure"),
        What::Malformed(why) => (why.clone(), "cannot be read"),
        _ => return None,
    };
    let list = difference.parameter.is_some_and(|p| p.kind.value == Kind::Array);
    Some(Claim::new(
        format!("{} {transform}", if list { "a list" } else { "an object" }),
        format!("expected `{}` = {}, got {got}", difference.name, difference.meant.map(shown).unwrap_or_default()),
    ))
}
