//! Cases about what is sent.

use serde_json::{Map, Value, json};

use super::{Plan, step, valid};
use crate::case::{Object, Origin};
use crate::contract::{Aspect, Kind, RequestAspect, escape};
use crate::fake;
use crate::generate;

/// Cases for every clause about a parameter.
pub(super) fn plan(plan: &mut Plan<'_>) {
    let aspects: Vec<(String, String, RequestAspect)> = plan
        .clauses
        .iter()
        .filter_map(|clause| match &clause.aspect {
            Aspect::Request(path, aspect) => Some((clause.id.clone(), path.clone(), aspect.clone())),
            _ => None,
        })
        .collect();
    let boundary = generate::boundary(plan.operation);
    for (id, path, aspect) in aspects {
        let name = path.split(['.', '[']).next().unwrap_or(&path).to_owned();
        if plan.options.unsupported.contains(&name) {
            continue;
        }
        let nested = name != path;
        match aspect {
            RequestAspect::Sent if nested => alone(plan, &id, &name),
            RequestAspect::Sent => sent(plan, &id, &name),
            RequestAspect::Value(value) if !nested => listed(plan, &id, &name, &value),
            RequestAspect::Value(_) => alone(plan, &id, &name),
            RequestAspect::Absent => absent(plan, &id, &name),
            RequestAspect::Null => null(plan, &id, &name),
            RequestAspect::Required => required(plan, &id, &name),
            RequestAspect::Breach => breaches(plan, &id, &path),
            RequestAspect::Spelling if !nested => {
                for value in [true, false] {
                    with(plan, &id, &name, json!(value), Origin::Boundary, &format!("`{name}` = {value}"));
                }
            }
            RequestAspect::Spelling => alone(plan, &id, &name),
            RequestAspect::Text | RequestAspect::Number | RequestAspect::List | RequestAspect::Object => {
                let of: Vec<_> =
                    boundary.iter().filter(|b| b.parameter == path && b.valid && !b.value.is_null()).collect();
                if nested || of.is_empty() {
                    alone(plan, &id, &name);
                } else {
                    for entry in of {
                        let about = format!("`{name}`: {}", entry.class);
                        with(plan, &id, &name, entry.value.clone(), Origin::Boundary, &about);
                    }
                }
            }
        }
    }
}

/// The parameter alone, with what is required; then all of them together.
fn sent(plan: &mut Plan<'_>, id: &str, name: &str) {
    let field =
        plan.operation.parameters.iter().map(|p| &p.field).find(|f| f.name == name).expect("the clause names it");
    if let Some(example) = &field.example
        && field.kind.value == Kind::String
        && field.values.is_empty()
    {
        with(plan, id, name, json!(example.value), Origin::Sample, &format!("`{name}` as in the page's example"));
    }
    alone(plan, id, name);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#all"));
    let params = plan.all(&mut fresh);
    let clauses = sent_clauses(plan, &params);
    let steps = vec![plan.call(params, &mut fresh)];
    plan.push(seed, Origin::Boundary, "all parameters together", clauses, steps);
}

/// The `sent` clauses of the parameters that a call gives.
pub(super) fn sent_clauses(plan: &Plan<'_>, params: &Map<String, Value>) -> Vec<String> {
    params.iter().filter(|(_, v)| !v.is_null()).map(|(n, _)| plan.id(&format!("request/{}/sent", escape(n)))).collect()
}

fn alone(plan: &mut Plan<'_>, id: &str, name: &str) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#alone"));
    let field =
        plan.operation.parameters.iter().map(|p| &p.field).find(|f| f.name == name).expect("the clause names it");
    let mut params = plan.required(&mut fresh);
    params.insert(name.to_owned(), valid(field, &mut fresh));
    let steps = vec![plan.call(params, &mut fresh)];
    plan.push(seed, Origin::Boundary, format!("`{name}` alone"), vec![id.to_owned()], steps);
}

/// A given value, alone.
fn with(plan: &mut Plan<'_>, id: &str, name: &str, value: Value, origin: Origin, about: &str) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
    let mut params = plan.required(&mut fresh);
    params.insert(name.to_owned(), value);
    let steps = vec![plan.call(params, &mut fresh)];
    plan.push(seed, origin, about, vec![id.to_owned()], steps);
}

fn listed(plan: &mut Plan<'_>, id: &str, name: &str, value: &Value) {
    let about = format!("`{name}` = {value}");
    with(plan, id, name, value.clone(), Origin::Boundary, &about);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#among"));
    let mut params = plan.all(&mut fresh);
    params.insert(name.to_owned(), value.clone());
    let steps = vec![plan.call(params, &mut fresh)];
    plan.push(seed, Origin::Boundary, format!("{about} among all"), vec![id.to_owned()], steps);
}

