//! A missing member of an error that is shown as a word.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "nothing-as-text",
    class: "E07",
    severity: Severity::Error,
    text: "A member that an error does not have is absent: it is not the text `None`, `null` or `undefined`.\n\
           The word is shown to users and compared by programs as if it had been served.\n\
           Example: an error without a message is raised with the message `None`.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let Some(it) = raised(step) else { return of_unreadable(step) };
    let members = [("Code", &it.error.code), ("Message", &it.error.message), ("RequestId", &it.error.request_id)];
    let further = it.error.more.iter().flatten().map(|(name, got)| (name.as_str(), Some(got)));
    let all = members.iter().map(|(name, got)| (*name, got.as_ref())).chain(further);
    let (name, got) = all.into_iter().find_map(|(name, got)| {
        let got = text_of(got)?;
        let missing = it.body.get(name).is_none_or(Value::is_null);
        (missing && words(&got).any(is_nothing)).then_some((name, got))
    })?;
    let claim = Claim::new(
        format!("a missing `{name}` surfaced as a word for nothing"),
        format!("expected no `{name}`, got {}", quoted(&got)),
    );
    // What stands beside the three says nothing of the error that is served.
    Some(match members.iter().any(|(own, _)| *own == name) {
        true => claim,
        false => claim.about([step.evidence.clause("error/other/further-members")]),
    })
}

/// The code or message of an error for an answer in which there is none to be read, or none where they usually stand.
fn of_unreadable(step: &Step<'_>) -> Option<Claim> {
    let Came::Raised(error) = step.came() else { return None };
    let is_unread = match step.was_served() {
        Served::Unreadable | Served::Error(_, None) => true,
        Served::Error(..) => enveloped(step),
        _ => false,
    };
    if !is_unread {
        return None;
    }
    let members = [("Code", &error.code), ("Message", &error.message)];
    let (name, got) = members.iter().find_map(|(name, got)| {
        let got = text_of(got.as_ref()).filter(|got| is_nothing(got.trim()))?;
        Some((name, got))
    })?;
    Some(Claim::new(
        format!("a missing `{name}` surfaced as a word for nothing"),
        format!("expected no `{name}` of an answer that cannot be read, got {}", quoted(&got)),
    ))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '<' && c != '>').filter(|w| !w.is_empty())
}
