//! The deterministic catalogue of values at the edges.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::catalogue::{INTEGERS, KEYS, LISTS, NUMBERS};
use super::draw::integer_value;
use super::place::{Bench, Place, plainest};
use super::text::{AWKWARD, LENGTHS, long, long_unicode};
use super::valid;
use crate::contract::{Field, Kind, Operation};
use crate::schema;

/// One value at an edge, in the plainest call that holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// The parameter, by path: `TagList[].Key`.
    pub parameter: String,
    /// Which edge it is, such as `reserved-plus`.
    pub class: &'static str,
    /// The value.
    pub value: Value,
    /// Whether the page allows it. Only null, which counts as left out, is listed although it does not.
    pub valid: bool,
    /// The whole call.
    pub params: Map<String, Value>,
}

/// The catalogue of an operation, in the page's order. Empty where no call fits the page.
pub fn boundary(operation: &Operation) -> Vec<Boundary> {
    let Ok(bench) = Bench::of(operation) else { return Vec::new() };
    bench.places.iter().flat_map(|place| at(&bench, place)).collect()
}

fn at(bench: &Bench<'_>, place: &Place<'_>) -> Vec<Boundary> {
    let mut out: Vec<Boundary> = Vec::new();
    // By how they are spelled: -0.0 is not 0.0 here.
    let mut known = BTreeSet::new();
    for (class, value) in edges(place.field, place.plainest()) {
        let params = place.call(value.clone());
        let valid = bench.accepts(&params);
        let null = value.is_null() && place.is_parameter() && place.field.required != Some(true);
        if (valid || null) && known.insert(value.to_string()) {
            out.push(Boundary { parameter: place.path.clone(), class, value, valid, params });
        }
    }
    out
}

