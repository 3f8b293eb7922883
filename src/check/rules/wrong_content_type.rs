//! A content type that does not tell what the body is.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-content-type",
    class: "R25",
    severity: Severity::Error,
    text: "A body says what it is: a form is `application/x-www-form-urlencoded`, JSON is `application/json`.\n\
           A server that goes by the header finds no parameters in the body.\n\
           Example: a form with `Content-Type: text/plain`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    if request.body.is_empty() {
        return None;
    }
    let got = request.header("content-type").unwrap_or("none");
    let known =
        ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "application/octet-stream"];
    let lower = got.to_ascii_lowercase();
    let json = request.body.starts_with(b"{") || request.body.starts_with(b"[");
    // A form that is called a heap of bytes is not read as one.
    let hidden = lower.starts_with("application/octet-stream") && is_form(&request.body);
    let fine =
        known.iter().any(|k| lower.starts_with(k)) && (json || !lower.starts_with("application/json")) && !hidden;
    let what = if json { "JSON" } else { "a form" };
    let claim = |transform: String, message: String| {
        Some(Claim::new(transform, message).about([step.evidence.clause("wire/content-type")]))
    };
    if !fine {
        return claim(
            format!("{what} with content type {got}"),
            format!("expected a content type that names the body, got `{got}`"),
        );
    }
    let other = lower.split_once("charset=").map(|(_, charset)| charset.trim_matches(['"', ' ']))?;
    // Letters are the same in all of them.
    if matches!(other, "utf-8" | "utf8") || observed.sent.as_ref()?.pairs.iter().all(|pair| pair.value.is_ascii()) {
        return None;
    }
    claim(
        format!("{what} in UTF-8 that is said to be in another encoding"),
        format!("expected a content type in UTF-8, got `{got}`"),
    )
}

/// Whether every piece of the body is a pair of a form, by its letters.
fn is_form(body: &[u8]) -> bool {
    let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-_.~*+%=[]".contains(b);
    body.split(|b| *b == b'&').all(|pair| pair.contains(&b'=') && pair.iter().all(fits))
}
