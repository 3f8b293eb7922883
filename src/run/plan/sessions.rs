//! Cases about what one call has to do with the next.

use std::sync::Arc;

use serde_json::Value;

use super::requests::sent_clauses;
use super::transport::WITHIN;
use super::{LONG_MS, Plan, by, failing, parallel, step, valid};
use crate::case::{Answer, Body, Fault, Object, Origin, Serve, Step};
use crate::contract::{Kind, SessionAspect};
use crate::fake;
use crate::fake::broken::{headed, huge, indented};
use crate::fake::framing::surplus;
use crate::generate::fresh::Fresh;

/// How many calls of one object a repetition makes: three rounds of seven, and some.
const REPEATED: usize = 25;

/// How many errors of an operation are followed by a call of their own.
pub(super) const MOST_ERRORS: usize = 40;

/// When a call is cancelled: it is sent by then, and nowhere near its timeout.
pub(super) const CANCEL_MS: u32 = 300;
/// How long a throttled call is asked to wait that is cancelled meanwhile.
const BACK_OFF_MS: u32 = 900;
/// How long the answer after a timeout is held back: well below what its client waits.
const SLOW_MS: u32 = 150;
/// How long a client is watched that has nothing to do.
const WATCH_MS: u32 = 500;

/// Cases for every clause about a session.
pub(super) fn plan(plan: &mut Plan<'_>) {
    for &aspect in SessionAspect::ALL {
        let id = plan.id(&format!("session/{}", aspect.as_str()));
        match aspect {
            SessionAspect::NoLeak => no_leak(plan, &id),
            SessionAspect::Repetition => repetition(plan, &id),
            SessionAspect::AfterError => after_error(plan, &id),
            SessionAspect::AfterFault => after_fault(plan, &id),
            SessionAspect::TwoObjects => two_objects(plan, &id),
            SessionAspect::Parallel => parallel::plan(plan, &id),
            SessionAspect::Cancel => {
                cancel(plan, &id);
                cancel_while_waiting(plan, &id);
                parallel::cancel(plan, &id);
            }
            SessionAspect::Token => token(plan, &id),
            SessionAspect::HiddenTraffic => hidden_traffic(plan, &id),
            // Every error is searched for the secret.
            SessionAspect::Secrecy => {}
        }
    }
}

/// None but the required parameters, then all, then nulls for the others, then none but the required; then each alone.
fn no_leak(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let bare = |fresh: &mut Fresh| plan.call(plan.required(fresh), fresh);
    let fields: Vec<_> = plan.operation.parameters.iter().map(|p| &p.field).collect();
    let offered = || fields.iter().filter(|f| !plan.options.unsupported.contains(&f.name));
    let mut nulls = plan.required(&mut fresh);
    for field in offered().filter(|f| f.required != Some(true)) {
        nulls.insert(field.name.clone(), Value::Null);
    }
    let mut full = || plan.call(plan.all(&mut fresh), &mut fresh);
    let (first, second) = (full(), full());
    let mut empties = plan.all(&mut fresh);
    for field in offered().filter(|f| f.kind.value == Kind::String && f.values.is_empty() && f.length.is_none()) {
        empties.insert(field.name.clone(), Value::from(""));
    }
    let empties = plan.call(empties, &mut fresh);
    let mut steps = vec![
        bare(&mut fresh),
        first,
        plan.call(nulls, &mut fresh),
        bare(&mut fresh),
        second,
        empties,
        bare(&mut fresh),
    ];
    for field in offered() {
        let mut params = plan.required(&mut fresh);
        params.insert(field.name.clone(), valid(field, &mut fresh));
        steps.push(plan.call(params, &mut fresh));
    }
    let steps = steps.into_iter().map(|s| by(Object::Fresh, s)).collect();
    plan.push(
        seed,
        Origin::Session,
        "a bare call, a full one, one of nulls, one of empty texts, a bare one, then each parameter alone",
        vec![id.to_owned()],
        steps,
    );
    sparse_answers(plan, id);
}

