//! A line end or control character that arrives as something else.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "control-changed",
    class: "R07",
    severity: Severity::Error,
    text: "Line ends and control characters in a value arrive as they were given, percent-encoded.\n\
           Dropped they join lines; raw in a header they let a value write headers of its own.\n\
           Example: `a\\r\\nb` arrives as `a\\nb`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, transform } = &difference.what else { return None };
    (transform.touched == Touched::Control).then(|| {
        let message = format!("expected `{}` = {}, got {}", difference.name, quoted(expected), quoted(got));
        Claim::new(transform.text.clone(), message)
    })
}
