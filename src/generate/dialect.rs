//! JSON Schema as OpenAPI 3.0 spells it, brought into the form of 2020-12.

use serde_json::{Map, Value, json};

/// Keywords that hold one schema, a list of schemas, or schemas by name.
const ONE: &[&str] = &[
    "additionalProperties",
    "additionalItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "items",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
];
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
const NAMED: &[&str] = &["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

/// The same schema without `nullable`, boolean exclusive bounds, `example`, item lists, dependents and discriminators.
/// Schemas elsewhere (`components/schemas`) are brought along, so that references go on pointing at them.
pub(super) fn modern(root: &Value) -> Value {
    schema(root, root)
}

fn schema(root: &Value, value: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let mut out = Map::new();
    for (keyword, value) in members {
        out.insert(keyword.clone(), inner(root, keyword, value));
    }
    bounds(&mut out);
    items(&mut out);
    dependents(&mut out);
    if let Some(reference) = out.remove("$recursiveRef") {
        out.entry("$ref").or_insert(reference);
    }
    if let Some(Value::Array(names)) = out.get_mut("required") {
        // A name that stands twice is no schema, but it is found, and the validator counts it twice.
        let mut seen: Vec<Value> = Vec::new();
        names.retain(|name| !seen.contains(name) && (seen.push(name.clone()), true).1);
    }
    if let Some(example) = out.remove("example") {
        out.entry("examples").or_insert_with(|| json!([example]));
    }
    if out.get("discriminator").is_some() {
        discriminate(root, &mut out);
    }
    match out.remove("nullable") {
        Some(Value::Bool(true)) => nullable(out),
        Some(Value::Bool(false)) | None => Value::Object(out),
        Some(other) => {
            out.insert("nullable".into(), other);
            Value::Object(out)
        }
    }
}

fn inner(root: &Value, keyword: &str, value: &Value) -> Value {
    match value {
        Value::Object(named) if NAMED.contains(&keyword) || keyword == "schemas" => {
            Value::Object(named.iter().map(|(name, inner)| (name.clone(), schema(root, inner))).collect())
        }
        Value::Object(parts) if keyword == "components" => {
            Value::Object(parts.iter().map(|(name, part)| (name.clone(), inner(root, name, part))).collect())
        }
        Value::Array(list) if LISTS.contains(&keyword) || keyword == "items" => {
            Value::Array(list.iter().map(|one| schema(root, one)).collect())
        }
        value if ONE.contains(&keyword) => schema(root, value),
        value => value.clone(),
    }
}

/// `exclusiveMinimum: true` beside `minimum: 3` is `exclusiveMinimum: 3`.
fn bounds(out: &mut Map<String, Value>) {
    for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match out.get(exclusive) {
            Some(Value::Bool(true)) => {
                out.remove(exclusive);
                if let Some(bound) = out.remove(inclusive) {
                    out.insert(exclusive.into(), bound);
                }
            }
            Some(Value::Bool(false)) => {
                out.remove(exclusive);
            }
            _ => {}
        }
    }
}

/// A list of schemas under `items` is what 2020-12 calls `prefixItems`.
fn items(out: &mut Map<String, Value>) {
    if let Some(Value::Array(_)) = out.get("items") {
        let prefix = out.remove("items").expect("it was just seen");
        out.insert("prefixItems".into(), prefix);
        if let Some(rest) = out.remove("additionalItems") {
            out.insert("items".into(), rest);
        }
    }
    // Beside one schema for all items it says nothing.
    out.remove("additionalItems");
}

/// What a member asks for, as conditions: they are drawn as alternatives.
fn dependents(out: &mut Map<String, Value>) {
    let mut conditions = Vec::new();
    for keyword in ["dependentRequired", "dependentSchemas", "dependencies"] {
        if let Some(Value::Object(asked)) = out.get(keyword).cloned() {
            out.remove(keyword);
            conditions.extend(asked.into_iter().map(|(name, asked)| {
                let then = if asked.is_array() { json!({ "required": asked }) } else { asked };
                json!({ "if": { "required": [name] }, "then": then, "else": { "properties": { name: false } } })
            }));
        }
    }
    if conditions.is_empty() {
        return;
    }
    if let Value::Array(all) = out.entry("allOf").or_insert_with(|| json!([])) {
        all.extend(conditions);
    }
}

