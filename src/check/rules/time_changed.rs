//! A time that goes out in another form, or as another time.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "time-changed",
    class: "R31",
    severity: Severity::Error,
    text: "A time goes out as it was given: with its seconds and fraction, in its zone, in the page's form.\n\
           Servers compare times as text, or refuse another form; without seconds it is another time.\n\
           Example: `2026-11-24T03:25:12Z` goes out as `2026-11-24T03:25Z`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, .. } = &difference.what else { return None };
    // A plus that became a blank is about the encoding.
    if !is_time(expected) || *got == expected.replace('+', " ") || !got.chars().all(in_time) || got.is_empty() {
        return None;
    }
    Some(Claim::new(how(expected, got), format!("expected `{}` = `{expected}`, got {}", difference.name, quoted(got))))
}

fn how(expected: &str, got: &str) -> &'static str {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (before, after) = (digits(expected), digits(got));
    match () {
        () if got.chars().all(|c| c.is_ascii_digit()) => "a time as a number",
        () if before == after => "a time in another form",
        () if before.starts_with(&after) && after.len() <= 8 => "a time cut to its day",
        () if before.starts_with(&after) && after.len() < 14 => "a time without its seconds",
        () if before.starts_with(&after) => "a time without its fraction",
        () if after.starts_with(&before) => "a time with a fraction added",
        () => "another time",
    }
}

/// `2026-11-24T03:25…`
pub(super) fn is_time(text: &str) -> bool {
    let shape = b"dddd-dd-dd";
    let fits = |(b, s): (&u8, &u8)| if *s == b'd' { b.is_ascii_digit() } else { b == s };
    text.len() >= 16 && text.as_bytes().iter().zip(shape).all(fits) && matches!(text.as_bytes()[10], b'T' | b' ')
}

fn in_time(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '+' | '.' | ' ' | ',' | '/')
}
