//! An empty text that is not sent.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "empty-text-dropped",
    class: "R12",
    severity: Severity::Error,
    text: "An empty text that was given is sent: it is a value, and often means *clear this*.\n\
           Dropped, the server keeps the old value and the caller never hears of it.\n\
           Example: `Description` given as an empty text does not go out.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let text = difference.meant?.as_str()?;
    match &difference.what {
        What::Lost if text.is_empty() => {
            Some(Claim::new("an empty text is not sent", format!("expected an empty `{}`, got none", difference.name)))
        }
        What::Lost if text.trim().is_empty() => Some(Claim::new(
            "a text of blanks is not sent",
            format!("expected `{}` = {}, got none", difference.name, quoted(text)),
        )),
        What::Altered { got, .. } if text.is_empty() => Some(Claim::new(
            format!("an empty text sent as {}", quoted(got)),
            format!("expected an empty `{}`, got {}", difference.name, quoted(got)),
        )),
        _ => None,
    }
}
