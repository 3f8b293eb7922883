//! A broken connection that is shown as a success, or as nothing.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "broken-connection-swallowed",
    class: "T07",
    severity: Severity::Error,
    text: "A connection that is refused, reset or closed before the answer is an error that says so.\n\
           The call may have been carried out or not: the caller must know that nobody knows.\n\
           Example: a reset is returned as an empty answer.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Reset, T::Closed, T::Refused]) {
        return None;
    }
    match step.came() {
        // Sent again, it was answered: that it was sent again is another rule's business.
        Came::Returned(_) if matches!(step.was_served(), Served::Success(_)) => None,
        Came::Returned(value) => Some(Claim::new(
            "a broken connection returns",
            format!("expected an error of the connection, got {}", shown(value)),
        )),
        Came::Broke(broken) => Some(Claim::new("a broken connection ends the process or hangs", broken.to_string())),
        Came::Raised(error) => {
            let text = told(error);
            let silent = text.trim().is_empty() || is_nothing(text.trim());
            if error.kind != ErrorKind::Other || error.cause.is_some() {
                return None;
            }
            let crash = error.class.as_deref().filter(|_| !is_knowing(error));
            match (silent, crash) {
                (true, _) => Some(Claim::new(
                    "a broken connection raises an error without kind or text",
                    format!("expected an error of the connection, got {}", quoted(&text)),
                )),
                (false, Some(class)) => Some(Claim::new(
                    "a broken connection raises an error of no kind",
                    format!("expected an error of the connection, got {class}: {}", quoted(&text)),
                )),
                (false, None) => None,
            }
        }
        Came::Nothing => None,
    }
}
