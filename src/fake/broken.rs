//! Answers and deliveries that are broken, or merely unusual: what `fault=NAME` names, and what the cases about transport serve.

use serde_json::{Value, json};

use super::coding::unsaid;
use super::envelope;
use crate::case::{Answer, Body, Fault, Serve};
use crate::contract::TransportAspect as T;
use crate::generate::fresh::Fresh;

/// A way to break an answer, that a user can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) name: &'static str,
    /// The clauses that it puts to the test.
    pub(crate) situation: T,
    /// What its number means and is, where it takes one: `reset:20`.
    pub(crate) number: Option<(&'static str, u32)>,
}

const BYTES: &str = "bytes of the answer before it";
const MILLIS: &str = "milliseconds";

/// All of them, by name.
pub(crate) const BROKEN: &[Broken] = &[
    with("truncate", T::Truncated, "bytes of the body before it", 10),
    with("truncate-unframed", T::Truncated, "bytes of the body before it", 10),
    with("truncate-chunked", T::Truncated, "bytes of the body before it", 10),
    with("reset", T::Reset, BYTES, 0),
    with("close", T::Closed, BYTES, 0),
    with("stall", T::Stall, MILLIS, 30_000),
    with("drip", T::Drip, "bytes a second", 10),
    bare("garbage", T::Garbage),
    bare("bad-chunk", T::Garbage),
    bare("bad-length", T::Garbage),
    bare("short-length", T::Truncated),
    bare("long-length", T::Truncated),
    bare("not-json", T::NotJson),
    bare("html", T::HtmlSuccess),
    bare("html-error", T::HtmlError),
    bare("empty", T::Empty),
    bare("empty-error", T::EmptyError),
    bare("no-content", T::NoContent),
    bare("no-content-body", T::NoContent),
    bare("content-type", T::ContentType),
    bare("invalid-utf8", T::InvalidUtf8),
    bare("bom", T::Bom),
    bare("gzip", T::Mislabelled),
    bare("gzip-unsaid", T::Mislabelled),
    bare("half-character", T::InvalidUtf8),
    bare("duplicate-keys", T::DuplicateKeys),
    bare("deep", T::Deep),
    bare("huge", T::Huge),
    bare("huge-20", T::Huge),
    bare("chunked", T::Chunked),
    with("redirect", T::Redirect, "the status", 307),
    with("redirect-loop", T::RedirectLoop, "the status", 307),
    with("redirect-foreign", T::RedirectForeign, "the status", 307),
    with("refuse", T::Refused, "milliseconds for which no connection is taken", 1_000),
    with("throttled", T::Throttled, MILLIS, 300),
    with("throttled-seconds", T::Throttled, "seconds", 1),
    bare("throttled-date", T::Throttled),
    with("throttled-body", T::Throttled, "seconds", 1),
    with("throttled-limit", T::Throttled, "seconds", 1),
    bare("throttled-bare", T::ThrottledForever),
    with("unavailable", T::Unavailable, "seconds", 1),
    bare("server-error", T::ServerError),
];

const fn with(name: &'static str, situation: T, meaning: &'static str, usual: u32) -> Broken {
    Broken { name, situation, number: Some((meaning, usual)) }
}

const fn bare(name: &'static str, situation: T) -> Broken {
    Broken { name, situation, number: None }
}

/// The way of that name; a clause's word for it (`truncated`) is one too.
pub(crate) fn named(name: &str) -> Option<&'static Broken> {
    BROKEN.iter().find(|b| b.name == name).or_else(|| BROKEN.iter().find(|b| b.situation.as_str() == name))
}

/// Where a request went, for redirects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) host: &'a str,
    pub(crate) target: &'a str,
}

impl Asked<'_> {
    /// The same port under another name of this machine, which is another origin to every client.
    fn elsewhere(self) -> String {
        let (name, port) = self.host.rsplit_once(':').unwrap_or((self.host, "80"));
        let name = if name == "localhost" { "127.0.0.1" } else { "localhost" };
        format!("http://{name}:{port}/elsewhere")
    }
}

