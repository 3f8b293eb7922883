//! A member that the page does not know and that makes the call fail.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unknown-member-crash",
    class: "P06",
    severity: Severity::Error,
    text: "Members that the page does not know disturb nothing.\n\
           Services add members without a new version; a strict client breaks on that day, everywhere.\n\
           Example: a new member of `Data` raises *unexpected keyword argument*.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "unknown-member-crash")),
};
