//! A contract as JSON Schema 2020-12: what a request, an answer and an error may look like.

mod condition;
mod errors;
mod field;
pub mod judge;
mod openapi;
pub(crate) mod pattern;

use serde_json::{Map, Value, json};

use crate::contract::{Field, Kind, Mark, Operation};
use field::Side;

pub use errors::errors;
pub use openapi::openapi;

/// The dialect that we write.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What the page allows in a call: an object with a member a parameter, closed, with the conditions between them.
pub fn request(operation: &Operation) -> Value {
    let fields: Vec<&Field> = operation.parameters.iter().map(|p| &p.field).collect();
    let mut schema = head(operation, "request");
    if operation.marks.iter().any(|m| m.value == Mark::Deprecated) {
        schema.insert("deprecated".into(), json!(true));
    }
    schema.insert("type".into(), json!("object"));
    field::members(&mut schema, &fields, Side::Request);
    schema.insert("additionalProperties".into(), json!(false));
    Value::Object(schema)
}

/// What the page promises of an answer. It stays open: a server may add members, and a client has to live with that.
pub fn response(operation: &Operation) -> Value {
    let mut schema = head(operation, "response");
    match &operation.response {
        Some(field) => {
            let Value::Object(inner) = field::schema(field, Side::Response) else {
                unreachable!("the schema of a field is an object")
            };
            schema.extend(inner);
        }
        None => {
            schema.insert("$comment".into(), json!("the page documents no answer"));
        }
    }
    Value::Object(schema)
}

/// What the page allows for one parameter, or for one value inside of it.
pub fn parameter(field: &Field) -> Value {
    field::schema(field, Side::Request)
}

/// The members that every schema of ours begins with.
fn head(operation: &Operation, part: &str) -> Map<String, Value> {
    let name: String = operation.name.bytes().map(urn_safe).collect();
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!(DIALECT));
    schema.insert("$id".into(), json!(format!("urn:fineprint:{name}:{part}")));
    schema.insert("title".into(), json!(format!("{} {part}", operation.name)));
    schema
}