fn absent(plan: &mut Plan<'_>, id: &str, name: &str) {
    for (about, all) in [("all but", true), ("only what is required, without", false)] {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let mut params = if all { plan.all(&mut fresh) } else { plan.required(&mut fresh) };
        params.remove(name);
        let steps = vec![plan.call(params, &mut fresh)];
        plan.push(seed, Origin::Boundary, format!("{about} `{name}`"), vec![id.to_owned()], steps);
    }
}

fn null(plan: &mut Plan<'_>, id: &str, name: &str) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#null"));
    let mut params = plan.required(&mut fresh);
    params.insert(name.to_owned(), Value::Null);
    let steps = vec![plan.call(params, &mut fresh)];
    plan.push(seed, Origin::Boundary, format!("`{name}` = null"), vec![id.to_owned()], steps);
}

fn required(plan: &mut Plan<'_>, id: &str, name: &str) {
    let of: Vec<_> = generate::breaches(plan.operation)
        .into_iter()
        .filter(|b| b.breach.facet == "required" && b.breach.parameter == name)
        .collect();
    push_breaches(plan, id, of);
}

fn breaches(plan: &mut Plan<'_>, id: &str, path: &str) {
    let of: Vec<_> = generate::breaches(plan.operation)
        .into_iter()
        .filter(|b| b.breach.facet != "required" && b.breach.parameter == path)
        .collect();
    push_breaches(plan, id, of);
}

fn push_breaches(plan: &mut Plan<'_>, id: &str, of: Vec<generate::BreachCall>) {
    for (index, breach) in of.into_iter().enumerate() {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{index}"));
        let mut params = breach.params;
        params.retain(|name, _| !plan.options.unsupported.contains(name));
        let mut call = plan.call(params, &mut fresh);
        let about = breach.breach.why.clone();
        call.breach = Some(breach.breach);
        plan.push(seed, Origin::Breach, about, vec![id.to_owned()], vec![call]);
    }
}

/// The covering array, the product of all closed lists, and random calls.
pub(super) fn combinations(plan: &mut Plan<'_>) {
    if plan.operation.parameters.len() < 2 {
        return;
    }
    let id = plan.id("request/combinations");
    let (seed, mut fresh) = plan.fresh("cover");
    let mut rows = product(plan, &mut fresh);
    rows.extend(generate::rows(plan.operation, plan.options.strength, &plan.options.unsupported, seed));
    let cover = rows.into_iter().map(|row| (Origin::Cover, row));
    let random = generate::random(plan.operation, seed, plan.options.random).into_iter().map(|mut row| {
        row.retain(|name, _| !plan.options.unsupported.contains(name));
        (Origin::Random, row)
    });
    let all: Vec<_> = cover.chain(random).collect();
    for (index, (origin, params)) in all.into_iter().enumerate() {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{index}"));
        let mut call = step(params, vec![fake::success(plan.operation, &mut fresh).into()]);
        call.object = Object::Turn;
        let about = if origin == Origin::Cover { "a row of the covering array" } else { "a random valid call" };
        plan.push(seed, origin, about, vec![id.clone()], vec![call]);
    }
}

/// Most rows of the product of closed lists.
const PRODUCT: usize = 64;

/// Every combination of the values of closed lists, all other parameters given, while that is few.
fn product(plan: &Plan<'_>, fresh: &mut crate::generate::fresh::Fresh) -> Vec<Map<String, Value>> {
    let lists: Vec<(String, Vec<Value>)> = plan
        .operation
        .parameters
        .iter()
        .map(|p| &p.field)
        .filter(|f| !plan.options.unsupported.contains(&f.name))
        .filter_map(|f| match (f.values.len(), f.kind.value) {
            (2.., _) => Some((f.name.clone(), f.values.iter().map(|v| v.value.clone()).collect())),
            (_, Kind::Boolean) => Some((f.name.clone(), vec![json!(true), json!(false)])),
            _ => None,
        })
        .collect();
    let mut rows: Vec<Map<String, Value>> = vec![Map::new()];
    for (name, values) in lists {
        if rows.len() * values.len() > PRODUCT {
            break;
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                values.iter().map(|v| {
                    let mut row = row.clone();
                    row.insert(name.clone(), v.clone());
                    row
                })
            })
            .collect();
    }
    if rows.len() < 2 {
        return Vec::new();
    }
    let mut all = Vec::new();
    for row in &rows {
        let mut full = plan.all(fresh);
        full.extend(row.clone());
        all.push(full);
        let mut bare = plan.required(fresh);
        bare.extend(row.clone());
        all.push(bare);
    }
    all
}
