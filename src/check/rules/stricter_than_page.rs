//! A valid call that the client refuses.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "stricter-than-page",
    class: "R18",
    severity: Severity::Error,
    text: "A call that the page allows is sent.\n\
           A limit that only the client has cannot be lifted by the service, and no page tells the user of it.\n\
           Example: names over 64 characters are refused, and the page has no such limit.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let why = refused(step)?;
    let given = &step.seen().call.params;
    let named = step.operation().parameters.iter().map(|p| &p.field).find(|f| why.contains(&f.name));
    let listed = named.and_then(|f| given.get(&f.name).filter(|v| f.values.iter().any(|l| l.value == **v)));
    if listed.is_some() {
        return None;
    }
    let control = given.values().filter_map(Value::as_str).any(|t| t.chars().any(char::is_control));
    let transform = match named {
        Some(field) => format!("a valid `{}` refused", field.name),
        None => "a valid call refused".into(),
    };
    let claim = Claim::new(transform, format!("expected a valid call to be sent, got a refusal: {why}"));
    let claim = match named {
        Some(field) => {
            let name = crate::contract::escape(&field.name);
            let fallback = if given.contains_key(&field.name) { "sent" } else { "absent" };
            claim.about(step.evidence.clauses_at(&format!("request/{name}/"), fallback))
        }
        None => claim,
    };
    Some(if control { claim.at(Severity::Warning) } else { claim })
}

/// Why a valid call was refused before anything was sent, if it was.
pub(super) fn refused(step: &Step<'_>) -> Option<String> {
    if step.plan().breach.is_some() || step.evidence.case.parallel {
        return None;
    }
    if step.in_situation(&[T::Refused, T::Certificate])
        || unprintable(step)
        || leaves_path_open(step)
        || super::follows_failure(step)
        || super::fails_after(step)
        || super::endpoint_ignored::elsewhere(step).is_some()
    {
        return None;
    }
    let (Served::NoRequest, Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    let text = told(error);
    Some(if text.is_empty() { error.class.clone().unwrap_or_else(|| "no text".into()) } else { text })
}

/// A path cannot say that a part of it is empty.
fn leaves_path_open(step: &Step<'_>) -> bool {
    let Some(template) = &step.operation().path else { return false };
    let open = crate::wire::path::names(&template.value);
    step.seen().call.params.iter().any(|(name, value)| value == "" && open.contains(&name.as_str()))
}

/// Text that is no valid Unicode may be refused.
fn unprintable(step: &Step<'_>) -> bool {
    step.seen().call.params.values().any(|v| v.get("$utf16").is_some())
}
