//! What is no number, or a negative zero, that goes out as a number.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "number-misspelt",
    class: "R10",
    severity: Severity::Error,
    text: "What is no number is refused, or sent as it is spelled: never as a number, as nothing, or not at all.\n\
           A zero in place of NaN is a value that nobody computed. A negative zero that loses its sign is a note: JSON has it, and many languages do not print it.\n\
           Example: `Ratio` given as NaN goes out as `0`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let meant = difference.meant?;
    if meant.as_f64() == Some(0.0) && meant.as_f64().is_some_and(f64::is_sign_negative) {
        let What::Altered { got, .. } = &difference.what else { return None };
        let zero = got.parse::<f64>() == Ok(0.0);
        return zero.then(|| {
            let message = format!("expected `{}` = -0, got {}", difference.name, quoted(got));
            Claim::new("the sign of a negative zero is lost", message).at(Severity::Note)
        });
    }
    let text = meant.get("$num")?.as_str()?;
    let got = match &difference.what {
        What::Altered { got, .. } => quoted(got),
        // Of a whole number there is none to be lost: whoever loses it may lose the others, too.
        What::Lost if difference.parameter.is_some_and(|field| field.kind.value == Kind::Number) => "none".to_owned(),
        _ => return None,
    };
    let what = if text.contains("Inf") { "an infinity" } else { "what is no number" };
    let to = if matches!(difference.what, What::Lost) { "is not sent" } else { "sent as something else" };
    Some(Claim::new(format!("{what} {to}"), format!("expected `{}` = {text} or a refusal, got {got}", difference.name)))
}
