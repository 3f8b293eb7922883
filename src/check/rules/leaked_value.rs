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
    if difference.parameter.is_some_and(|p| !p.values.is_empty()) {
        // A value of a closed list is met again by chance.
        return None;
    }
    let earlier = &difference.step.evidence.seen[..difference.step.index];
    let leaked = got.len() > 3
        && earlier
            .iter()
            .any(|seen| seen.call.params.get(difference.name).and_then(spelled).is_some_and(|t| t == *got));
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