/// One byte of a name as a URN spells it, so that no name of a page makes an `$id` that is no URI.
fn urn_safe(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

/// The words of JSON Schema for a type; none for [`Kind::Any`].
fn type_name(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::String => Some("string"),
        Kind::Integer => Some("integer"),
        Kind::Number => Some("number"),
        Kind::Boolean => Some("boolean"),
        Kind::Object | Kind::Map => Some("object"),
        Kind::Array => Some("array"),
        Kind::Any => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An operation with these parameters, each given as what differs from a bare text.
    pub(crate) fn operation(parameters: Value) -> Operation {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let mut operation = json!({ "name": "A/B", "span": span, "parameters": [] });
        for (name, more) in parameters.as_object().unwrap() {
            let mut parameter = json!({ "name": name, "span": span, "kind": { "value": "string" } });
            parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            operation["parameters"].as_array_mut().unwrap().push(parameter);
        }
        serde_json::from_value(operation).unwrap()
    }

    fn request_of(parameters: Value) -> Value {
        request(&operation(parameters))
    }

    fn property(more: Value) -> Value {
        request_of(json!({ "P": more }))["properties"]["P"].clone()
    }

    #[test]
    fn every_fact_has_its_keyword() {
        let value = |v: Value| json!({ "value": v });
        let text = property(json!({
            "required": true, "pattern": value(json!("^a")), "format": value(json!("uri")), "default": value(json!("ab")),
            "example": value(json!("abc")), "length": value(json!({ "min": 2, "max": 8.5 })), "description": value(json!("It.")),
            "nullable": value(json!(true)), "marks": [value(json!("deprecated")), value(json!("not-public"))]
        }));
        let expected = json!({
            "description": "It.", "type": ["string", "null"], "minLength": 2, "maxLength": 8, "pattern": "^a",
            "format": "uri", "default": "ab", "examples": ["abc"], "deprecated": true, "x-not-public": true
        });
        assert_eq!(text, expected);
        let number =
            property(json!({ "kind": value(json!("number")), "range": value(json!({ "min": 0, "max": 0.5 })) }));
        assert_eq!(number, json!({ "type": "number", "minimum": 0, "maximum": 0.5 }));
        let small = property(json!({ "kind": value(json!("integer")), "format": value(json!("int32")) }));
        assert_eq!(small["maximum"], i32::MAX);
        let sided = |range: Value| {
            property(json!({ "kind": value(json!("integer")), "format": value(json!("int32")), "range": value(range) }))
        };
        let positive = sided(json!({ "min": 0 }));
        assert_eq!((&positive["minimum"], &positive["maximum"]), (&json!(0), &json!(i32::MAX)));
        let beyond = sided(json!({ "min": -1e12, "max": 7 }));
        assert_eq!((&beyond["minimum"], &beyond["maximum"]), (&json!(i32::MIN), &json!(7)));
        assert_eq!(property(json!({ "kind": value(json!("any")) })), json!({}));
    }

    #[test]
    fn a_closed_list_under_two_types_holds_both_spellings() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let list = json!([{ "value": "1", "span": span }, { "value": "x", "span": span }]);
        let schema = property(json!({ "values": list, "also": [{ "value": "integer" }] }));
        assert_eq!(schema, json!({ "type": ["string", "integer"], "enum": ["1", 1, "x"] }));
    }

    #[test]
    fn objects_lists_and_maps_nest() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let leaf = |name: &str| json!({ "name": name, "span": span, "kind": { "value": "string" }, "required": true });
        let object = json!({ "name": "", "span": span, "kind": { "value": "object" }, "fields": [leaf("Key")] });
        let list =
            property(json!({ "kind": { "value": "array" }, "items": object, "length": { "value": { "max": 3 } } }));
        let item = json!({
            "type": "object", "properties": { "Key": { "type": "string" } }, "required": ["Key"],
            "additionalProperties": false
        });
        assert_eq!(list, json!({ "type": "array", "maxItems": 3, "items": item }));
        let map = property(json!({ "kind": { "value": "map" }, "items": leaf("") }));
        assert_eq!(map, json!({ "type": "object", "additionalProperties": { "type": "string" } }));
    }

    #[test]
    fn conditions_hold_calls_together() {
        let asks = |asks: &str, other: &str, values: Value| json!({ "conditions": [{ "value": { "text": "t", "asks": asks, "parameter": other, "values": values } }] });
        let schema = request_of(json!({
            "A": {}, "Needed": asks("required-when", "A", json!(["x"])), "Barred": asks("forbidden-when", "A", json!([])),
            "One": asks("one-of", "Other", json!([])), "Other": asks("one-of", "One", json!([])),
            "Stray": asks("required-when", "Unknown", json!([])), "Ignored": asks("applies-when", "A", json!(["x"]))
        }));
        assert_eq!(schema["allOf"].as_array().unwrap().len(), 3, "{schema:#}");
        assert_eq!(schema["properties"]["Ignored"]["x-applies-when"], json!({ "A": ["x"] }));
        let judge = judge::Judge::new(&schema).unwrap();
        let paths = |call: Value| judge.faults(&call).into_iter().map(|f| f.path).collect::<Vec<_>>();
        assert_eq!(paths(json!({ "One": "1", "Ignored": "1" })), [""; 0]);
        assert_eq!(paths(json!({ "A": "x", "One": "1" })), ["/Needed"]);
        assert_eq!(paths(json!({ "A": "y", "One": "1", "Barred": "b" })), ["/Barred"]);
        assert_eq!(paths(json!({ "A": "y" })), [""]);
    }

    #[test]
    fn a_page_without_an_answer_or_errors_still_has_schemas() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let operation = serde_json::from_value(json!({ "name": "A", "span": span })).unwrap();
        let judge = |schema: Value| judge::Judge::new(&schema).unwrap();
        assert!(judge(response(&operation)).accepts(&json!({ "a": 1 })));
        assert!(!judge(errors(&operation)).accepts(&json!({})));
        assert!(judge(request(&operation)).accepts(&json!({})));
    }
}
