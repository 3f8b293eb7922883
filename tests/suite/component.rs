//! The schemas of an OpenAPI document, each as a schema of its own.

use serde_json::{Map, Value, json};

/// One of these as a schema of its own, with all that it refers to.
pub(crate) fn component(schemas: &Map<String, Value>, name: &str) -> Value {
    let mut reached: Map<String, Value> = Map::new();
    let mut queue = vec![name.to_owned()];
    while let Some(name) = queue.pop() {
        let schema = schemas.get(&name).unwrap_or(&Value::Null);
        if reached.insert(name, schema.clone()).is_some() {
            continue;
        }
        let text = schema.to_string();
        let targets = text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split(['"', '/']).next());
        let names = targets.map(|name| name.replace("~1", "/").replace("~0", "~"));
        queue.extend(names.filter(|name| !reached.contains_key(name)));
    }
    json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": reached } })
}
