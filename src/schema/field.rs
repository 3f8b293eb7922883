//! One field as a schema, and the members of an object.

use serde_json::{Map, Value, json};

use super::{condition, type_name};
use crate::contract::{Asks, Bounds, Field, Kind, Mark};

/// Which way a value travels: a call is closed, an answer stays open to further members. A document says what the page
/// says and no more, so that it can be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
    Document,
}

/// The schema of one field, with all below it.
pub(super) fn schema(field: &Field, side: Side) -> Value {
    let mut out = Map::new();
    if let Some(description) = &field.description {
        out.insert("description".into(), json!(description.value));
    }
    types(&mut out, field, side);
    values(&mut out, field, side);
    bounds(&mut out, field, side);
    if let Some(pattern) = &field.pattern {
        out.insert("pattern".into(), json!(pattern.value));
    }
    if let Some(format) = &field.format {
        out.insert("format".into(), json!(format.value));
    }
    if let Some(default) = &field.default {
        out.insert("default".into(), default.value.clone());
    }
    if let Some(example) = &field.example {
        out.insert("examples".into(), json!([example_value(field, &example.value)]));
    }
    for mark in &field.marks {
        let keyword = match mark.value {
            Mark::NotPublic => "x-not-public",
            Mark::Deprecated => "deprecated",
            Mark::ReadOnly => "readOnly",
        };
        out.insert(keyword.into(), json!(true));
    }
    if side != Side::Document {
        applies_when(&mut out, field);
    }
    inside(&mut out, field, side);
    let mut schema = Value::Object(out);
    if side == Side::Document {
        beyond(&mut schema, field);
    }
    schema
}

/// What JSON Schema has no word for.
fn beyond(schema: &mut Value, field: &Field) {
    let said = |kind: &Kind| serde_json::to_value(kind).unwrap_or_default();
    if nullable(field) || Some(field.spelled.as_str()) != type_name(field.kind.value) {
        more(schema, "spelled", json!(field.spelled));
    }
    if !field.also.is_empty() {
        more(schema, "also", field.also.iter().map(|also| said(&also.value)).collect());
    }
    if field.required == Some(false) {
        more(schema, "required", json!(false));
    }
    if !field.conditions.is_empty() {
        more(schema, "conditions", field.conditions.iter().map(|c| json!(c.value)).collect());
    }
    let meanings = field.values.iter().filter_map(|v| Some(json!([v.value, v.meaning.as_ref()?])));
    let meanings: Vec<Value> = meanings.collect();
    if !meanings.is_empty() {
        more(schema, "meanings", json!(meanings));
    }
}

/// Puts a member into a schema's `x-fineprint`.
pub(super) fn more(schema: &mut Value, name: &str, value: Value) {
    schema["x-fineprint"][name] = value;
}

/// `properties`, `required` and the conditions of an object with these fields.
pub(super) fn members(out: &mut Map<String, Value>, fields: &[&Field], side: Side) {
    let properties: Map<String, Value> = fields.iter().map(|f| (f.name.clone(), schema(f, side))).collect();
    out.insert("properties".into(), Value::Object(properties));
    let required: Vec<&str> = fields.iter().filter(|f| f.required == Some(true)).map(|f| f.name.as_str()).collect();
    if !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
    let conditions = if side == Side::Document { Vec::new() } else { condition::schemas(fields) };
    if !conditions.is_empty() {
        out.insert("allOf".into(), Value::Array(conditions));
    }
}

fn types(out: &mut Map<String, Value>, field: &Field, side: Side) {
    let also = field.also.iter().map(|a| a.value).filter(|_| side != Side::Document);
    let kinds: Vec<Kind> = std::iter::once(field.kind.value).chain(also).collect();
    let Some(mut names) = kinds.iter().map(|k| type_name(*k)).collect::<Option<Vec<_>>>() else { return };
    if nullable(field) {
        names.push("null");
    }
    let mut seen = Vec::new();
    names.retain(|n| !seen.contains(n) && (seen.push(*n), true).1);
    match names.as_slice() {
        [one] => out.insert("type".into(), json!(one)),
        many => out.insert("type".into(), json!(many)),
    };
}

/// The closed list; a page that gives a second type means the same values in that type as well.
fn values(out: &mut Map<String, Value>, field: &Field, side: Side) {
    let whole_boolean = field.kind.value == Kind::Boolean
        && [true, false].iter().all(|b| field.values.iter().any(|v| v.value == json!(b)));
    if field.values.is_empty() || (whole_boolean && side != Side::Document) {
        return;
    }
    let mut list: Vec<Value> = Vec::new();
    for value in &field.values {
        let also = if side == Side::Document { [].as_slice() } else { &field.also };
        let respelled = also.iter().filter_map(|kind| kind.value.respelled(&value.value));
        for spelling in std::iter::once(value.value.clone()).chain(respelled) {
            if !list.contains(&spelling) {
                list.push(spelling);
            }
        }
    }
    if nullable(field) {
        list.push(Value::Null);
    }
    out.insert("enum".into(), Value::Array(list));
}

