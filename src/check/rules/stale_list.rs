//! A documented value that the client refuses.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "stale-list",
    class: "R17",
    severity: Severity::Error,
    text: "Every value that the page lists is accepted.\n\
           A client that checks against a list of its own refuses what the service has learnt since.\n\
           Example: `InstanceType=WuyingServer` raises *must be CloudDesktop*.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let why = super::stricter_than_page::refused(step)?;
    let given = &step.seen().call.params;
    let named = step.operation().parameters.iter().find_map(|p| {
        let given = given.get(&p.field.name)?;
        let listed = p.field.values.iter().any(|v| v.value == *given);
        (listed && why.contains(&p.field.name)).then_some((&p.field.name, given))
    });
    // A refusal that names no parameter is about the value that the case is about.
    let names_one = || step.operation().parameters.iter().any(|p| why.contains(&p.field.name));
    let about = || {
        step.evidence.about.iter().find_map(|a| match a {
            Aspect::Request(path, RequestAspect::Value(value)) if given.get(path) == Some(value) => Some((path, value)),
            _ => None,
        })
    };
    let (field, value) = named.or_else(|| if names_one() { None } else { about() })?;
    let name = crate::contract::escape(field);
    Some(
        Claim::new(
            format!("`{field}` = {} refused", shown(value)),
            format!("expected `{field}` = {} to be sent, got a refusal: {why}", shown(value)),
        )
        .about(step.evidence.clauses_at(&format!("request/{name}/"), "sent")),
    )
}
