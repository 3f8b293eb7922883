//! Every keyword of JSON Schema, and of OpenAPI beside it: aimed at, filtered by and named, or refused; none is ignored.

use std::collections::BTreeSet;

use fineprint::generate::{Calls, valid};
use fineprint::schema::judge::Judge;
use serde_json::{Value, json};

fn drawn(schema: &Value) -> (Calls, Vec<Value>) {
    let calls = valid(schema).unwrap_or_else(|e| panic!("{e}: {schema}"));
    let values = (0..100).map(|seed| calls.value(seed)).collect();
    (calls, values)
}

/// The schema without a keyword, wherever it stands.
fn without(schema: &Value, keyword: &str) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != keyword);
            kept.map(|(name, value)| (name.clone(), without(value, keyword))).collect()
        }
        Value::Array(items) => items.iter().map(|item| without(item, keyword)).collect(),
        other => other.clone(),
    }
}

/// All values fit, there are several, and the keyword is why: without it some would not.
fn holds(keyword: &str, schema: &Value) -> Calls {
    let judge = Judge::new(schema).unwrap();
    let (calls, values) = drawn(schema);
    for value in &values {
        assert!(judge.accepts(value), "{keyword}: {value} against {schema}");
    }
    let distinct: BTreeSet<String> = values.iter().map(Value::to_string).collect();
    assert!(distinct.len() > 1 || keyword == "const", "{keyword}: only {distinct:?}");
    let (_, free) = drawn(&without(schema, keyword));
    assert!(free.iter().any(|value| !judge.accepts(value)), "{keyword} makes no difference in {schema}");
    calls
}

#[test]
fn what_is_aimed_at_is_drawn_and_needs_no_remark() {
    let object = |more: Value| {
        let mut object =
            json!({ "type": "object", "properties": { "a": { "type": "integer" }, "b": { "type": "string" } } });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let tree = json!({ "type": "object", "required": ["v"], "properties": { "v": { "type": "integer" },
        "kids": { "type": "array", "items": { "$ref": "#/$defs/tree" } } } });
    for (keyword, schema) in [
        ("type", json!({ "type": "boolean" })),
        ("type", json!({ "type": ["integer", "null"] })),
        ("enum", json!({ "type": "string", "enum": ["a", "b", "c"] })),
        ("const", json!({ "const": { "a": [1, null] } })),
        ("minimum", json!({ "type": "integer", "minimum": 3 })),
        ("maximum", json!({ "type": "number", "maximum": 3.5 })),
        ("exclusiveMinimum", json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 0.5 })),
        ("exclusiveMaximum", json!({ "type": "integer", "exclusiveMaximum": -3 })),
        ("multipleOf", json!({ "type": "integer", "multipleOf": 7 })),
        ("multipleOf", json!({ "type": "number", "multipleOf": 0.25, "minimum": 0, "maximum": 9 })),
        ("minLength", json!({ "type": "string", "minLength": 30 })),
        ("maxLength", json!({ "type": "string", "maxLength": 3 })),
        ("pattern", json!({ "type": "string", "pattern": "^[a-f]{2,}-[0-9]+$" })),
        ("pattern", json!({ "type": "string", "pattern": "^[a-f]+$", "minLength": 12, "maxLength": 14 })),
        ("format", json!({ "type": "string", "format": "date-time" })),
        ("required", object(json!({ "required": ["a", "b"] }))),
        ("additionalProperties", json!({ "type": "object", "additionalProperties": { "type": "boolean" } })),
        (
            "additionalProperties",
            json!({ "type": "object", "additionalProperties": false, "patternProperties": { "^a": true } }),
        ),
        (
            "patternProperties",
            json!({ "type": "object", "patternProperties": { "^key[0-9]+$": { "type": "integer" } } }),
        ),
        (
            "propertyNames",
            json!({ "type": "object", "propertyNames": { "pattern": "^[a-c]{3}$" }, "minProperties": 1,
            "additionalProperties": { "type": "integer" } }),
        ),
        ("items", json!({ "type": "array", "items": { "type": "boolean" } })),
        ("prefixItems", json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "null" }] })),
        ("contains", json!({ "type": "array", "items": { "type": "integer" }, "contains": { "const": 7 } })),
        ("uniqueItems", json!({ "type": "array", "items": { "enum": [1, 2, 3] }, "minItems": 3, "uniqueItems": true })),
        ("minItems", json!({ "type": "array", "items": { "type": "integer" }, "minItems": 6 })),
        ("maxItems", json!({ "type": "array", "items": { "type": "integer" }, "maxItems": 1 })),
        ("minProperties", object(json!({ "minProperties": 2 }))),
        ("maxProperties", object(json!({ "maxProperties": 1 }))),
        ("allOf", json!({ "type": "integer", "allOf": [{ "minimum": 3 }, { "maximum": 9 }] })),
        ("anyOf", object(json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] }))),
        ("oneOf", object(json!({ "oneOf": [{ "required": ["a"] }, { "required": ["b"] }] }))),
        ("not", json!({ "not": { "type": ["string", "number"] } })),
        ("$ref", json!({ "$ref": "#/$defs/tree", "$defs": { "tree": tree } })),
        ("if", object(json!({ "if": { "required": ["a"] }, "then": { "required": ["b"] } }))),
        ("then", object(json!({ "if": { "required": ["a"] }, "then": { "required": ["b"] } }))),
        ("else", object(json!({ "if": { "required": ["a"] }, "then": {}, "else": { "required": ["b"] } }))),
        ("dependentRequired", object(json!({ "dependentRequired": { "a": ["b"] } }))),
        ("dependentSchemas", object(json!({ "dependentSchemas": { "a": { "required": ["b"] } } }))),
    ] {
        let calls = holds(keyword, &schema);
        assert_eq!(calls.notes().collect::<Vec<_>>(), Vec::<&str>::new(), "{schema}");
    }
}

