//! The cases that put an operation's clauses to the test, in the order of a run.

mod awkward;
mod errors;
mod parallel;
mod requests;
mod responses;
mod sessions;
mod transport;

pub(super) use transport::FOREIGN;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::case::{Case, Fault, Object, Origin, Serve, Step};
use crate::contract::{Clause, Field, Kind, Operation, escape};
use crate::fake;
use crate::generate::fresh::Fresh;
use crate::generate::{Lawful, seed};
use crate::wire::encode::hex;

/// Milliseconds that an answer is held back which nobody is to wait for: far longer than any client of the run is told to.
const LONG_MS: u32 = 30_000;

/// What a plan is made from.
#[derive(Debug, Clone)]
pub(super) struct Options {
    /// What every case's seed is drawn from.
    pub seed: u64,
    /// The strength of the covering array: every combination of so many parameters' values stands in a row.
    pub strength: usize,
    /// How many random calls are made.
    pub random: usize,
    /// How many calls may be open at once.
    pub max_in_flight: u32,
    /// Parameters that the client does not offer.
    pub unsupported: BTreeSet<String>,
    /// What the client can show and do: `retries`, `headers` …
    pub can: BTreeSet<String>,
}

/// All cases of an operation, in the order of a run. The same options give the same cases.
#[cfg(test)]
pub(super) fn cases(operation: &Operation, clauses: &[Clause], options: &Options) -> Vec<Case> {
    some(operation, clauses, options, &|_| true)
}

