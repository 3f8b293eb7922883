//! The parameters of a call, wherever they stand in the request.

use serde_json::Value;

use super::encode::{bytes, decode_bytes, escapes_are_whole, latin1, pairs};
use super::{Framing, Request, json};
use crate::contract::Place;

pub use super::collect::{Collected, arrange, collect, unclaimed};

/// Parameters of the protocol. Where a page lists one of them it is a business parameter as well.
pub const COMMON: [&str; 12] = [
    "Action",
    "Version",
    "Format",
    "Timestamp",
    "SignatureNonce",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureType",
    "AccessKeyId",
    "Signature",
    "SecurityToken",
    "RegionId",
];

const FORM: &str = "application/x-www-form-urlencoded";
/// Headers that stand in a request once, beside those of the protocol.
const SINGLE: [&str; 4] = ["host", "content-type", "content-length", "authorization"];

/// What a request says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sent {
    /// The operation.
    pub action: Option<Located>,
    /// The version of the API.
    pub version: Option<Located>,
    /// The format that the answer is asked for in.
    pub format: Option<Located>,
    /// The access key id.
    pub key_id: Option<String>,
    /// The security token.
    pub security_token: Option<String>,
    /// Business parameters in the order of the wire, the query first.
    pub pairs: Vec<Pair>,
    /// Common parameters in the order of the wire.
    pub common: Vec<Pair>,
    /// The body, if it is JSON.
    pub json: Option<Value>,
    /// What is wrong with the way it is said.
    pub problems: Vec<String>,
}

/// A value and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// `Header`, `Query` or `Form`.
    pub place: Place,
    /// The value.
    pub value: String,
}

/// One parameter as it stood in the query or form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// `Query` or `Form`.
    pub place: Place,
    /// The name, decoded.
    pub name: String,
    /// The value, decoded; bytes that are not UTF-8 became U+FFFD.
    pub value: String,
    /// The name on the wire, one character a byte.
    pub raw_name: String,
    /// The value on the wire, one character a byte.
    pub raw_value: String,
    /// Whether name and value were UTF-8.
    pub valid_utf8: bool,
}

impl Sent {
    /// Every pair of that name, common or not, in the order of the wire.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Pair> {
        let common = self.common.iter().filter(move |_| COMMON.contains(&name));
        let pairs = self.pairs.iter().filter(move |_| !COMMON.contains(&name));
        common.chain(pairs).filter(move |pair| pair.name == name)
    }
}

/// Reads what a request says; `listed` are the parameters that the page lists.
pub fn read(request: &Request, listed: &[&str]) -> Sent {
    let mut sent = Sent::default();
    problems_of_target(&request.target, &mut sent.problems);
    let place = |place: Place, raw: &[u8], sent: &mut Sent| {
        for (name, value) in pairs(raw) {
            let pair = pair(place, name, value);
            if !pair.valid_utf8 {
                sent.problems.push(format!("`{}` in the {} is not UTF-8", pair.name, said(place)));
            }
            if !(escapes_are_whole(name) && escapes_are_whole(value)) {
                sent.problems.push(format!("`{}` in the {} holds a broken percent escape", pair.name, said(place)));
            }
            match (COMMON.contains(&pair.name.as_str()), listed.contains(&pair.name.as_str())) {
                (true, true) => {
                    sent.common.push(pair.clone());
                    sent.pairs.push(pair);
                }
                (true, false) => sent.common.push(pair),
                (false, _) => sent.pairs.push(pair),
            }
        }
    };
    place(Place::Query, &bytes(request.query()), &mut sent);
    if is_form(request) {
        problems_of_form(request, &mut sent.problems);
        place(Place::Form, &request.body, &mut sent);
    } else if is_json(request) {
        match json::read(&request.body, json::Leaves::Exact) {
            Ok(value) => sent.json = Some(value),
            Err(why) => sent.problems.push(format!("the body is not the JSON that it claims to be: {why}")),
        }
    }
    problems_of_headers(request, &mut sent.problems);
    sent.action = located(request, &sent, "x-acs-action", "Action");
    sent.version = located(request, &sent, "x-acs-version", "Version");
    sent.format = located(request, &sent, "x-acs-format", "Format");
    sent.key_id = key_id(request).or_else(|| first(&sent, "AccessKeyId").map(|p| p.value.clone()));
    sent.security_token = located(request, &sent, "x-acs-security-token", "SecurityToken").map(|l| l.value);
    sent
}

