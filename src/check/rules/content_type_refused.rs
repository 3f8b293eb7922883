//! JSON under another content type that is refused.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "content-type-refused",
    class: "P18",
    severity: Severity::Warning,
    text: "JSON is read whatever the content type calls it.\n\
           Proxies rewrite the header; the answer is still good.\n\
           Example: `text/plain` on a good answer raises *unexpected content type*.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let Some(body) = unread(step) else {
        return super::success_shown_as_error::unread(step, RULE.id);
    };
    let code = text_of(body.get("Code")).unwrap_or_default();
    Some(Claim::new("an error is not read", format!("expected the code {}, got none", quoted(&code))))
}

/// An error whose code was not read, since it is JSON that is called something else.
pub(super) fn unread<'a>(step: &Step<'a>) -> Option<&'a serde_json::Map<String, Value>> {
    let (Served::Error(_, Some(body)), Came::Raised(error)) = (step.was_served(), step.came()) else { return None };
    let is_read = text_of(error.code.as_ref()).is_some_and(|code| !code.is_empty());
    (step.in_situation(&[T::ContentType]) && !is_read).then_some(body)
}
