//! A list that is not the one that was served.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "list-changed",
    class: "P11",
    severity: Severity::Error,
    text: "A list reaches the caller whole, in order, with its doubles.\n\
           A lost item is a machine that nobody stops paying for.\n\
           Example: the last item of `Images` is dropped.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let Lapse::List(how) = surfacing.lapse else { return None };
    let size = |v: Option<&Value>| {
        v.map_or(0, |v| v.as_array().map_or_else(|| v.as_object().map_or(0, |o| o.len()), Vec::len))
    };
    Some(Claim::new(
        how,
        format!(
            "expected `{}` with {} items, got {}: {how}",
            surfacing.path,
            size(surfacing.served),
            size(surfacing.surfaced)
        ),
    ))
}
