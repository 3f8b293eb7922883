//! A throttled call that is not tried again although asked to.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "retry-ignored",
    class: "T02",
    severity: Severity::Error,
    text: "A client that was told to try three times tries a throttled call again.\n\
           A throttled call was not carried out; the user set the number so that it would be.\n\
           Example: `max_attempts` is 3 and the first 429 is raised.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let told = step.seen().call.client.max_attempts?;
    if !step.in_situation(&[T::Throttled]) || !step.evidence.hello.can("retries") || told < 2 {
        return None;
    }
    if super::undocumented_error_crash::crashed(step) {
        return None;
    }
    let attempts = super::retried_create::own_attempts(step);
    let enough = step.plan().attempts.len().min(told as usize);
    (attempts > 0 && attempts < enough).then(|| {
        let often = if attempts == 1 { "not tried again when throttled" } else { "given up before the last attempt" };
        Claim::new(often, format!("expected up to {told} attempts at a throttled call, got {attempts}"))
    })
}