/// Full answers, each followed by one that leaves out what the one before had.
fn sparse_answers(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#sparse"));
    let mut steps = vec![plan.call(plan.required(&mut fresh), &mut fresh)];
    for index in 0..2 {
        let mut answer = fake::success(plan.operation, &mut fresh);
        if let Body::Json(Value::Object(members)) = &mut answer.body {
            // The words that say success stay, and the objects around the others the second time.
            let keeps =
                |name: &str, value: &Value| value.is_boolean() || name == "Code" || (index == 1 && value.is_object());
            members.retain(|name, value| keeps(name, value));
            members.values_mut().filter_map(Value::as_object_mut).for_each(serde_json::Map::clear);
        }
        steps.push(step(plan.required(&mut fresh), vec![answer.into()]));
        steps.push(plan.call(plan.required(&mut fresh), &mut fresh));
    }
    let steps = steps.into_iter().map(|s| by(Object::Fresh, s)).collect();
    plan.push(seed, Origin::Session, "full answers and sparse ones in turn", vec![id.to_owned()], steps);
}

fn repetition(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#successes"));
    let steps: Vec<Step> =
        (0..REPEATED).map(|_| by(Object::Fresh, plan.call(plan.all(&mut fresh), &mut fresh))).collect();
    let clauses = match steps.first() {
        Some(first) => [vec![id.to_owned()], sent_clauses(plan, &first.params)].concat(),
        None => vec![id.to_owned()],
    };
    plan.push(seed, Origin::Session, "twenty-five calls of one object", clauses, steps);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#same"));
    let params = plan.all(&mut fresh);
    let steps = (0..3).map(|_| by(Object::Fresh, plan.call(params.clone(), &mut fresh))).collect();
    plan.push(seed, Origin::Session, "the same call three times", vec![id.to_owned()], steps);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#shared"));
    let mut calls = vec![plan.all(&mut fresh)];
    for parameter in &plan.operation.parameters {
        let name = &parameter.field.name;
        let mut params = plan.all(&mut fresh);
        if let (Some(value), true) = (calls[0].get(name), params.contains_key(name)) {
            params.insert(name.clone(), value.clone());
        }
        calls.push(params);
    }
    let steps = calls.into_iter().map(|params| by(Object::Fresh, plan.call(params, &mut fresh))).collect();
    plan.push(seed, Origin::Session, "calls that share one value with the first", vec![id.to_owned()], steps);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#errors"));
    let steps =
        (0..REPEATED).map(|n| by(Object::Fresh, failing(plan, n, plan.required(&mut fresh), &mut fresh))).collect();
    plan.push(seed, Origin::Session, "twenty-five errors of one object", vec![id.to_owned()], steps);
}

fn after_error(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let steps = vec![
        plan.call(plan.required(&mut fresh), &mut fresh),
        plan.call(plan.all(&mut fresh), &mut fresh),
        failing(plan, 0, plan.all(&mut fresh), &mut fresh),
        plan.call(plan.all(&mut fresh), &mut fresh),
        failing(plan, 1, plan.all(&mut fresh), &mut fresh),
        failing(plan, 2, plan.all(&mut fresh), &mut fresh),
        plan.call(plan.required(&mut fresh), &mut fresh),
    ];
    let steps = steps.into_iter().map(|s| by(Object::Fresh, s)).collect();
    plan.push(seed, Origin::Session, "calls after errors", vec![id.to_owned()], steps);
    let (seed, mut fresh) = plan.fresh(&format!("{id}#each"));
    let each = plan.operation.errors.len().min(MOST_ERRORS);
    let steps = (0..each)
        .flat_map(|index| {
            [failing(plan, index, plan.required(&mut fresh), &mut fresh), plan.call(plan.all(&mut fresh), &mut fresh)]
        })
        .map(|s| by(Object::Fresh, s))
        .collect();
    plan.push(seed, Origin::Session, "a full call after each error", vec![id.to_owned()], steps);
}

