//! A nested member in another shape.

use super::prelude::*;
use crate::check::member::BESIDE;

pub(super) const RULE: Rule = Rule {
    id: "reshaped-member",
    class: "P10",
    severity: Severity::Error,
    text: "Nesting is kept: an object is surfaced as an object, where the page has it.\n\
           Code written from the page does not find what stands a level up, or in a list.\n\
           Example: the members of `Data` stand at the top.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::Reshaped(how) = surfacing.lapse else { return None };
    let claim = Claim::new(
        format!("`{}`: {how}", surfacing.path),
        format!("expected `{}` as it was served, got another shape: {how}", surfacing.path),
    );
    Some(if how == BESIDE { claim.at(Severity::Warning) } else { claim })
}