fn nullable(field: &Field) -> bool {
    field.nullable.as_ref().is_some_and(|n| n.value)
}

fn bounds(out: &mut Map<String, Value>, field: &Field, side: Side) {
    let range = field.range.as_ref().map_or(Bounds { min: None, max: None }, |range| range.value);
    let format = field.format.as_ref().map(|f| f.value.as_str()).filter(|_| side != Side::Document);
    let (least, most) = match format {
        Some("int32") => (Some(json!(i32::MIN)), Some(json!(i32::MAX))),
        Some("int64") => (Some(json!(i64::MIN)), Some(json!(i64::MAX))),
        _ => (None, None),
    };
    // What the page says counts where it is the narrower of the two.
    let is_within = |bound: f64, limit: &Option<Value>, sign: f64| {
        limit.as_ref().and_then(Value::as_f64).is_none_or(|limit| sign * bound >= sign * limit)
    };
    let least = range.min.filter(|min| is_within(*min, &least, 1.0)).and_then(number).or(least);
    let most = range.max.filter(|max| is_within(*max, &most, -1.0)).and_then(number).or(most);
    for (keyword, bound) in [("minimum", least), ("maximum", most)] {
        if let Some(bound) = bound {
            out.insert(keyword.into(), bound);
        }
    }
    let Some(length) = &field.length else { return };
    let (least, most) = match field.kind.value {
        Kind::Array => ("minItems", "maxItems"),
        Kind::Map | Kind::Object => ("minProperties", "maxProperties"),
        _ => ("minLength", "maxLength"),
    };
    let Bounds { min, max } = length.value;
    for (keyword, bound) in [(least, min.map(f64::ceil)), (most, max.map(f64::floor))] {
        // A length below nothing is no schema; a page that says one is the lint's business.
        if let Some(bound) = bound.filter(|b| (0.0..=9e15).contains(b)) {
            out.insert(keyword.into(), json!(bound as u64));
        }
    }
}

/// A number without a fraction is written without one.
fn number(bound: f64) -> Option<Value> {
    match bound.fract() == 0.0 && bound.abs() <= 9_007_199_254_740_992.0 {
        true => Some(json!(bound as i64)),
        false => serde_json::Number::from_f64(bound).map(Value::Number),
    }
}

/// Elsewhere the parameter is ignored but legal, so this constrains nothing.
fn applies_when(out: &mut Map<String, Value>, field: &Field) {
    let Some(condition) = field.conditions.iter().find(|c| c.value.asks == Asks::AppliesWhen) else { return };
    let annotation = match &condition.value.parameter {
        Some(other) => json!({ other: condition.value.values }),
        None => json!(condition.value.text),
    };
    out.insert("x-applies-when".into(), annotation);
}

fn inside(out: &mut Map<String, Value>, field: &Field, side: Side) {
    match (field.kind.value, &field.items) {
        (Kind::Array, Some(items)) => {
            out.insert("items".into(), nameless(items, side));
        }
        (Kind::Map, Some(values)) => {
            out.insert("additionalProperties".into(), nameless(values, side));
        }
        (Kind::Map, None) if side == Side::Document => {
            out.insert("additionalProperties".into(), json!(true));
        }
        _ => {}
    }
    if field.kind.value == Kind::Object && !field.fields.is_empty() {
        let fields: Vec<&Field> = field.fields.iter().collect();
        members(out, &fields, side);
        if side == Side::Request {
            out.insert("additionalProperties".into(), json!(false));
        }
    }
}

/// An item or a map's value, which no list of `required` can name.
fn nameless(field: &Field, side: Side) -> Value {
    let mut schema = schema(field, side);
    if side == Side::Document && field.required == Some(true) {
        more(&mut schema, "required", json!(true));
    }
    schema
}

/// The page prints every example as text; in the schema it has the field's type where it can.
fn example_value(field: &Field, text: &str) -> Value {
    let text_value = Value::String(text.to_owned());
    match field.kind.value {
        Kind::String => text_value,
        // A number that JSON writes otherwise than the page stays what the page prints.
        kind => kind.respelled(&text_value).filter(|v| format!("{v}") == text).unwrap_or(text_value),
    }
}
