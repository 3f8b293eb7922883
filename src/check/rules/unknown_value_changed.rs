//! A value that the page does not list, and that is shown as another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unknown-value-changed",
    class: "P07",
    severity: Severity::Error,
    text: "A value that the page does not list reaches the caller as it was served.\n\
           Shown as the first of the list, or dropped, it is a state that nobody is in.\n\
           Example: a new `Status` is surfaced as `waiting`.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let about = |a: &Aspect| match a {
        Aspect::Response(path, ResponseAspect::UnknownValue) => {
            *path == surfacing.path || path.trim_end_matches("[]") == surfacing.path
        }
        _ => false,
    };
    let to_default = matches!(surfacing.lapse, Lapse::Altered(_)) && surfacing.surfaced.is_some_and(is_default);
    if !to_default && !surfacing.step.is_about(about) {
        return None;
    }
    let got = surfacing.surfaced.map_or_else(|| "none".to_owned(), shown);
    Some(Claim::new(
        match surfacing.surfaced {
            None | Some(Value::Null) => "an unlisted value is lost",
            Some(_) if to_default => "a value surfaced as a word for one that is not known",
            Some(_) => "an unlisted value surfaced as another",
        },
        format!("expected `{}` = {}, got {got}", surfacing.path, surfacing.served.map(shown).unwrap_or_default()),
    ))
}

/// Whether it is what programs call a value that they do not know.
fn is_default(value: &Value) -> bool {
    let words = ["default", "other", "unknown", "unrecognized", "unspecified", "unsupported"];
    value.as_str().is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
}
