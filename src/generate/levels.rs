//! What a parameter may be in a covering array: values, values against the page, and nothing at all.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::boundary::edges;
use super::breach::{BreachCall, breaches_on, proves};
use super::place::{Bench, Place, plainest};
use super::text::long;
use super::valid;
use crate::case::Breach;
use crate::contract::{Asks, Field, Kind};
use crate::schema;

/// A level of a factor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// None where the parameter is left out.
    pub(super) value: Option<Value>,
    /// What the page has against it.
    pub(super) breach: Option<Breach>,
}

impl From<Option<Value>> for Level {
    fn from(value: Option<Value>) -> Level {
        Level { value, breach: None }
    }
}

/// How many classes of the boundary catalogue an open type has for levels, by strength: two parameters of so many
/// levels take about as many rows at 2 as three of five at 3. Alone, each of the catalogue is a row.
fn room(strength: usize) -> usize {
    match strength {
        0 | 1 => usize::MAX,
        2 => 13,
        _ => 0,
    }
}

/// The classes of the catalogue that are levels first, beyond the handful of [`classes`].
const TELLING: &[&str] = &[
    "one-blank",
    "non-bmp",
    "percent-valid",
    "header-injection",
    "nul",
    "word-null",
    "leading-zeros",
    "json-object",
    "long-10000",
    "combining",
    "right-to-left",
    "most-exact",
    "beyond-exact",
    "least-int32",
    "beyond-int32",
    "most-int64",
    "least-int64",
    "million",
    "minus-zero",
    "huge",
    "tiny",
    "same-item-twice",
    "hundred-items",
    "twelve-items",
    "empty-object",
    "unknown-member",
    "key-dotted",
    "key-empty",
    "key-reserved",
    "key-unicode",
];

/// The levels of a parameter that the page allows in some call. `shown` are values that seed rows have.
pub(super) fn levels(
    bench: &Bench<'_>,
    place: &Place<'_>,
    shown: Vec<Value>,
    strength: usize,
    unsupported: &BTreeSet<String>,
) -> Vec<Level> {
    let field = place.field;
    // What conditions of other parameters name has to be a level, or the condition is never met.
    let named = bench.places.iter().flat_map(|p| &p.field.conditions).map(|c| &c.value);
    let named = named.filter(|c| c.parameter.as_deref() == Some(&place.path) && c.asks != Asks::AppliesWhen);
    let (few, more) = match field.values.as_slice() {
        [] => (classes(field), further(field, place.plainest())),
        listed => (listed.iter().map(|v| v.value.clone()).collect(), Vec::new()),
    };
    let musts = few.into_iter().chain(named.flat_map(|c| c.values.iter().cloned())).chain(shown);
    let mut levels: Vec<Level> = Vec::new();
    let mut add = |mut value: Value, most: usize| {
        strip_all(&mut value, &place.path, unsupported);
        let is_new = levels.len() < most && !levels.iter().any(|l| l.value.as_ref() == Some(&value));
        if is_new && bench.accepts(&place.call(value.clone())) {
            levels.push(Some(value).into());
        }
    };
    musts.for_each(|value| add(value, usize::MAX));
    more.into_iter().for_each(|value| add(value, room(strength)));
    if field.required != Some(true) {
        levels.push(None.into());
    }
    levels
}

/// What else the catalogue has for an open type, the most telling first.
fn further(field: &Field, plain: &Value) -> Vec<Value> {
    let mut edges = edges(field, plain);
    edges.retain(|(_, value)| !value.is_null());
    edges.sort_by_key(|(class, _)| TELLING.iter().position(|telling| telling == class).unwrap_or(TELLING.len()));
    edges.into_iter().map(|(_, value)| value).collect()
}

