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
    let empty = matches!(difference.what, What::Lost) && difference.meant.is_some_and(|v| v == "");
    empty.then(|| Claim::new("an empty text is not sent", format!("expected an empty `{}`, got none", difference.name)))
}
