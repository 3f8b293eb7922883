//! A byte order mark that makes the call fail.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "byte-order-mark",
    class: "P05",
    severity: Severity::Error,
    text: "An answer that begins with a byte order mark is read without it.\n\
           RFC 8259 lets a reader ignore it, and some gateways add it.\n\
           Example: the client raises *unexpected character* on a success.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "byte-order-mark")),
};
