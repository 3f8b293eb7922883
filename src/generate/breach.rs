//! Calls against the page: each breaks one thing, in one place, and nothing else.

use serde_json::{Map, Value, json};

use super::draw::{integer_value, number_value};
use super::fresh::Fresh;
use super::place::{Bench, Place, plainest};
use super::text::long;
use super::valid;
use crate::case::Breach;
use crate::contract::{Asks, Condition, Field, Kind, Operation};
use crate::schema;

/// A call that the page forbids, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct BreachCall {
    /// The call.
    pub params: Map<String, Value>,
    /// The one thing that is wrong with it.
    pub breach: Breach,
}

/// One facet of a field, and the keywords that a value against it breaks.
struct Facet {
    name: &'static str,
    keywords: &'static [&'static str],
}

const VALUES: Facet = Facet { name: "values", keywords: &["enum"] };
const RANGE: Facet = Facet { name: "range", keywords: &["minimum", "maximum"] };
const LENGTH: Facet = Facet {
    name: "length",
    keywords: &["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
};
const PATTERN: Facet = Facet { name: "pattern", keywords: &["pattern"] };
/// A value of another type is in no closed list either.
const TYPE: Facet = Facet { name: "type", keywords: &["type", "enum"] };
const REQUIRED: Facet = Facet { name: "required", keywords: &["required"] };
const CONDITION: Facet = Facet { name: "condition", keywords: &["required", "falseSchema", "anyOf"] };

const FACETS: &[&Facet] = &[&VALUES, &RANGE, &LENGTH, &PATTERN, &TYPE, &REQUIRED, &CONDITION];

/// Longer texts and lists are not built to break a length.
const LONGEST: f64 = 20_000.0;

/// Something to break, and the values that may do it.
struct Attempt {
    facet: &'static Facet,
    why: String,
    values: Vec<Value>,
}

/// Every facet of every parameter broken, one at a time. The judge proves each to be wrong in that place, in that
/// facet, and nowhere else; what cannot be broken alone is left out.
pub fn breaches(operation: &Operation) -> Vec<BreachCall> {
    Bench::of(operation).map_or_else(|_| Vec::new(), |bench| breaches_on(&bench))
}

/// The same of an operation that is ready.
pub(super) fn breaches_on(bench: &Bench<'_>) -> Vec<BreachCall> {
    let mut out = Vec::new();
    for place in &bench.places {
        for Attempt { facet, why, values } in attempts(place) {
            let mut calls = values.into_iter().map(|value| place.call(value));
            let proved = calls.find(|call| is_wrong(bench, call, facet, &[&place.pointer]));
            out.extend(proved.map(|call| breach(place, facet, why, call)));
        }
        if place.field.required == Some(true)
            && let Some(call) = place.call_without()
            && is_wrong(bench, &call, &REQUIRED, &[&place.pointer])
        {
            out.push(breach(place, &REQUIRED, "is left out although it is required".into(), call));
        }
        if place.is_parameter() {
            out.extend(place.field.conditions.iter().filter_map(|c| against(bench, place, &c.value)));
        }
    }
    out
}

fn breach(place: &Place<'_>, facet: &Facet, why: String, params: Map<String, Value>) -> BreachCall {
    BreachCall { params, breach: Breach { parameter: place.path.clone(), facet: facet.name.into(), why } }
}

/// Whether the call is wrong in what the breach names, and nowhere else.
pub(super) fn proves(bench: &Bench<'_>, call: &Map<String, Value>, breach: &Breach) -> bool {
    let place = bench.places.iter().find(|place| place.path == breach.parameter);
    let facet = FACETS.iter().find(|facet| facet.name == breach.facet);
    place.zip(facet).is_some_and(|(place, facet)| is_wrong(bench, call, facet, &[&place.pointer]))
}

/// Whether the call is wrong in that facet, in one of these places, and nowhere else.
fn is_wrong(bench: &Bench<'_>, call: &Map<String, Value>, facet: &Facet, pointers: &[&str]) -> bool {
    let faults = bench.judge.faults(&Value::Object(call.clone()));
    let here = |path: &str| pointers.contains(&path);
    !faults.is_empty() && faults.iter().all(|f| here(&f.path) && facet.keywords.contains(&f.keyword.as_str()))
}

fn attempts(place: &Place<'_>) -> Vec<Attempt> {
    let field = place.field;
    let mut out = unlisted(place);
    out.extend(range(field));
    out.extend(length(field));
    out.extend(field.pattern.as_ref().map(|pattern| Attempt {
        facet: &PATTERN,
        why: format!("does not fit the pattern `{}`", pattern.value),
        values: misfits(field),
    }));
    out.push(other_type(field));
    out
}

/// Values beside the closed list: another one, and listed ones spelled otherwise.
fn unlisted(place: &Place<'_>) -> Vec<Attempt> {
    let field = place.field;
    let listed: Vec<&Value> = field.values.iter().map(|v| &v.value).collect();
    let Some(first) = listed.first() else { return Vec::new() };
    let attempt = |why: &str, values: Vec<Value>| Attempt { facet: &VALUES, why: why.into(), values };
    match field.kind.value {
        Kind::String => {
            let texts: Vec<&str> = listed.iter().filter_map(|v| v.as_str()).collect();
            // The seed is the path, so that a value stays the same whatever stands beside it on the page.
            let seed = place.path.bytes().fold(0_u64, |hash, b| hash.wrapping_mul(31).wrapping_add(u64::from(b)));
            let fresh = Fresh::new(seed).text(first.as_str());
            let case = texts.iter().flat_map(|t| [t.to_lowercase(), t.to_uppercase(), swapped(t)]);
            vec![
                attempt("is not in the list of values", vec![json!(fresh)]),
                attempt("is a listed value in another case", case.map(Value::String).collect()),
                attempt("is a listed value with a blank", texts.iter().map(|t| json!(format!("{t} "))).collect()),
                attempt("is empty, which the list of values does not hold", vec![json!("")]),
            ]
        }
        Kind::Integer | Kind::Number => {
            let beyond = listed.iter().filter_map(|v| v.as_i64()).max().unwrap_or(0).saturating_add(1);
            vec![attempt("is not in the list of values", vec![json!(beyond)])]
        }
        Kind::Boolean => vec![attempt("is not in the list of values", vec![json!(true), json!(false)])],
        Kind::Any | Kind::Object | Kind::Array | Kind::Map => Vec::new(),
    }
}

fn swapped(text: &str) -> String {
    let swap = |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(swap).collect()
}

fn range(field: &Field) -> Vec<Attempt> {
    let Some(range) = &field.range else { return Vec::new() };
    let past = |bound: f64, step: f64| match field.kind.value {
        Kind::Integer => integer_value((bound + step).round() as i128),
        _ => number_value(bound + step / 2.0),
    };
    let attempt = |why: String, value| Attempt { facet: &RANGE, why, values: vec![value] };
    let below = range.value.min.map(|min| attempt(format!("is below {min}"), past(min, -1.0)));
    let above = range.value.max.map(|max| attempt(format!("is above {max}"), past(max, 1.0)));
    below.into_iter().chain(above).collect()
}

fn length(field: &Field) -> Vec<Attempt> {
    let Some(length) = &field.length else { return Vec::new() };
    let attempt = |why: String, length: f64| Attempt { facet: &LENGTH, why, values: of_length(field, length as usize) };
    let (min, max) = (length.value.min, length.value.max);
    let short = min
        .filter(|min| (1.0..LONGEST).contains(min))
        .map(|min| attempt(format!("is shorter than {min}"), min.ceil() - 1.0));
    let long = max
        .filter(|max| (0.0..LONGEST).contains(max))
        .map(|max| attempt(format!("is longer than {max}"), max.floor() + 1.0));
    short.into_iter().chain(long).collect()
}

/// Values of that length; several, since a pattern may stand beside it.
fn of_length(field: &Field, length: usize) -> Vec<Value> {
    match field.kind.value {
        Kind::Array => {
            let items = field.items.as_ref().map_or_else(|| json!({ "type": "string" }), |i| schema::parameter(i));
            let calls = valid(&items);
            calls.map_or_else(|_| Vec::new(), |c| vec![(0..length as u64).map(|seed| c.value(seed)).collect()])
        }
        Kind::Map | Kind::Object => {
            let value = field.items.as_ref().map_or_else(|| json!("a"), |items| plainest(items));
            vec![Value::Object((0..length).map(|i| (format!("key{i}"), value.clone())).collect())]
        }
        _ => {
            let repeated = |c: &str| c.repeat(length);
            let example = field.example.as_ref().map(|e| e.value.chars().cycle().take(length).collect::<String>());
            let texts = [long(length), repeated("a"), repeated("A"), repeated("1"), repeated("a1"), repeated("-")];
            let drawn = stretched(field, length);
            example.into_iter().chain(texts).chain(drawn).map(Value::String).collect()
        }
    }
}

/// Texts of the pattern alone, cut or kept at that length.
fn stretched(field: &Field, length: usize) -> Vec<String> {
    let Some(pattern) = &field.pattern else { return Vec::new() };
    let alone = json!({ "type": "string", "pattern": pattern.value, "minLength": length, "maxLength": length });
    let calls = valid(&alone).ok();
    calls.into_iter().filter_map(|c| c.plainest().as_str().map(str::to_owned)).collect()
}

/// Texts that hardly fit any pattern, of a length that may be legal.
fn misfits(field: &Field) -> Vec<Value> {
    let plain = plainest(field);
    let plain = plain.as_str().unwrap_or("a");
    let marked = |mark: &str| {
        let kept: String = plain.chars().skip(1).collect();
        [format!("{kept}{mark}"), format!("{mark}{kept}"), format!("{plain}{mark}")]
    };
    let texts = ["!", " ", "é", "\n", "-", "0", "a", "A"].into_iter().flat_map(marked);
    texts.chain([String::new(), "😀".repeat(plain.chars().count())]).map(Value::String).collect()
}

/// A value of a type that the page does not give.
fn other_type(field: &Field) -> Attempt {
    let (why, values) = match field.kind.value {
        Kind::String => ("is a number, not a text", vec![json!(7)]),
        Kind::Integer => ("is a text, not an integer", vec![json!("twelve")]),
        Kind::Number => ("is a text, not a number", vec![json!("twelve")]),
        Kind::Boolean => ("is a text, not a boolean", vec![json!("yes")]),
        Kind::Object | Kind::Map => ("is a text, not an object", vec![json!("text")]),
        Kind::Array => ("is a text, not a list", vec![json!("text")]),
        Kind::Any => ("", Vec::new()),
    };
    Attempt { facet: &TYPE, why: why.into(), values }
}

/// A call that breaks what the page says of two parameters together.
fn against(bench: &Bench<'_>, place: &Place<'_>, condition: &Condition) -> Option<BreachCall> {
    let other = condition.parameter.as_deref()?;
    let other = bench.places.iter().find(|p| p.is_parameter() && p.path == other)?;
    let value = condition.values.first().cloned().unwrap_or_else(|| plainest(other.field));
    let (why, call) = match condition.asks {
        Asks::RequiredWhen => {
            let mut call = other.call(value);
            call.shift_remove(&place.field.name);
            (format!("is left out although `{}` asks for it", other.path), call)
        }
        Asks::ForbiddenWhen => {
            let mut call = other.call(value);
            call.insert(place.field.name.clone(), plainest(place.field));
            (format!("is given although `{}` forbids it", other.path), call)
        }
        Asks::OneOf => {
            let mut call = bench.plainest();
            let choices = place.field.conditions.iter().filter(|c| c.value.asks == Asks::OneOf);
            for name in choices.filter_map(|c| c.value.parameter.as_ref()).chain([&place.field.name]) {
                call.shift_remove(name);
            }
            (format!("is left out, and so is `{}`", other.path), call)
        }
        Asks::AppliesWhen | Asks::Unclear => return None,
    };
    // A choice between two is nobody's fault alone: it is found at the call itself.
    is_wrong(bench, &call, &CONDITION, &[&place.pointer, ""]).then(|| breach(place, &CONDITION, why, call))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::operation;

    /// What is broken, as `path facet: the value there`.
    fn broken(parameters: Value) -> Vec<String> {
        let operation = operation(parameters);
        let bench = Bench::of(&operation).unwrap();
        let show = |b: BreachCall| {
            let place = bench.places.iter().find(|p| p.path == b.breach.parameter).unwrap();
            let value = Value::Object(b.params).pointer(&place.pointer).map_or("absent".into(), Value::to_string);
            format!("{} {}: {value}", b.breach.parameter, b.breach.facet)
        };
        breaches(&operation).into_iter().map(show).collect()
    }

    #[test]
    fn every_facet_is_broken_alone() {
        let bounds = |min: f64, max: f64| json!({ "value": { "min": min, "max": max } });
        let kind = |kind: &str| json!({ "value": kind });
        let found = broken(json!({
            "N": { "kind": kind("integer"), "range": bounds(1.0, 10.0), "required": true },
            "T": { "length": bounds(2.0, 4.0), "pattern": { "value": "^[a-z]+$" } },
            "L": { "kind": kind("array"), "length": bounds(0.0, 2.0) },
            "B": { "kind": kind("boolean") }
        }));
        let expected = [
            "N range: 0",
            "N range: 11",
            "N type: \"twelve\"",
            "N required: absent",
            "T length: \"a\"",
            "T length: \"aaaaa\"",
            "T pattern: \"v!\"",
            "T type: 7",
            "L length: [",
            "L type: \"text\"",
            "B type: \"yes\"",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} {expected}");
        }
    }

    #[test]
    fn conditions_are_broken_as_well() {
        let asks = |asks: &str, other: &str, values: Value| json!({ "conditions": [{ "value": { "text": "t", "asks": asks, "parameter": other, "values": values } }] });
        let found = broken(json!({
            "A": {}, "Needed": asks("required-when", "A", json!(["x"])), "Barred": asks("forbidden-when", "A", json!([])),
            "One": asks("one-of", "Other", json!([])), "Other": asks("one-of", "One", json!([])),
        }));
        let conditions: Vec<_> = found.iter().filter(|f| f.contains("condition")).map(String::as_str).collect();
        let expected = ["Needed condition: absent", "One condition: absent", "Other condition: absent"];
        assert!(expected.iter().all(|e| conditions.contains(e)), "{found:#?}");
        assert_eq!(conditions.len(), 4, "{found:#?}");
    }

    #[test]
    fn what_is_nested_is_broken_where_it_stands() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let leaf = json!({ "name": "Key", "span": span, "kind": { "value": "string" }, "required": true,
            "values": [{ "value": "A", "span": span }] });
        let item = json!({ "name": "", "span": span, "kind": { "value": "object" }, "fields": [leaf] });
        let found = broken(json!({ "Tag": { "kind": { "value": "array" }, "items": item } }));
        assert!(found.contains(&"Tag[].Key required: absent".to_owned()), "{found:#?}");
        assert!(found.contains(&"Tag[].Key values: \"a\"".to_owned()), "{found:#?}");
        assert!(found.contains(&"Tag[] type: \"text\"".to_owned()), "{found:#?}");
    }
}