/// Values of a parameter that are against the page by themselves, or nothing where it must be given: each is wrong in
/// one facet, proved in the plainest call.
pub(super) fn against(bench: &Bench<'_>, unsupported: &BTreeSet<String>) -> Vec<(String, Level)> {
    let mut found: Vec<(String, Level)> = Vec::new();
    for BreachCall { params, breach } in breaches_on(bench) {
        let inside = bench.places.iter().find(|p| p.path == breach.parameter).map(Place::parameter);
        let place = inside.and_then(|name| bench.places.iter().find(|p| p.is_parameter() && p.path == name));
        // What the page says of two together is a combination, not a level.
        let Some(place) = place.filter(|_| breach.facet != "condition") else { continue };
        let name = place.parameter();
        let mut value = params.get(name).cloned();
        value.iter_mut().for_each(|value| strip_all(value, name, unsupported));
        let call = value.clone().map_or_else(|| place.call_without(), |value| Some(place.call(value)));
        let is_known = found.iter().any(|(known, level)| known == name && level.value == value);
        if !is_known && call.is_some_and(|call| proves(bench, &call, &breach)) {
            found.push((name.to_owned(), Level { value, breach: Some(breach) }));
        }
    }
    found
}

/// A handful of values that clients treat differently.
fn classes(field: &Field) -> Vec<Value> {
    let bound = |keyword: &str| schema::parameter(field).get(keyword).cloned();
    let plain = plainest(field);
    match field.kind.value {
        Kind::String => {
            let unicode = "é云😀 e\u{301}";
            let mut texts = vec![plain, json!(""), json!(long(256)), json!(unicode), json!("a+b ~*/%&=#?")];
            let edge = |keyword: &str| bound(keyword).and_then(|b| b.as_u64()).filter(|b| *b <= 10_000);
            texts.extend(["minLength", "maxLength"].into_iter().filter_map(edge).map(|b| json!(long(b as usize))));
            texts
        }
        Kind::Integer => {
            let edges = ["minimum", "maximum"].into_iter().filter_map(bound);
            [plain, json!(0), json!(-1), json!(i32::MAX)].into_iter().chain(edges).collect()
        }
        Kind::Number => {
            let edges = ["minimum", "maximum"].into_iter().filter_map(bound);
            [plain, json!(0), json!(-1.5), json!(0.1), json!(1e9)].into_iter().chain(edges).collect()
        }
        Kind::Boolean => vec![json!(true), json!(false)],
        Kind::Array => {
            let items = field.items.as_ref().map_or_else(|| json!({ "type": "string" }), |i| schema::parameter(i));
            let Ok(calls) = valid(&items) else { return vec![plain] };
            let of = |count: u64| Value::Array((0..count).map(|seed| calls.value(seed)).collect());
            vec![of(0), of(1), of(3), plain]
        }
        Kind::Object | Kind::Map => {
            let Ok(calls) = valid(&schema::parameter(field)) else { return vec![plain] };
            let full = field.fields.iter().map(|f| (f.name.clone(), plainest(f)));
            let full: Map<String, Value> = plain.as_object().cloned().into_iter().flatten().chain(full).collect();
            vec![plain, Value::Object(full), calls.value(0), calls.value(1)]
        }
        Kind::Any => vec![json!("a"), json!(1), json!(true)],
    }
}

/// Takes out of a parameter's value whatever the client does not offer.
pub(super) fn strip_all(value: &mut Value, parameter: &str, unsupported: &BTreeSet<String>) {
    for path in unsupported.iter().filter_map(|path| path.strip_prefix(parameter)) {
        strip(value, path);
    }
}

/// Takes out what the client does not offer: `.Key` or `[].Key` below a value.
fn strip(value: &mut Value, path: &str) {
    if let Some(rest) = path.strip_prefix("[]") {
        value.as_array_mut().into_iter().flatten().for_each(|item| strip(item, rest));
        return;
    }
    let Some(rest) = path.strip_prefix('.') else { return };
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let Some(members) = value.as_object_mut() else { return };
    match (name, rest) {
        ("*", rest) => members.values_mut().for_each(|inner| strip(inner, rest)),
        (name, "") => drop(members.shift_remove(name)),
        (name, rest) => {
            if let Some(inner) = members.get_mut(name) {
                strip(inner, rest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_offered_is_taken_out_of_values() {
        let mut value = json!({ "A": [{ "B": 1, "C": 2 }], "M": { "k": { "D": 1 } } });
        strip(&mut value, ".A[].B");
        strip(&mut value, ".M.*.D");
        assert_eq!(value, json!({ "A": [{ "C": 2 }], "M": { "k": {} } }));
    }
}
