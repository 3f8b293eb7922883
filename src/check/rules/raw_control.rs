//! Control characters and text beyond ASCII that must be encoded and are not.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "raw-control",
    class: "R07",
    severity: Severity::Error,
    text: "Line ends and other control characters are percent-encoded in a target and in a form.\n\
           Raw, they end the line, the header or the request for whoever reads it next.\n\
           Example: `Description=a` and a raw line feed in a form.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let sent = observed.sent.as_ref()?;
    let raw = |text: &str| text.bytes().any(|b| b < b' ' || b == 0x7f);
    let pair = sent.pairs.iter().chain(&sent.common).find(|p| raw(&p.raw_name) || raw(&p.raw_value))?;
    let name = crate::contract::escape(&pair.name);
    Some(
        Claim::new(
            "a control character sent raw",
            format!("expected `{}` to be percent-encoded, got the raw bytes {}", pair.name, quoted(&pair.raw_value)),
        )
        .about(step.evidence.clauses_at(&format!("request/{name}/"), "sent")),
    )
}
