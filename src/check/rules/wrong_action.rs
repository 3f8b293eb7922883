//! An operation's name that is not the page's.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-action",
    class: "R23",
    severity: Severity::Error,
    text: "The operation is named as the page spells it, in `x-acs-action` or `Action`.\n\
           Another spelling is another operation, or none.\n\
           Example: `createImageByInstance` for `CreateImageByInstance`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    if step.evidence.contract.style != Style::Rpc {
        return None;
    }
    let expected = &step.operation().name;
    let clause = || [step.evidence.clause("wire/action")];
    match &observed.sent.as_ref()?.action {
        None => Some(Claim::new("no action", format!("expected the action `{expected}`, got none")).about(clause())),
        Some(got) if got.value != *expected => Some(
            Claim::new(
                format!("action: {}", between(expected, &got.value).text),
                format!("expected the action `{expected}`, got `{}`", got.value),
            )
            .about(clause()),
        ),
        Some(_) => {
            // What stands further behind is for a proxy or a log to believe.
            let other = step.twice_said(observed, "Action", expected)?;
            Some(
                Claim::new("two actions", format!("expected the action `{expected}`, also got `{other}`"))
                    .about(clause()),
            )
        }
    }
}
