//! A parameter that does not arrive.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "parameter-dropped",
    class: "R01",
    severity: Severity::Error,
    text: "A parameter that was given arrives.\n\
           A dropped one is the defect that nobody sees: the call succeeds and does something else.\n\
           Example: a release forgets `BizType`, or drops `BizType` when it is 0.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    if let (What::Altered { transform, .. }, Some(Kind::String)) =
        (&difference.what, difference.parameter.map(|p| p.kind.value))
        && transform.touched == Touched::Length
    {
        let message = format!("expected all of `{}`, got it cut: {}", difference.name, transform.text);
        return Some(Claim::new(transform.text.clone(), message));
    }
    let What::Lost = difference.what else { return None };
    if crate::contract::is_token(&difference.name) && difference.observed.exchange.answered > 0 {
        // A token that is missing on a retry has a rule of its own.
        return None;
    }
    let value = difference.meant?;
    let transform = match value {
        Value::Bool(false) => "false is not sent".into(),
        Value::Number(n) if n.as_i64() == Some(0) => "0 is not sent".into(),
        Value::String(text) if text.chars().count() > 255 => {
            format!("`{}` over 255 characters is not sent", difference.name)
        }
        _ => format!("`{}` is not sent", difference.name),
    };
    Some(Claim::new(transform, format!("expected `{}` = {}, got no such parameter", difference.name, shown(value))))
}
