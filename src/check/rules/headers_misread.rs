//! Headers of an answer that are not read as HTTP has them.

use super::prelude::*;
use crate::driver::Reply;
use crate::fake::{NOTE, NOTE_HEADER};

pub(super) const RULE: Rule = Rule {
    id: "headers-misread",
    class: "P14",
    severity: Severity::Error,
    text: "Names of headers are read in any case (RFC 9110, section 5.1), values whole, and a header that no standard asks for may be missing.\n\
           Gateways and proxies spell names anew, and leave out what they do not know.\n\
           Example: an answer with `content-length` in small letters is not read to its end.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    super::success_shown_as_error::unread(step, "headers-misread").or_else(|| cut(step))
}

/// A value that is shown, and not as it was served.
fn cut(step: &Step<'_>) -> Option<Claim> {
    let Some(Reply::Ok { http: Some(http), .. }) = step.reply() else { return None };
    step.served()?.answer.headers.iter().find(|(name, _)| name == NOTE_HEADER)?;
    let (_, shown) = http.headers.as_ref()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(NOTE_HEADER))?;
    let got = text_of(Some(shown)).unwrap_or_default();
    // Some clients show a list of values.
    (!got.contains(NOTE) && !got.contains(&NOTE.replace('"', "\\\""))).then(|| {
        Claim::new(
            "the value of a header is cut",
            format!("expected `{NOTE_HEADER}` = {}, got {}", quoted(NOTE), quoted(&got)),
        )
    })
}
