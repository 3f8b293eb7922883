//! A parameter in the wrong place.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "misplaced-parameter",
    class: "R36",
    severity: Severity::Error,
    text: "A parameter travels where the page puts it: query, form, header, path or body.\n\
           A server looks in that place only.\n\
           Example: `BizType` in a header `x-acs-biztype`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::InHeader(header) = difference.what else { return None };
    Some(Claim::new(
        format!("`{}` sent in a header", difference.name),
        format!("expected `{}` in query or form, got it in the header `{header}`", difference.name),
    ))
}
