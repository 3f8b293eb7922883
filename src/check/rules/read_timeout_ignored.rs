//! A read timeout that is not kept.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "read-timeout-ignored",
    class: "T06",
    severity: Severity::Error,
    text: "A client that was told to wait for so long waits for so long.\n\
           A timeout that is not kept, or is a multiple of what was asked, hangs the caller's own requests.\n\
           Example: the client waits ten times as long as it was told.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Stall]) {
        return None;
    }
    let told = step.seen().call.client.read_timeout_ms;
    // Some clients take both timeouts together for the whole, which is theirs to decide; a multiple is not.
    let both = told + step.seen().call.client.connect_timeout_ms;
    let limit = (both + both / 4) * step.attempts().max(1) as u64 + 100;
    let took = step.seen().took.as_millis() as u64;
    match step.came() {
        Came::Broke(broken) => {
            Some(Claim::new("waits without end", format!("expected an error after {told} ms, got none: {broken}")))
        }
        Came::Returned(value) => Some(Claim::new(
            "a stalled answer returns",
            format!("expected an error after {told} ms, got {}", shown(value)),
        )),
        _ if took > limit => Some(Claim::new(
            "waits for a multiple of the timeout",
            format!("expected an error after {told} ms, got one after {took} ms ({} attempts)", step.attempts()),
        )),
        _ => None,
    }
}
