//! A secret that shows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem::Finder;

use super::prelude::*;
use crate::wire::encode::hex;

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
    // A security token is as good as a secret for as long as it lasts.
    let token = step.seen().call.client.security_token.as_deref();
    let shapes: Vec<String> = [Some(secret), token]
        .into_iter()
        .flatten()
        .flat_map(|secret| [secret.to_owned(), STANDARD.encode(secret), hex(secret.as_bytes())])
        .collect();
    let least = shapes.iter().map(String::len).min().unwrap_or_default();
    let holds = |text: &str| text.len() >= least && shapes.iter().any(|shape| text.contains(shape));
    if let Some(crate::driver::Reply::Ok { value, http }) = step.reply() {
        let headers = http.as_ref().and_then(|http| http.headers.as_ref());
        if holds_any(value, &holds) || headers.is_some_and(|all| members_hold(all, &holds)) {
            return Some("the answer");
        }
    }
    if let Some(error) = step.error() {
        let members = [&error.message, &error.code, &error.request_id];
        if members.iter().any(|m| text_of(m.as_ref()).is_some_and(|t| holds(&t))) {
            return Some("the error's message");
        }
        if [&error.text, &error.class].iter().any(|text| text.as_deref().is_some_and(holds))
            || error.cause.as_deref().is_some_and(holds)
        {
            return Some("the error's text");
        }
        if error.more.as_ref().is_some_and(|members| members_hold(members, &holds)) {
            return Some("the error's members");
        }
    }
    let mut on_wire = step.seen().requests.iter().filter_map(|o| o.exchange.request.as_ref().ok());
    let secret = Finder::new(secret);
    if on_wire.any(|request| secret.find(&request.raw).is_some() || says_in_base64(request, &secret)) {
        return Some("the request");
    }
    step.evidence.logged.then_some("the log")
}

/// Whether a word of a header holds it in base64, as `Authorization: Basic` does.
fn says_in_base64(request: &crate::wire::Request, secret: &Finder<'_>) -> bool {
    let is_long = |text: &str| text.len() > secret.needle().len();
    let headers = request.headers.iter().filter(|header| is_long(&header.value));
    let words = headers.flat_map(|header| header.value.split_ascii_whitespace());
    let long = words.filter(|word| is_long(word) && word.len().is_multiple_of(4));
    long.filter_map(|word| STANDARD.decode(word).ok()).any(|said| secret.find(&said).is_some())
}

/// Whether a text anywhere in the value holds it.
fn holds_any(value: &Value, holds: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(items) => items.iter().any(|item| holds_any(item, holds)),
        Value::Object(members) => members_hold(members, holds),
        // A number may have as many digits as a secret has in hexadecimal.
        Value::Number(number) => holds(&number.to_string()),
        Value::Null | Value::Bool(_) => false,
    }
}

fn members_hold(members: &serde_json::Map<String, Value>, holds: &dyn Fn(&str) -> bool) -> bool {
    members.iter().any(|(name, value)| holds(name) || holds_any(value, holds))
}
