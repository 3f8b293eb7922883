//! A parameter that the page does not know.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "undocumented-parameter",
    class: "R03",
    severity: Severity::Warning,
    text: "A client sends the parameters on the page, and the protocol's common ones.\n\
           Others are ignored at best; a strict gateway refuses the call.\n\
           Example: `SdkVersion=1.0.3` with every call.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Undocumented(pair) = difference.what else { return None };
    Some(Claim::new(
        format!("`{}` sent, which the page does not have", pair.name),
        format!("expected only parameters of the page, got `{}` = {}", pair.name, quoted(&pair.value)),
    ))
}
