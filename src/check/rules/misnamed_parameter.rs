//! A parameter under another name.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "misnamed-parameter",
    class: "R02",
    severity: Severity::Error,
    text: "A parameter goes out under the name on the page, letter for letter.\n\
           A server ignores names that it does not know, so the value is lost without an error.\n\
           Example: the page says `InstanceId`, the client sends `InstanceID`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    match &difference.what {
        What::Renamed(other) => Some(Claim::new(
            format!("`{}` sent as `{other}`", difference.name),
            format!("expected the name `{}`, got `{other}`", difference.name),
        )),
        What::Swapped(other) => {
            let mut pair = [difference.name.as_str(), other];
            pair.sort_unstable();
            Some(Claim::new(
                format!("`{}` and `{}` change places", pair[0], pair[1]),
                format!("expected `{}` to carry its own value, got that of `{other}`", difference.name),
            ))
        }
        _ => None,
    }
}