/// A call that goes well, one that does not, and one that has nothing wrong with it; for each way to fail.
fn after_fault(plan: &mut Plan<'_>, id: &str) {
    let whole = |fault: Option<Fault>| move |answer: Answer| Serve { answer, fault };
    let other = |status: u16, text: &'static str| {
        move |answer: Answer| {
            let body = Body::Text { text: text.into(), means: None };
            Serve::from(Answer { status, body, headers: answer.headers })
        }
    };
    type Way = Box<dyn Fn(Answer) -> Serve>;
    let once = plan.once();
    let failure = |status: u16, code: &'static str| {
        move |_: Answer| Serve::from(fake::envelope(status, code, "It went wrong.", &mut Fresh::new(0)))
    };
    let closing = |value: &'static str| move |answer: Answer| Serve::from(headed(&answer, &[("Connection", value)]));
    let other_answer = fake::success(plan.operation, &mut plan.fresh(&format!("{id}#surplus")).1);
    let ways: [(&str, Object, Way); 12] = [
        ("an answer that closes its connection", Object::Fresh, Box::new(closing("close"))),
        ("an answer that closes its connection in capitals", Object::Fresh, Box::new(closing("CLOSE"))),
        (
            "an answer with another behind it",
            Object::Fresh,
            Box::new(move |answer| surplus(&answer, &other_answer).into()),
        ),
        ("an answer of 2 MiB", Object::Fresh, Box::new(|answer| huge(&answer).into())),
        ("a throttled call", once, Box::new(failure(429, "Throttling.User"))),
        ("an unreadable answer", Object::Fresh, Box::new(other(200, "{\"Data\": nope}"))),
        ("an error that is no JSON", Object::Fresh, Box::new(other(502, "<html>502 Bad Gateway</html>"))),
        ("an error without a body", Object::Fresh, Box::new(other(500, ""))),
        ("a reset", Object::Fresh, Box::new(whole(Some(Fault::Reset { after: 0 })))),
        ("an answer that was cut", Object::Fresh, Box::new(whole(Some(Fault::Truncate { body: -20 })))),
        ("a closed connection", Object::Fresh, Box::new(whole(Some(Fault::Close { after: 0 })))),
        ("a timeout", Object::Hasty, Box::new(whole(Some(Fault::Stall { after: 0, ms: LONG_MS })))),
    ];
    let down: Way = Box::new(failure(500, "InternalError"));
    // Who gives a service up that fails does so after a few failures.
    let all = ways.into_iter().map(|(about, object, spoil)| (about, object, spoil, 1));
    let stalled: Way = Box::new(whole(Some(Fault::Stall { after: 0, ms: LONG_MS })));
    let in_a_row = [("six failures in a row", once, down, 6), ("two timeouts in a row", Object::Hasty, stalled, 2)];
    for (about, object, spoil, times) in all.chain(in_a_row) {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let mut steps =
            vec![plan.call(plan.required(&mut fresh), &mut fresh), plan.call(plan.all(&mut fresh), &mut fresh)];
        for _ in 0..times {
            let spoilt = spoil(fake::success(plan.operation, &mut fresh));
            steps.push(step(plan.all(&mut fresh), vec![spoilt]));
        }
        let mut next = plan.call(plan.all(&mut fresh), &mut fresh);
        if object == Object::Hasty {
            // Who counts the time of the failed call against the next has none left for it.
            super::spoil(&mut next, Fault::Stall { after: 0, ms: SLOW_MS });
        }
        steps.push(next);
        steps.push(plan.call(plan.required(&mut fresh), &mut fresh));
        let steps = steps.into_iter().map(|s| by(object, s)).collect();
        plan.push(seed, Origin::Session, format!("a call after {about}"), vec![id.to_owned()], steps);
    }
}

fn two_objects(plan: &mut Plan<'_>, id: &str) {
    let (seed, mut fresh) = plan.fresh(id);
    let order = [Object::A, Object::B, Object::A, Object::B];
    let steps = order.into_iter().map(|object| by(object, plan.call(plan.all(&mut fresh), &mut fresh))).collect();
    plan.push(seed, Origin::Session, "two objects in turn", vec![id.to_owned()], steps);
}

