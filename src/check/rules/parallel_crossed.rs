//! Parallel calls that cross.

use super::prelude::*;
use crate::check::difference::differences;
use crate::check::member::surfacings;

pub(super) const RULE: Rule = Rule {
    id: "parallel-crossed",
    class: "T16",
    severity: Severity::Error,
    text: "Calls that are open at once carry their own values and get their own answers.\n\
           A crossed answer is another customer's.\n\
           Example: two calls of one object share a buffer, and both return the second's answer.",
    look: Look::Case(crossed),
};

/// What is crossed between calls that are open at once.
pub(in crate::check) fn crossed(evidence: &Evidence<'_>) -> Option<Claim> {
    if !evidence.case.parallel {
        return None;
    }
    for step in evidence.steps() {
        let own = super::retried_create::own_attempts(&step);
        if own == 0 && step.seen().requests.is_empty() && matches!(step.came(), Came::Returned(_)) {
            return Some(Claim::new(
                "parallel calls share their parameters",
                "expected one request for each call, got none with the values of one of them",
            ));
        }
        if own > 1 {
            return Some(Claim::new(
                "parallel calls share their parameters",
                format!("expected one request for each call, got {own} with the values of one of them"),
            ));
        }
        if let Some(claim) = one_value(&step).or_else(|| other_error(&step)).or_else(|| beside_others(&step)) {
            return Some(claim);
        }
        if let (Served::Success(served), Came::Returned(value)) = (step.was_served(), step.came())
            && !surfacings(step, served, value).is_empty()
        {
            let elsewhere = evidence.steps().any(|o| {
                o.index != step.index
                    && matches!(o.was_served(), Served::Success(s) if surfacings(step, s, value).is_empty())
            });
            if elsewhere {
                return Some(Claim::new(
                    "parallel calls share their answers",
                    format!("expected {}, got the answer of another call", shown(served)),
                ));
            }
        }
    }
    None
}

/// One parameter, or one member of an answer, that is another call's.
fn one_value(step: &Step<'_>) -> Option<Claim> {
    let others = || step.evidence.steps().filter(|o| o.index != step.index);
    let sent = step.own().flat_map(|o| differences(*step, o)).find_map(|d| {
        let got = match &d.what {
            What::Altered { got, .. } | What::Invented(got) => got.clone(),
            _ => return None,
        };
        let its = |o: Step<'_>| o.seen().call.params.get(&d.name).and_then(spelled).is_some_and(|t| t == got);
        (got.len() > 6 && others().any(its)).then_some((d.name.clone(), got))
    });
    if let Some((name, got)) = sent {
        return Some(Claim::new(
            "parallel calls share their parameters",
            format!("expected `{name}` of its own, got that of another call: {}", quoted(&got)),
        ));
    }
    let (Served::Success(served), Came::Returned(value)) = (step.was_served(), step.came()) else { return None };
    let member = surfacings(*step, served, value).into_iter().find(|s| {
        let at = format!("/{}", s.path.replace('.', "/"));
        let long = s.surfaced.and_then(Value::as_str).is_some_and(|t| t.len() > 6);
        long && others().any(|o| matches!(o.was_served(), Served::Success(v) if v.pointer(&at) == s.surfaced))
    })?;
    Some(Claim::new(
        "parallel calls share their answers",
        format!("expected `{}` of its own answer, got that of another call", member.path),
    ))
}

/// A call that fails below the service while others are open. A timeout may be a busy machine's.
fn beside_others(step: &Step<'_>) -> Option<Claim> {
    let (Served::Success(_) | Served::NoRequest, Came::Raised(error)) = (step.was_served(), step.came()) else {
        return None;
    };
    if matches!(error.kind, ErrorKind::Service | ErrorKind::Timeout) {
        return None;
    }
    let text = told(error);
    Some(Claim::new(
        "a call fails while others are open",
        format!("expected an answer to each call, got an error for one of them: {}", quoted(&text)),
    ))
}

/// An error that is another call's.
fn other_error(step: &Step<'_>) -> Option<Claim> {
    let Came::Raised(error) = step.came() else { return None };
    let own = match step.was_served() {
        Served::Error(_, Some(body)) => text_of(body.get("RequestId")),
        Served::Success(_) => None,
        _ => return None,
    };
    let got = text_of(error.request_id.as_ref()).filter(|got| Some(got) != own.as_ref())?;
    let its = |o: Step<'_>| matches!(o.was_served(), Served::Error(_, Some(b)) if text_of(b.get("RequestId")).as_ref() == Some(&got));
    step.evidence.steps().any(|o| o.index != step.index && its(o)).then(|| {
        Claim::new(
            "parallel calls share their answers",
            format!("expected an answer of its own, got the error {got} of another call"),
        )
    })
}
