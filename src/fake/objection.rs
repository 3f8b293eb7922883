//! What is wrong with a request, and the error that the page has for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FAULT_HEADER, envelope, error};
use crate::case::{Answer, Body};
use crate::contract::{DocumentedError, Field, Kind, Operation};
use crate::generate::fresh::Fresh;
use crate::wire::rest::is_whole_body;
use crate::wire::rpc::{self, Collected, Sent};
use crate::wire::signature;
use crate::wire::{Framing, Request};

/// The one thing that a request is refused for.
#[derive(Debug)]
pub(crate) struct Objection {
    pub(crate) about: About,
    /// In words.
    pub(crate) why: String,
    /// What the answer shows beside the words.
    more: Vec<(&'static str, Value)>,
}

/// What an objection is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// It is not well-formed HTTP.
    Malformed,
    /// It asks for an answer that there is not.
    Preference,
    /// It names no operation of the page.
    Operation,
    /// It is not signed as its key demands.
    Signature,
    /// A required parameter is missing.
    Missing(String),
    /// A parameter's value is against the page.
    Invalid(String),
}

impl Objection {
    pub(crate) fn new(about: About, why: impl Into<String>) -> Objection {
        Objection { about, why: why.into(), more: Vec::new() }
    }

    /// The page's own error for it, or one in its manner; a header says what is wrong either way.
    pub(crate) fn answer(&self, operation: Option<&Operation>, fresh: &mut Fresh) -> Answer {
        let documented = operation.and_then(|operation| operation.errors.iter().find(|e| self.is_meant_by(e)));
        let mut answer = match documented {
            Some(documented) => error(documented, fresh),
            None => {
                let (status, code) = self.usual();
                envelope(status, &code, &self.why, fresh)
            }
        };
        if let Body::Json(Value::Object(members)) = &mut answer.body {
            members.extend(self.more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        answer.headers.push((FAULT_HEADER.into(), plain(&self.why)));
        answer
    }

    fn usual(&self) -> (u16, String) {
        match &self.about {
            About::Malformed => (400, "MalformedRequest".into()),
            About::Preference => (400, "UnknownPreference".into()),
            About::Operation => (404, "InvalidAction.NotFound".into()),
            About::Signature => (400, "SignatureDoesNotMatch".into()),
            About::Missing(name) => (400, format!("Missing{name}")),
            About::Invalid(name) => (400, format!("Invalid{name}")),
        }
    }

    /// Whether the page's error says this: it names the parameter, or parameters as such.
    fn is_meant_by(&self, documented: &DocumentedError) -> bool {
        let letters = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let code = letters(&documented.code);
        let says = |words: &[&str]| words.iter().any(|word| code.contains(word));
        let about = |name: &str| code.contains(&letters(name)) || says(&["parameter", "argument"]);
        match &self.about {
            About::Malformed | About::Preference | About::Operation => false,
            About::Signature => code == "signaturedoesnotmatch",
            About::Missing(name) => says(&["missing", "required", "mandatory", "notnull", "empty"]) && about(name),
            About::Invalid(name) => {
                says(&["invalid", "illegal", "malformed", "outofrange"])
                    && about(name)
                    && !says(&["notfound", "notexist", "missing"])
            }
        }
    }
}

/// A header's value: printable, and of a length that clients take.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(400).collect()
}

/// Why a request is no HTTP that a server takes, although it could be read.
pub(crate) fn malformed(request: &Request) -> Option<Objection> {
    let is_raw = |text: &str| text.chars().any(|c| c.is_control() && c != '\t');
    let why = match request {
        _ if request.method == "CONNECT" => "a tunnel is asked for, and this is no proxy".into(),
        _ if is_raw(&request.target) => "a raw control byte in the target".into(),
        _ if request.framing == Framing::Both => "both Content-Length and Transfer-Encoding".into(),
        _ => {
            let header = request.headers.iter().find(|h| is_raw(&h.value))?;
            format!("a raw control byte in the header `{}`", header.name)
        }
    };
    Some(Objection::new(About::Malformed, why))
}

/// Why a request of a known key does not verify; a key that is not known is nobody's business.
pub(crate) fn signature(request: &Request, secrets: &BTreeMap<String, String>) -> Option<Objection> {
    if secrets.is_empty() {
        return None;
    }
    let found = signature::verify(request, &|key| secrets.get(key).cloned());
    match &found.verdict {
        signature::Verdict::Verified | signature::Verdict::UnknownKey => None,
        signature::Verdict::Unsigned => Some(Objection::new(About::Signature, "the request is not signed")),
        signature::Verdict::Wrong { why } => {
            let secret = found.key_id.as_ref().and_then(|key| secrets.get(key));
            let cause = secret.and_then(|secret| signature::cause(&found, secret));
            let mut more = vec![
                ("CanonicalRequest", json!(found.canonical)),
                ("StringToSign", json!(found.string_to_sign)),
                ("SignatureGot", json!(found.got)),
                ("SignatureExpected", json!(found.expected)),
            ];
            let why = match cause {
                Some(cause) => {
                    more.push(("Signed", json!(cause.signed)));
                    more.push(("FirstDifference", json!(cause.at)));
                    format!("{why}: {}, from byte {} of `Signed` on", cause.what, cause.at)
                }
                None => {
                    let equal = found.got.bytes().zip(found.expected.bytes()).take_while(|(a, b)| a == b).count();
                    more.push(("FirstDifference", json!(equal)));
                    format!("{why}; it differs from the right one from byte {equal} on")
                }
            };
            Some(Objection {
                about: About::Signature,
                why: format!("{why}; the string to sign is {}", json!(found.string_to_sign)),
                more,
            })
        }
    }
}

/// The first parameter that is missing or against the page; `look` sees what was sent for each up to that one.
pub(crate) fn parameters(
    request: &Request,
    sent: &Sent,
    operation: &Operation,
    look: &mut dyn FnMut(&str, &Collected),
) -> Option<Objection> {
    operation.parameters.iter().find_map(|parameter| {
        let field = &parameter.field;
        let elsewhere = || {
            sent.json
                .as_ref()
                .is_some_and(|json| is_whole_body(operation, parameter) || json.get(&field.name).is_some())
                || request.header(&field.name).is_some()
                || operation.path.as_ref().is_some_and(|path| path.value.contains(&format!("{{{}}}", field.name)))
        };
        let collected = rpc::collect(sent, field);
        look(&field.name, &collected);
        match collected {
            Collected::Absent if field.required == Some(true) && !elsewhere() => Some(Objection::new(
                About::Missing(field.name.clone()),
                format!("the required parameter {} is missing", field.name),
            )),
            Collected::Absent => None,
            Collected::Malformed(why) => Some(Objection::new(About::Invalid(field.name.clone()), why)),
            Collected::Value(value, _) => {
                against(&field.name, field, &value).map(|why| Objection::new(About::Invalid(field.name.clone()), why))
            }
        }
    })
}

/// Why a value, all leaves of which are texts, is against the page.
fn against(path: &str, field: &Field, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => leaf(path, field, text),
        Value::Array(items) => {
            let inner = field.items.as_deref()?;
            outside(field, items.len())
                .map(|why| format!("`{path}` has {} items, {why}", items.len()))
                .or_else(|| items.iter().zip(1..).find_map(|(item, n)| against(&format!("{path}.{n}"), inner, item)))
        }
        Value::Object(members) => {
            let missing = field.fields.iter().find(|f| f.required == Some(true) && !members.contains_key(&f.name));
            if let Some(missing) = missing {
                return Some(format!("`{path}.{}` is required and missing", missing.name));
            }
            members.iter().find_map(|(name, value)| {
                let inner = field.fields.iter().find(|f| f.name == *name).or(field.items.as_deref())?;
                against(&format!("{path}.{name}"), inner, value)
            })
        }
        _ => None,
    }
}

