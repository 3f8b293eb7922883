//! The same answer in another spelling of JSON, which the client does not read.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "escapes-misread",
    class: "P05",
    severity: Severity::Error,
    text: "JSON may spell a character as it is or as an escape, with blanks or without; it is the same answer.\n\
           A client that reads one spelling only fails when the server's library changes.\n\
           Example: `\\ud83d\\ude00` is not read as one character.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "escapes-misread")),
};
