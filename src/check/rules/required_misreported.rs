//! A required parameter that was left out, and an error that does not say so.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "required-misreported",
    class: "R20",
    severity: Severity::Error,
    text: "A call without a required parameter is refused as such, before sending, or goes out for the server to refuse.\n\
           Shown as a broken connection it is tried again and again; shown as an error of the service, the user looks there.\n\
           Example: a call without `InstanceId` raises a transport error.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let breach = step.plan().breach.as_ref().filter(|b| b.facet == "required")?;
    let (Served::NoRequest, Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    let wrong = !matches!(error.kind, ErrorKind::Validation | ErrorKind::Other);
    wrong.then(|| {
        let kind = format!("{:?}", error.kind).to_lowercase();
        Claim::new(
            format!("a required parameter left out is shown as {kind}"),
            format!("expected a refusal that names `{}`, got an error of kind {kind}", breach.parameter),
        )
    })
}