fn leaf(path: &str, field: &Field, text: &str) -> Option<String> {
    let kinds = || field.also.iter().map(|also| also.value).chain([field.kind.value]);
    if !kinds().any(|kind| is_of(kind, text)) {
        return Some(format!("`{path}` is no {}", word(field.kind.value)));
    }
    let listed = |value: &Value| match value {
        Value::String(value) => value == text,
        // The spelling `True` is a client's fault, but no server refuses it.
        other => other.to_string().eq_ignore_ascii_case(text),
    };
    if !field.values.is_empty() && !field.values.iter().any(|v| listed(&v.value)) {
        let values: Vec<String> = field.values.iter().take(12).map(|v| v.value.to_string()).collect();
        return Some(format!("`{path}` is none of {}", values.join(", ")));
    }
    if let (Some(range), Ok(number)) = (&field.range, text.parse::<f64>()) {
        let bounds = &range.value;
        if bounds.min.is_some_and(|min| number < min) || bounds.max.is_some_and(|max| number > max) {
            return Some(format!("`{path}` is {text}, {}", between(bounds.min, bounds.max)));
        }
    }
    match field.kind.value {
        Kind::String => outside(field, text.chars().count()).map(|why| format!("`{path}` is too short or long, {why}")),
        _ => None,
    }
}

fn is_of(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Integer => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }
        Kind::Number => text.parse::<f64>().is_ok(),
        Kind::Boolean => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        Kind::String | Kind::Any => true,
        // These come as trees, or as JSON that was read before.
        Kind::Object | Kind::Array | Kind::Map => false,
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "whole number",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Array => "list",
        Kind::Object | Kind::Map => "object",
        Kind::String | Kind::Any => "text",
    }
}

