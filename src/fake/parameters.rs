//! What of a request's parameters is missing or against the page.

use serde_json::{Map, Value};

use super::objection::{About, Objection};
use crate::contract::{Field, Kind, Operation, Place};
use crate::schema::pattern;
use crate::wire::rpc::{self, Collected, Sent};
use crate::wire::{Request, rest};

/// The first parameter that is missing or against the page; `look` sees what was sent for each up to that one.
pub(crate) fn objection(
    request: &Request,
    sent: &Sent,
    operation: &Operation,
    look: &mut dyn FnMut(&str, &Collected),
) -> Option<Objection> {
    operation.parameters.iter().find_map(|parameter| {
        let field = &parameter.field;
        let (collected, place) = match rpc::collect(sent, field) {
            Collected::Absent => rest::collect(request, sent, operation, parameter),
            pairs => (pairs, Place::Query),
        };
        look(&field.name, &collected);
        let invalid = |why: String| Objection::new(About::Invalid(field.name.clone()), why);
        match collected {
            Collected::Absent if field.required == Some(true) => Some(Objection::new(
                About::Missing(field.name.clone()),
                format!("the required parameter {} is missing", field.name),
            )),
            Collected::Absent => None,
            Collected::Malformed(why) => Some(invalid(why)),
            // A header of that name need not be the parameter, where the page does not say that it is one.
            Collected::Value(..) if place == Place::Header && parameter.place != Place::Header => None,
            Collected::Value(value, _) => {
                let reading = if place == Place::Body { Reading::Typed } else { Reading::Texts };
                against(&field.name, field, &value, reading).map(invalid)
            }
        }
    })
}

/// What the leaves of a value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Texts, whatever the page says: they stood in pairs, in the path or in a header.
    Texts,
    /// What JSON has: they stood in a body.
    Typed,
}

/// Why a value is against the page.
fn against(path: &str, field: &Field, value: &Value, reading: Reading) -> Option<String> {
    let has = |wanted: &[Kind]| kinds(field).any(|kind| kind == Kind::Any || wanted.contains(&kind));
    match value {
        Value::Null => None,
        Value::String(text) => leaf(path, field, text),
        Value::Bool(_) if reading == Reading::Typed && !has(&[Kind::Boolean]) => Some(no(path, field)),
        Value::Number(_) if reading == Reading::Typed && !has(&[Kind::Integer, Kind::Number]) => Some(no(path, field)),
        Value::Bool(_) | Value::Number(_) => leaf(path, field, &value.to_string()),
        Value::Array(_) if !has(&[Kind::Array]) => Some(no(path, field)),
        Value::Array(items) => {
            let inner = field.items.as_deref();
            let item = |(item, n): (&Value, usize)| against(&format!("{path}.{n}"), inner?, item, reading);
            outside(field, items.len())
                .map(|why| format!("`{path}` has {} items, {why}", items.len()))
                .or_else(|| items.iter().zip(1..).find_map(item))
        }
        Value::Object(members) => match spelled(members) {
            Some(text) if reading == Reading::Typed => leaf(path, field, text),
            _ if !has(&[Kind::Object, Kind::Map]) => Some(no(path, field)),
            _ => object(path, field, members, reading),
        },
    }
}

fn object(path: &str, field: &Field, members: &Map<String, Value>, reading: Reading) -> Option<String> {
    let missing = field.fields.iter().find(|f| f.required == Some(true) && !members.contains_key(&f.name));
    if let Some(missing) = missing {
        return Some(format!("`{path}.{}` is required and missing", missing.name));
    }
    members.iter().find_map(|(name, value)| {
        let inner = field.fields.iter().find(|f| f.name == *name).or(field.items.as_deref())?;
        against(&format!("{path}.{name}"), inner, value, reading)
    })
}

/// The digits of a number that no double holds, as our reader of JSON spells it.
fn spelled(members: &Map<String, Value>) -> Option<&str> {
    let (name, value) = members.iter().next().filter(|_| members.len() == 1)?;
    value.as_str().filter(|_| name == "$int" || name == "$num")
}

fn kinds(field: &Field) -> impl Iterator<Item = Kind> {
    field.also.iter().map(|also| also.value).chain([field.kind.value])
}

fn no(path: &str, field: &Field) -> String {
    format!("`{path}` is no {}", word(field.kind.value))
}

