//! A whole number that has become another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "integer-digits-lost",
    class: "R11",
    severity: Severity::Error,
    text: "A whole number keeps all its digits, up to 64 bits.\n\
           Wrapped at 32 bits or rounded by a double it names another thing.\n\
           Example: 9007199254740993 goes out as 9007199254740992.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, .. } = &difference.what else { return None };
    if !difference.meant.is_some_and(|v| v.is_number() || v.get("$int").is_some()) {
        return None;
    }
    let message = format!("expected `{}` = `{expected}`, got {}", difference.name, quoted(got));
    let Ok(meant) = expected.parse::<i128>() else {
        return Some(Claim::new("a fraction replaced by another", message));
    };
    let transform = match got.parse::<i128>() {
        Ok(n) if n as i32 as i128 == n && meant as i32 as i128 == n => "wrapped at 32 bits".to_owned(),
        Ok(n) if (meant as f64) as i128 == n => "rounded by a double".to_owned(),
        Ok(_) => "a number replaced by another".to_owned(),
        Err(_) => format!("a number sent as {}", if got.is_empty() { "nothing" } else { "text" }),
    };
    Some(Claim::new(transform, message))
}
