//! An error that is not JSON.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unreadable-error",
    class: "E09",
    severity: Severity::Error,
    text: "An error that is HTML, empty or no JSON is still an error, with its HTTP status.\n\
           Gateways answer so when the service is down: just when the caller must know that it is.\n\
           Example: an HTML page with 502 is raised as a JSON error, and the status is lost.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if unusual(step) != Some("unreadable-error") {
        return None;
    }
    let Served::Error(status, _) = step.was_served() else { return None };
    match step.came() {
        Came::Returned(value) => Some(Claim::new(
            "an unreadable error returns",
            format!("expected an error (HTTP {status}), got the answer {}", shown(value)),
        )),
        Came::Broke(broken) => Some(Claim::new(
            "an unreadable error ends the process or hangs",
            format!("expected an error (HTTP {status}), got none: {broken}"),
        )),
        Came::Raised(error) => {
            if let Some(code) = invented(step, error) {
                let message = format!("expected no code of an error that cannot be read, got {}", quoted(&code));
                let claim = Claim::new("an unreadable error shows a code that nobody served", message);
                return Some(claim.at(Severity::Warning));
            }
            let got = error.http_status.or_else(|| error.http.as_ref().and_then(|h| h.status));
            let text = format!(
                "{} {}",
                error.text.clone().unwrap_or_default(),
                text_of(error.message.as_ref()).unwrap_or_default()
            );
            if got == Some(status) || (got.is_none() && text.contains(&status.to_string())) {
                return None;
            }
            Some(Claim::new(
                "an unreadable error loses its status",
                format!(
                    "expected HTTP {status}, got {}: {}",
                    got.map_or("no status".into(), |s| s.to_string()),
                    quoted(text.trim())
                ),
            ))
        }
        Came::Nothing => None,
    }
}

/// The code of an error, if it stands nowhere in the answer.
pub(super) fn invented(step: &Step<'_>, error: &crate::driver::ClientError) -> Option<String> {
    let served = step.served()?;
    let body = served.answer.body.bytes();
    let code = text_of(error.code.as_ref()).filter(|code| !code.is_empty() && !is_nothing(code))?;
    // The status stands in the first line.
    let is_there = String::from_utf8_lossy(&body).contains(&code) || code.contains(&served.answer.status.to_string());
    (!is_there).then_some(code)
}
