//! Further members of an error that are lost.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "further-members-lost",
    class: "E06",
    severity: Severity::Warning,
    text: "Further members of an error reach the caller.\n\
           `Recommend` links to the remedy, and `AccessDeniedDetail` says which permission is missing.\n\
           Example: an error has `HostId` and the client does not show it.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let it = raised(step)?;
    let own = ["Code", "Message", "RequestId"];
    let shown = it.error.more.clone().unwrap_or_default();
    let text = it.error.text.clone().unwrap_or_default();
    let lost = it.body.iter().find(|(name, value)| {
        !own.contains(&name.as_str()) && value.as_str().is_some_and(|v| !v.is_empty() && !text.contains(v)) && {
            let fold = |n: &str| n.replace('_', "").to_ascii_lowercase();
            !shown.iter().any(|(n, v)| fold(n) == fold(name) || v == *value)
                && !shown.values().any(|v| v.to_string().contains(value.as_str().unwrap_or("\0")))
        }
    })?;
    Some(
        Claim::new(
            "further members are lost",
            format!("expected `{}` = {} among the error's members, got none", lost.0, shown_value(lost.1)),
        )
        .about([step.evidence.clause("error/other/further-members")]),
    )
}

fn shown_value(value: &Value) -> String {
    super::prelude::shown(value)
}
