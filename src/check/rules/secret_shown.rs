//! A secret that shows.

use base64::Engine as _;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-shown",
    class: "T11",
    severity: Severity::Error,
    text: "The secret shows nowhere: not in an error, not in a log, not on the wire.\n\
           What a user would log ends up in tickets and search engines.\n\
           Example: the error's text prints the client's whole configuration.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let place = shows(step)?;
    Some(
        Claim::new(format!("the secret stands in {place}"), format!("expected no secret anywhere, got it in {place}"))
            .about([step.evidence.clause("session/secrecy")]),
    )
}

/// Where the secret shows, if it does.
pub(super) fn shows(step: &Step<'_>) -> Option<&'static str> {
    let secret = step.seen().call.client.access_key_secret.as_str();
    if secret.len() < 8 {
        return None;
    }
    let packed = base64::engine::general_purpose::STANDARD.encode(secret);
    let digits: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let holds = |text: &str| [secret, &packed, &digits].iter().any(|shape| text.contains(*shape));
    if let Some(crate::driver::Reply::Ok { value, http }) = step.reply()
        && (holds(&value.to_string()) || http.as_ref().is_some_and(|h| holds(&format!("{h:?}"))))
    {
        return Some("the answer");
    }
    if let Some(error) = step.error() {
        let members = [&error.message, &error.code, &error.request_id];
        if members.iter().any(|m| text_of(m.as_ref()).is_some_and(|t| holds(&t))) {
            return Some("the error's message");
        }
        if error.text.as_deref().is_some_and(holds) || error.cause.as_deref().is_some_and(holds) {
            return Some("the error's text");
        }
        if error.more.as_ref().is_some_and(|m| holds(&Value::Object(m.clone()).to_string())) {
            return Some("the error's members");
        }
    }
    let on_wire = step.seen().requests.iter().filter_map(|o| o.exchange.request.as_ref().ok());
    for request in on_wire {
        if request.raw.windows(secret.len()).any(|w| w == secret.as_bytes()) {
            return Some("the request");
        }
    }
    step.evidence.logged.then_some("the log")
}
