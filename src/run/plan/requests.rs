//! Cases about what is sent.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Plan, valid};
use crate::case::{Breach, Object, Origin};
use crate::contract::{Aspect, Field, Kind, RequestAspect, escape};
use crate::cores::spread;
use crate::fake;
use crate::generate::{self, BreachCall};

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
    let against = generate::breaches(plan.operation);
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
            RequestAspect::Required => {
                breaches(plan, &id, against.iter().filter(|b| is_left_out(b) && b.breach.parameter == name))
            }
            RequestAspect::Breach => {
                breaches(plan, &id, against.iter().filter(|b| !is_left_out(b) && b.breach.parameter == path))
            }
            RequestAspect::Spelling if !nested => {
                for value in [true, false] {
                    with(plan, &id, &name, json!(value), Origin::Boundary, &format!("`{name}` = {value}"));
                }
            }
            RequestAspect::Spelling => {
                for entry in boundary.iter().filter(|b| b.parameter == path && b.valid && b.value.is_boolean()) {
                    if let Some(value) = entry.params.get(&name) {
                        let about = format!("`{path}` = {}", entry.value);
                        with(plan, &id, &name, value.clone(), Origin::Boundary, &about);
                    }
                }
            }
            RequestAspect::Retry => retried(plan, &id, &name),
            RequestAspect::Text | RequestAspect::Number | RequestAspect::List | RequestAspect::Object => {
                let of: Vec<_> =
                    boundary.iter().filter(|b| b.parameter == path && b.valid && !b.value.is_null()).collect();
                if of.is_empty() {
                    alone(plan, &id, &name);
                }
                // A name that begins with a dollar is the driver protocol's own, and would have to be spelled as such.
                for entry in of.into_iter().filter(|b| b.class != "key-dollar") {
                    let about = format!("`{path}`: {}", entry.class);
                    // What is awkward in one text is as awkward in the next, so inside of others a few are enough.
                    let value = match nested {
                        false => Some(&entry.value),
                        true if entry.value.is_string() && !TELLING.contains(&entry.class) => None,
                        true => entry.params.get(&name),
                    };
                    if let Some(value) = value {
                        with(plan, &id, &name, value.clone(), Origin::Boundary, &about);
                    }
                }
                if aspect == RequestAspect::Number && !nested {
                    not_numbers(plan, &id, &name);
                }
                if aspect == RequestAspect::Text && !nested {
                    times(plan, &id, &name);
                    half_character(plan, &id, &name);
                }
            }
        }
    }
}

/// Texts that tell most of how an inner text is encoded.
const TELLING: [&str; 14] = [
    "empty",
    "trailing-blank",
    "inner-blanks",
    "reserved-plus",
    "reserved-percent",
    "reserved-ampersand",
    "reserved-quote",
    "reserved-backslash",
    "line-feed",
    "non-bmp",
    "combining",
    "word-null",
    "leading-zeros",
    "long-257",
];

/// What is no number: a client may refuse it.
fn not_numbers(plan: &mut Plan<'_>, id: &str, name: &str) {
    for text in ["NaN", "Infinity", "-Infinity"] {
        of_no_type(plan, id, name, json!({ "$num": text }), (text, "is no number"));
    }
    let field = field(plan, name);
    if field.kind.value == Kind::Integer && field.range.is_none() && field.values.is_empty() {
        of_no_type(plan, id, name, json!(1.5), ("1.5", "is no whole number"));
    }
}

/// The first half of a character that takes two units of UTF-16: a client may refuse it, or put U+FFFD in its place.
fn half_character(plan: &mut Plan<'_>, id: &str, name: &str) {
    if field(plan, name).values.is_empty() {
        let value = json!({ "$utf16": [u16::from(b'a'), 0xd83d, u16::from(b'b')] });
        of_no_type(plan, id, name, value, ("half a character", "is not valid Unicode"));
    }
}

