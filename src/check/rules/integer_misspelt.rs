//! A whole number in another spelling.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "integer-misspelt",
    class: "R09",
    severity: Severity::Error,
    text: "A whole number goes out in decimal digits, with its sign: no fraction, no exponent, no quotes.\n\
           Servers refuse `1.0` for an integer, or read it as text.\n\
           Example: `BizType=1.0`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, .. } = &difference.what else { return None };
    let integer: i128 = difference.meant.and_then(spelled)?.parse().ok()?;
    if !matches!(difference.meant, Some(Value::Number(_))) {
        return None;
    }
    let message = format!("expected `{}` = `{expected}`, got {}", difference.name, quoted(got));
    let bare = got.trim_matches(['"', '\'', ' ', '+']);
    let transform = if *got == expected.trim_start_matches('-') {
        "the sign is lost"
    } else if got.contains(['e', 'E']) && got.parse::<f64>().is_ok() {
        "sent with an exponent"
    } else if got.contains('.') && got.parse::<f64>().is_ok_and(|f| f as i128 == integer || integer.abs() > 1 << 53) {
        "sent with a fraction"
    } else if bare == *expected {
        "sent with quotes or a sign"
    } else {
        return None;
    };
    Some(Claim::new(transform, message))
}
