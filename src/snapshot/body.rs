//! The text of a snapshot: one paragraph an answer, members in order, what changes from run to run masked.

use serde_json::{Value, json};

use super::mask::Mask;
use crate::driver::{Broken, Call, ClientError, Http, Reply};

/// What a client surfaced of one answer.
#[derive(Debug, Clone)]
pub struct Surfaced {
    /// What the answer is.
    pub label: String,
    /// The call.
    pub call: Call,
    /// What was served, as text.
    pub served: String,
    /// What came of it.
    pub reply: Result<Reply, Broken>,
}

/// What a client surfaced, each under its label, as text.
///
/// Fresh values stand as they are, since one seed draws the same ones. What names this run is masked (the endpoint, the
/// key, the secret), and so is what the client draws itself: times, nonces, signatures, addresses.
pub fn body(surfaced: &[Surfaced]) -> String {
    let mut out = String::new();
    for one in surfaced {
        let known = format!("{} {}", one.served, Value::Object(one.call.params.clone()));
        let mask = Mask { target: &one.call.client, known: &known };
        // A label holds words of the page, and no page may break the paragraphs.
        let label = one.label.replace(char::is_control, " ");
        out.push_str(&format!("# {label}\n{:#}\n\n", mask.value(&shown(&one.reply))));
    }
    out.truncate(out.trim_end().len());
    out
}

fn shown(reply: &Result<Reply, Broken>) -> Value {
    match reply {
        Ok(Reply::Ok { value, http }) => json!({ "http": status(http.as_ref()), "ok": value }),
        Ok(Reply::Error(error)) => json!({ "error": error_members(error) }),
        Ok(Reply::Unsupported(what)) => json!({ "unsupported": what }),
        Ok(Reply::DriverError(why)) => json!({ "driver_error": why }),
        Err(Broken::Hung { .. }) => json!({ "broken": "no reply in time" }),
        Err(Broken::Died { status, .. }) => json!({ "broken": format!("the process ended: {status}") }),
        Err(Broken::Babbled { why, .. }) => json!({ "broken": format!("the driver broke the protocol: {why}") }),
    }
}

fn status(http: Option<&Http>) -> Value {
    http.and_then(|h| h.status).map_or(Value::Null, Value::from)
}

/// The members of an error but for its headers, which hold dates.
fn error_members(error: &ClientError) -> Value {
    let mut value = serde_json::to_value(error).unwrap_or(Value::Null);
    if let Some(members) = value.as_object_mut() {
        members.remove("http");
    }
    value
}
