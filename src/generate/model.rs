//! An operation's parameters as factors of a covering array.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::breach::proves;
use super::cover::{Budget, Covering, Factor, Group, Model, cover, cover_within};
use super::fresh::Fresh;
use super::lawful::Lawful;
use super::levels::{Level, against, levels, strip_all};
use super::place::Bench;
use super::verify;
use crate::case::Breach;
use crate::contract::{Asks, Condition, Field, Operation, SampleOf};
use crate::wire::rest::is_whole_body;

/// The model of an operation at a strength: a closed list has its values for levels, an open type classes of the
/// boundary catalogue, and what may be left out has that as its last level.
pub fn model(operation: &Operation, wish: &Wish) -> Model {
    Bench::of(operation).map_or_else(|_| Model::default(), |bench| combined(&bench, operation, wish).0)
}

/// A covering array of an operation: its model, the rows as calls, and what they cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// What is combined.
    pub model: Model,
    /// Each row as a call, proved to be what it says.
    pub rows: Vec<Row>,
    /// The same rows as levels, and how far they reach.
    pub covering: Covering,
}

/// A row of a covering array as a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The call.
    pub params: Map<String, Value>,
    /// The one thing that is wrong with it, where that was wished for.
    pub breach: Option<Breach>,
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
    /// Whether values against the page are levels as well, never two of them in a row.
    pub invalid: bool,
    /// Whether the rows begin with the page's own examples and sample requests.
    pub seeded: bool,
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
    let (model, levels) = combined(&bench, operation, wish);
    let row = |row: &Vec<usize>| {
        let cells = row.iter().zip(&levels).zip(&model.factors);
        let cells = cells.map(|((level, levels), factor)| (factor.name.clone(), &levels[*level]));
        let breach = cells.clone().find_map(|(_, level)| level.breach.clone());
        Row { params: cells.filter_map(|(name, level)| Some((name, level.value.clone()?))).collect(), breach }
    };
    let is_proved = |row: &Row| match &row.breach {
        Some(breach) => proves(&bench, &row.params, breach),
        None => bench.accepts(&row.params),
    };
    let mut covering = cover_within(&model, wish.strength, wish.seed, wish.budget);
    let before = covering.rows.len();
    covering.rows.retain(|levels| is_proved(&row(levels)));
    if covering.rows.len() < before {
        // What the page forbids and the model does not know takes its combinations along.
        covering.covered = covering.of - verify(&model, &covering.rows, covering.strength).len().min(covering.of);
    }
    let rows = covering.rows.iter().map(row).collect();
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
    let wish = Wish { strength, unsupported: unsupported.clone(), seed, budget, ..Wish::default() };
    array(operation, &wish).rows.into_iter().map(|row| row.params).collect()
}

fn combined(bench: &Bench<'_>, operation: &Operation, wish: &Wish) -> (Model, Vec<Vec<Level>>) {
    let mut model = Model::default();
    let mut all: Vec<Vec<Level>> = Vec::new();
    let mut fields: Vec<&Field> = Vec::new();
    let seeds = if wish.seeded { seeds(bench, operation, &wish.unsupported) } else { Vec::new() };
    let wrong = if wish.invalid { against(bench, &wish.unsupported) } else { Vec::new() };
    for place in bench.places.iter().filter(|p| p.is_parameter() && !wish.unsupported.contains(&p.path)) {
        let shown = seeds.iter().filter_map(|seed| seed.get(&place.path).cloned()).collect();
        let groups = wish.groups.iter().filter(|(names, _)| names.contains(&place.path));
        // What is combined more thoroughly has fewer classes, or its group would outgrow all else.
        let strength = groups.map(|(_, strength)| *strength).fold(wish.strength, usize::max);
        let mut levels = levels(bench, place, shown, strength, &wish.unsupported);
        let right = levels.len();
        levels.extend(wrong.iter().filter(|(name, _)| *name == place.path).map(|(_, level)| level.clone()));
        if levels.is_empty() {
            continue;
        }
        let invalid = (right..levels.len()).collect();
        model.factors.push(Factor { name: place.path.clone(), levels: levels.len(), invalid });
        all.push(levels);
        fields.push(place.field);
    }
    forbid(&mut model, &all, &fields);
    let factor = |name: &String| model.factors.iter().position(|f| f.name == *name);
    let group = |(names, strength): &(Vec<String>, usize)| Group {
        factors: names.iter().filter_map(factor).collect(),
        strength: *strength,
    };
    model.groups = wish.groups.iter().map(group).collect();
    let cell = |seed: &Map<String, Value>, (factor, levels): (&Factor, &Vec<Level>)| {
        levels.iter().position(|level| level.value.as_ref() == seed.get(&factor.name))
    };
    let row = |seed: &Map<String, Value>| model.factors.iter().zip(&all).map(|at| cell(seed, at)).collect();
    model.seeds = seeds.iter().filter_map(row).collect();
    (model, all)
}

