//! A fault on the connection that is shown as another.

use super::prelude::*;
use crate::case::Fault;

pub(super) const RULE: Rule = Rule {
    id: "fault-kind-wrong",
    class: "E12",
    severity: Severity::Warning,
    text: "What went wrong on the connection is shown as what it was: a broken connection is no timeout, silence is no answer that cannot be read.\n\
           Programs decide by it whether to wait longer, to connect anew or to report a bug. A timeout may be shown as an error of the connection.\n\
           Example: a reset that came at once is raised as a timeout.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let Came::Raised(error) = step.came() else { return None };
    if step.plan().cancel_ms > 0 {
        return None;
    }
    let what = happened(step)?;
    let shown = match (what, error.kind) {
        (_, ErrorKind::Cancelled) => "a cancelled call",
        (What::Broken, ErrorKind::Timeout) if at_once(step) => "a timeout",
        (What::Unreadable, ErrorKind::Timeout) if at_once(step) => "a timeout",
        (What::Broken | What::Silence, ErrorKind::Decode) => "an answer that cannot be read",
        (What::Unreadable, ErrorKind::Validation) => "a refusal before sending",
        (What::Unreadable, ErrorKind::Transport) => "a broken connection",
        // A language's own error is a crash, which has rules of its own.
        (What::Broken | What::Silence, ErrorKind::Other) if is_knowing(error) => "an error of no kind",
        (What::Silence, ErrorKind::Other) if error.cause.is_none() => "an error of no kind",
        (What::Unreadable, ErrorKind::Service) if is_invented(step, error) => "an error with a code that nobody served",
        _ => return None,
    };
    let what = match what {
        What::Broken => "a broken connection",
        What::Silence => "silence",
        What::Unreadable => "an answer that cannot be read",
    };
    let took = step.seen().took.as_millis();
    Some(Claim::new(
        format!("{what} shown as {shown}"),
        format!("expected an error that tells of {what}, got one of kind {:?} after {took} ms", error.kind),
    ))
}

#[derive(Clone, Copy)]
enum What {
    Broken,
    Silence,
    Unreadable,
}

/// What the call met before a byte of an answer was there, or that it came whole and says nothing. What was cut is both.
fn happened(step: &Step<'_>) -> Option<What> {
    match step.was_served() {
        Served::Faulty(Fault::Reset { after: 0 }) => Some(What::Broken),
        Served::Faulty(Fault::Stall { after: 0, .. }) => Some(What::Silence),
        Served::NoRequest if step.in_situation(&[T::Refused]) => Some(What::Broken),
        Served::Error(_, None) if step.in_situation(&[T::HtmlError, T::EmptyError]) => Some(What::Unreadable),
        Served::Unreadable if step.in_situation(&[T::NotJson, T::HtmlSuccess]) => Some(What::Unreadable),
        _ => None,
    }
}

/// Whether the error of an answer with HTTP 200 has a code of its own.
fn is_invented(step: &Step<'_>, error: &crate::driver::ClientError) -> bool {
    matches!(step.was_served(), Served::Unreadable) && super::unreadable_error::invented(step, error).is_some()
}

/// Whether the call was over long before it could have waited in vain.
fn at_once(step: &Step<'_>) -> bool {
    let target = &step.seen().call.client;
    step.seen().took.as_millis() < u128::from(target.connect_timeout_ms.min(target.read_timeout_ms) / 2)
}
