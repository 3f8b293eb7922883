//! A compressed answer that was asked for, and is not read.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compressed-answer-refused",
    class: "P16",
    severity: Severity::Error,
    text: "A client that says it takes gzip reads an answer in gzip.\n\
           Servers compress what they were told they may (RFC 9110, section 12.5.3), some of them only long answers: that is when it shows.\n\
           Example: `Accept-Encoding: gzip` goes out with every request, and a compressed answer is no JSON to the client.",
    look: Look::Step(|step| super::success_shown_as_error::unread(step, "compressed-answer-refused")),
};