#[test]
fn what_is_only_held_to_is_filtered_by_and_named() {
    for (keyword, schema) in [
        ("not", json!({ "type": "integer", "minimum": 0, "maximum": 9, "not": { "enum": [0, 1, 2] } })),
        ("pattern", json!({ "type": "string", "pattern": "^(?!a)[a-d]*$" })),
        ("format", json!({ "type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "format": "ipv4" })),
        (
            "minContains",
            json!({ "type": "array", "items": { "enum": [1, 2] }, "contains": { "const": 1 }, "minContains": 2 }),
        ),
        (
            "maxContains",
            json!({ "type": "array", "items": { "enum": [1, 2] }, "contains": { "const": 1 }, "maxContains": 1 }),
        ),
        (
            "unevaluatedItems",
            json!({ "type": "array", "prefixItems": [{ "type": "integer" }], "unevaluatedItems": false }),
        ),
        (
            "unevaluatedProperties",
            json!({ "type": "object", "patternProperties": { "^k": true }, "unevaluatedProperties": false,
            "minProperties": 1 }),
        ),
    ] {
        let calls = holds(keyword, &schema);
        let notes: Vec<&str> = calls.notes().collect();
        let is_named = notes.iter().any(|note| note.contains(&format!("`{keyword}`")) && note.contains("only held to"));
        assert!(is_named, "{keyword}: {notes:?}");
    }
}

#[test]
fn what_openapi_adds_is_drawn_as_it_means_it() {
    let (_, values) = drawn(&json!({ "type": "string", "nullable": true, "enum": ["a"] }));
    assert!(values.contains(&Value::Null) && values.contains(&json!("a")));
    let (_, values) = drawn(&json!({ "type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 2 }));
    assert!(values.iter().all(|v| [1, 2].contains(&v.as_i64().unwrap())));
    let (_, values) = drawn(&json!({ "$ref": "#/components/schemas/Pet", "components": { "schemas": {
        "Pet": { "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
            "discriminator": { "propertyName": "kind", "mapping": { "tom": "#/components/schemas/Cat" } } },
        "Cat": { "type": "object", "properties": { "kind": { "type": "string" } } },
        "Dog": { "type": "object", "properties": { "kind": { "type": "string" } } } } } }));
    let kinds: BTreeSet<&str> = values.iter().map(|v| v["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["Dog", "tom"]);
}

#[test]
fn what_older_dialects_say_is_understood_or_named() {
    let (calls, values) = drawn(&json!({ "type": "object", "properties": { "a": { "type": "integer" } },
        "dependencies": { "a": ["b"] } }));
    assert!(values.iter().all(|v| v.get("a").is_none() || v.get("b").is_some()) && calls.notes().count() == 0);
    let (calls, values) =
        drawn(&json!({ "type": "array", "items": [{ "type": "string" }], "additionalItems": false, "minItems": 1 }));
    assert!(values.iter().all(|v| v.as_array().unwrap().len() == 1) && calls.notes().count() == 0);
    let (calls, _) = drawn(&json!({ "type": "string", "divisibleBy": 3 }));
    assert_eq!(
        calls.notes().collect::<Vec<_>>(),
        ["`divisibleBy` is no keyword of JSON Schema, nothing is held to it"]
    );
    let (calls, _) = drawn(&json!({ "type": "string", "format": "sandwich" }));
    assert_eq!(calls.notes().collect::<Vec<_>>(), ["`format` sandwich is not aimed at, only held to"]);
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let mut deep = json!({});
    for _ in 0..200 {
        deep = json!({ "items": deep });
    }
    for (schema, named) in [
        (json!({ "$ref": "https://elsewhere.example/a.json" }), "https://elsewhere.example/a.json"),
        (json!({ "$ref": "#/$defs/nowhere" }), "/$defs/nowhere"),
        (json!({ "type": "text" }), "\"text\""),
        (json!({ "minLength": "3" }), "\"3\""),
        (json!({ "pattern": "(" }), "\"(\""),
        (deep, "128 levels"),
    ] {
        let error = valid(&schema).unwrap_err().to_string();
        assert!(error.contains(named), "{schema}: {error}");
    }
}

#[test]
fn what_no_value_fits_is_told_as_such_whichever_keyword_is_in_the_way() {
    for schema in [
        json!({ "type": "string", "not": { "type": "string" } }),
        json!({ "type": "string", "not": {} }),
        json!({ "enum": [1, 2], "not": { "enum": [1, 2] } }),
        json!({ "type": "integer", "minimum": 1, "maximum": 2, "exclusiveMinimum": 1, "multipleOf": 3 }),
        json!({ "type": "integer", "multipleOf": 5, "minimum": 1, "maximum": 4 }),
        json!({ "type": "string", "minLength": 3, "maxLength": 2 }),
        json!({ "type": "array", "minItems": 2, "maxItems": 1 }),
        json!({ "type": "array", "minItems": 3, "uniqueItems": true, "items": { "type": "boolean" } }),
        json!({ "type": "array", "contains": false }),
        json!({ "type": "object", "minProperties": 1, "maxProperties": 0 }),
        json!({ "type": "object", "required": ["a"], "additionalProperties": false }),
        json!({ "type": "object", "required": ["ab"], "propertyNames": { "maxLength": 1 } }),
        json!({ "type": "object", "required": ["a"], "maxProperties": 0 }),
        json!({ "allOf": [{ "const": 1 }, { "const": 2 }] }),
        json!({ "oneOf": [{ "type": "integer" }, { "type": "integer" }] }),
        json!({ "anyOf": [{ "type": "string", "enum": [1] }, false] }),
        json!({ "type": "object", "required": ["a"], "dependentSchemas": { "a": false } }),
        json!({ "type": "object", "required": ["a"], "dependentRequired": { "a": ["b"] }, "properties": { "b": false } }),
        json!({ "if": true, "then": false }),
    ] {
        let error = valid(&schema).unwrap_err().to_string();
        assert_eq!(error, "no value fits the schema", "{schema}");
    }
}

#[test]
fn a_proof_that_nothing_fits_costs_bounded_time() {
    let many: Vec<Value> = (0..16).map(|i| json!({ "anyOf": [{ "minLength": i }, { "maxLength": i + 90 }] })).collect();
    let start = std::time::Instant::now();
    drop(valid(&json!({ "type": "string", "pattern": "^(?=aaa)", "maxLength": 2, "allOf": many })));
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
