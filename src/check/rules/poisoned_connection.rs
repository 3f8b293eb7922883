//! A late answer that is read as the next call's.

use super::prelude::*;
use crate::case::Body;
use crate::contract::SessionAspect;

pub(super) const RULE: Rule = Rule {
    id: "poisoned-connection",
    class: "P22",
    severity: Severity::Error,
    text: "A connection on which a call timed out is not used again.\n\
           The late answer comes on it, and the next call takes it for its own: somebody else's data.\n\
           Nor is what stands behind an answer one of its own (RFC 9112, section 6.3).\n\
           Example: the call after a timeout returns the answer of the one that timed out.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if let Some(value) = late_answer(step) {
        let (transform, which) = match is_surplus(step, value) {
            true => (
                "what stands behind an answer is taken by the next call",
                "one that stood behind that of the call before",
            ),
            false => ("a late answer is taken by the next call", "the late one"),
        };
        let message = format!("expected the answer of its own, got {which}: {}", shown(value));
        return Some(Claim::new(transform, message));
    }
    fails_after(step).then(|| {
        let text = match step.came() {
            Came::Raised(error) => told(error),
            Came::Broke(broken) => broken.to_string(),
            _ => String::new(),
        };
        Claim::new(
            "the call after one that failed fails too",
            format!("expected the call after a failed one to go as any other, got {}", quoted(&text)),
        )
    })
}

/// Whether a call that has nothing wrong with it fails below the service or does not end, after one that failed on the same
/// object, while an earlier one went well.
pub(in crate::check) fn fails_after(step: &Step<'_>) -> bool {
    let Some(before) = step.earlier().next_back() else { return false };
    let key = |s: &Step<'_>| s.seen().call.client.key.clone();
    let unusual = step.is_about(|a| matches!(a, Aspect::Session(SessionAspect::AfterFault)));
    // Where calls only lead up to one that meets something unusual, that is what it fails for.
    let meets = before.plan().leads_in && step.is_about(|a| matches!(a, Aspect::Transport(_)));
    let failed = !meets && (unusual || !is_plain(&before) || !matches!(before.was_served(), Served::Success(_)));
    // What is held back a little is a fault, too, and none that a call may fail for.
    let unsaid = matches!(step.was_served(), Served::NoRequest | Served::Success(_) | Served::Faulty(_));
    let below = match step.came() {
        Came::Raised(error) => !matches!(error.kind, ErrorKind::Service | ErrorKind::Validation),
        Came::Broke(_) => true,
        _ => false,
    };
    let went_well = step
        .earlier()
        .any(|e| key(&e) == key(step) && matches!((e.was_served(), e.came()), (Served::Success(_), Came::Returned(_))));
    failed
        && key(&before) == key(step)
        && is_plain(step)
        && unsaid
        && below
        && went_well
        && !step.evidence.case.parallel
}

/// Whether a call fails before anything is sent, after one that failed on the same object: the one before may have done it.
pub(in crate::check) fn follows_failure(step: &Step<'_>) -> bool {
    let key = &step.seen().call.client.key;
    let failed = |e: &Step<'_>| e.seen().call.client.key == *key && !matches!(e.came(), Came::Returned(_));
    step.earlier().next_back().is_some_and(|before| failed(&before))
        && matches!(step.came(), Came::Raised(e) if matches!(e.kind, ErrorKind::Transport | ErrorKind::Timeout))
}

/// The answer that was surfaced, if it is the one that the call before gave up on.
pub(in crate::check) fn late_answer<'a>(step: &Step<'a>) -> Option<&'a Value> {
    let Came::Returned(value) = step.came() else { return None };
    if is_surplus(step, value) {
        return Some(value);
    }
    if !step.in_situation(&[T::Late]) || step.index == 0 {
        return None;
    }
    let late = step.evidence.seen[0].requests.first()?.exchange.serve.answer.body.means()?;
    crate::check::member::surfacings(*step, late, value).is_empty().then_some(value)
}

/// Whether what was surfaced stood behind the answer of the call before.
fn is_surplus(step: &Step<'_>, value: &Value) -> bool {
    let before = step.earlier().next_back().and_then(|before| before.served());
    let Some(Body::Wire { text, means }) = before.map(|serve| &serve.answer.body) else { return false };
    let own = means.as_ref().map(Value::to_string).unwrap_or_default();
    let ids = ["RequestId", "requestId"].iter().filter_map(|name| value.get(*name)?.as_str());
    ids.into_iter().any(|id| text.contains(id) && !own.contains(id))
}
