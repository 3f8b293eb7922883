//! What every rule's file needs.

pub(super) use serde_json::Value;

use crate::case::Fault;
pub(super) use crate::check::difference::{Difference, What, spelled};
pub(super) use crate::check::evidence::{Came, Evidence, Observed, Served, Step};
pub(super) use crate::check::judge::unusual;
pub(super) use crate::check::member::{Lapse, Surfacing};
pub(super) use crate::check::transform::{Touched, between, quoted};
pub(super) use crate::check::{Claim, Look, Rule};
pub(super) use crate::contract::{
    Aspect, Kind, NOTHING, OtherErrorAspect, RequestAspect, ResponseAspect, Style, TransportAspect as T, is_nothing,
};
pub(super) use crate::driver::ErrorKind;
pub(super) use crate::finding::Severity;

/// A value as a message shows it: JSON, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The clauses of the documented error that the case is about, or `fallback`.
pub(super) fn error_clause(step: &Step<'_>, aspect: &str) -> Vec<String> {
    match step.documented_error() {
        Some((_, label)) => vec![step.evidence.clause(&format!("error/{label}/{aspect}"))],
        None => step.evidence.case.clauses.clone(),
    }
}

/// A text member of an error.
pub(super) fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// An error answer with an object in it, and the error that the client raised for it.
pub(super) struct Raised<'a> {
    /// The status that was served.
    pub(super) status: u16,
    /// The body that was served.
    pub(super) body: &'a serde_json::Map<String, Value>,
    /// What the client raised.
    pub(super) error: &'a crate::driver::ClientError,
}

/// Whether nothing is wrong with the answers that a call is to get, but that they may be held back a little.
pub(super) fn is_plain(step: &Step<'_>) -> bool {
    let told = step.seen().call.client.read_timeout_ms;
    let is_whole = |fault: Option<Fault>| match fault {
        None => true,
        Some(Fault::Stall { ms, .. }) => u64::from(ms) < told / 2,
        Some(_) => false,
    };
    step.plan().attempts.iter().all(|serve| is_whole(serve.fault) && serve.answer.status == 200)
}

/// What an error says: its message, or what it is logged as.
pub(super) fn told(error: &crate::driver::ClientError) -> String {
    text_of(error.message.as_ref()).or_else(|| error.text.clone()).unwrap_or_default()
}

/// The error that a step is about, if the client raised one for an error that it could read.
pub(super) fn raised<'a>(step: &Step<'a>) -> Option<Raised<'a>> {
    let (Served::Error(status, Some(body)), Came::Raised(error)) = (step.was_served(), step.came()) else {
        return None;
    };
    // What a cancelled call met before is no longer its answer.
    if step.plan().cancel_ms > 0
        || step.in_situation(&[T::FirstCause])
        || enveloped(step)
        || super::content_type_refused::unread(step).is_some()
        || super::undocumented_error_crash::crashed(step)
    {
        return None;
    }
    Some(Raised { status, body, error })
}

/// Whether what was raised carries nothing of the error that was served: a language's own error, which is a crash.
pub(super) fn is_crash(it: &Raised<'_>) -> bool {
    it.error.kind != ErrorKind::Service && it.error.code.is_none() && it.error.http_status.is_none()
}

/// Whether the error stands in another envelope, so that its members are elsewhere.
pub(super) fn enveloped(step: &Step<'_>) -> bool {
    step.is_about(|a| matches!(a, Aspect::OtherError(OtherErrorAspect::Envelope)))
}

/// Whether the case is about an error whose message is awkward to read.
pub(super) fn says_awkwardly(step: &Step<'_>) -> bool {
    step.is_about(|a| matches!(a, Aspect::OtherError(OtherErrorAspect::Text)))
}

/// Whether an error of no kind is one that the SDK raised knowingly: it has the status, or a class of the SDK's own.
pub(super) fn is_knowing(error: &crate::driver::ClientError) -> bool {
    let of_language = |class: &str| LANGUAGES.iter().any(|own| class == *own || (own.len() > 9 && class.contains(own)));
    error.http_status.is_some() || error.class.as_deref().is_some_and(|class| !of_language(class))
}

/// What languages call the errors of a place that nobody thought of; a longer one may stand within a name.
const LANGUAGES: [&str; 24] = [
    "ArrayIndexOutOfBounds",
    "AssertionError",
    "AttributeError",
    "ClassCastException",
    "Error",
    "Exception",
    "IllegalArgument",
    "IllegalState",
    "IndexError",
    "JSONDecodeError",
    "JsonException",
    "KeyError",
    "MemoryError",
    "NoMethodError",
    "NullPointer",
    "NullReference",
    "NumberFormat",
    "RangeError",
    "RecursionError",
    "RuntimeError",
    "SyntaxError",
    "TypeError",
    "ValueError",
    "panic",
];

/// A value of an error's member, as the step before served it.
pub(super) fn served_before(step: &Step<'_>, member: &str) -> Option<Value> {
    let earlier = &step.evidence.seen[..step.index];
    earlier.iter().rev().find_map(|s| s.requests.last()?.exchange.serve.answer.body.means()?.get(member).cloned())
}
