//! An answer that drips past the timeout.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dripping-answer-hangs",
    class: "T08",
    severity: Severity::Error,
    text: "A timeout bounds the whole answer, not each byte of it.\n\
           An answer that drips keeps a per-read timeout alive for ever: a warning where it ends, an error where it hangs.\n\
           Example: one byte every 100 ms with a timeout of 400 ms is read to its end.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Drip]) {
        return None;
    }
    let told = step.seen().call.client.read_timeout_ms;
    let took = step.seen().took.as_millis() as u64;
    match step.came() {
        Came::Broke(broken) => Some(Claim::new("a dripping answer hangs", broken.to_string())),
        Came::Returned(_) if took > told * 2 => Some(
            Claim::new(
                "the timeout is per read",
                format!("expected an error after {told} ms in all, got the answer after {took} ms"),
            )
            .at(Severity::Warning),
        ),
        _ => None,
    }
}
