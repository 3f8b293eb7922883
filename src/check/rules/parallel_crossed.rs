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
    if let Some(claim) = refused(evidence) {
        return Some(claim);
    }
    for step in evidence.steps() {
        let own = super::retried_create::own_attempts(&step);
        if own == 0 && step.seen().requests.is_empty() && matches!(step.came(), Came::Returned(_)) {
            return Some(Claim::new(
                "parallel calls share their parameters",
                "expected one request for each call, got none with the values of one of them",
            ));
        }
        let others = || evidence.steps().map(|other| super::retried_create::own_attempts(&other));
        if own > 1 && (is_plain(&step) || others().any(|own| own == 0)) {
            return Some(Claim::new(
                "parallel calls share their parameters",
                format!("expected one request for each call, got {own} with the values of one of them"),
            ));
        }
        let claim = one_value(&step).or_else(|| other_answer(&step)).or_else(|| other_error(&step));
        if let Some(claim) = claim.or_else(|| beside_others(&step)) {
            return Some(claim);
        }
    }
    None
}

/// One of several calls that are the same is refused, and another is not.
fn refused(evidence: &Evidence<'_>) -> Option<Claim> {
    let first = &evidence.seen.first()?.call.params;
    let is_same = |step: Step<'_>| is_plain(&step) && step.seen().call.params == *first;
    if !evidence.steps().all(is_same) || !evidence.steps().any(|step| matches!(step.came(), Came::Returned(_))) {
        return None;
    }
    let why = evidence.steps().find_map(|step| match step.came() {
        Came::Raised(error) if error.kind == ErrorKind::Validation => Some(told(error)),
        _ => None,
    })?;
    Some(Claim::new(
        "a call is refused while others are open",
        format!(
            "expected an answer to each of several calls that are the same, got a refusal of one: {}",
            quoted(&why)
        ),
    ))
}

/// A whole answer, or the headers of one, that is another call's.
fn other_answer(step: &Step<'_>) -> Option<Claim> {
    let (Served::Success(served), Came::Returned(value)) = (step.was_served(), step.came()) else { return None };
    let others = || step.evidence.steps().filter(|other| other.index != step.index);
    let shows = |served: &Value| surfacings(*step, served, value).is_empty();
    if !shows(served) && others().any(|o| matches!(o.was_served(), Served::Success(s) if shows(s))) {
        return Some(Claim::new(
            "parallel calls share their answers",
            format!("expected {}, got the answer of another call", shown(served)),
        ));
    }
    let got = super::status_unavailable::shown_id(step)?;
    let is_of = |s: &Step<'_>| super::status_unavailable::served_id(s).is_some_and(|id| got.contains(id));
    (!is_of(step) && others().any(|o| is_of(&o))).then(|| {
        Claim::new(
            "parallel calls share their headers",
            format!("expected the headers of its own answer, got the request id {got} of another call"),
        )
    })
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

/// A call that fails below the service, or does not end, while others are open. A timeout may be a busy machine's.
fn beside_others(step: &Step<'_>) -> Option<Claim> {
    if !is_plain(step) {
        return None;
    }
    match step.came() {
        Came::Raised(error)
            if matches!(
                error.kind,
                ErrorKind::Transport | ErrorKind::Cancelled | ErrorKind::Decode | ErrorKind::Other
            ) =>
        {
            Some(Claim::new(
                "a call fails while others are open",
                format!("expected an answer to each call, got an error for one of them: {}", quoted(&told(error))),
            ))
        }
        // What is wrong with another call's answer may be what the process does not survive.
        Came::Broke(broken) if step.evidence.steps().all(|o| is_plain(&o) || !matches!(o.came(), Came::Broke(_))) => {
            Some(Claim::new(
                "a call does not end while others are open",
                format!("expected an answer to each call, got none to one of them: {broken}"),
            ))
        }
        _ => None,
    }
}

/// An error that is another call's: by its request id, its message or its code.
fn other_error(step: &Step<'_>) -> Option<Claim> {
    let Came::Raised(error) = step.came() else { return None };
    let own = match step.was_served() {
        Served::Error(_, Some(body)) => Some(body),
        Served::Success(_) => None,
        _ => return None,
    };
    let surfaced = [("RequestId", &error.request_id), ("Message", &error.message), ("Code", &error.code)];
    surfaced.into_iter().find_map(|(member, got)| {
        let got = text_of(got.as_ref())?;
        let says = |body: &serde_json::Map<String, Value>| {
            text_of(body.get(member)).is_some_and(|text| text.len() > 6 && got.contains(&text))
        };
        let its = |o: Step<'_>| matches!(o.was_served(), Served::Error(_, Some(body)) if says(body));
        let is_anothers = !own.is_some_and(says) && step.evidence.steps().any(|o| o.index != step.index && its(o));
        is_anothers.then(|| {
            let shown = quoted(&got);
            Claim::new(
                "parallel calls share their answers",
                format!("expected an answer of its own, got the {member} {shown} of another call's error"),
            )
        })
    })
}
