//! An operation's parameters as factors of a covering array.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::cover::{Budget, Covering, Factor, Group, Model, cover, cover_within};
use super::place::{Bench, Place, plainest};
use super::text::long;
use super::valid;
use super::verify;
use crate::contract::{Asks, Condition, Field, Kind, Operation};
use crate::schema;

/// The model of an operation: a closed list has its values for levels, an open type a handful of classes, and what may
/// be left out has that as its last level. Parameters in `unsupported` (by path) are left out altogether.
pub fn model(operation: &Operation, unsupported: &BTreeSet<String>) -> Model {
    Bench::of(operation).map_or_else(|_| Model::default(), |bench| combined(&bench, unsupported).0)
}

/// A covering array of an operation: its model, the rows as calls, and what they cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// What is combined.
    pub model: Model,
    /// Each row as a call, proved to be allowed.
    pub rows: Vec<Map<String, Value>>,
    /// The same rows as levels, and how far they reach.
    pub covering: Covering,
}

/// How an array is made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wish {
    /// How many parameters are combined, 1 to 4.
    pub strength: usize,
    /// Parameters, by name, that are combined more thoroughly, each group with its strength.
    pub groups: Vec<(Vec<String>, usize)>,
    /// Parameters that the client does not offer, by path: they leave the model.
    pub unsupported: BTreeSet<String>,
    /// What the rows are drawn from.
    pub seed: u64,
    /// How much to spend.
    pub budget: Budget,
}

/// The covering array of an operation. Without a row where no call fits the page.
pub fn array(operation: &Operation, wish: &Wish) -> Array {
    let Ok(bench) = Bench::of(operation) else {
        let model = Model::default();
        let covering = cover(&model, wish.strength, wish.seed);
        return Array { model, rows: Vec::new(), covering };
    };
    let (mut model, levels) = combined(&bench, &wish.unsupported);
    let factor = |name: &String| model.factors.iter().position(|f| f.name == *name);
    let group = |(names, strength): &(Vec<String>, usize)| Group {
        factors: names.iter().filter_map(factor).collect(),
        strength: *strength,
    };
    model.groups = wish.groups.iter().map(group).collect();
    let call = |row: &Vec<usize>| {
        let given =
            row.iter().zip(&levels).zip(&model.factors).filter_map(|((level, levels), factor)| {
                levels[*level].clone().map(|value| (factor.name.clone(), value))
            });
        given.collect::<Map<String, Value>>()
    };
    let mut covering = cover_within(&model, wish.strength, wish.seed, wish.budget);
    let before = covering.rows.len();
    covering.rows.retain(|row| bench.accepts(&call(row)));
    if covering.rows.len() < before {
        // What the page forbids and the model does not know takes its combinations along.
        covering.covered = covering.of - verify(&model, &covering.rows, covering.strength).len().min(covering.of);
    }
    let rows = covering.rows.iter().map(call).collect();
    Array { model, rows, covering }
}

/// How much work goes into calls that are made at once: sparing one of them is worth no more than making it.
const CALL_WORK: u64 = 2_000_000;

/// The calls of a covering array, each proved to be allowed. Empty where no call fits the page.
pub fn rows(
    operation: &Operation,
    strength: usize,
    unsupported: &BTreeSet<String>,
    seed: u64,
) -> Vec<Map<String, Value>> {
    let budget = Budget { work: CALL_WORK, ..Budget::default() };
    array(operation, &Wish { strength, unsupported: unsupported.clone(), seed, groups: Vec::new(), budget }).rows
}

/// A level of a factor: a value, or left out.
type Level = Option<Value>;

fn combined(bench: &Bench<'_>, unsupported: &BTreeSet<String>) -> (Model, Vec<Vec<Level>>) {
    let mut model = Model::default();
    let mut all: Vec<Vec<Level>> = Vec::new();
    let mut fields: Vec<&Field> = Vec::new();
    for place in bench.places.iter().filter(|p| p.is_parameter() && !unsupported.contains(&p.path)) {
        let levels = levels(bench, place, unsupported);
        if levels.is_empty() {
            continue;
        }
        model.factors.push(Factor { name: place.path.clone(), levels: levels.len(), invalid: Vec::new() });
        all.push(levels);
        fields.push(place.field);
    }
    for (index, field) in fields.iter().enumerate() {
        let choices = field.conditions.iter().map(|c| &c.value).filter(|c| c.asks == Asks::OneOf);
        let choices = choices.filter_map(|c| position(&model, c)).chain([index]).collect::<BTreeSet<_>>();
        if choices.len() > 1 {
            model.forbidden.extend(choices.iter().map(|f| Some((*f, absent(&all[*f])?))).collect::<Option<Vec<_>>>());
        }
        for condition in field.conditions.iter().map(|c| &c.value) {
            let Some(other) = position(&model, condition).filter(|other| *other != index) else { continue };
            let holds = (0..all[other].len()).filter(|level| holds(condition, &all[other][*level])).collect::<Vec<_>>();
            let against: Vec<usize> = match condition.asks {
                Asks::RequiredWhen => absent(&all[index]).into_iter().collect(),
                Asks::ForbiddenWhen => (0..all[index].len()).filter(|level| all[index][*level].is_some()).collect(),
                Asks::AppliesWhen | Asks::OneOf | Asks::Unclear => continue,
            };
            let pairs = holds.iter().flat_map(|h| against.iter().map(move |a| vec![(other, *h), (index, *a)]));
            model.forbidden.extend(pairs);
        }
    }
    model.forbidden.sort();
    model.forbidden.dedup();
    (model, all)
}

