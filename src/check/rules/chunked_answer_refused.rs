//! A chunked answer that is not read.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "chunked-answer-refused",
    class: "P16",
    severity: Severity::Error,
    text: "An answer in chunks is read like one with a length.\n\
           HTTP/1.1 asks every client for it.\n\
           Example: the client raises *no Content-Length*.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "chunked-answer-refused")),
};
