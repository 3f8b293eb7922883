//! An HTTP answer into what the caller gets.

use serde_json::{Map, Value};

use super::connection::{Broken, Raw};
use super::raised;
use crate::driver::{ClientError, ErrorKind, Http, Reply};
use crate::wire::json::{self, Leaves};

/// What an answer says.
pub(super) fn read(raw: &Raw) -> Reply {
    match raw.status {
        200..=299 => match value(raw) {
            Ok(value) => Reply::Ok { value, http: Some(http(raw)) },
            Err(why) => Reply::Error(Box::new(unreadable(raw, &why))),
        },
        _ => Reply::Error(Box::new(service(raw))),
    }
}

/// What there is to say without an answer.
pub(super) fn broken(broken: &Broken) -> ClientError {
    ClientError { cause: Some(broken.why.clone()), ..raised(broken.kind, &broken.why) }
}

fn http(raw: &Raw) -> Http {
    let mut headers = Map::new();
    for (name, value) in &raw.headers {
        match headers.get_mut(name) {
            Some(Value::String(earlier)) => {
                earlier.push_str(", ");
                earlier.push_str(value);
            }
            _ => {
                headers.insert(name.clone(), Value::from(value.as_str()));
            }
        }
    }
    Http { status: Some(raw.status), headers: Some(headers) }
}

fn unreadable(raw: &Raw, why: &str) -> ClientError {
    ClientError {
        http_status: Some(raw.status),
        request_id: header_request_id(raw),
        http: Some(http(raw)),
        ..raised(ErrorKind::Decode, format!("the answer cannot be read: {why}"))
    }
}

/// The body as JSON, whatever type it claims to be of.
fn value(raw: &Raw) -> Result<Value, String> {
    match raw.header("content-encoding") {
        None | Some("" | "identity") => {}
        Some(other) => return Err(format!("its encoding is `{other}`, which was not asked for")),
    }
    let text = raw.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw.body);
    if text.trim_ascii().is_empty() {
        return Err("it is empty".into());
    }
    json::read(text, Leaves::Exact)
}

fn header_request_id(raw: &Raw) -> Option<Value> {
    raw.header("x-acs-request-id").map(Value::from)
}

/// An error that the server answered with. Envelopes differ: members may be in camel case or within `error`.
fn service(raw: &Raw) -> ClientError {
    let (mut members, unread) = match value(raw) {
        Ok(Value::Object(members)) => (members, None),
        Ok(_) => (Map::new(), Some("its body is no object".to_owned())),
        Err(why) => (Map::new(), Some(why)),
    };
    if !members.contains_key("Code") {
        for nest in ["error", "Error"] {
            if let Some(Value::Object(inner)) = members.get(nest).cloned() {
                members.shift_remove(nest);
                members.extend(inner);
            }
        }
    }
    let mut take = |names: &[&str]| {
        let name = names.iter().find(|name| members.contains_key(**name))?;
        members.shift_remove(*name).filter(|value| !value.is_null()).map(spelled)
    };
    let code = take(&["Code", "code"]);
    let message = take(&["Message", "message"]);
    let request_id = take(&["RequestId", "requestId"]).or_else(|| header_request_id(raw));
    let mut error = ClientError {
        kind: ErrorKind::Service,
        class: Some("ServiceError".into()),
        code,
        message,
        request_id,
        http_status: Some(raw.status),
        more: Some(members).filter(|members| !members.is_empty()),
        cause: unread.map(|why| format!("the answer cannot be read: {why}")),
        text: None,
        http: Some(http(raw)),
    };
    error.text = Some(said(&error));
    error
}

/// Code, message and request id are texts, whatever was served.
fn spelled(value: Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        other => other,
    }
}

/// What a user logs: `Code: message (request ID, HTTP 400)`.
pub(super) fn said(error: &ClientError) -> String {
    let text = |value: &Option<Value>| value.as_ref().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    let head: Vec<String> = [text(&error.code), text(&error.message)].into_iter().flatten().collect();
    let request = text(&error.request_id).map(|id| format!("request {id}"));
    let status = error.http_status.map(|status| format!("HTTP {status}"));
    let tail: Vec<String> = [request, status, error.cause.clone()].into_iter().flatten().collect();
    match (head.is_empty(), tail.is_empty()) {
        (true, _) => tail.join(", "),
        (false, true) => head.join(": "),
        (false, false) => format!("{} ({})", head.join(": "), tail.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn raw(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Raw {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Raw { status, headers, body: body.to_vec(), keep: true }
    }

    fn error(status: u16, headers: &[(&str, &str)], body: &[u8]) -> ClientError {
        match read(&raw(status, headers, body)) {
            Reply::Error(error) => *error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_success_is_the_decoded_body() {
        let Reply::Ok { value, http } =
            read(&raw(200, &[("a", "1"), ("a", "2")], "\u{feff}{\"A\":[1,null]}".as_bytes()))
        else {
            panic!("a success")
        };
        assert_eq!(value, json!({"A": [1, null]}));
        assert_eq!(http.unwrap().headers.unwrap()["a"], "1, 2");
    }

    #[test]
    fn what_cannot_be_read_is_a_decode_error() {
        let bodies: [&[u8]; 5] = [b"", b"<html>", b"\"\xff\"", b"{\"a\":1", b"\"\\ud800\""];
        for body in bodies {
            let error = error(200, &[], body);
            assert_eq!((error.kind, error.http_status), (ErrorKind::Decode, Some(200)));
        }
        assert_eq!(error(200, &[("content-encoding", "gzip")], b"{}").kind, ErrorKind::Decode);
        assert_eq!(error(204, &[], b"").text.unwrap(), "the answer cannot be read: it is empty");
    }

    #[test]
    fn an_error_shows_all_that_was_said() {
        let body = br#"{"Code":"A.B","Message":"No.","RequestId":"R","HostId":"h"}"#;
        let error = error(400, &[("x-acs-request-id", "other")], body);
        assert_eq!(error.text.as_deref(), Some("A.B: No. (request R, HTTP 400)"));
        assert_eq!(error.more, json!({"HostId": "h"}).as_object().cloned());
        assert_eq!(
            (error.code, error.message, error.request_id),
            (Some("A.B".into()), Some("No.".into()), Some("R".into()))
        );
    }

    #[test]
    fn other_envelopes_are_understood_and_nothing_is_invented() {
        let nested = error(404, &[], br#"{"error":{"code":404,"message":"gone"},"requestId":"R"}"#);
        assert_eq!((nested.code, nested.request_id), (Some("404".into()), Some("R".into())));
        let html = error(502, &[("x-acs-request-id", "R")], b"<html>");
        assert_eq!((html.kind, html.code, html.message), (ErrorKind::Service, None, None));
        assert_eq!(html.request_id, Some("R".into()));
        assert_eq!(error(302, &[], b"").http_status, Some(302));
        assert_eq!(error(400, &[], br#"{"Code":null,"Message":"m"}"#).code, None);
    }
}
