//! A code or status that the page does not know.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "undocumented-error-crash",
    class: "E10",
    severity: Severity::Error,
    text: "An error with a code or a status that the page does not know is raised like any other.\n\
           Services add codes without a new version; 418 is an error, as is every status from 400 on.\n\
           Example: an undocumented code raises a KeyError.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let Served::Error(status, _) = step.was_served() else { return None };
    let about = unusual(step) == Some("undocumented-error-crash");
    if !about && !crashed(step) {
        return None;
    }
    match step.came() {
        Came::Returned(value) => Some(Claim::new(
            "an undocumented status returns",
            format!("expected an error (HTTP {status}), got the answer {}", shown(value)),
        )),
        Came::Broke(broken) => Some(Claim::new(
            "an undocumented error ends the process or hangs",
            format!("expected an error (HTTP {status}), got none: {broken}"),
        )),
        Came::Raised(error) if crashed(step) => Some(Claim::new(
            "an undocumented error is not raised as one of the service",
            format!(
                "expected an error of the service (HTTP {status}), got {}: {}",
                error.class.clone().unwrap_or_else(|| format!("kind {:?}", error.kind)),
                quoted(&text_of(error.message.as_ref()).unwrap_or_default())
            ),
        )),
        _ => None,
    }
}

/// Whether an undocumented error came out as something that carries nothing of it.
pub(super) fn crashed(step: &Step<'_>) -> bool {
    let Served::Error(_, Some(body)) = step.was_served() else { return false };
    // Of a call that is tried again, the last error stands for all: that it is not shown has rules of its own.
    if step.plan().cancel_ms > 0 || step.in_situation(&[T::ThrottledForever, T::Unavailable]) {
        return false;
    }
    let known = |code: &str| step.operation().errors.iter().any(|e| e.code == code || e.code_template);
    let undocumented = body.get("Code").and_then(Value::as_str).is_none_or(|code| !known(code));
    // A message that is awkward to read may be what it trips over.
    (undocumented && !says_awkwardly(step) || unusual(step) == Some("undocumented-error-crash"))
        && matches!(step.came(), Came::Raised(e) if e.kind != ErrorKind::Service && e.code.is_none() && e.http_status.is_none())
}
