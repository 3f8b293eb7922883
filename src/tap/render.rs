//! An answer as bytes.

use hyper::StatusCode;

use crate::case::{Answer, Body};

const CHUNK: usize = 16 << 10;

/// The bytes of an answer. Headers that the plan gives win over those that are added.
pub fn render(answer: &Answer, keep: bool) -> Vec<u8> {
    rendered(answer, keep, false).0
}

/// The bytes, and where the body begins; the answer to a HEAD request ends there.
pub(super) fn rendered(answer: &Answer, keep: bool, is_head: bool) -> (Vec<u8>, usize) {
    let given = |name: &str| answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    let has_length = given("content-length").is_some();
    let coding = given("transfer-encoding");
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
        line(name, value);
    }
    if matches!(answer.body, Body::Json(_)) && !is_bodiless && given("content-type").is_none() {
        line("Content-Type", "application/json;charset=utf-8");
    }
    if !has_length && coding.is_none() && !is_bodiless {
        line("Content-Length", &body.len().to_string());
    }
    if !keep && given("connection").is_none() {
        line("Connection", "close");
    }
    out.extend_from_slice(b"\r\n");
    let head = out.len();
    match coding {
        _ if is_head || is_bodiless => {}
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

/// Whether the answer's own headers end the connection.
pub(super) fn says_close(answer: &Answer) -> bool {
    answer
        .headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close"))
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