fn said(place: Place) -> &'static str {
    if place == Place::Query { "query" } else { "form" }
}

fn pair(place: Place, raw_name: &[u8], raw_value: &[u8]) -> Pair {
    let text = |raw: &[u8]| match String::from_utf8(decode_bytes(raw).into_owned()) {
        Ok(text) => (text, true),
        Err(e) => (String::from_utf8_lossy(e.as_bytes()).into_owned(), false),
    };
    let ((name, name_is), (value, value_is)) = (text(raw_name), text(raw_value));
    let (raw_name, raw_value) = (latin1(raw_name), latin1(raw_value));
    Pair { place, name, value, raw_name, raw_value, valid_utf8: name_is && value_is }
}

fn problems_of_target(target: &str, problems: &mut Vec<String>) {
    if target.contains(' ') {
        problems.push("a raw space in the target".into());
    }
    if is_plain(target) {
        return;
    }
    if target.chars().any(|c| c.is_control()) {
        problems.push("a raw control byte in the target".into());
    }
    if target.chars().any(|c| c > '\u{9f}') {
        problems.push("a raw byte beyond ASCII in the target".into());
    }
}

/// Whether there is nothing in a text but ASCII that can be seen, and spaces.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

fn problems_of_headers(request: &Request, problems: &mut Vec<String>) {
    if request.framing == Framing::Both {
        problems.push("both Content-Length and Transfer-Encoding".into());
    }
    if request.minor > 0 && request.header("host").is_none() {
        problems.push("no Host".into());
    }
    for (at, header) in request.headers.iter().enumerate() {
        let name = header.name.as_str();
        let is_again = || request.headers[..at].iter().any(|h| h.name.eq_ignore_ascii_case(name));
        if is_single(name) && is_again() {
            problems.push(format!("the header `{}` twice", name.to_ascii_lowercase()));
        }
        if !is_plain(&header.value) && header.value.chars().any(|c| c.is_control() && c != '\t') {
            problems.push(format!("a raw control byte in the header `{}`", name.to_ascii_lowercase()));
        }
    }
}

/// Whether a header stands in a request once.
fn is_single(name: &str) -> bool {
    name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-acs-"))
        || SINGLE.iter().any(|single| single.eq_ignore_ascii_case(name))
}

fn problems_of_form(request: &Request, problems: &mut Vec<String>) {
    let body = request.body.as_slice();
    match request.header("content-type") {
        _ if body.is_empty() => {}
        None => problems.push("a body without Content-Type".into()),
        Some(other) if !names(other, FORM) => {
            problems.push(format!("a form with Content-Type `{other}`"));
        }
        Some(_) => {}
    }
    if body.contains(&b' ') {
        problems.push("a raw space in the form".into());
    }
    if body.iter().any(u8::is_ascii_control) {
        problems.push("a raw control byte in the form".into());
    }
    if !body.is_ascii() {
        problems.push("a raw byte beyond ASCII in the form".into());
    }
}

fn names(content_type: &str, name: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(name)
}

/// Whether the body is read as a form: it says so, or says nothing, or says plain text. The last is a problem, but
/// its parameters are no less there.
pub fn is_form(request: &Request) -> bool {
    let Some(said) = request.header("content-type") else { return true };
    if said == FORM {
        return true;
    }
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    !["json", "xml", "octet-stream", "multipart/"].iter().any(|other| said.contains(other))
}

fn is_json(request: &Request) -> bool {
    request.header("content-type").is_some_and(|said| said.to_ascii_lowercase().contains("json"))
}

/// Header, query, form, in that order; in one place the first counts.
fn located(request: &Request, sent: &Sent, header: &str, name: &str) -> Option<Located> {
    match request.header(header) {
        Some(value) => Some(Located { place: Place::Header, value: value.to_owned() }),
        None => first(sent, name).map(|pair| Located { place: pair.place, value: pair.value.clone() }),
    }
}

fn first<'a>(sent: &'a Sent, name: &str) -> Option<&'a Pair> {
    sent.common.iter().find(|pair| pair.name == name)
}