/// Every value worth trying at a field, whether it fits or not.
pub(super) fn edges(field: &Field, plain: &Value) -> Vec<(&'static str, Value)> {
    let mut out: Vec<(&'static str, Value)> = vec![("example", plain.clone())];
    out.extend(field.default.iter().map(|d| ("default", d.value.clone())));
    out.extend(field.values.iter().map(|v| ("listed", v.value.clone())));
    match field.kind.value {
        Kind::String | Kind::Any => texts(&mut out, field),
        Kind::Integer => integers(&mut out, field),
        Kind::Number => {
            integers(&mut out, field);
            out.extend(NUMBERS.iter().map(|(class, value)| (*class, json!(value))));
        }
        Kind::Boolean => out.extend([("true", json!(true)), ("false", json!(false))]),
        Kind::Array => lists(&mut out, field),
        Kind::Object | Kind::Map => objects(&mut out, field, plain),
    }
    out.push(("null", Value::Null));
    out
}

fn texts(out: &mut Vec<(&'static str, Value)>, field: &Field) {
    out.extend(AWKWARD.iter().map(|(class, text)| (*class, json!(text))));
    out.extend(LENGTHS.iter().map(|(class, length)| (*class, json!(long(*length)))));
    out.push(("long-unicode", json!(long_unicode(1_000))));
    let Some(length) = &field.length else { return };
    let bounds = [("shortest", length.value.min), ("longest", length.value.max)];
    // Lengths that no test should carry around are left to the page's lint.
    for (class, bound) in bounds.into_iter().filter_map(|(c, b)| Some((c, b?))).filter(|(_, b)| *b <= 100_000.0) {
        out.extend([(class, json!(long(bound as usize))), (class, json!(long_unicode(bound as usize)))]);
    }
}

fn integers(out: &mut Vec<(&'static str, Value)>, field: &Field) {
    out.extend(INTEGERS.iter().map(|(class, value)| (*class, integer_value(*value))));
    let schema = schema::parameter(field);
    let bound = |keyword: &str, class: &'static str| schema.get(keyword).map(|v| (class, v.clone()));
    out.extend([bound("minimum", "least"), bound("maximum", "most")].into_iter().flatten());
}

fn lists(out: &mut Vec<(&'static str, Value)>, field: &Field) {
    let items = field.items.as_ref().map_or_else(|| json!({ "type": "string" }), |items| schema::parameter(items));
    let Ok(calls) = valid(&items) else { return };
    let bounds = field.length.as_ref().map(|l| l.value);
    let edge = |class: &'static str, bound: Option<f64>| bound.filter(|b| *b <= 10_000.0).map(|b| (class, b as usize));
    let edges = [edge("shortest", bounds.and_then(|b| b.min)), edge("longest", bounds.and_then(|b| b.max))];
    for (class, count) in LISTS.iter().copied().chain(edges.into_iter().flatten()) {
        out.push((class, Value::Array((0..count as u64).map(|seed| calls.value(seed)).collect())));
    }
    let twice = calls.plainest();
    out.push(("same-item-twice", json!([twice, twice])));
}

fn objects(out: &mut Vec<(&'static str, Value)>, field: &Field, plain: &Value) {
    out.push(("empty-object", json!({})));
    let Value::Object(plain) = plain else { return };
    let full = field.fields.iter().map(|f| (f.name.clone(), plainest(f)));
    let full: Map<String, Value> = plain.clone().into_iter().chain(full).collect();
    out.push(("full", Value::Object(full.clone())));
    let inner = field.items.as_ref().map_or_else(|| json!("value"), |items| plainest(items));
    let names: &[(&'static str, &str)] = match field.kind.value {
        Kind::Map => KEYS,
        _ => &[("unknown-member", "Unknown")],
    };
    for (class, name) in names {
        let mut with = if field.kind.value == Kind::Map { plain.clone() } else { full.clone() };
        with.insert((*name).to_owned(), inner.clone());
        out.push((class, Value::Object(with)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::operation;

    fn classes(parameters: Value) -> Vec<(String, &'static str)> {
        boundary(&operation(parameters)).into_iter().map(|b| (b.parameter, b.class)).collect()
    }

    #[test]
    fn bounds_take_values_away_and_add_their_own_edges() {
        let kind = json!({ "value": "integer" });
        let bounded =
            json!({ "P": { "kind": kind, "range": { "value": { "min": 0, "max": 100 } }, "required": true } });
        let classes: Vec<_> = classes(bounded).into_iter().map(|(_, class)| class).collect();
        assert_eq!(classes, ["example", "one", "most"]);
        let short = boundary(&operation(json!({ "P": { "length": { "value": { "min": 2, "max": 3 } } } })));
        assert!(
            short.iter().all(|b| b.value.is_null() || (2..=3).contains(&b.value.as_str().unwrap().chars().count()))
        );
        assert!(short.iter().any(|b| b.class == "longest" && b.value.as_str().unwrap().len() > 3));
    }

    #[test]
    fn what_is_nested_is_reached_by_path() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let leaf = |name: &str| json!({ "name": name, "span": span, "kind": { "value": "boolean" }, "required": true });
        let item = json!({ "name": "", "span": span, "kind": { "value": "object" }, "fields": [leaf("A"), leaf("B")] });
        let found = boundary(&operation(json!({
            "Needed": { "required": true },
            "L": { "kind": { "value": "array" }, "items": item },
            "M": { "kind": { "value": "map" }, "items": leaf("") }
        })));
        let at = |parameter: &str, class: &str| {
            let edge = found.iter().find(|b| b.parameter == parameter && b.class == class);
            edge.map(|b| Value::Object(b.params.clone()))
        };
        let call = json!({ "Needed": "aaaa", "L": [{ "A": false, "B": true }] });
        assert_eq!(at("L[].B", "true"), Some(call));
        assert_eq!(at("M.*", "true"), Some(json!({ "Needed": "aaaa", "M": { "key": true } })));
        assert_eq!(at("L", "hundred-items").unwrap()["L"].as_array().unwrap().len(), 100);
        assert_eq!(at("L[]", "unknown-member"), None);
        assert!(at("M", "key-dollar").is_some() && at("M", "null").is_some() && at("Needed", "null").is_none());
    }

    #[test]
    fn a_parameter_that_needs_another_is_called_with_it() {
        let needs = json!([{ "value": { "text": "t", "asks": "required-when", "parameter": "A", "values": ["x"] } }]);
        let values = json!([{ "value": "x", "span": { "page": 0, "first": 1, "last": 1 } }]);
        let found = boundary(&operation(json!({ "A": { "values": values }, "B": { "conditions": needs } })));
        let listed = found.iter().find(|b| b.parameter == "A").unwrap();
        assert!(listed.valid && listed.params.len() == 2, "{listed:?}");
    }
}
