//! A text that arrives as another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "text-changed",
    class: "R05",
    severity: Severity::Error,
    text: "A text arrives as it was given.\n\
           Whatever else a client does to it, the caller did not ask for it.\n\
           Example: `Description` arrives in small letters.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let (expected, got, text) = match &difference.what {
        What::Altered { expected, got, transform } => (expected.clone(), got.clone(), transform.text.clone()),
        _ => return None,
    };
    Some(Claim::new(
        format!("`{}`: {text}", difference.name),
        format!("expected `{}` = {}, got {}", difference.name, quoted(&expected), quoted(&got)),
    ))
}
