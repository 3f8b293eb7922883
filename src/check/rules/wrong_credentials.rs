//! Credentials that are missing, or not those of the object.

use super::prelude::*;
use crate::wire::signature::Verdict;

pub(super) const RULE: Rule = Rule {
    id: "wrong-credentials",
    class: "R26",
    severity: Severity::Error,
    text: "Each request carries the credentials of the client object that makes it.\n\
           Without them it is refused; with another object's it is carried out in somebody else's name.\n\
           Example: the second object signs with the key of the first.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let signature = observed.signature.as_ref()?;
    let expected = &step.seen().call.client.access_key_id;
    let clause = || [step.evidence.clause("wire/credentials")];
    match (&signature.key_id, &signature.verdict) {
        (_, Verdict::Unsigned) => {
            Some(Claim::new("no signature", "expected a signed request, got one without a signature").about(clause()))
        }
        (Some(got), _) if got != expected => Some(
            Claim::new("another object's key", format!("expected the key `{expected}`, got `{got}`"))
                .about([step.evidence.clause("wire/credentials"), step.evidence.clause("session/two-objects")]),
        ),
        _ => {
            let other = step.twice_said(observed, "AccessKeyId", expected)?;
            let message = format!("expected the key `{expected}`, also got `{other}`");
            Some(Claim::new("two keys", message).about(clause()))
        }
    }
}
