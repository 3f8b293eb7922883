//! Table and sample disagree on a type, and the client survives only one of them.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "one-type-only",
    class: "P20",
    severity: Severity::Warning,
    text: "Where the page contradicts itself about a type, a client reads both.\n\
           Which of them the service sends is anybody's guess; a client that survives neither is in error, one that survives one is a warning.\n\
           Example: the table calls `Code` a string, the sample shows 200.",
    look: Look::Case(look),
};

/// No sample shows one: whether it is read says nothing of those that are usual.
const LARGE: &str = "a large number";

fn look(evidence: &Evidence<'_>) -> Option<Claim> {
    if !evidence.is_about(|a| matches!(a, Aspect::Response(_, ResponseAspect::Type))) {
        return None;
    }
    let mut lost: Vec<(String, String)> = Vec::new();
    let mut read: Vec<String> = Vec::new();
    for step in evidence.steps() {
        let Served::Success(served) = step.was_served() else { continue };
        let kind = contested(evidence, served);
        match step.came() {
            Came::Raised(error) => lost.push((kind, error.text.clone().unwrap_or_default())),
            Came::Broke(broken) => lost.push((kind, broken.to_string())),
            _ => read.push(kind),
        }
    }
    lost.retain(|(kind, _)| kind != LARGE);
    // Where some values of a type are read and others are not, types are not what it is about: that is for the rule about successes.
    if lost.iter().any(|(kind, _)| read.contains(kind)) {
        return None;
    }
    let (kind, why) = lost.first()?;
    let read = read.len();
    let path = path_of(evidence);
    let claim = Claim::new(
        format!("`{path}` is read only as {}", if read == 0 { "neither" } else { other(kind) }),
        format!("the page gives `{path}` two types; expected both to be read, got an error for {kind}: {why}"),
    );
    Some(if read == 0 { claim.at(Severity::Error) } else { claim })
}

fn path_of(evidence: &Evidence<'_>) -> String {
    evidence
        .about
        .iter()
        .find_map(|a| match a {
            Aspect::Response(path, ResponseAspect::Type) => Some(path.clone()),
            _ => None,
        })
        .unwrap_or_default()
}

fn contested(evidence: &Evidence<'_>, served: &Value) -> String {
    let path = path_of(evidence).replace("[]", "");
    let value = path.split('.').try_fold(served, |v, name| v.get(name));
    match value {
        Some(Value::String(_)) => "a text".into(),
        Some(Value::Number(number)) if number.as_i64().is_none_or(|n| n.abs() > i32::MAX.into()) => LARGE.into(),
        Some(Value::Number(_)) => "a number".into(),
        _ => "its type".into(),
    }
}

fn other(kind: &str) -> &'static str {
    if kind == "a text" { "a number" } else { "a text" }
}

/// Whether a contested member is read in some of the values of this step's type, and not in this one.
pub(super) fn reads_others(step: &Step<'_>) -> bool {
    if !step.is_about(|a| matches!(a, Aspect::Response(_, ResponseAspect::Type))) {
        return false;
    }
    let kind = |s: &Step<'_>| match s.was_served() {
        Served::Success(served) => Some(contested(step.evidence, served)),
        _ => None,
    };
    let own = kind(step);
    own.is_some() && step.evidence.steps().any(|s| kind(&s) == own && matches!(s.came(), Came::Returned(_)))
}
