//! A value of an earlier call.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "leaked-value",
    class: "R29",
    severity: Severity::Error,
    text: "A call carries its own values and none of an earlier call.\n\
           What leaks may be another customer's data, and acts on the wrong resource.\n\
           Example: a call without `Description` goes out with the one of the call before.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let got = match &difference.what {
        What::Altered { got, .. } | What::Invented(got) => got,
        _ => return None,
    };
    let name = difference.name.as_str();
    let given = |step: &Step<'_>| step.seen().call.params.get(name).and_then(spelled);
    let listed = difference.parameter.is_some_and(|p| !p.values.is_empty() || p.kind.value == Kind::Boolean);
    // A value of a closed list is met again by chance, unless the object was seen not to make one up.
    let chance = listed || got.len() <= 3;
    let silent = |step: &Step<'_>| {
        given(step).is_none()
            && step.own().next().is_some_and(|o| o.sent.as_ref().is_some_and(|s| s.named(name).next().is_none()))
    };
    let key = &difference.step.seen().call.client.key;
    let same_object = |step: &Step<'_>| step.seen().call.client.key == *key;
    let leaked = difference.step.earlier().any(|e| given(&e).is_some_and(|t| t == *got))
        && (!chance
            || (difference.meant.is_none() && difference.step.earlier().any(|e| same_object(&e) && silent(&e))));
    leaked.then(|| {
        let evidence = difference.step.evidence;
        let clauses = evidence.case.clauses.iter().filter(|c| c.contains("/session/")).cloned();
        let clauses: Vec<String> = clauses.collect();
        let claim = Claim::new(
            format!("`{}` of an earlier call sent again", difference.name),
            format!("expected {}, got the value of an earlier call: {}", meant(difference), quoted(got)),
        );
        if clauses.is_empty() { claim } else { claim.about(clauses) }
    })
}

fn meant(difference: &Difference<'_>) -> String {
    difference
        .meant
        .map_or_else(|| format!("no `{}`", difference.name), |v| format!("`{}` {}", difference.name, shown(v)))
}
