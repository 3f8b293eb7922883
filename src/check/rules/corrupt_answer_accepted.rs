//! A corrupt answer that is taken.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "corrupt-answer-accepted",
    class: "P16",
    severity: Severity::Error,
    text: "An answer that is not UTF-8, is framed wrongly or is not compressed as it says is a decode error.\n\
           Read in another encoding it is other text, and nobody sees where it came from.\n\
           Example: a body with the byte FF is read as Latin-1.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let Came::Returned(value) = step.came() else { return None };
    if !step.in_situation(&[T::Mislabelled, T::InvalidUtf8, T::Garbage]) {
        return None;
    }
    if is_damaged(step) {
        return Some(
            Claim::new(
                "a compressed body is taken without its end or its checksum",
                format!("expected a decode error, got {}", shown(value)),
            )
            .at(Severity::Note),
        );
    }
    let served = step.served().and_then(|serve| serve.answer.body.means());
    let whole = served.is_some_and(|served| same_texts(served, value) && !lost(served, value));
    if step.in_situation(&[T::Mislabelled]) {
        let claim = |what: &str| {
            Claim::new(format!("{what} returns"), format!("expected the answer or an error, got {}", shown(value)))
        };
        return match whole {
            false => Some(claim("a mislabelled body")),
            // Who knows nothing of compression reads it well.
            true if is_said(step) => Some(claim("a plain body that is said to be compressed").at(Severity::Note)),
            true => None,
        };
    }
    let claim = Claim::new("a corrupt answer returns", format!("expected a decode error, got {}", shown(value)));
    // The libraries of some languages read on to the end where the length is no number, and lose nothing.
    let is_whole = step.in_situation(&[T::Garbage]) && whole;
    // Those of others show by U+FFFD that there was something else, as the Encoding Standard has it.
    let is_marked = step.in_situation(&[T::InvalidUtf8]) && value.to_string().contains('\u{FFFD}');
    Some(match (is_whole, is_marked) {
        (true, _) => claim.at(Severity::Note),
        (_, true) => claim.at(Severity::Warning),
        _ => claim,
    })
}

/// Whether what was served is gzip, and said to be: only its end is missing, or its checksum wrong.
fn is_damaged(step: &Step<'_>) -> bool {
    let is_gzip = |body: &[u8]| body.starts_with(&[0x1f, 0x8b]);
    step.in_situation(&[T::Mislabelled])
        && is_said(step)
        && step.served().is_some_and(|s| is_gzip(&s.answer.body.bytes()))
}

/// Whether the answer says that it is compressed.
fn is_said(step: &Step<'_>) -> bool {
    step.served().is_some_and(|serve| serve.answer.headers.iter().any(|(name, _)| name == "Content-Encoding"))
}

/// Whether nothing is left of an answer that had something to say.
fn lost(served: &Value, surfaced: &Value) -> bool {
    let says = |value: &Value| value.as_object().is_some_and(|members| members.values().any(|v| !v.is_null()));
    says(served) && !says(surfaced)
}

/// Whether every text that was surfaced was served.
fn same_texts(served: &Value, surfaced: &Value) -> bool {
    match (served, surfaced) {
        (Value::Object(a), Value::Object(b)) => a.iter().all(|(k, v)| b.get(k).is_none_or(|w| same_texts(v, w))),
        (_, Value::Null) => true,
        (a, b) => a == b || a.to_string().trim_matches('"') == b.to_string().trim_matches('"'),
    }
}
