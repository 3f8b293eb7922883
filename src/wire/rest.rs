//! The parameters of a REST style call: in the path, the query, a form, a header, or the JSON body.

use serde_json::Value;

use super::collect::{Collected, collect as collect_pairs};
use super::path;
use super::request::Request;
use super::rpc::Sent;
use crate::contract::{Kind, Operation, Parameter, Place};

/// Where a parameter without a place is looked for, and one that is not where it belongs.
const PLACES: [Place; 5] = [Place::Path, Place::Query, Place::Form, Place::Body, Place::Header];

/// What was sent for a parameter, and where it stood. The leaves of what stood in a JSON body have the types of JSON; all
/// others are texts.
pub fn collect(request: &Request, sent: &Sent, operation: &Operation, parameter: &Parameter) -> (Collected, Place) {
    let own = parameter.place;
    let look = |place: Place| match at(place, request, sent, operation, parameter) {
        Collected::Absent => None,
        found => Some((found, place)),
    };
    let first = if own == Place::Unsaid { None } else { look(own) };
    first.or_else(|| PLACES.into_iter().filter(|p| *p != own).find_map(look)).unwrap_or((Collected::Absent, own))
}

/// Whether the parameter is the JSON body itself, and no member of it.
pub fn is_whole_body(operation: &Operation, parameter: &Parameter) -> bool {
    let of_body = operation.parameters.iter().filter(|p| p.place == Place::Body).count();
    parameter.place == Place::Body && of_body == 1 && parameter.field.name.eq_ignore_ascii_case("body")
}

fn at(place: Place, request: &Request, sent: &Sent, operation: &Operation, parameter: &Parameter) -> Collected {
    let name = parameter.field.name.as_str();
    match place {
        Place::Path => {
            let Some(template) = &operation.path else { return Collected::Absent };
            let found = path::values(&template.value, request.path()).into_iter().find(|(of, ..)| *of == name);
            found.map_or(Collected::Absent, |(_, _, value)| Collected::Value(Value::String(value), 1))
        }
        Place::Query | Place::Form => {
            let pairs = sent.pairs.iter().filter(|p| p.place == place).cloned().collect();
            collect_pairs(&Sent { pairs, ..Sent::default() }, &parameter.field)
        }
        Place::Header => {
            let said: Vec<&str> = request
                .headers
                .iter()
                .filter(|h| h.name.eq_ignore_ascii_case(name))
                .map(|h| h.value.as_str())
                .collect();
            match said.as_slice() {
                [] => Collected::Absent,
                [first, ..] => Collected::Value(Value::String(utf8(first)), said.len()),
            }
        }
        Place::Body | Place::Unsaid => {
            in_body(sent, is_whole_body(operation, parameter), &parameter.field.kind.value, name)
        }
    }
}

fn in_body(sent: &Sent, whole: bool, kind: &Kind, name: &str) -> Collected {
    let value = match &sent.json {
        Some(json) if whole => Some(json),
        Some(json) => json.get(name),
        None => None,
    };
    match (value, kind) {
        (None | Some(Value::Null), _) => Collected::Absent,
        (Some(value), Kind::Array) if !value.is_array() => {
            Collected::Malformed(format!("`{name}` is JSON, but no list"))
        }
        (Some(value), Kind::Object | Kind::Map) if !value.is_object() => {
            Collected::Malformed(format!("`{name}` is JSON, but no object"))
        }
        (Some(value), _) => Collected::Value(value.clone(), 1),
    }
}

/// A header's value, one character a byte, as the UTF-8 that it may be.
fn utf8(latin1: &str) -> String {
    let bytes: Vec<u8> = latin1.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    String::from_utf8(bytes).unwrap_or_else(|_| latin1.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::{Parsed, parse, rpc};

    fn found(text: &str, name: &str) -> (Value, Place) {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let parameter = |name: &str, place: &str, kind: &str| json!({ "name": name, "place": place, "span": span, "kind": { "value": kind } });
        let operation: Operation = serde_json::from_value(json!({
            "name": "A", "span": span, "path": { "value": "/a/{id}", "span": span },
            "parameters": [
                parameter("id", "path", "string"), parameter("dry", "query", "string"), parameter("x-trace", "header", "string"),
                parameter("body", "body", "object"), parameter("loose", "unsaid", "string"),
            ],
        }))
        .unwrap();
        let Parsed::Complete(request, _) = parse(text.as_bytes()) else { panic!("no request: {text}") };
        let sent = rpc::read(&request, &[]);
        let parameter = operation.parameters.iter().find(|p| p.field.name == name).unwrap();
        match collect(&request, &sent, &operation, parameter) {
            (Collected::Value(value, 1), place) => (value, place),
            (other, place) => (json!(format!("{other:?}")), place),
        }
    }

    #[test]
    fn each_place_is_read_as_it_is_written() {
        let body = r#"{"n":9007199254740993,"s":"1","loose":"l"}"#;
        let text = format!(
            "PUT /a/x%2F+%20y?dry=a+b HTTP/1.1\r\nx-trace: t\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        assert_eq!(found(&text, "id"), (json!("x/+ y"), Place::Path));
        assert_eq!(found(&text, "dry"), (json!("a b"), Place::Query));
        assert_eq!(found(&text, "x-trace"), (json!("t"), Place::Header));
        assert_eq!(found(&text, "body"), (serde_json::from_str(body).unwrap(), Place::Body));
        assert_eq!(found(&text, "loose"), (json!("l"), Place::Body));
    }

    #[test]
    fn what_is_elsewhere_is_found_there() {
        let text = "PUT /a/x?x-trace=t HTTP/1.1\r\ndry: d\r\n\r\n";
        assert_eq!(found(text, "x-trace"), (json!("t"), Place::Query));
        assert_eq!(found(text, "dry"), (json!("d"), Place::Header));
        assert_eq!(found(text, "loose"), (json!("Absent"), Place::Unsaid));
    }
}
