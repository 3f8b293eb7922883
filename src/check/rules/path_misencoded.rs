//! A value in the path that is not encoded as a path is.

use super::prelude::*;
use crate::contract::Place;

pub(super) const RULE: Rule = Rule {
    id: "path-misencoded",
    class: "R22",
    severity: Severity::Error,
    text: "A value in the path is percent-encoded once, a slash as `%2F` and a blank as `%20`.\n\
           In a path `+` is a plus, and a plain slash begins another part: the request reaches another resource, or none.\n\
           Example: `Row 7` goes out as `/shelves/Row+7/`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    if difference.place != Place::Path {
        return None;
    }
    let What::Altered { expected, got, transform } = &difference.what else { return None };
    let twice = crate::wire::path::decoded(got) == *expected;
    let encoding =
        twice || matches!(transform.touched, Touched::Blank | Touched::Reserved | Touched::Control | Touched::NonAscii);
    encoding.then(|| {
        Claim::new(
            format!("in the path: {}", transform.text),
            format!("expected `{}` = {}, got {}", difference.name, quoted(expected), quoted(got)),
        )
    })
}