/// The cases of the areas that are wanted, in the order of a run; an area is wanted by the ids of its clauses, without the operation. What
/// nobody asks for is not planned: of a thousand operations, most of the time goes there.
pub(super) fn some(
    operation: &Operation,
    clauses: &[Clause],
    options: &Options,
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<Case> {
    let mut plan = Plan { operation, clauses, options, cases: Vec::new() };
    type Area = fn(&mut Plan<'_>);
    let areas: [(&[&str], Area); 7] = [
        (&["response/"], responses::samples),
        (&["request/"], requests::plan),
        (&["response/"], responses::plan),
        (&["error/"], errors::plan),
        (&["transport/"], transport::plan),
        (&["request/combinations"], requests::combinations),
        // A repetition puts parameters to the test, too.
        (&["session/", "request/"], sessions::plan),
    ];
    for (area, plan_area) in areas {
        if area.iter().any(|area| wanted(area)) {
            plan_area(&mut plan);
        }
    }
    if let Some(lawful) = Lawful::of(operation) {
        plan.cases.iter_mut().for_each(|case| settle(case, &lawful));
    }
    for parameter in operation.parameters.iter().filter(|parameter| takes_bytes(&parameter.field)) {
        let steps = plan.cases.iter_mut().flat_map(|case| &mut case.steps);
        let given = steps.filter_map(|step| step.params.get_mut(&parameter.field.name));
        given.for_each(|value| as_bytes(&parameter.field, value));
    }
    plan.cases.sort_by_key(|case| case.origin);
    plan.cases
}

struct Plan<'a> {
    operation: &'a Operation,
    clauses: &'a [Clause],
    options: &'a Options,
    cases: Vec<Case>,
}

impl<'a> Plan<'a> {
    /// The id of a clause of this operation.
    fn id(&self, rest: &str) -> String {
        format!("{}/{rest}", escape(&self.operation.name))
    }

    /// Fresh values for the case of this name: the same whatever else the plan holds.
    fn fresh(&self, name: &str) -> (u64, Fresh) {
        let seed = seed(self.options.seed, &self.operation.name, name);
        (seed, Fresh::new(seed))
    }

    fn push(&mut self, seed: u64, origin: Origin, about: impl Into<String>, clauses: Vec<String>, steps: Vec<Step>) {
        let case = self.case(seed, origin, about, clauses, steps);
        self.cases.push(case);
    }

    fn case(
        &self,
        seed: u64,
        origin: Origin,
        about: impl Into<String>,
        clauses: Vec<String>,
        steps: Vec<Step>,
    ) -> Case {
        let (operation, about) = (self.operation.name.clone(), about.into());
        Case { operation, origin, clauses, about, seed, watch_ms: 0, parallel: false, steps }
    }

    /// One call with these parameters, answered by a fresh success.
    fn call(&self, params: Map<String, Value>, fresh: &mut Fresh) -> Step {
        step(params, vec![fake::success(self.operation, fresh).into()])
    }

    /// Parameters that every call must give, with fresh values.
    fn required(&self, fresh: &mut Fresh) -> Map<String, Value> {
        self.given(|field| field.required == Some(true), fresh)
    }

    /// All parameters that the client offers, with fresh values.
    fn all(&self, fresh: &mut Fresh) -> Map<String, Value> {
        self.given(|_| true, fresh)
    }

    /// An object that tries once, where the client can be told so.
    fn once(&self) -> Object {
        if self.options.can.contains("retries") { Object::Attempts(1) } else { Object::Fresh }
    }

    fn given(&self, choose: impl Fn(&Field) -> bool, fresh: &mut Fresh) -> Map<String, Value> {
        let fields = self.operation.parameters.iter().map(|p| &p.field);
        fields
            .filter(|f| choose(f) && !self.options.unsupported.contains(&f.name))
            .map(|f| (f.name.clone(), valid(f, fresh)))
            .collect()
    }
}

/// Brings the calls of a case in line with what the page says of parameters together. What the case is about stays.
fn settle(case: &mut Case, lawful: &Lawful<'_>) {
    let prefix = format!("{}/request/", escape(&case.operation));
    let parameter = |clause: &str| {
        let (name, _) = clause.strip_prefix(&prefix)?.split_once('/')?;
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
        Some(name.split(['.', '[']).next().unwrap_or_default().to_owned())
    };
    let about: BTreeSet<String> = case.clauses.iter().filter_map(|c| parameter(c)).collect();
    // A case about many is about how they go together.
    let fixed: BTreeSet<&str> = about.iter().map(String::as_str).filter(|_| about.len() == 1).collect();
    for step in case.steps.iter_mut().filter(|step| step.breach.is_none()) {
        step.params = lawful.settle(std::mem::take(&mut step.params), &fixed, &mut Fresh::new(case.seed));
    }
    let given = |name: &String| case.steps.iter().any(|step| step.params.contains_key(name));
    if about.len() > 1 {
        case.clauses.retain(|clause| parameter(clause).is_none_or(|name| given(&name)));
    }
}

/// Whether the page asks for bytes in base64 somewhere in a field.
fn takes_bytes(field: &Field) -> bool {
    let inner = field.items.as_deref().into_iter().chain(&field.fields);
    is_bytes(field) || inner.into_iter().any(takes_bytes)
}

fn is_bytes(field: &Field) -> bool {
    field.format.as_ref().is_some_and(|format| format.value == "byte")
}

/// Gives bytes as bytes where the page asks for them in base64: how a client takes them is the driver's business.
fn as_bytes(field: &Field, value: &mut Value) {
    match value {
        Value::String(text) if is_bytes(field) => {
            let text = if STANDARD.decode(&*text).is_ok() { text.clone() } else { STANDARD.encode(text) };
            *value = json!({ "$bytes": text });
        }
        Value::Array(items) => {
            let inner = field.items.as_deref();
            items.iter_mut().for_each(|item| inner.iter().for_each(|f| as_bytes(f, item)));
        }
        Value::Object(members) => {
            for inner in &field.fields {
                members.get_mut(&inner.name).into_iter().for_each(|member| as_bytes(inner, member));
            }
        }
        _ => {}
    }
}

/// One call.
fn step(params: Map<String, Value>, attempts: Vec<Serve>) -> Step {
    let attempts = attempts.into_iter().map(Arc::new).collect();
    Step { params, object: Object::Turn, attempts, begin_ms: 0, cancel_ms: 0, leads_in: false, breach: None }
}

/// Breaks the first answer of a step.
fn spoil(step: &mut Step, fault: Fault) {
    Arc::make_mut(&mut step.attempts[0]).fault = Some(fault);
}

/// The same step, by this object.
fn by(object: Object, mut step: Step) -> Step {
    step.object = object;
    step
}

fn failing(plan: &Plan<'_>, index: usize, params: Map<String, Value>, fresh: &mut Fresh) -> Step {
    let errors = &plan.operation.errors;
    let answer = match errors.get(index % errors.len().max(1)) {
        Some(error) => fake::error(error, fresh),
        None => fake::envelope(400, "Some.Error", "Some error.", fresh),
    };
    step(params, vec![answer.into()])
}

/// A fresh valid value for a parameter.
fn valid(field: &Field, fresh: &mut Fresh) -> Value {
    match field.kind.value {
        Kind::Integer if field.range.is_none() && field.values.is_empty() => Value::from(fresh.integer()),
        _ => fresh.value(field),
    }
}

/// What tells two plans apart: a case's name and place follow from its seed and what it is about.
pub(super) fn hash(cases: &[Case]) -> String {
    use ring::digest::{Context, SHA256};
    let mut hash = Context::new(&SHA256);
    for case in cases {
        hash.update(&case.seed.to_be_bytes());
        hash.update(case.about.as_bytes());
        hash.update(&[0]);
    }
    hex(&hash.finish().as_ref()[..8])
}
