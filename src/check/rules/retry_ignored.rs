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
    if step.in_situation(&[T::ThrottledForever]) && told > 1 && super::retried_create::own_attempts(step) == 1 {
        // How throttling shows is said on no page: runtimes look at the status, at the code, or at the hint.
        let status = step.served()?.answer.status;
        let message = format!("expected up to {told} attempts at a call that is throttled with HTTP {status}, got 1");
        return Some(
            Claim::new(format!("not tried again when throttled with HTTP {status}"), message).at(Severity::Note),
        );
    }
    if !step.in_situation(&[T::Throttled]) || !step.evidence.hello.can("retries") || told < 2 {
        return None;
    }
    // Who waits for ever does not give up.
    if super::undocumented_error_crash::crashed(step) || matches!(step.came(), Came::Broke(_)) {
        return None;
    }
    let attempts = super::retried_create::own_attempts(step);
    let enough = step.plan().attempts.len().min(told as usize);
    (attempts > 0 && attempts < enough).then(|| {
        let often = if attempts == 1 { "not tried again when throttled" } else { "given up before the last attempt" };
        Claim::new(often, format!("expected up to {told} attempts at a throttled call, got {attempts}"))
    })
}