fn nullable(mut out: Map<String, Value>) -> Value {
    let combined = ["$ref", "allOf", "anyOf", "oneOf", "const"].iter().any(|k| out.contains_key(*k));
    if combined || out.get("type").is_none() {
        return match combined {
            true => json!({ "anyOf": [out, { "type": "null" }] }),
            false => Value::Object(out),
        };
    }
    match out.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&json!("null")) => types.push(json!("null")),
        Some(Value::String(one)) => {
            let types = json!([one, "null"]);
            out.insert("type".into(), types);
        }
        _ => {}
    }
    if let Some(Value::Array(list)) = out.get_mut("enum")
        && !list.contains(&Value::Null)
    {
        list.push(Value::Null);
    }
    Value::Object(out)
}

/// A discriminator says which branch holds; as a constant in each branch the validator sees it as well.
fn discriminate(root: &Value, out: &mut Map<String, Value>) {
    let discriminator = out["discriminator"].clone();
    let Some(property) = discriminator["propertyName"].as_str() else { return };
    for keyword in ["oneOf", "anyOf"] {
        let Some(Value::Array(branches)) = out.get_mut(keyword) else { continue };
        for branch in branches {
            let Some(target) = branch["$ref"].as_str().map(str::to_owned) else { continue };
            // A branch that lists its own names knows better than the name of its schema.
            let Some(pin) = mapped(&discriminator, &target).or_else(|| match lists(root, branch, property, DEPTH) {
                true => None,
                false => Some(json!({ "const": target.rsplit('/').next() })),
            }) else {
                continue;
            };
            *branch = json!({ "allOf": [branch.take(), { "properties": { property: pin }, "required": [property] }] });
        }
    }
}

/// The names that the mapping gives a branch, if it does.
fn mapped(discriminator: &Value, target: &str) -> Option<Value> {
    let to = |v: &Value| v.as_str().is_some_and(|t| t == target || target.ends_with(&format!("/{t}")));
    let mapping = discriminator["mapping"].as_object()?;
    let names: Vec<&String> = mapping.iter().filter(|(_, v)| to(v)).map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| json!({ "enum": names }))
}

/// How many references are followed to see what a branch says of its property.
const DEPTH: usize = 8;

/// Whether a schema has a closed list for the property, itself or by reference.
fn lists(root: &Value, schema: &Value, property: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let target = |value: &Value| root.pointer(value["$ref"].as_str()?.strip_prefix('#')?);
    let is_closed = |value: &Value| value.get("enum").is_some() || value.get("const").is_some();
    let own = &schema["properties"][property];
    let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|k| schema[*k].as_array()).flatten();
    is_closed(own)
        || target(own).is_some_and(is_closed)
        || parts.chain(target(schema)).any(|part| lists(root, part, property, depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_openapi_30_says_is_said_in_2020_12() {
        let old = json!({
            "type": "object",
            "properties": {
                "nullable": { "type": "string", "nullable": true, "enum": ["a"] },
                "n": { "type": "number", "minimum": 0, "exclusiveMinimum": true, "example": 1 },
                "r": { "$ref": "#/components/schemas/A", "nullable": true }
            },
            "components": { "schemas": { "A": { "type": "integer", "nullable": true } } }
        });
        let new = json!({
            "type": "object",
            "properties": {
                "nullable": { "type": ["string", "null"], "enum": ["a", null] },
                "n": { "type": "number", "exclusiveMinimum": 0, "examples": [1] },
                "r": { "anyOf": [{ "$ref": "#/components/schemas/A" }, { "type": "null" }] }
            },
            "components": { "schemas": { "A": { "type": ["integer", "null"] } } }
        });
        assert_eq!(modern(&old), new);
        assert_eq!(modern(&new), new);
    }

    #[test]
    fn a_discriminator_pins_its_property() {
        let old = json!({
            "oneOf": [{ "$ref": "#/$defs/Cat" }, { "$ref": "#/$defs/Dog" }],
            "discriminator": { "propertyName": "kind", "mapping": { "feline": "#/$defs/Cat" } }
        });
        let new = modern(&old);
        assert_eq!(new["oneOf"][0]["allOf"][1]["properties"]["kind"], json!({ "enum": ["feline"] }));
        assert_eq!(new["oneOf"][1]["allOf"][1]["properties"]["kind"], json!({ "const": "Dog" }));
    }
}