impl Broken {
    /// The number that it takes, where none is given.
    pub(crate) fn number(&self, given: Option<u32>) -> u32 {
        given.or(self.number.map(|(_, usual)| usual)).unwrap_or_default()
    }
}

/// An answer broken in this way.
pub(crate) fn serve(way: &Broken, number: Option<u32>, answer: &Answer, asked: Asked<'_>, fresh: &mut Fresh) -> Serve {
    let n = way.number(number);
    let status = u16::try_from(n).unwrap_or(307);
    let body = i32::try_from(n).unwrap_or(i32::MAX);
    let faulty = |answer: Answer, fault: Fault| Serve { answer, fault: Some(fault) };
    let whole = answer.clone();
    match way.name {
        "truncate" => faulty(whole, Fault::Truncate { body }),
        "truncate-unframed" => faulty(headed(answer, &[("Content-Length", "")]), Fault::Truncate { body }),
        "truncate-chunked" => faulty(headed(answer, &[("Transfer-Encoding", "chunked")]), Fault::Truncate { body }),
        "reset" => faulty(whole, Fault::Reset { after: n }),
        "close" => faulty(whole, Fault::Close { after: n }),
        "stall" => faulty(whole, Fault::Stall { after: 0, ms: n }),
        // At least ten pieces a second, so that a read never waits long for the next.
        "drip" => {
            let (bytes, every_ms) = if n > 10 { (n / 10, 100) } else { (1, 1000 / n.max(1)) };
            faulty(whole, Fault::Drip { bytes, every_ms, most: u32::MAX })
        }
        "garbage" => faulty(whole, Fault::Garbage),
        "bad-chunk" => faulty(headed(answer, &[("Transfer-Encoding", "chunked")]), Fault::Garble { body: 0 }),
        "bad-length" => bad_length(answer).into(),
        "short-length" => lengthened(answer, -5).into(),
        "long-length" => lengthened(answer, 5).into(),
        "not-json" => raw(answer.status, "application/json", "{\"Data\": nope}").into(),
        "html" => raw(200, "text/html", "<html><body>Please log in</body></html>").into(),
        "html-error" => raw(502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>").into(),
        "empty" => Answer { body: Body::Empty, headers: vec![json_type()], ..whole }.into(),
        "empty-error" => Answer { status: 500, headers: vec![], body: Body::Empty }.into(),
        "no-content" => Answer { status: 204, headers: vec![], body: Body::Empty }.into(),
        "no-content-body" => {
            let length = answer.body.bytes().len().to_string();
            Answer { status: 204, ..headed(answer, &[("Content-Length", &length), ("Connection", "close")]) }.into()
        }
        "content-type" => retyped(answer, "text/plain").into(),
        "invalid-utf8" => not_utf8(answer).into(),
        "bom" => with_bom(answer).into(),
        "gzip" => headed(answer, &[("Content-Encoding", "gzip")]).into(),
        "gzip-unsaid" => unsaid(answer).into(),
        "half-character" => halved(answer).into(),
        "duplicate-keys" => doubled(answer).into(),
        "deep" => deep().into(),
        "huge" => huge(answer).into(),
        "huge-20" => {
            let (head, unit, tail) = ("{\"Filler\":\"".into(), "0123456789abcdef".into(), "\"}".into());
            let body = Body::Repeat { head, unit, times: 20 << 16, tail };
            Answer { headers: vec![json_type()], body, ..whole }.into()
        }
        "chunked" => headed(answer, &[("Transfer-Encoding", "chunked")]).into(),
        "redirect" => redirect(status, "/elsewhere").into(),
        "redirect-loop" => redirect(status, asked.target).into(),
        "redirect-foreign" => redirect(status, &asked.elsewhere()).into(),
        // Who serves it closes the port meanwhile.
        "refuse" => faulty(whole, Fault::Close { after: 0 }),
        name => refused(name, n, fresh).into(),
    }
}

/// Refusals that a client may try again after, with the hint in every spelling that servers use.
fn refused(name: &str, n: u32, fresh: &mut Fresh) -> Answer {
    let throttled = |fresh: &mut Fresh| envelope(429, "Throttling.User", "Too many requests.", fresh);
    let n = n.to_string();
    match name {
        "throttled" => headed(&throttled(fresh), &[("x-acs-retry-after", &n)]),
        "throttled-seconds" => headed(&throttled(fresh), &[("Retry-After", &n)]),
        // A date that is past whatever the time is: the hint says that there is nothing to wait for.
        "throttled-date" => headed(&throttled(fresh), &[("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")]),
        "throttled-body" => {
            let mut answer = throttled(fresh);
            if let Body::Json(Value::Object(members)) = &mut answer.body {
                members.insert("RetryAfter".into(), json!(n));
            }
            answer
        }
        "throttled-limit" => {
            let reset = [("X-RateLimit-Limit", "1"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", n.as_str())];
            headed(&throttled(fresh), &reset)
        }
        "throttled-bare" => throttled(fresh),
        "unavailable" => {
            let answer = envelope(503, "ServiceUnavailable", "The service is down.", fresh);
            headed(&answer, &[("Retry-After", &n)])
        }
        _ => envelope(500, "InternalError", "Internal error.", fresh),
    }
}

/// The answer with further headers.
pub(crate) fn headed(answer: &Answer, headers: &[(&str, &str)]) -> Answer {
    let mut answer = answer.clone();
    answer.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    answer
}

/// A `Content-Length` that is off by so many bytes.
fn lengthened(answer: &Answer, by: i64) -> Answer {
    let length = i64::try_from(answer.body.bytes().len()).unwrap_or(i64::MAX / 2) + by;
    headed(answer, &[("Content-Length", &length.max(0).to_string()), ("Connection", "close")])
}

/// The header that calls a text JSON.
pub(crate) fn json_type() -> (String, String) {
    ("Content-Type".into(), "application/json;charset=utf-8".into())
}

/// A text of this media type.
pub(crate) fn raw(status: u16, media: &str, text: &str) -> Answer {
    Answer {
        status,
        headers: vec![("Content-Type".into(), media.into())],
        body: Body::Text { text: text.into(), means: None },
    }
}

/// What an answer says.
pub(crate) fn value(answer: &Answer) -> Value {
    answer.body.means().cloned().unwrap_or_else(|| json!({}))
}

/// The body with blanks after it.
pub(crate) fn padded(answer: &Answer) -> Body {
    Body::Text { text: format!("{}    ", value(answer)), means: Some(value(answer)) }
}

/// The same JSON behind so many blanks, which leave room for a fault between the head and the first member.
pub(crate) fn indented(answer: &Answer, blanks: usize) -> Answer {
    headed(&spelled(answer, format!("{:blanks$}{}", "", value(answer))), &[("Content-Type", "application/json")])
}

/// The same JSON under another media type.
pub(crate) fn retyped(answer: &Answer, media: &str) -> Answer {
    headed(&untyped(answer), &[("Content-Type", media)])
}

/// The same JSON without a content type.
pub(crate) fn untyped(answer: &Answer) -> Answer {
    spelled(answer, value(answer).to_string())
}

/// The same JSON as this text.
fn spelled(answer: &Answer, text: String) -> Answer {
    Answer { body: Body::Text { text, means: Some(value(answer)) }, ..answer.clone() }
}

/// A success with this body, that calls it JSON.
pub(super) fn respelled(answer: &Answer, body: Body) -> Answer {
    Answer { status: 200, headers: [answer.headers.clone(), vec![json_type()]].concat(), body }
}

/// Bytes within a text that are not UTF-8.
pub(crate) fn not_utf8(answer: &Answer) -> Answer {
    let text = value(answer).to_string();
    let at = text.rfind("\":\"").map_or(text.len(), |at| at + 3);
    let mut bytes = text.into_bytes();
    bytes.splice(at..at, [0xff, 0xfe, 0xe9]);
    respelled(answer, Body::Bytes { bytes, means: None })
}

/// The first half of a character that JSON spells as two escapes, in every text; what it says is nobody's to tell.
fn halved(answer: &Answer) -> Answer {
    let text = value(answer).to_string().replace(":\"", ":\"\\ud83d ");
    respelled(answer, Body::Text { text, means: Some(value(answer)) })
}

/// A byte order mark before the body.
pub(crate) fn with_bom(answer: &Answer) -> Answer {
    let value = value(answer);
    let text = format!("\u{feff}{value}");
    respelled(answer, Body::Text { text, means: Some(value) })
}

/// Every member twice.
pub(crate) fn doubled(answer: &Answer) -> Answer {
    let value = value(answer);
    let text = value.to_string();
    let members = text.trim_start_matches('{').trim_end_matches('}');
    let twice = format!("{{{members},{members}}}");
    // A nested object ends in braces that were trimmed too.
    let text = if serde_json::from_str::<Value>(&twice).is_ok() {
        twice
    } else {
        format!("{{\"RequestId\":\"first\",{}", &text[1..])
    };
    respelled(answer, Body::Text { text, means: Some(value) })
}

/// Lists within each other, 50,000 of them.
pub(crate) fn deep() -> Answer {
    // Two repeats make no single body, so the lists are closed by their count in text.
    let depth = 50_000;
    let text = format!("{{\"Deep\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    Answer { status: 200, headers: vec![json_type()], body: Body::Text { text, means: None } }
}

/// A text of 2 MiB for one of the members.
pub(crate) fn huge(answer: &Answer) -> Answer {
    filled(answer, "0123456789abcdef".repeat(131_072))
}

/// This text for one of the members.
pub(crate) fn filled(answer: &Answer, text: String) -> Answer {
    let mut value = value(answer);
    if let Some(members) = value.as_object_mut() {
        let name =
            members.iter().find(|(n, v)| v.is_string() && !n.eq_ignore_ascii_case("requestid")).map(|(n, _)| n.clone());
        members.insert(name.unwrap_or_else(|| "Filler".into()), text.into());
    }
    Answer { body: Body::Json(value), ..answer.clone() }
}

/// A `Content-Length` that is no number.
pub(crate) fn bad_length(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    answer.headers.push(("Content-Length".into(), "many".into()));
    answer.headers.push(("Connection".into(), "close".into()));
    answer
}

/// A redirect.
pub(crate) fn redirect(status: u16, location: &str) -> Answer {
    Answer { status, headers: vec![("Location".into(), location.to_owned())], body: Body::Empty }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_can_be_named_and_breaks_something() {
        let answer = Answer::json(200, json!({ "Data": { "Id": "0123456789" }, "RequestId": "r" }));
        let asked = Asked { host: "127.0.0.1:1", target: "/" };
        for way in BROKEN {
            assert_eq!(named(way.name), Some(way));
            assert!(named(way.situation.as_str()).is_some(), "{way:?}");
            let serve = serve(way, None, &answer, asked, &mut Fresh::new(1));
            assert_ne!(serve, answer.clone().into(), "{way:?}");
        }
    }

    #[test]
    fn another_name_of_this_machine_is_another_origin() {
        let elsewhere = |host: &str| Asked { host, target: "/" }.elsewhere();
        assert_eq!(elsewhere("127.0.0.1:8080"), "http://localhost:8080/elsewhere");
        assert_eq!(elsewhere("localhost:8080"), "http://127.0.0.1:8080/elsewhere");
        assert_eq!(elsewhere("x"), "http://localhost:80/elsewhere");
    }
}
