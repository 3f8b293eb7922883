//! A truth value in another spelling.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "boolean-misspelt",
    class: "R08",
    severity: Severity::Error,
    text: "True and false are spelled as the page spells them: `true`, `false`.\n\
           Some servers take `True`, others read everything but `true` as false. Another case is a warning, another word an error.\n\
           Example: `AutoCleanUserdata=True`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, .. } = &difference.what else { return None };
    let Some(Value::Bool(_)) = difference.meant else { return None };
    let message = format!("expected `{}` = `{expected}`, got {}", difference.name, quoted(got));
    if got.eq_ignore_ascii_case(expected) {
        return Some(Claim::new("true and false sent as True and False", message).at(Severity::Warning));
    }
    Some(Claim::new(format!("{expected} sent as {}", quoted(got)), message))
}
