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
    let clause = || [step.evidence.clause("error/other/further-members")];
    if let Some((name, text)) = it.body.iter().find_map(|(name, value)| Some((name, printed(value, shown.get(name))?)))
    {
        return Some(
            Claim::new(
                "a further object surfaced as a text that is no JSON",
                format!("expected `{name}` as an object, got the text {}", quoted(text)),
            )
            .about(clause()),
        );
    }
    let text = it.error.text.clone().unwrap_or_default();
    let shown = Value::Object(shown).to_string();
    // Of an object it is enough that what stands in it is shown somewhere.
    let seen = |v: &str| v.is_empty() || text.contains(v) || shown.contains(v.trim_matches('"'));
    let lost = it.body.iter().find(|(name, value)| {
        let texts: Vec<&str> = match value {
            Value::String(text) => vec![text],
            Value::Object(members) => members.values().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        !own.contains(&name.as_str()) && !texts.is_empty() && !texts.into_iter().any(seen)
    })?;
    Some(
        Claim::new(
            "further members are lost",
            format!("expected `{}` = {} among the error's members, got none", lost.0, shown_value(lost.1)),
        )
        .about(clause()),
    )
}

/// The text that stands for an object, if it is none that the object could be read from.
fn printed<'a>(served: &Value, shown: Option<&'a Value>) -> Option<&'a str> {
    let text = shown?.as_str().filter(|_| served.is_object())?;
    (serde_json::from_str::<Value>(text).ok().as_ref() != Some(served)).then_some(text)
}

fn shown_value(value: &Value) -> String {
    super::prelude::shown(value)
}