/// The calls that the page itself shows: its sample requests, and all its examples together.
fn seeds(bench: &Bench<'_>, operation: &Operation, unsupported: &BTreeSet<String>) -> Vec<Map<String, Value>> {
    let whole = operation.parameters.iter().find(|p| is_whole_body(operation, p));
    let samples = operation.samples.iter().filter(|sample| sample.of == SampleOf::Request);
    let sampled = samples.filter_map(|sample| match (whole, sample.value.as_ref()?) {
        (Some(body), value) => Some(Map::from_iter([(body.field.name.clone(), value.clone())])),
        (None, Value::Object(members)) => Some(members.clone()),
        (None, _) => None,
    });
    let places = || bench.places.iter().filter(|p| p.is_parameter());
    let shown = places().filter(|p| p.field.example.is_some() || p.field.required == Some(true));
    let examples = shown.map(|p| (p.path.clone(), p.plainest().clone())).collect::<Map<_, _>>();
    let lawful = Lawful::of(operation);
    let mut seeds: Vec<Map<String, Value>> = Vec::new();
    for mut call in sampled.chain([examples]) {
        call.retain(|name, _| places().any(|p| p.path == *name) && !unsupported.contains(name));
        call.iter_mut().for_each(|(name, value)| strip_all(value, name, unsupported));
        if let Some(lawful) = &lawful {
            // Examples of parameters that exclude each other are no call; some of them are.
            call = lawful.settle(call, &BTreeSet::new(), &mut Fresh::new(0));
        }
        if bench.accepts(&call) && !seeds.contains(&call) {
            seeds.push(call);
        }
    }
    seeds
}

/// What the page says of parameters together, as combinations that no row has.
fn forbid(model: &mut Model, all: &[Vec<Level>], fields: &[&Field]) {
    for (index, field) in fields.iter().enumerate() {
        let choices = field.conditions.iter().map(|c| &c.value).filter(|c| c.asks == Asks::OneOf);
        let choices = choices.filter_map(|c| position(model, c)).chain([index]).collect::<BTreeSet<_>>();
        if choices.len() > 1 {
            model.forbidden.extend(choices.iter().map(|f| Some((*f, absent(&all[*f])?))).collect::<Option<Vec<_>>>());
        }
        for condition in field.conditions.iter().map(|c| &c.value) {
            let Some(other) = position(model, condition).filter(|other| *other != index) else { continue };
            let holds = (0..all[other].len()).filter(|level| holds(condition, &all[other][*level])).collect::<Vec<_>>();
            let against: Vec<usize> = match condition.asks {
                Asks::RequiredWhen => absent(&all[index]).into_iter().collect(),
                Asks::ForbiddenWhen => (0..all[index].len()).filter(|l| all[index][*l].value.is_some()).collect(),
                Asks::AppliesWhen | Asks::OneOf | Asks::Unclear => continue,
            };
            let pairs = holds.iter().flat_map(|h| against.iter().map(move |a| vec![(other, *h), (index, *a)]));
            model.forbidden.extend(pairs);
        }
    }
    model.forbidden.sort();
    model.forbidden.dedup();
}

fn position(model: &Model, condition: &Condition) -> Option<usize> {
    let other = condition.parameter.as_ref()?;
    model.factors.iter().position(|f| f.name == *other)
}

fn absent(levels: &[Level]) -> Option<usize> {
    levels.iter().position(|level| level.value.is_none())
}