/// A value that is of no type that a page can give.
fn of_no_type(plan: &mut Plan<'_>, id: &str, name: &str, value: Value, (text, why): (&str, &str)) {
    with(plan, id, name, value, Origin::Breach, &format!("`{name}` = {text}"));
    let breach = Breach { parameter: name.into(), facet: "type".into(), why: why.into() };
    let step = plan.cases.last_mut().and_then(|case| case.steps.last_mut()).expect("a case was planned");
    // Whether it is sent must not hang on what the object did before.
    (step.object, step.breach) = (Object::Fresh, Some(breach));
}

/// Times at the edges, for a parameter that takes one.
fn times(plan: &mut Plan<'_>, id: &str, name: &str) {
    let field = field(plan, name);
    let said = field.format.as_ref().is_some_and(|f| f.value == "date-time");
    let shaped =
        field.example.as_ref().is_some_and(|e| e.value.len() == 20 && e.value.ends_with('Z') && e.value.contains('T'));
    let mut texts = Vec::new();
    if said || shaped {
        texts.extend(["2024-02-29T00:00:00Z", "2023-12-31T23:59:59Z", "1970-01-01T00:00:00Z"]);
    }
    if said {
        texts.extend(["2024-03-31T02:30:00+02:00", "2024-05-06T07:08:09.120Z", "2024-05-06T07:08:09.123456Z"]);
    }
    for text in texts {
        with(plan, id, name, json!(text), Origin::Boundary, &format!("`{name}` = {text}"));
    }
}

/// A throttled call with the parameter, for a client that can be told to try again.
fn retried(plan: &mut Plan<'_>, id: &str, name: &str) {
    if !plan.options.can.contains("retries") {
        return;
    }
    let (seed, mut fresh) = plan.fresh(id);
    let mut params = plan.required(&mut fresh);
    params.insert(name.to_owned(), valid(field(plan, name), &mut fresh));
    let mut throttled = fake::envelope(429, "Throttling.User", "Too many requests.", &mut fresh);
    throttled.headers.push(("x-acs-retry-after".into(), "100".into()));
    let mut call = plan.call(params, &mut fresh);
    call.attempts.insert(0, Arc::new(throttled.into()));
    call.object = Object::Attempts(3);
    plan.push(
        seed,
        Origin::Fault,
        format!("`{name}` on a call that is throttled first"),
        vec![id.to_owned()],
        vec![call],
    );
}

fn field<'a>(plan: &Plan<'a>, name: &str) -> &'a Field {
    plan.operation.parameters.iter().map(|p| &p.field).find(|f| f.name == name).expect("the clause names it")
}

/// The parameter alone, with what is required; then all of them together.
fn sent(plan: &mut Plan<'_>, id: &str, name: &str) {
    let field = field(plan, name);
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
    let field = field(plan, name);
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
    for (about, all) in [("null", false), ("null among all", true)] {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let mut params = if all { plan.all(&mut fresh) } else { plan.required(&mut fresh) };
        params.insert(name.to_owned(), Value::Null);
        let steps = vec![plan.call(params, &mut fresh)];
        plan.push(seed, Origin::Boundary, format!("`{name}` = {about}"), vec![id.to_owned()], steps);
    }
}

fn is_left_out(breach: &BreachCall) -> bool {
    breach.breach.facet == "required"
}

fn breaches<'b>(plan: &mut Plan<'_>, id: &str, of: impl Iterator<Item = &'b BreachCall>) {
    for (index, BreachCall { params, breach }) in of.enumerate() {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{index}"));
        let mut params = params.clone();
        params.retain(|name, _| !plan.options.unsupported.contains(name));
        let mut call = plan.call(params, &mut fresh);
        call.breach = Some(breach.clone());
        plan.push(seed, Origin::Breach, breach.why.clone(), vec![id.to_owned()], vec![call]);
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
    let all: Vec<_> = cover.chain(random).enumerate().collect();
    let cases = spread(all, FEW, |(index, (origin, params))| {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{index}"));
        let call = plan.call(params, &mut fresh);
        let about = if origin == Origin::Cover { "a row of the covering array" } else { "a random valid call" };
        plan.case(seed, origin, about, vec![id.clone()], vec![call])
    });
    plan.cases.extend(cases);
}

/// Calls below this number are answered one after the other.
const FEW: usize = 1_000;

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
