//! JSON under another content type that is refused.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "content-type-refused",
    class: "P18",
    severity: Severity::Warning,
    text: "JSON is read whatever the content type calls it.\n\
           Proxies rewrite the header; the answer is still good.\n\
           Example: `text/plain` on a good answer raises *unexpected content type*.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "content-type-refused")),
};
