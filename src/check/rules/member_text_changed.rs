//! A text of the answer that has become another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "member-text-changed",
    class: "P05",
    severity: Severity::Error,
    text: "A text reaches the caller as it was served, in any script.\n\
           Ids are compared letter for letter, and names are shown to people.\n\
           Example: identifiers are surfaced in small letters.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::Altered(transform) = &surfacing.lapse else { return None };
    let (served, got) = (surfacing.served?, surfacing.surfaced?);
    Some(Claim::new(
        transform.text.clone(),
        format!("expected `{}` = {}, got {}", surfacing.path, shown(served), shown(got)),
    ))
}
