//! A time of the answer that has become another, or another text.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "member-time-changed",
    class: "P13",
    severity: Severity::Error,
    text: "A time reaches the caller as the time that was served: with its seconds, its fraction and its zone.\n\
           Without its zone it is read as local time, and is hours off.\n\
           Example: `2026-11-24T03:25:12Z` is surfaced as `2026-11-24T03:25`.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let (served, got) = (surfacing.served?.as_str()?, surfacing.surfaced?);
    if !super::time_changed::is_time(served) {
        return None;
    }
    let how = match (&surfacing.lapse, got) {
        (Lapse::Altered(transform), Value::String(got)) => {
            let letters = got.chars().filter(|c| c.is_ascii_alphabetic()).count();
            if letters > 12 || got.is_empty() || transform.touched == Touched::NonAscii {
                return None;
            }
            "a time surfaced as another text"
        }
        (Lapse::Coerced, Value::Number(_)) => "a time surfaced as a number",
        _ => return None,
    };
    Some(Claim::new(how, format!("expected `{}` = `{served}`, got {}", surfacing.path, shown(got))))
}
