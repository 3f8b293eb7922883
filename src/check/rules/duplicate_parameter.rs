//! A parameter that stands twice.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "duplicate-parameter",
    class: "R28",
    severity: Severity::Error,
    text: "A parameter is sent once.\n\
           Servers take the first or the last, and a signature over both may not verify.\n\
           Example: `ImageName=a&ImageName=a`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Twice(times) = difference.what else { return None };
    Some(Claim::new(
        format!("`{}` sent {times} times", difference.name),
        format!("expected `{}` once, got it {times} times", difference.name),
    ))
}