fn holds(condition: &Condition, level: &Level) -> bool {
    let Some(value) = &level.value else { return false };
    condition.values.is_empty() || condition.values.contains(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::verify;
    use crate::schema::tests::operation;

    fn wish(strength: usize) -> Wish {
        Wish { strength, ..Wish::default() }
    }

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
        let levels = |strength| {
            let wish = Wish { unsupported: BTreeSet::from(["Gone".to_owned()]), ..wish(strength) };
            model(&operation, &wish).factors.into_iter().map(|f| (f.name, f.levels)).collect::<Vec<_>>()
        };
        let named = |text, count| {
            [("Closed", 2), ("Open", 3), ("Text", text), ("Flag", 3), ("Count", count)].map(|(n, l)| (n.to_owned(), l))
        };
        assert_eq!(levels(3), named(6, 4));
        assert_eq!(levels(2), named(14, 14), "thirteen classes of the catalogue, or nothing");
        assert!(levels(1)[2].1 > 90, "alone, the whole catalogue");
    }

    #[test]
    fn rows_heed_the_conditions_and_still_cover() {
        let asks = |asks: &str, other: &str, values: Value| json!({ "conditions": [{ "value": { "text": "t", "asks": asks, "parameter": other, "values": values } }] });
        let operation = operation(json!({
            "A": {}, "Needed": asks("required-when", "A", json!(["x"])), "Barred": asks("forbidden-when", "A", json!(["x"])),
            "One": asks("one-of", "Other", json!([])), "Other": asks("one-of", "One", json!([])),
        }));
        let model = model(&operation, &wish(2));
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
    fn the_rows_begin_with_what_the_page_shows() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let example = |text: &str| json!({ "example": { "value": text } });
        let asks = json!([{ "value": { "text": "t", "asks": "forbidden-when", "parameter": "A", "values": [] } }]);
        let mut operation =
            operation(json!({ "A": example("x"), "B": example("y"), "C": {}, "Barred": { "conditions": asks,
            "example": { "value": "z" } } }));
        let sample =
            json!({ "of": "request", "format": "json", "text": "", "value": { "C": "shown", "Odd": 1 }, "span": span });
        operation.samples.push(serde_json::from_value(sample).unwrap());
        let array = array(&operation, &Wish { seeded: true, ..wish(2) });
        let first: Vec<Value> = array.rows[..2].iter().map(|row| Value::Object(row.params.clone())).collect();
        assert_eq!(first, [json!({ "C": "shown" }), json!({ "A": "x", "B": "y" })]);
        assert!(array.covering.is_complete());
    }

    #[test]
    fn a_row_has_one_value_against_the_page_at_most_and_says_which() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let values = json!([{ "value": "A", "span": span }, { "value": "B", "span": span }]);
        let asks = json!([{ "value": { "text": "t", "asks": "required-when", "parameter": "Mode", "values": ["A"] } }]);
        let operation = operation(json!({
            "Mode": { "values": values, "required": true }, "Count": { "kind": { "value": "integer" }, "conditions": asks },
            "Flag": { "kind": { "value": "boolean" } }
        }));
        let bench = Bench::of(&operation).unwrap();
        for strength in 1..=3 {
            let array = array(&operation, &Wish { invalid: true, ..wish(strength) });
            assert!(array.covering.is_complete(), "{:?}", array.covering);
            assert_eq!(verify(&array.model, &array.covering.rows, strength), Vec::<Vec<_>>::new());
            for Row { params, breach } in &array.rows {
                let faults = bench.judge.faults(&Value::Object(params.clone()));
                let named = breach.iter().map(|b| format!("/{}", b.parameter)).collect::<BTreeSet<_>>();
                assert_eq!(faults.into_iter().map(|f| f.path).collect::<BTreeSet<_>>(), named, "{params:?}");
            }
            let broken: BTreeSet<_> =
                array.rows.iter().filter_map(|r| Some(r.breach.as_ref()?.facet.clone())).collect();
            assert_eq!(broken.into_iter().collect::<Vec<_>>(), ["required", "type", "values"]);
            if strength == 2 {
                // Each wrong value of one stands beside each right value of another.
                let beside = |flag: Value| {
                    array.rows.iter().any(|r| {
                        r.params.get("Count") == Some(&json!("twelve"))
                            && r.params.get("Flag").cloned().unwrap_or(Value::Null) == flag
                    })
                };
                assert!([json!(true), json!(false), Value::Null].into_iter().all(beside));
            }
        }
    }
}
