//! A signature that does not verify.

use super::prelude::*;
use crate::wire::signature::Verdict;

pub(super) const RULE: Rule = Rule {
    id: "wrong-signature",
    class: "R27",
    severity: Severity::Error,
    text: "The signature verifies for every input, as the vendor's protocol computes it.\n\
           A server refuses the call with SignatureDoesNotMatch, for some values only.\n\
           Example: a `*` is hashed as `*` where the body has `%2A`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let signature = observed.signature.as_ref()?;
    let Verdict::Wrong { why } = &signature.verdict else { return None };
    if signature.key_id.as_deref() != Some(&step.seen().call.client.access_key_id) {
        return None;
    }
    let message = format!(
        "the signature does not verify: {why}\nexpected {}\ngot      {}\nstring to sign:\n{}\ncanonical request:\n{}",
        signature.expected, signature.got, signature.string_to_sign, signature.canonical
    );
    Some(Claim::new("signature does not verify", message).about([step.evidence.clause("signature/verifies")]))
}
