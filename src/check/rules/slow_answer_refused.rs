//! An answer that comes in time, and is not waited for.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "slow-answer-refused",
    class: "T06",
    severity: Severity::Error,
    text: "A client waits for an answer as long as it was told to.\n\
           Given up too early, a call that was carried out is reported as failed, and made again.\n\
           Example: the time for connecting ends the reading, too.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Slow]) || step.seen().requests.is_empty() {
        return None;
    }
    let what = match step.came() {
        Came::Raised(error) => told(error),
        Came::Broke(broken) => broken.to_string(),
        _ => return None,
    };
    let (told_to, took) = (step.seen().call.client.read_timeout_ms, step.seen().took.as_millis());
    Some(Claim::new(
        "an answer that comes in time is not waited for",
        format!("expected the answer, with {told_to} ms to wait for it; got after {took} ms: {}", quoted(&what)),
    ))
}
