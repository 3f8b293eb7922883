//! Null that makes the call fail.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "null-crash",
    class: "P08",
    severity: Severity::Error,
    text: "An answer with null in it is read like any other.\n\
           Servers write null for what they do not have; a client that trips over it fails on a call that succeeded.\n\
           Example: `Data` is null and the client raises a TypeError.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "null-crash")),
};
