//! Null or nothing that goes out as something.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "null-sent",
    class: "R13",
    severity: Severity::Error,
    text: "A parameter that is null or left out is not sent: not empty, and not as a word for nothing.\n\
           An empty text overwrites what the server would have kept; the word `None` becomes a name.\n\
           Example: `ImageName=None`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Invented(got) = &difference.what else { return None };
    let given = if difference.null { "null" } else { "left out" };
    // What a language makes of nothing, where nothing was given in so many words.
    let zero = difference.null && ["0", "0.0", "false", "{}", "[]", "NaN", "\"\""].contains(&got.as_str());
    if !zero && !got.is_empty() && !NOTHING.iter().any(|w| w.eq_ignore_ascii_case(got)) {
        return None;
    }
    let what = if got.is_empty() { "an empty text".to_owned() } else { quoted(got) };
    Some(Claim::new(
        format!("{} sent as {what}", if difference.null { "null" } else { "a parameter left out" }),
        format!("expected no `{}` ({given}), got {what}", difference.name),
    ))
}
