//! An API version that is not the contract's.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-version",
    class: "R23",
    severity: Severity::Error,
    text: "The API version is the one that the page belongs to, in `x-acs-version` or `Version`.\n\
           Another version is another contract: fields and codes differ.\n\
           Example: `2021-09-02` for `2021-09-01`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let expected = &step.evidence.contract.version.as_ref()?.value;
    let sent = observed.sent.as_ref()?;
    let clause = || [step.evidence.clause("wire/version")];
    match &sent.version {
        None => Some(Claim::new("no version", format!("expected the version `{expected}`, got none")).about(clause())),
        Some(got) if got.value != *expected => Some(
            Claim::new(
                format!("version `{}` for `{expected}`", got.value),
                format!("expected the version `{expected}`, got `{}`", got.value),
            )
            .about(clause()),
        ),
        Some(_) => {
            // What stands further behind is for a proxy or another gateway to believe.
            let other = step.twice_said(observed, "Version", expected)?;
            let message = format!("expected the version `{expected}`, also got `{other}`");
            Some(Claim::new("two versions", message).about(clause()))
        }
    }
}
