//! A value that the page does not list and that makes the call fail.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unknown-value",
    class: "P07",
    severity: Severity::Error,
    text: "A value that the page does not list reaches the caller as it was served.\n\
           Lists grow; a client that fails on a new value, or shows a default for it, breaks or lies on that day.\n\
           Example: a new `Status` is shown as the first of the list.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "unknown-value")),
};