fn leaf(path: &str, field: &Field, text: &str) -> Option<String> {
    if !kinds(field).any(|kind| is_of(kind, text)) {
        return Some(no(path, field));
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
    if field.kind.value != Kind::String {
        return None;
    }
    if let Some(why) = outside(field, text.chars().count()) {
        return Some(format!("`{path}` is too short or long, {why}"));
    }
    let pattern = field.pattern.as_ref().filter(|pattern| !pattern::fits(&pattern.value, text))?;
    Some(format!("`{path}` does not fit the pattern `{}`", pattern.value))
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
        // These come as trees: a text is none of them.
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
    use serde_json::json;

    use super::*;
    use crate::schema::tests::operation;
    use crate::wire::{Parsed, parse};

    fn objected(parameters: Value, query: &str) -> Option<(About, String)> {
        match parse(format!("GET /?{query} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()) {
            Parsed::Complete(request, _) => {
                let sent = rpc::read(&request, &[]);
                super::objection(&request, &sent, &operation(parameters), &mut |_, _| ()).map(|o| (o.about, o.why))
            }
            other => panic!("{other:?}"),
        }
    }

    fn why(parameter: Value, query: &str) -> String {
        objected(json!({ "A": parameter }), query).map(|(_, why)| why).unwrap_or_default()
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
        assert_eq!(
            why(json!({ "pattern": { "value": "^[a-z]+$" } }), "A=x1"),
            "`A` does not fit the pattern `^[a-z]+$`"
        );
        let items = json!({ "name": "", "span": span, "kind": kind("integer") });
        assert_eq!(why(json!({ "kind": kind("array"), "items": items }), "A.1=1&A.2=x"), "`A.2` is no whole number");
    }

    #[test]
    fn the_members_of_a_body_are_held_to_the_page() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let field = |name: &str, kind: &str, more: Value| {
            let mut field = json!({ "name": name, "span": span, "kind": { "value": kind }, "spelled": kind });
            field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            field
        };
        let fields = json!([
            field("n", "integer", json!({ "range": { "value": { "max": 9 } } })),
            field("t", "string", json!({ "required": true, "length": { "value": { "max": 2 } } })),
            field("l", "array", json!({ "items": field("", "boolean", json!({})) })),
        ]);
        let page = operation(json!({
            "A": { "kind": { "value": "object" }, "place": "body", "fields": fields }, "B": { "place": "body" }
        }));
        let why = |body: &str| {
            let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
            match parse(format!("POST / HTTP/1.1\r\n{head}\r\n\r\n{body}").as_bytes()) {
                Parsed::Complete(request, _) => {
                    let sent = rpc::read(&request, &[]);
                    super::objection(&request, &sent, &page, &mut |_, _| ()).map(|o| o.why).unwrap_or_default()
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(why(r#"{"A":{"n":9,"t":"ab","l":[true],"x":1},"B":"b"}"#), "");
        assert_eq!(why(r#"{"A":{"n":10,"t":"ab"}}"#), "`A.n` is 10, and the page says at most 9");
        assert_eq!(
            why(r#"{"A":{"n":99999999999999999999,"t":"ab"}}"#),
            "`A.n` is 99999999999999999999, and the page says at most 9"
        );
        assert_eq!(why(r#"{"A":{"n":1.5,"t":"ab"}}"#), "`A.n` is no whole number");
        assert_eq!(why(r#"{"A":{"n":1}}"#), "`A.t` is required and missing");
        assert_eq!(why(r#"{"A":{"t":7}}"#), "`A.t` is no text");
        assert_eq!(why(r#"{"A":{"t":"abc"}}"#), "`A.t` is too short or long, and the page says at most 2");
        assert_eq!(why(r#"{"A":{"t":"a","l":[true,2]}}"#), "`A.l.2` is no boolean");
        assert_eq!(why(r#"{"A":{"t":"a","l":{}}}"#), "`A.l` is no list");
        assert_eq!(why(r#"{"A":[]}"#), "`A` is JSON, but no object");
        assert_eq!(why(r#"{"A":null,"B":[1]}"#), "`B` is no text");
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
            super::objection(&request, &rpc::read(&request, &[]), &page, &mut |_, _| ()).is_some()
        };
        assert_eq!((is_missing(""), is_missing(r#"{"name":"a"}"#)), (true, false));
    }
}
