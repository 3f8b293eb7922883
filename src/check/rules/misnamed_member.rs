//! A member of the answer under another name.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "misnamed-member",
    class: "P02",
    severity: Severity::Error,
    text: "A member of the answer reaches the caller under its own name, with its own value.\n\
           Bound to the wrong member it is read as something else, and no error says so.\n\
           Example: `ImageId` and `TaskId` change places.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let path = &surfacing.path;
    match &surfacing.lapse {
        Lapse::Misnamed(other) => Some(Claim::new(
            format!(
                "members surfaced in another case: {}",
                if *other == other.to_lowercase() { "small" } else { "other" }
            ),
            format!("expected `{path}`, got the name `{other}`"),
        )),
        Lapse::Swapped(other) if other.eq_ignore_ascii_case(&surfacing.field.name) => Some(Claim::new(
            "a member surfaced with the value of another of that name",
            format!("expected `{path}` to show its own value, got that of another `{other}`"),
        )),
        Lapse::OfHeader(name) => Some(Claim::new(
            format!("a member surfaced with the value of the header `{name}`"),
            format!("expected `{path}` to show its own value, got that of the header `{name}`"),
        )),
        Lapse::Swapped(other) => {
            let mut pair = [surfacing.field.name.as_str(), other];
            pair.sort_unstable();
            Some(Claim::new(
                format!("`{}` and `{}` change places", pair[0], pair[1]),
                format!("expected `{path}` to show its own value, got that of `{other}`"),
            ))
        }
        _ => None,
    }
}
