//! A member left out that makes the call fail.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-member-crash",
    class: "P09",
    severity: Severity::Error,
    text: "An answer without one of its members is read like any other.\n\
           Services leave members out and add them region by region; the call has succeeded all the same.\n\
           Example: `Data` is left out and the client raises a KeyError.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "missing-member-crash")),
};