fn key_id(request: &Request) -> Option<String> {
    let (_, credential) = request.header("authorization")?.split_once("Credential=")?;
    credential.split(',').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Parsed, parse};

    fn sent(text: &str, listed: &[&str]) -> Sent {
        match parse(text.as_bytes()) {
            Parsed::Complete(request, _) => read(&request, listed),
            other => panic!("{other:?}"),
        }
    }

    fn post(query: &str, headers: &str, body: &str) -> Sent {
        let length = body.len();
        sent(&format!("POST /?{query} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {length}\r\n\r\n{body}"), &["A"])
    }

    const HEADER: &str = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";

    #[test]
    fn pairs_keep_order_place_and_spelling() {
        let sent = post("Action=X&A=1+2", HEADER, "B=%c3%a9&A=");
        let seen: Vec<_> =
            sent.pairs.iter().map(|p| (p.place, p.name.as_str(), p.value.as_str(), p.raw_value.as_str())).collect();
        let expected =
            [(Place::Query, "A", "1 2", "1+2"), (Place::Form, "B", "é", "%c3%a9"), (Place::Form, "A", "", "")];
        assert_eq!(seen, expected);
        assert_eq!(sent.action, Some(Located { place: Place::Query, value: "X".into() }));
        assert_eq!(sent.problems, Vec::<String>::new());
    }

    #[test]
    fn a_header_comes_before_the_query_and_the_query_before_the_form() {
        let all = format!("x-acs-action: H\r\n{HEADER}");
        assert_eq!(post("Action=Q", &all, "Action=F").action.unwrap().value, "H");
        assert_eq!(post("Action=Q", HEADER, "Action=F").action.unwrap().value, "Q");
        assert_eq!(post("", HEADER, "Action=F").action.unwrap().place, Place::Form);
    }

    #[test]
    fn a_common_parameter_that_the_page_lists_is_business_too() {
        let text = "GET /?RegionId=r&Version=v HTTP/1.1\r\n\r\n";
        assert!(sent(text, &[]).pairs.is_empty());
        let listed = sent(text, &["RegionId"]);
        assert_eq!((listed.pairs.len(), listed.common.len()), (1, 2));
        assert_eq!(listed.named("RegionId").count(), 1);
    }

    #[test]
    fn problems_are_named() {
        assert_eq!(post("", "", "A=1").problems, ["a body without Content-Type"]);
        assert_eq!(post("A=%zz", "", "").problems, ["`A` in the query holds a broken percent escape"]);
        assert_eq!(post("A=%ff", "", "").problems, ["`A` in the query is not UTF-8"]);
        assert_eq!(post("A=b c", "", "").problems, ["a raw space in the target"]);
        assert_eq!(post("", HEADER, "A=b c\n").problems, ["a raw space in the form", "a raw control byte in the form"]);
        assert_eq!(post("", "X-Acs-A: 1\r\nx-acs-a: 1\r\n", "").problems, ["the header `x-acs-a` twice"]);
        assert_eq!(post("", "X: 1\u{1}\r\n", "").problems, ["a raw control byte in the header `x`"]);
        assert_eq!(sent("GET / HTTP/1.1\r\n\r\n", &[]).problems, ["no Host"]);
        assert_eq!(post("", "Content-Type: text/plain\r\n", "A=1").problems, ["a form with Content-Type `text/plain`"]);
    }

    #[test]
    fn a_json_body_is_kept_as_a_value() {
        let json = "Content-Type: application/json; charset=utf-8\r\n";
        assert_eq!(post("", json, "{\"a\":1}").json, Some(serde_json::json!({"a": 1})));
        let broken = post("", json, "{");
        assert!(broken.json.is_none() && broken.problems[0].starts_with("the body is not the JSON"));
    }

    #[test]
    fn the_key_and_the_token_are_found_in_either_place() {
        let v3 =
            "Authorization: ACS3-HMAC-SHA256 Credential=id,SignedHeaders=a,Signature=x\r\nx-acs-security-token: t\r\n";
        let sent = post("", v3, "");
        assert_eq!((sent.key_id.as_deref(), sent.security_token.as_deref()), (Some("id"), Some("t")));
        let sent = post("AccessKeyId=id&SecurityToken=t", "", "");
        assert_eq!((sent.key_id.as_deref(), sent.security_token.as_deref()), (Some("id"), Some("t")));
    }
}
