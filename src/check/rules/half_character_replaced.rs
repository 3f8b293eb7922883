//! Text that is not valid Unicode, and goes out as other text.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "half-character-replaced",
    class: "R06",
    severity: Severity::Note,
    text: "Half a character, such as a text that was cut between two units of UTF-16 has at its end, cannot be sent: it is refused.\n\
           Replaced in silence, two different names become one. Encoders of the web put U+FFFD there.\n\
           Example: `a\\ud83d` arrives as `a` and U+FFFD.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    difference.meant?.get("$utf16")?;
    let got = match &difference.what {
        What::Altered { got, .. } => quoted(got),
        What::Lost => "none".to_owned(),
        _ => return None,
    };
    Some(Claim::new(
        "half a character replaced in silence",
        format!("expected `{}` refused, as half a character cannot be sent, got {got}", difference.name),
    ))
}
