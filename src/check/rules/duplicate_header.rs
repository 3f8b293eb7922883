//! A header or a common parameter that stands twice.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "duplicate-header",
    class: "R28",
    severity: Severity::Warning,
    text: "A header that has one value stands once.\n\
           Servers take the first, the last, or refuse the request, and a signature covers only one of them.\n\
           Example: `x-acs-version` twice.",
    look: Look::Request(look),
};

/// Headers that HTTP lets stand more than once.
const LISTS: [&str; 7] =
    ["accept", "accept-encoding", "accept-language", "cache-control", "connection", "cookie", "via"];

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    header(step, observed).or_else(|| common(step, observed))
}

/// A common parameter that stands twice.
fn common(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let common = &observed.sent.as_ref()?.common;
    let (_, pair) = common.iter().enumerate().find(|(at, p)| common[..*at].iter().any(|b| b.name == p.name))?;
    Some(
        Claim::new(format!("`{}` twice", pair.name), format!("expected one `{}`, got two", pair.name))
            .at(Severity::Error)
            .about([step.evidence.clause("wire/once")]),
    )
}

fn header(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let headers = &observed.exchange.request.as_ref().ok()?.headers;
    let (at, header) = headers.iter().enumerate().find(|(at, h)| {
        !LISTS.iter().any(|l| h.name.eq_ignore_ascii_case(l))
            && headers[..*at].iter().any(|b| b.name.eq_ignore_ascii_case(&h.name))
    })?;
    let first = headers[..at].iter().find(|b| b.name.eq_ignore_ascii_case(&header.name))?;
    let claim = Claim::new(
        format!("`{}` twice", header.name.to_ascii_lowercase()),
        format!("expected one `{}`, got `{}` and `{}`", header.name, first.value, header.value),
    );
    let claim = if first.value == header.value { claim } else { claim.at(Severity::Error) };
    Some(claim.about([step.evidence.clause("wire/once")]))
}
