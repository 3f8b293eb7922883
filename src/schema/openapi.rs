//! A contract as an OpenAPI 3.1 document, which is read back as the same contract.
//!
//! What OpenAPI cannot say stands in members named `x-fineprint`. Where a fact was said, how it is known and what was
//! guessed belong to the pages, and are left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::errors::pattern;
use super::field::{self, Side};
use crate::contract::{Contract, DocumentedError, Field, Mark, Operation, Parameter, Place, Said, Sample, SampleOf};

/// The document.
pub fn openapi(contract: &Contract) -> Value {
    let said = |fact: &Option<Said<String>>| fact.as_ref().map(|said| said.value.clone());
    let (product, code, version) = (said(&contract.product), said(&contract.code), said(&contract.version));
    let title = product.clone().or(code.clone()).unwrap_or_else(|| "API".to_owned());
    let mut paths: Map<String, Value> = Map::new();
    for operation in &contract.operations {
        let (path, method) = place(operation, &paths);
        let item = paths.entry(path.clone()).or_insert_with(|| json!({}));
        item[&method] = self::operation(operation, &path);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version.clone().unwrap_or_else(|| "unsaid".to_owned()),
            "x-fineprint": { "product": product, "code": code, "version": version, "style": contract.style },
        },
        "paths": paths,
    })
}

/// Path and method. OpenAPI tells operations apart by both; where a page says neither, a fragment does, which no client sends.
fn place(operation: &Operation, taken: &Map<String, Value>) -> (String, String) {
    let method = operation.method.as_ref().map_or("post".to_owned(), |m| m.value.to_lowercase());
    let said = operation.path.as_ref().map(|p| p.value.clone()).filter(|p| p.starts_with('/'));
    let free = |path: &String| taken.get(path).is_none_or(|item| item.get(&method).is_none());
    let path =
        said.clone().filter(free).unwrap_or_else(|| format!("{}#{}", said.as_deref().unwrap_or("/"), operation.name));
    (path, method)
}

fn operation(operation: &Operation, path: &str) -> Value {
    let mut out = Map::new();
    let mut more = Map::new();
    out.insert("operationId".into(), json!(operation.name));
    if let Some(summary) = &operation.summary {
        out.insert("summary".into(), json!(summary.value));
    }
    if operation.marks.iter().any(|m| m.value == Mark::Deprecated) {
        out.insert("deprecated".into(), json!(true));
    }
    if operation.method.is_none() {
        more.insert("method".into(), Value::Null);
    }
    if operation.path.as_ref().is_none_or(|p| p.value != path) {
        more.insert("path".into(), json!(operation.path.as_ref().map(|p| &p.value)));
    }
    if let Some(access) = &operation.authorization {
        let level = access.access_level.as_ref().map(|l| &l.value);
        more.insert(
            "authorization".into(),
            json!({ "action": access.action.value, "level": level, "legend": access.legend }),
        );
    }
    let samples: Vec<Value> = operation.samples.iter().filter(|s| !is_example(s)).map(sample).collect();
    if !samples.is_empty() {
        more.insert("samples".into(), json!(samples));
    }
    let parameters = operation.parameters.iter().filter(|p| !in_body(p)).map(|p| parameter(p, false));
    let parameters: Vec<Value> = parameters.chain(operation.common.iter().map(|p| parameter(p, true))).collect();
    if !parameters.is_empty() {
        out.insert("parameters".into(), json!(parameters));
    }
    if let Some(body) = body(operation) {
        out.insert("requestBody".into(), body);
    }
    out.insert("responses".into(), responses(operation));
    if !more.is_empty() {
        out.insert("x-fineprint".into(), Value::Object(more));
    }
    Value::Object(out)
}

fn in_body(parameter: &Parameter) -> bool {
    matches!(parameter.place, Place::Form | Place::Body)
}

fn parameter(parameter: &Parameter, common: bool) -> Value {
    let (field, place) = (&parameter.field, parameter.place);
    let at = match place {
        Place::Header => "header",
        Place::Path => "path",
        _ => "query",
    };
    let mut out = json!({ "name": field.name, "in": at, "schema": field::schema(field, Side::Document) });
    if field.required == Some(true) || place == Place::Path {
        out["required"] = json!(true);
    }
    let mut more = Map::new();
    if !matches!(place, Place::Header | Place::Path | Place::Query) {
        more.insert("place".into(), json!(place));
    }
    if field.required != Some(place == Place::Path || field.required == Some(true)) {
        more.insert("required".into(), json!(field.required));
    }
    if common {
        more.insert("common".into(), json!(true));
    }
    if !more.is_empty() {
        out["x-fineprint"] = Value::Object(more);
    }
    out
}

