//! A value that nobody gave.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "invented-default",
    class: "R19",
    severity: Severity::Error,
    text: "A parameter that is left out is not sent: the server knows its defaults, and changes them.\n\
           A default built into a client overrides the server's for as long as that release is in use.\n\
           Example: `DiskType=SYSTEM` where no `DiskType` was given.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    if let What::Altered { expected, got, .. } = &difference.what {
        // Whoever asks whether there is a value finds none where it is zero.
        let replaced = expected == "0" && got.parse::<i128>().is_ok_and(|got| got != 0);
        return replaced.then(|| {
            Claim::new(
                format!("`{}` = 0 replaced by another number", difference.name),
                format!("expected `{}` = 0, got {}", difference.name, quoted(got)),
            )
        });
    }
    let What::Invented(got) = &difference.what else { return None };
    if crate::contract::is_token(&difference.name) {
        // A client may make a token of its own, so that its retries are safe.
        return None;
    }
    Some(Claim::new(
        format!("`{}` sent though it was not given", difference.name),
        format!("expected no `{}`, got {}", difference.name, quoted(got)),
    ))
}
