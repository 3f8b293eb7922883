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
    if difference.meant.is_some_and(Value::is_f64) && got.parse::<i128>().is_ok() {
        let message = format!("expected `{}` = `{expected}` or a refusal, got {}", difference.name, quoted(got));
        return Some(Claim::new("a fraction cut to a whole number", message));
    }
    let integer: i128 = difference.meant.and_then(spelled)?.parse().ok()?;
    if !is_number(difference.meant?) {
        return None;
    }
    let transform = spelling(expected, got, integer)?;
    Some(Claim::new(transform, format!("expected `{}` = `{expected}`, got {}", difference.name, quoted(got))))
}

fn is_number(value: &Value) -> bool {
    value.is_number() || value.get("$int").is_some()
}

/// How the number is misspelt, if it is another spelling of it at all.
fn spelling(expected: &str, got: &str, integer: i128) -> Option<&'static str> {
    let bare = got.trim_matches(['"', '\'', ' ', '+']);
    let near = |f: f64| f as i128 == integer || integer.abs() > 1 << 53;
    let hex = |text: &str| i128::from_str_radix(text.trim_start_matches(['-', '0']).trim_start_matches(['x', 'X']), 16);
    Some(match () {
        () if got.is_empty() => "sent as an empty text",
        () if matches!(got, "true" | "false" | "True" | "False") => "sent as a truth value",
        () if integer < 0 && got == expected.trim_start_matches('-') => "the sign is lost",
        () if got.contains(['e', 'E']) && got.parse::<f64>().is_ok() => "sent with an exponent",
        () if got.contains('.') && got.parse::<f64>().is_ok_and(near) => "sent with a fraction",
        () if bare == expected => "sent with quotes or a sign",
        () if bare.parse() == Ok(integer) => "sent with zeros in front",
        () if got.contains([',', '_', '\'', ' ', '.']) && digits(got).parse() == Ok(integer) => {
            "sent with its digits in groups"
        }
        () if got.contains(['x', 'X']) && hex(got) == Ok(integer.abs()) => "sent in hexadecimal",
        () => return None,
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect()
}
