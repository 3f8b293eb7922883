//! A header that the protocol asks for and that is missing.

use super::prelude::*;
use crate::wire::signature::Scheme;

pub(super) const RULE: Rule = Rule {
    id: "missing-header",
    class: "R25",
    severity: Severity::Error,
    text: "A signed request says when it was made and carries a nonce: `x-acs-date` and `x-acs-signature-nonce`, or `Timestamp` and `SignatureNonce`.\n\
           Without them the service refuses it, or cannot tell a replay from a call.\n\
           Example: no `x-acs-date`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let signature = observed.signature.as_ref()?;
    let (date, nonce) = match signature.scheme? {
        Scheme::V3 => ("x-acs-date", "x-acs-signature-nonce"),
        Scheme::V1 => ("Timestamp", "SignatureNonce"),
    };
    let clause = || [step.evidence.clause("wire/content-type"), step.evidence.clause("signature/nonce")];
    if signature.nonce.as_deref().is_none_or(str::is_empty) {
        return Some(Claim::new(format!("no `{nonce}`"), format!("expected `{nonce}`, got none")).about(clause()));
    }
    match signature.date.as_deref() {
        None | Some("") => {
            Some(Claim::new(format!("no `{date}`"), format!("expected `{date}`, got none")).about(clause()))
        }
        Some(_) => None,
    }
}
