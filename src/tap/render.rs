//! An answer as bytes.

use std::sync::Arc;

use hyper::StatusCode;

use crate::case::{Answer, Body, Serve};

const CHUNK: usize = 16 << 10;
/// Answers over this are kept up to [`KEPT_HEAD`] bytes of the body.
const KEPT_WHOLE: usize = 64 << 10;
const KEPT_HEAD: usize = 4 << 10;

/// The bytes of an answer. Headers that the plan gives win over those that are added.
pub fn render(answer: &Answer, keep: bool) -> Vec<u8> {
    rendered(answer, Manner { keep, ..Manner::default() }).0
}

/// What the request and the connection ask of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    /// Whether the connection is kept.
    pub(super) keep: bool,
    /// Whether the request was a HEAD, the answer to which has no body.
    pub(super) is_head: bool,
    /// The client's minor version of HTTP/1.
    pub(super) minor: u8,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner { keep: true, is_head: false, minor: 1 }
    }
}

/// An answer as bytes.
#[derive(Clone)]
pub(super) struct Rendered {
    serve: Arc<Serve>,
    manner: Manner,
    pub(super) bytes: Arc<[u8]>,
    /// Where the body begins.
    pub(super) head: usize,
}

impl Rendered {
    pub(super) fn new(serve: &Arc<Serve>, manner: Manner) -> Rendered {
        let (bytes, head) = rendered(&serve.answer, manner);
        Rendered { serve: Arc::clone(serve), manner, bytes: bytes.into(), head }
    }

    pub(super) fn is_of(&self, serve: &Arc<Serve>, manner: Manner) -> bool {
        Arc::ptr_eq(&self.serve, serve) && self.manner == manner
    }

    /// The offset of so many bytes of the body, counted from the end if negative.
    pub(super) fn within_body(&self, body: i32) -> usize {
        let length = self.bytes.len() - self.head;
        let offset = usize::try_from(body.unsigned_abs()).unwrap_or(length).min(length);
        if body < 0 { self.bytes.len() - offset } else { self.head + offset }
    }

    /// How many bytes of it are kept as evidence.
    pub(super) fn kept(&self) -> usize {
        if self.bytes.len() - self.head > KEPT_WHOLE { self.head + KEPT_HEAD } else { self.bytes.len() }
    }
}

/// The bytes, and where the body begins; the answer to a HEAD request ends there.
fn rendered(answer: &Answer, manner: Manner) -> (Vec<u8>, usize) {
    if let Body::Wire { text, .. } = &answer.body {
        return (text.clone().into_bytes(), text.find("\r\n\r\n").map_or(text.len(), |end| end + 4));
    }
    let given = |name: &str| answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    let has_length = given("content-length").is_some();
    // HTTP/1.0 knows no chunks: there the body ends with the connection.
    let coding = given("transfer-encoding").filter(|_| manner.minor > 0);
    let is_unframed = given("transfer-encoding").is_some() || ends_with_connection(answer);
    let is_bodiless = matches!(answer.status, 100..=199 | 204 | 304) && !has_length;
    let body = if is_bodiless { Vec::new() } else { answer.body.bytes() };

    let reason = StatusCode::from_u16(answer.status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Unknown");
    let mut out = Vec::with_capacity(256 + body.len());
    out.extend_from_slice(format!("HTTP/1.1 {} {reason}\r\n", answer.status).as_bytes());
    let mut line = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    };
    for (name, value) in &answer.headers {
        let is_left_out = (name.eq_ignore_ascii_case("content-length") && value.is_empty())
            || (name.eq_ignore_ascii_case("transfer-encoding") && manner.minor == 0);
        if !is_left_out {
            line(name, value);
        }
    }
    if matches!(answer.body, Body::Json(_)) && !is_bodiless && given("content-type").is_none() {
        line("Content-Type", "application/json;charset=utf-8");
    }
    if !has_length && !is_unframed && !is_bodiless {
        line("Content-Length", &body.len().to_string());
    }
    if !manner.keep && given("connection").is_none() {
        line("Connection", "close");
    }
    out.extend_from_slice(b"\r\n");
    let head = out.len();
    match coding {
        _ if manner.is_head || is_bodiless => {}
        Some(coding) if coding.to_ascii_lowercase().contains("chunked") => {
            for chunk in body.chunks(CHUNK) {
                out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                out.extend_from_slice(chunk);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
        }
        _ => out.extend_from_slice(&body),
    }
    (out, head)
}

/// Whether the connection can go on after the answer: its own headers may end it, or its body ends with it.
pub(super) fn outlives(answer: &Answer) -> bool {
    let closes = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close")
    };
    !answer.headers.iter().any(closes) && !ends_with_connection(answer)
}

/// Whether the plan leaves out the length: a `Content-Length` of nothing.
fn ends_with_connection(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("content-length") && value.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(status: u16, headers: &[(&str, &str)], body: Body, keep: bool) -> String {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        String::from_utf8(render(&Answer { status, headers, body }, keep)).unwrap()
    }

    #[test]
    fn json_says_its_type_and_length() {
        let expected =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        assert_eq!(text(200, &[], Body::Json(json!({"a": 1})), true), expected);
        assert_eq!(
            text(418, &[], Body::Empty, false),
            "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        assert!(text(799, &[], Body::Empty, true).starts_with("HTTP/1.1 799 Unknown\r\n"));
    }

    #[test]
    fn the_headers_of_the_plan_win() {
        let given = [("content-type", "text/html"), ("content-length", "9"), ("connection", "keep-alive")];
        let expected =
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 9\r\nconnection: keep-alive\r\n\r\n{}";
        assert_eq!(text(200, &given, Body::Json(json!({})), false), expected);
    }

    #[test]
    fn a_chunked_answer_is_chunked() {
        let body = Body::Text { text: "abc".into(), means: None };
        let expected = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        assert_eq!(text(200, &[("Transfer-Encoding", "chunked")], body, true), expected);
    }

    #[test]
    fn no_content_has_no_body_unless_the_plan_gives_its_length() {
        assert_eq!(text(204, &[], Body::Json(json!({})), true), "HTTP/1.1 204 No Content\r\n\r\n");
        assert!(text(204, &[("Content-Length", "2")], Body::Json(json!({})), true).ends_with("\r\n\r\n{}"));
    }
}
