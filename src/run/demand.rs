//! What a case asks for: time, and raw bytes.

use std::sync::Arc;
use std::time::Duration;

use super::lane::HASTY_READ_MS;
use super::plan::FOREIGN;
use crate::case::{Body, Case, Fault, Object, Serve, Step};
use crate::driver::Target;
use crate::wire::retry;

/// What a call's deadline grants on top of its timeouts.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// (connect + read) × attempts, the waits that the answers ask for, and two seconds.
pub(super) fn deadline(target: &Target, attempts: &[Arc<Serve>]) -> Duration {
    let tries = target.max_attempts.unwrap_or(4);
    let timeouts = Duration::from_millis(target.connect_timeout_ms + target.read_timeout_ms) * tries;
    let waits: Duration = attempts
        .iter()
        .map(|serve| {
            let drip = match serve.fault {
                Some(Fault::Drip { bytes, every_ms, most }) => dripping(bytes, every_ms, most),
                _ => Duration::ZERO,
            };
            pause(serve) * tries + drip
        })
        .sum();
    timeouts + waits + GRACE
}

/// How long an answer asks to wait.
fn pause(serve: &Serve) -> Duration {
    let headers = serve.answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    retry::pause(headers).unwrap_or_default()
}

fn dripping(bytes: u32, every_ms: u32, most: u32) -> Duration {
    Duration::from_millis((most / bytes.max(1) * every_ms).into())
}

/// How long a case keeps its lane waiting, about: with a client that waits as long as it is told to, and to the end of what drips.
pub(super) fn wait(case: &Case) -> Duration {
    let held = |serve: &Arc<Serve>| match serve.fault {
        Some(Fault::Stall { ms, .. }) => Duration::from_millis(ms.min(HASTY_READ_MS).into()),
        Some(Fault::Drip { bytes, every_ms, most }) => dripping(bytes, every_ms, most),
        _ => Duration::ZERO,
    };
    let step = |step: &Step| -> Duration {
        let begin = Duration::from_millis(step.begin_ms.into());
        step.attempts.iter().fold(begin, |all, serve| all + held(serve) + pause(serve))
    };
    let steps = case.steps.iter().map(step);
    let steps = if case.parallel { steps.max().unwrap_or_default() } else { steps.sum() };
    steps + Duration::from_millis(case.watch_ms.into())
}

/// When an answer has come that is held back and then sent.
pub(super) fn late_for(attempts: &[Arc<Serve>]) -> Duration {
    let stalled = attempts.iter().find_map(|s| match s.fault {
        Some(Fault::Stall { ms, .. }) => Some(ms),
        _ => None,
    });
    Duration::from_millis(u64::from(stalled.unwrap_or(0)) + 100)
}

/// Whether a case spends its time waiting.
pub(super) fn is_slow(case: &Case) -> bool {
    let held = case
        .steps
        .iter()
        .flat_map(|s| &s.attempts)
        .any(|s| matches!(s.fault, Some(Fault::Stall { .. } | Fault::Drip { .. })));
    let throttled = case.steps.iter().any(|s| matches!(s.object, Object::Attempts(_)));
    let large = case
        .steps
        .iter()
        .flat_map(|s| &s.attempts)
        .any(|s| matches!(&s.answer.body, Body::Text { text, .. } if text.len() > 50_000));
    held || throttled || large || case.watch_ms > 0
}

/// Whether a header's value is a place at another origin.
pub(super) fn is_foreign(value: &str) -> bool {
    value.trim_start_matches("http:").starts_with(FOREIGN)
}

/// Whether a case needs raw bytes or a broken connection.
pub(super) fn needs_tap(case: &Case) -> bool {
    let framed = |serve: &Arc<Serve>| {
        let own = ["transfer-encoding", "content-length", "connection"];
        let located = serve.answer.headers.iter().any(|(_, value)| is_foreign(value));
        serve.fault.is_some()
            || located
            || matches!(serve.answer.body, Body::Wire { .. })
            || serve.answer.headers.iter().any(|(n, _)| own.contains(&n.to_ascii_lowercase().as_str()))
    };
    case.steps
        .iter()
        .any(|step| matches!(step.object, Object::Nowhere | Object::Secure(_)) || step.attempts.iter().any(framed))
}
