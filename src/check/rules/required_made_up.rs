//! A required parameter that was left out and is made up.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "required-made-up",
    class: "R20",
    severity: Severity::Error,
    text: "A required parameter that is left out is refused before sending, or the call goes out without it, so that the server can refuse it.\n\
           A value made up in its place acts on something that nobody named.\n\
           Example: `InstanceId` is required, left out, and goes out empty.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Invented(got) = &difference.what else { return None };
    let breach = difference.step.plan().breach.as_ref()?;
    (breach.facet == "required" && breach.parameter == difference.name).then(|| {
        Claim::new(
            format!("required `{}` made up", difference.name),
            format!("expected a refusal or no `{}`, got {}", difference.name, quoted(got)),
        )
    })
}