/// Why a length is outside of what the page says.
fn outside(field: &Field, length: usize) -> Option<String> {
    let bounds = &field.length.as_ref()?.value;
    let length = u32::try_from(length).map_or(f64::MAX, f64::from);
    (bounds.min.is_some_and(|min| length < min) || bounds.max.is_some_and(|max| length > max))
        .then(|| between(bounds.min, bounds.max))
}

fn between(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("and the page says {min} to {max}"),
        (Some(min), None) => format!("and the page says at least {min}"),
        (None, Some(max)) => format!("and the page says at most {max}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Place;
    use crate::schema::tests::operation;
    use crate::wire::{Parsed, parse};

    fn objection(parameters: Value, query: &str) -> Option<(About, String)> {
        match parse(format!("GET /?{query} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()) {
            Parsed::Complete(request, _) => {
                let sent = rpc::read(&request, &[]);
                super::parameters(&request, &sent, &operation(parameters), &mut |_, _| ()).map(|o| (o.about, o.why))
            }
            other => panic!("{other:?}"),
        }
    }

    fn why(parameter: Value, query: &str) -> String {
        objection(json!({ "A": parameter }), query).map(|(_, why)| why).unwrap_or_default()
    }

    #[test]
    fn what_is_missing_or_against_the_page_is_named() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let kind = |kind: &str| json!({ "value": kind });
        assert_eq!(why(json!({ "required": true }), "B=1"), "the required parameter A is missing");
        assert_eq!(why(json!({ "kind": kind("integer") }), "A=x"), "`A` is no whole number");
        assert_eq!(why(json!({ "kind": kind("boolean") }), "A=True"), "");
        assert_eq!(why(json!({ "kind": kind("boolean") }), "A=1"), "`A` is no boolean");
        assert_eq!(why(json!({ "kind": kind("boolean"), "also": [kind("integer")] }), "A=1"), "");
        let listed = json!({ "values": [{ "value": "ALL", "span": span }] });
        assert_eq!(why(listed.clone(), "A=ANY"), "`A` is none of \"ALL\"");
        assert_eq!(why(listed, "A=ALL"), "");
        let range = json!({ "kind": kind("integer"), "range": { "value": { "min": 1, "max": 9 } } });
        assert_eq!(why(range, "A=10"), "`A` is 10, and the page says 1 to 9");
        let length = json!({ "length": { "value": { "min": 2 } } });
        assert_eq!(why(length, "A=x"), "`A` is too short or long, and the page says at least 2");
        let items = json!({ "name": "", "span": span, "kind": kind("integer") });
        assert_eq!(why(json!({ "kind": kind("array"), "items": items }), "A.1=1&A.2=x"), "`A.2` is no whole number");
    }

    #[test]
    fn a_parameter_that_is_the_body_itself_is_missing_only_where_there_is_no_body() {
        let mut page = operation(json!({ "body": { "required": true, "kind": { "value": "object" } } }));
        page.parameters[0].place = Place::Body;
        let is_missing = |body: &str| {
            let head = format!("POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
            let Parsed::Complete(request, _) = parse(format!("{head}\r\n\r\n{body}").as_bytes()) else {
                panic!("{head}")
            };
            super::parameters(&request, &rpc::read(&request, &[]), &page, &mut |_, _| ()).is_some()
        };
        assert_eq!((is_missing(""), is_missing(r#"{"name":"a"}"#)), (true, false));
    }

    #[test]
    fn the_pages_own_error_is_said_where_it_has_one() {
        let mut page = operation(json!({ "A": {} }));
        let error = |code: &str| {
            let span = json!({ "page": 0, "first": 1, "last": 1 });
            serde_json::from_value(json!({ "status": 403, "code": code, "message": "No.", "span": span })).unwrap()
        };
        page.errors = ["InvalidA.NotFound", "MissingParameter", "A.Illegal"].map(error).into();
        let said = |about: About| {
            let answer = Objection::new(about, "why\n").answer(Some(&page), &mut Fresh::new(1));
            assert_eq!(answer.headers.last().unwrap().1, "why?");
            (answer.status, answer.body.means().unwrap()["Code"].as_str().unwrap().to_owned())
        };
        assert_eq!(said(About::Missing("A".into())), (403, "MissingParameter".into()));
        assert_eq!(said(About::Invalid("A".into())), (403, "A.Illegal".into()));
        assert_eq!(said(About::Invalid("B".into())), (400, "InvalidB".into()));
        assert_eq!(said(About::Signature), (400, "SignatureDoesNotMatch".into()));
    }
}
