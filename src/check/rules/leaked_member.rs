//! A member that an earlier answer left behind.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "leaked-member",
    class: "R29",
    severity: Severity::Error,
    text: "A member of an answer is that answer's own, also where the answer has none.\n\
           What an earlier answer left behind is another resource's.\n\
           Example: `TaskId` is left out, and the caller gets the one of the call before.",
    look: Look::Member(look),
};

fn look(surfacing: &Surfacing<'_>) -> Option<Claim> {
    let got = surfacing.surfaced?;
    if got.as_str().is_none_or(|text| text.len() <= 6) || surfacing.path.contains(['[', '*']) {
        return None;
    }
    let at = format!("/{}", surfacing.path.replace('.', "/"));
    let key = |step: &Step<'_>| step.seen().call.client.key.clone();
    let own = key(&surfacing.step);
    let earlier = surfacing.step.earlier().any(|e| {
        key(&e) == own && matches!(e.was_served(), Served::Success(before) if before.pointer(&at) == Some(got))
    });
    earlier.then(|| {
        let clauses = surfacing.step.evidence.case.clauses.iter().filter(|c| c.contains("/session/")).cloned();
        let expected = surfacing.served.map_or_else(|| "none".to_owned(), shown);
        Claim::new(
            "a member of an earlier answer surfaced again",
            format!("expected `{}` = {expected}, got that of an earlier answer: {}", surfacing.path, shown(got)),
        )
        .about(clauses)
    })
}