fn position(model: &Model, condition: &Condition) -> Option<usize> {
    let other = condition.parameter.as_ref()?;
    model.factors.iter().position(|f| f.name == *other)
}

fn absent(levels: &[Level]) -> Option<usize> {
    levels.iter().position(Option::is_none)
}

fn holds(condition: &Condition, level: &Level) -> bool {
    let Some(value) = level else { return false };
    condition.values.is_empty() || condition.values.contains(value)
}

/// The levels of a parameter that the page allows in some call.
fn levels(bench: &Bench<'_>, place: &Place<'_>, unsupported: &BTreeSet<String>) -> Vec<Level> {
    let field = place.field;
    let mut values: Vec<Value> = match field.values.as_slice() {
        [] => classes(field),
        listed => listed.iter().map(|v| v.value.clone()).collect(),
    };
    // What conditions of other parameters name has to be a level, or the condition is never met.
    let named = bench.places.iter().flat_map(|p| &p.field.conditions).map(|c| &c.value);
    let named = named.filter(|c| c.parameter.as_deref() == Some(&place.path) && c.asks != Asks::AppliesWhen);
    values.extend(named.flat_map(|c| c.values.iter().cloned()));
    let mut levels: Vec<Level> = Vec::new();
    for mut value in values {
        for path in unsupported.iter().filter_map(|path| path.strip_prefix(&place.path)) {
            strip(&mut value, path);
        }
        if !levels.contains(&Some(value.clone())) && bench.accepts(&place.call(value.clone())) {
            levels.push(Some(value));
        }
    }
    if field.required != Some(true) {
        levels.push(None);
    }
    levels
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
    use crate::generate::verify;
    use crate::schema::tests::operation;

    fn none() -> BTreeSet<String> {
        BTreeSet::new()
    }

    #[test]
    fn closed_lists_and_classes_are_levels_and_absence_is_one() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let values = json!([{ "value": "A", "span": span }, { "value": "B", "span": span }]);
        let kind = |kind: &str| json!({ "value": kind });
        let operation = operation(json!({
            "Closed": { "values": values, "required": true }, "Open": { "values": values },
            "Text": {}, "Flag": { "kind": kind("boolean") }, "Count": { "kind": kind("integer") }, "Gone": {}
        }));
        let model = model(&operation, &BTreeSet::from(["Gone".to_owned()]));
        let levels: Vec<_> = model.factors.iter().map(|f| (f.name.as_str(), f.levels)).collect();
        assert_eq!(levels, [("Closed", 2), ("Open", 3), ("Text", 6), ("Flag", 3), ("Count", 4)]);
    }

    #[test]
    fn rows_heed_the_conditions_and_still_cover() {
        let asks = |asks: &str, other: &str, values: Value| json!({ "conditions": [{ "value": { "text": "t", "asks": asks, "parameter": other, "values": values } }] });
        let operation = operation(json!({
            "A": {}, "Needed": asks("required-when", "A", json!(["x"])), "Barred": asks("forbidden-when", "A", json!(["x"])),
            "One": asks("one-of", "Other", json!([])), "Other": asks("one-of", "One", json!([])),
        }));
        let model = model(&operation, &none());
        let covering = cover(&model, 2, 1);
        assert!(covering.is_complete() && covering.impossible > 0);
        assert_eq!(verify(&model, &covering.rows, 2), Vec::<Vec<_>>::new());
        assert_eq!(
            rows(&operation, 2, &none(), 1).len(),
            covering.rows.len(),
            "every row is a call that the page allows"
        );
    }

    #[test]
    fn what_is_not_offered_is_taken_out_of_values() {
        let mut value = json!({ "A": [{ "B": 1, "C": 2 }], "M": { "k": { "D": 1 } } });
        strip(&mut value, ".A[].B");
        strip(&mut value, ".M.*.D");
        assert_eq!(value, json!({ "A": [{ "C": 2 }], "M": { "k": {} } }));
    }
}
