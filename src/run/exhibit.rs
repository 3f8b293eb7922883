//! What shows a finding: the call, the bytes both ways, what was surfaced.

use serde_json::{Value, json};

use crate::case::Case;
use crate::check::Seen;
use crate::driver::Reply;
use crate::finding::Exhibit;

/// Bytes of a request or an answer that an exhibit shows.
const SHOWN: usize = 1_200;

/// The evidence of one step of a case, with what changes from run to run masked.
pub(super) fn exhibit(case: &Case, seen: &[Seen], step: usize) -> Exhibit {
    let Some(this) = seen.get(step) else { return Exhibit::default() };
    let mut wire = Vec::new();
    for observed in this.requests.iter().take(3) {
        let raw = match &observed.exchange.request {
            Ok(request) => &request.raw,
            Err(bad) => &bad.raw,
        };
        wire.push(("request".to_owned(), masked(&printable(raw), this)));
        wire.push(("answer".to_owned(), masked(&printable(&observed.exchange.sent), this)));
    }
    let calls = seen[..=step]
        .iter()
        .rev()
        .take(2)
        .rev()
        .map(|s| json!({ "operation": case.operation, "params": s.call.params }).to_string());
    Exhibit {
        calls: calls.collect(),
        wire,
        surfaced: vec![masked(&surfaced(&this.reply), this)],
        replay: Some(super::replay::id(case)),
        case: None,
    }
}

/// The reply as JSON.
fn surfaced(reply: &Result<Reply, crate::driver::Broken>) -> String {
    let value = match reply {
        Ok(Reply::Ok { value, http }) => json!({ "ok": value, "http": http.as_ref().and_then(|h| h.status) }),
        Ok(Reply::Error(error)) => {
            let mut error = serde_json::to_value(error).unwrap_or(Value::Null);
            if let Some(members) = error.as_object_mut() {
                members.remove("http");
            }
            json!({ "error": error })
        }
        Ok(Reply::Unsupported(what)) => json!({ "unsupported": what }),
        Ok(Reply::DriverError(why)) => json!({ "driver_error": why }),
        Err(broken) => json!({ "broken": broken }),
    };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Bytes as text, one line a line, what cannot be printed escaped.
fn printable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().min(SHOWN) + 16);
    for chunk in bytes[..bytes.len().min(SHOWN)].utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push('\n'),
                '\r' => {}
                c if c.is_control() => out.extend(c.escape_default()),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    if bytes.len() > SHOWN {
        out.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    out
}

/// Masks what the client draws itself and what is secret: key, secret, nonce, date, signature, port.
fn masked(text: &str, seen: &Seen) -> String {
    let target = &seen.call.client;
    let mut text = text.replace(&target.access_key_secret, "<secret>").replace(&target.access_key_id, "<key>");
    text = text.replace(target.authority(), "127.0.0.1:<port>");
    for observed in &seen.requests {
        let Some(signature) = &observed.signature else { continue };
        for (value, mask) in
            [(&signature.nonce, "<nonce>"), (&signature.date, "<date>"), (&Some(signature.got.clone()), "<signature>")]
        {
            if let Some(value) = value.as_ref().filter(|v| v.len() > 6) {
                text = text.replace(value.as_str(), mask).replace(&crate::wire::encode::pe(value), mask);
            }
        }
    }
    text
}