/// A call that nobody answers is cancelled, and the next of its object has nothing wrong with it.
fn cancel(plan: &mut Plan<'_>, id: &str) {
    if !plan.options.can.contains("cancel") {
        return;
    }
    for (about, after) in [("before the answer begins", 0), ("within the body of the answer", WITHIN)] {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{after}"));
        let held = Some(Fault::Stall { after, ms: LONG_MS });
        let answer = indented(&fake::success(plan.operation, &mut fresh), 2 * WITHIN as usize);
        let called_off =
            Step { cancel_ms: CANCEL_MS, ..step(plan.all(&mut fresh), vec![Serve { answer, fault: held }]) };
        let steps = vec![
            by(Object::Fresh, plan.call(plan.required(&mut fresh), &mut fresh)),
            by(Object::Fresh, called_off),
            by(Object::Fresh, plan.call(plan.required(&mut fresh), &mut fresh)),
        ];
        plan.push(seed, Origin::Session, format!("a call that is cancelled {about}"), vec![id.to_owned()], steps);
    }
}

/// A call that waits to be tried again is cancelled.
fn cancel_while_waiting(plan: &mut Plan<'_>, id: &str) {
    if !["cancel", "retries"].iter().all(|power| plan.options.can.contains(*power)) {
        return;
    }
    let (seed, mut fresh) = plan.fresh(&format!("{id}#waiting"));
    let mut throttled = fake::envelope(429, "Throttling.User", "Too many requests.", &mut fresh);
    throttled.headers.push(("x-acs-retry-after".into(), BACK_OFF_MS.to_string()));
    let mut call = plan.call(plan.all(&mut fresh), &mut fresh);
    call.attempts.insert(0, Arc::new(throttled.into()));
    let call = Step { cancel_ms: CANCEL_MS, ..by(Object::Attempts(3), call) };
    plan.push(
        seed,
        Origin::Session,
        "a call that is cancelled while it waits to be tried again",
        vec![id.to_owned()],
        vec![call],
    );
    if let Some(case) = plan.cases.last_mut() {
        case.watch_ms = BACK_OFF_MS;
    }
}

/// Two objects with a token each, in turn, and one without any.
fn token(plan: &mut Plan<'_>, id: &str) {
    if !plan.options.can.contains("token") {
        return;
    }
    let (seed, mut fresh) = plan.fresh(id);
    let (one, two) = (Object::Token(1), Object::Token(2));
    let order = [
        (one, true),
        (two, true),
        (one, true),
        (Object::Fresh, true),
        (two, false),
        (two, true),
        (one, true),
        (one, true),
    ];
    let steps = order
        .into_iter()
        .map(|(object, goes_well)| {
            let params = plan.all(&mut fresh);
            by(object, if goes_well { plan.call(params, &mut fresh) } else { failing(plan, 0, params, &mut fresh) })
        })
        .collect();
    plan.push(
        seed,
        Origin::Session,
        "two objects with a security token each, and one without, before and after an error",
        vec![id.to_owned()],
        steps,
    );
}

fn hidden_traffic(plan: &mut Plan<'_>, id: &str) {
    for about in ["one call, then silence", "one error, then silence", "a 500, then silence", "a timeout, then silence"]
    {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let params = plan.all(&mut fresh);
        let (object, call) = match about {
            "one call, then silence" => (Object::Fresh, plan.call(params, &mut fresh)),
            "one error, then silence" => (Object::Fresh, failing(plan, 0, params, &mut fresh)),
            "a 500, then silence" => {
                let internal = fake::envelope(500, "InternalError", "Internal error.", &mut fresh);
                (Object::Fresh, step(params, vec![internal.into()]))
            }
            _ => {
                let fault = Some(Fault::Stall { after: 0, ms: LONG_MS });
                let answer = fake::success(plan.operation, &mut fresh);
                (Object::Hasty, step(params, vec![Serve { answer, fault }]))
            }
        };
        plan.push(seed, Origin::Session, about, vec![id.to_owned()], vec![by(object, call)]);
        if let Some(case) = plan.cases.last_mut() {
            case.watch_ms = WATCH_MS;
        }
    }
}