/// The body: one schema for the one JSON parameter, or an object with a member a parameter.
fn body(operation: &Operation) -> Option<Value> {
    let inside: Vec<&Parameter> = operation.parameters.iter().filter(|p| in_body(p)).collect();
    let required = inside.iter().any(|p| p.field.required == Some(true));
    let (media, schema) = match inside.as_slice() {
        [] => return None,
        [one] if one.place == Place::Body => {
            let mut schema = field::schema(&one.field, Side::Document);
            field::more(&mut schema, "name", json!(one.field.name));
            field::more(&mut schema, "required", json!(one.field.required));
            ("application/json", schema)
        }
        several => {
            let fields: Vec<&Field> = several.iter().map(|p| &p.field).collect();
            let mut out = Map::from_iter([("type".to_owned(), json!("object"))]);
            field::members(&mut out, &fields, Side::Document);
            let mut schema = Value::Object(out);
            let places: BTreeMap<&str, Place> = several.iter().map(|p| (p.field.name.as_str(), p.place)).collect();
            field::more(&mut schema, "places", json!(places));
            ("application/x-www-form-urlencoded", schema)
        }
    };
    Some(json!({ "required": required, "content": { media: { "schema": schema } } }))
}

fn responses(operation: &Operation) -> Value {
    let mut out = Map::new();
    let mut success = json!({ "description": "A success." });
    let examples: Map<String, Value> = (1..)
        .zip(operation.samples.iter().filter(|s| is_example(s)))
        .map(|(n, sample)| (format!("sample-{n}"), json!({ "value": sample.value })))
        .collect();
    if operation.response.is_some() || !examples.is_empty() {
        let mut media = Map::new();
        if let Some(answer) = &operation.response {
            media.insert("schema".into(), field::schema(answer, Side::Document));
        }
        if !examples.is_empty() {
            media.insert("examples".into(), Value::Object(examples));
        }
        success["content"] = json!({ "application/json": media });
    }
    out.insert("200".into(), success);
    let mut statuses: BTreeMap<String, Vec<&DocumentedError>> = BTreeMap::new();
    for error in &operation.errors {
        let status = error.status.map_or_else(|| "default".to_owned(), |s| s.to_string());
        statuses.entry(status).or_default().push(error);
    }
    for (status, errors) in statuses {
        let answer = json!({
            "description": "An error.",
            "content": { "application/json": { "schema": codes(&errors) } },
        });
        match status == "200" {
            // A refusal inside of a success has no place of its own.
            true => out["200"]["x-fineprint"] = json!({ "errors": codes(&errors) }),
            false => drop(out.insert(status, answer)),
        }
    }
    Value::Object(out)
}

/// The codes of one status: each is a branch whose `Code` is a constant, with its messages.
fn codes(errors: &[&DocumentedError]) -> Value {
    let mut branches: Vec<(&DocumentedError, Vec<Value>)> = Vec::new();
    for error in errors {
        let mut message = text(&error.message, error.message_template);
        if let Some(description) = &error.description {
            message["description"] = json!(description);
        }
        let known = branches.iter_mut().rev().take(BRANCHES).find(|(first, _)| first.code == error.code);
        match known {
            Some((_, messages)) => messages.push(message),
            None => branches.push((error, vec![message])),
        }
    }
    let overlap = errors.iter().any(|e| e.code_template);
    let list: Vec<Value> = branches
        .into_iter()
        .map(|(error, messages)| {
            let word = if messages.len() > 1 && errors.iter().any(|e| e.message_template) { "anyOf" } else { "oneOf" };
            json!({
                "title": error.code,
                "properties": { "Code": text(&error.code, error.code_template), "Message": { word: messages } },
                "required": ["Code"],
            })
        })
        .collect();
    json!({ "type": "object", if overlap { "anyOf" } else { "oneOf" }: list })
}

/// Branches that are searched for a code that came before: enough for any page, and no time without end.
const BRANCHES: usize = 1_000;

fn text(said: &str, template: bool) -> Value {
    match template {
        true => json!({ "type": "string", "pattern": pattern(said), "x-template": said }),
        false => json!({ "const": said }),
    }
}

/// A sample that OpenAPI can hold as an example of the answer.
fn is_example(sample: &Sample) -> bool {
    sample.of == SampleOf::Success && sample.value.is_some()
}

fn sample(sample: &Sample) -> Value {
    json!({ "of": sample.of, "format": sample.format, "text": sample.text, "status": sample.status })
}
