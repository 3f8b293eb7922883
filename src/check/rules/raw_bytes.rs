//! Blanks that must be encoded and are not.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "raw-bytes",
    class: "R04",
    severity: Severity::Error,
    text: "Blanks are percent-encoded in a target and in a form, or sent as `+`.\n\
           Some servers mend a raw blank, others end the value there or refuse the request.\n\
           Example: `ImageName=my image` in a form.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let sent = observed.sent.as_ref()?;
    let raw = |text: &str| text.contains(' ');
    let pair = sent.pairs.iter().chain(&sent.common).find(|p| raw(&p.raw_name) || raw(&p.raw_value))?;
    let name = crate::contract::escape(&pair.name);
    Some(
        Claim::new(
            "a blank sent raw",
            format!("expected `{}` to be percent-encoded, got the raw bytes {}", pair.name, quoted(&pair.raw_value)),
        )
        .about(step.evidence.clauses_at(&format!("request/{name}/"), "sent")),
    )
}
