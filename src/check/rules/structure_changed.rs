//! An object that arrives as another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "structure-changed",
    class: "R16",
    severity: Severity::Error,
    text: "Objects arrive whole: as `Name.Key`, or as one JSON text, with each member below its parent.\n\
           A member without its parent's name is another parameter; a printed object is no object.\n\
           Example: `Filter=[object Object]`, or `Filter[Key]=a` for `Filter.Key=a`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let (got, transform) = match &difference.what {
        What::Reshaped { got } => (shown(got), "arrives as another structure".to_owned()),
        What::Malformed(why) => (why.clone(), "cannot be read".to_owned()),
        What::Styled(first) => (format!("`{first}`"), "is flattened in another style".to_owned()),
        _ => return None,
    };
    Some(Claim::new(
        format!("an object {transform}"),
        format!("expected `{}` = {}, got {got}", difference.name, difference.meant.map(shown).unwrap_or_default()),
    ))
}
