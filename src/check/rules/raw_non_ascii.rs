//! Text beyond ASCII that is sent raw.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "raw-non-ascii",
    class: "R06",
    severity: Severity::Warning,
    text: "Text beyond ASCII is percent-encoded in a target and in a form.\n\
           Raw, it is whatever the reader takes it for: some take UTF-8, some Latin-1, and some refuse the request.\n\
           Example: `ImageName=Größe` in a form.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let sent = observed.sent.as_ref()?;
    let raw = |text: &str| !text.is_ascii();
    let mut pairs = sent.pairs.iter().chain(&sent.common).filter(|p| p.valid_utf8);
    let pair = pairs.find(|p| raw(&p.raw_name) || raw(&p.raw_value))?;
    let name = crate::contract::escape(&pair.name);
    Some(
        Claim::new(
            "text beyond ASCII sent raw",
            format!("expected `{}` to be percent-encoded, got the raw bytes of {}", pair.name, quoted(&pair.value)),
        )
        .about(step.evidence.clauses_at(&format!("request/{name}/"), "sent")),
    )
}
