//! Cases about what one call has to do with the next.

use serde_json::{Map, Value};

use super::requests::sent_clauses;
use super::{Plan, step, valid};
use crate::case::{Object, Origin, Step};
use crate::contract::SessionAspect;
use crate::fake;
use crate::generate::fresh::Fresh;

/// How many calls of one object a repetition makes: two rounds of seven, and one.
const REPEATED: usize = 15;

/// Cases for every clause about a session.
pub(super) fn plan(plan: &mut Plan<'_>) {
    for &aspect in SessionAspect::ALL {
        let id = plan.id(&format!("session/{}", aspect.as_str()));
        match aspect {
            SessionAspect::NoLeak => no_leak(plan, &id),
            SessionAspect::Repetition => repetition(plan, &id),
            SessionAspect::AfterError => after_error(plan, &id),
            SessionAspect::TwoObjects => two_objects(plan, &id),
            SessionAspect::Parallel => parallel(plan, &id),
            SessionAspect::HiddenTraffic => hidden_traffic(plan, &id),
            // Every error is searched for the secret.
            SessionAspect::Secrecy => {}
        }
    }
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

/// All parameters, then none but the required; then each alone.
fn no_leak(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let mut steps = vec![plan.call(plan.all(&mut fresh), &mut fresh), plan.call(plan.required(&mut fresh), &mut fresh)];
    let fields: Vec<_> = plan.operation.parameters.iter().map(|p| &p.field).collect();
    for field in fields.into_iter().filter(|f| !plan.options.unsupported.contains(&f.name)) {
        let mut params = plan.required(&mut fresh);
        params.insert(field.name.clone(), valid(field, &mut fresh));
        steps.push(plan.call(params, &mut fresh));
    }
    let steps = steps.into_iter().map(|s| by(Object::Fresh, s)).collect();
    plan.push(seed, Origin::Session, "a full call, a bare one, then each parameter alone", vec![id.to_owned()], steps);
}

fn repetition(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#successes"));
    let steps: Vec<Step> =
        (0..REPEATED).map(|_| by(Object::Fresh, plan.call(plan.all(&mut fresh), &mut fresh))).collect();
    let clauses = match steps.first() {
        Some(first) => [vec![id.to_owned()], sent_clauses(plan, &first.params)].concat(),
        None => vec![id.to_owned()],
    };
    plan.push(seed, Origin::Session, "fifteen calls of one object", clauses, steps);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#errors"));
    let steps =
        (0..REPEATED).map(|n| by(Object::Fresh, failing(plan, n, plan.required(&mut fresh), &mut fresh))).collect();
    plan.push(seed, Origin::Session, "fifteen errors of one object", vec![id.to_owned()], steps);
}

fn after_error(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let steps = vec![
        failing(plan, 0, plan.all(&mut fresh), &mut fresh),
        plan.call(plan.all(&mut fresh), &mut fresh),
        failing(plan, 1, plan.all(&mut fresh), &mut fresh),
        failing(plan, 2, plan.all(&mut fresh), &mut fresh),
        plan.call(plan.required(&mut fresh), &mut fresh),
    ];
    let steps = steps.into_iter().map(|s| by(Object::Fresh, s)).collect();
    plan.push(seed, Origin::Session, "calls after errors", vec![id.to_owned()], steps);
}

fn two_objects(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let order = [Object::A, Object::B, Object::A, Object::B];
    let steps = order.into_iter().map(|object| by(object, plan.call(plan.all(&mut fresh), &mut fresh))).collect();
    plan.push(seed, Origin::Session, "two objects in turn", vec![id.to_owned()], steps);
}

fn parallel(plan: &mut Plan<'_>, id: &str) {
    let at_once = plan.options.max_in_flight.min(4) as usize;
    // Requests are told apart by their texts: without one of its own, no call can be found again on the wire.
    let (_, mut probe) = plan.fresh(id);
    let telling = plan.all(&mut probe).values().any(|v| v.as_str().is_some_and(|t| t.len() > 6) && !is_listed(plan, v));
    if at_once < 2 || !telling {
        return;
    }
    for round in 0..3 {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{round}"));
        let steps = (0..at_once).map(|_| by(Object::Fresh, plan.call(plan.all(&mut fresh), &mut fresh))).collect();
        plan.push(seed, Origin::Session, "calls of one object at once", vec![id.to_owned()], steps);
        if let Some(case) = plan.cases.last_mut() {
            case.parallel = true;
        }
    }
}

fn hidden_traffic(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let steps = vec![by(Object::Fresh, plan.call(plan.all(&mut fresh), &mut fresh))];
    plan.push(seed, Origin::Session, "one call, then silence", vec![id.to_owned()], steps);
    if let Some(case) = plan.cases.last_mut() {
        case.watch_ms = 200;
    }
}

/// Whether a value stands in a closed list, so that two calls may share it.
fn is_listed(plan: &Plan<'_>, value: &Value) -> bool {
    plan.operation.parameters.iter().any(|p| p.field.values.iter().any(|v| v.value == *value))
}
