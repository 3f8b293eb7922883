//! Cases about calls that are open at the same time.

use serde_json::Value;

use super::sessions::{CANCEL_MS, MOST_ERRORS};
use super::{LONG_MS, Plan, by, failing, spoil};
use crate::case::{Fault, Object, Origin, Step};
use crate::generate::fresh::Fresh;
use crate::run::lane::HASTY_READ_MS;

/// How many calls are open at once, where the client can.
const WIDTH: u32 = 4;
/// How long answers are held back, so that their calls are open when another is cancelled.
const HELD_MS: u32 = CANCEL_MS + 150;
/// The same, for calls that are made so long after another that it times out in the middle.
const AMID_MS: u32 = 280;
const LATER_MS: u32 = HASTY_READ_MS - AMID_MS / 2;
/// The same, for calls beside one whose connection breaks.
const BESIDE_MS: u32 = 100;

/// Calls of one object, of two, and with one among them that fails.
pub(super) fn plan(plan: &mut Plan<'_>, id: &str) {
    let Some(width) = width(plan, id) else { return };
    for round in 0..3 {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{round}"));
        let steps = several(plan, width, Object::Fresh, &mut fresh);
        push(plan, seed, "calls of one object at once", id, steps);
    }
    errors(plan, id, width);
    same(plan, id, width);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#objects"));
    let turns = [Object::A, Object::B].into_iter().cycle().take(width);
    let steps = turns.map(|object| full(plan, object, &mut fresh)).collect();
    push(plan, seed, "calls of two objects at once", id, steps);
    let spoilt = [
        ("a reset among calls of one object at once", plan.once(), Fault::Reset { after: 0 }),
        ("a cut answer among calls of one object at once", plan.once(), Fault::Truncate { body: -20 }),
        ("a timeout among calls of one object at once", Object::Hasty, Fault::Stall { after: 0, ms: LONG_MS }),
    ];
    for (about, object, fault) in spoilt {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let mut steps = several(plan, width, object, &mut fresh);
        spoil(&mut steps[1], fault);
        push(plan, seed, about, id, steps);
    }
    amid(plan, id, width);
}

/// A call's connection breaks, or its answer does not come, while others wait for theirs.
fn amid(plan: &mut Plan<'_>, id: &str, width: usize) {
    let spoilt = [
        ("a reset while other calls are open", plan.once(), Fault::Reset { after: 0 }, 0, BESIDE_MS),
        (
            "a timeout while other calls are open",
            Object::Hasty,
            Fault::Stall { after: 0, ms: LONG_MS },
            LATER_MS,
            AMID_MS,
        ),
    ];
    for (about, object, fault, later, held) in spoilt {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let mut steps = several(plan, width, object, &mut fresh);
        spoil(&mut steps[0], fault);
        for step in &mut steps[1..] {
            step.begin_ms = later;
            spoil(step, Fault::Stall { after: 0, ms: held });
        }
        push(plan, seed, about, id, steps);
    }
}

/// A call is cancelled while others wait for their answers.
pub(super) fn cancel(plan: &mut Plan<'_>, id: &str) {
    let Some(width) = width(plan, id).filter(|_| plan.options.can.contains("cancel")) else { return };
    let (seed, mut fresh) = plan.fresh(&format!("{id}#parallel"));
    let mut steps = several(plan, width, Object::Fresh, &mut fresh);
    for step in &mut steps {
        spoil(step, Fault::Stall { after: 0, ms: HELD_MS });
    }
    spoil(&mut steps[1], Fault::Stall { after: 0, ms: LONG_MS });
    steps[1].cancel_ms = CANCEL_MS;
    push(plan, seed, "a call that is cancelled while others are open", id, steps);
}

/// How many calls can be open at once, if there are any that can be told apart: requests are known by their texts.
fn width(plan: &Plan<'_>, id: &str) -> Option<usize> {
    let (_, mut probe) = plan.fresh(id);
    let tells = |value: &Value| value.as_str().is_some_and(|text| text.len() > 6) && !is_listed(plan, value);
    let width = plan.options.max_in_flight.min(WIDTH) as usize;
    (width > 1 && plan.all(&mut probe).values().any(tells)).then_some(width)
}

/// Every documented error, with a success among them.
fn errors(plan: &mut Plan<'_>, id: &str, width: usize) {
    let errors = plan.operation.errors.len().clamp(1, MOST_ERRORS);
    for first in (0..errors).step_by(width - 1) {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#errors{first}"));
        let mut steps = vec![full(plan, Object::Fresh, &mut fresh)];
        for index in first..first + width - 1 {
            let params = plan.all(&mut fresh);
            steps.push(by(Object::Fresh, failing(plan, index, params, &mut fresh)));
        }
        push(plan, seed, "a success and errors of one object at once", id, steps);
    }
}

/// The same call several times: each is a call of its own. All get one answer, since nobody knows whose is whose.
fn same(plan: &mut Plan<'_>, id: &str, width: usize) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#same"));
    let call = full(plan, Object::Fresh, &mut fresh);
    push(plan, seed, "the same call several times at once", id, vec![call; width]);
}

/// So many calls of one object.
fn several(plan: &Plan<'_>, width: usize, object: Object, fresh: &mut Fresh) -> Vec<Step> {
    (0..width).map(|_| full(plan, object, fresh)).collect()
}

fn full(plan: &Plan<'_>, object: Object, fresh: &mut Fresh) -> Step {
    by(object, plan.call(plan.all(fresh), fresh))
}

fn push(plan: &mut Plan<'_>, seed: u64, about: &str, id: &str, steps: Vec<Step>) {
    plan.push(seed, Origin::Session, about, vec![id.to_owned()], steps);
    if let Some(case) = plan.cases.last_mut() {
        case.parallel = true;
    }
}

/// Whether a value stands in a closed list, so that two calls may share it.
fn is_listed(plan: &Plan<'_>, value: &Value) -> bool {
    plan.operation.parameters.iter().any(|p| p.field.values.iter().any(|v| v.value == *value))
}
