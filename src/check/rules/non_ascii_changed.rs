//! Text beyond ASCII that arrives as something else.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "non-ascii-changed",
    class: "R06",
    severity: Severity::Error,
    text: "Text goes out as UTF-8, character for character: no other encoding, no normalisation, nothing removed.\n\
           Names become question marks, and two different names become one.\n\
           Example: `😀` arrives as U+FFFD.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, transform } = &difference.what else { return None };
    (transform.touched == Touched::NonAscii).then(|| {
        let message = format!("expected `{}` = {}, got {}", difference.name, quoted(expected), quoted(got));
        Claim::new(transform.text.clone(), message)
    })
}
