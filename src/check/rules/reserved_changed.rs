//! A reserved character that arrives as something else.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "reserved-changed",
    class: "R05",
    severity: Severity::Error,
    text: "Characters with a meaning in URLs and forms (`+ ~ * / % & =` and their like) are encoded once and arrive as they were given.\n\
           Left plain they end the value or become a blank; encoded twice they arrive as `%7E`.\n\
           Example: `a+b` arrives as `a b`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, transform } = &difference.what else { return None };
    (transform.touched == Touched::Reserved).then(|| {
        let message = format!("expected `{}` = {}, got {}", difference.name, quoted(expected), quoted(got));
        Claim::new(transform.text.clone(), message)
    })
}
