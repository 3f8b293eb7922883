//! A blank that arrives as something else.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "blank-changed",
    class: "R04",
    severity: Severity::Error,
    text: "Blanks arrive as blanks, one for one, at the ends too; on the wire they are `%20` or `+`.\n\
           A blank encoded twice arrives as `%20`; a trimmed one changes what is compared and signed.\n\
           Example: `my image` arrives as `my%20image`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, transform } = &difference.what else { return None };
    (transform.touched == Touched::Blank).then(|| {
        let message = format!("expected `{}` = {}, got {}", difference.name, quoted(expected), quoted(got));
        Claim::new(transform.text.clone(), message)
    })
}
