//! Status and headers of a success that cannot be seen.

use super::prelude::*;
use crate::driver::Reply;

pub(super) const RULE: Rule = Rule {
    id: "status-unavailable",
    class: "P14",
    severity: Severity::Warning,
    text: "A client that shows headers shows the status of a success, and the request id in them.\n\
           Support asks for the request id of calls that went well, too.\n\
           Example: the response object has no status.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.evidence.hello.can("headers") {
        return None;
    }
    let (Served::Success(_), Some(Reply::Ok { http, .. })) = (step.was_served(), step.reply()) else { return None };
    let expected = step.served()?.answer.status;
    let got = http.as_ref().and_then(|h| h.status);
    let clause = || [step.evidence.clause("response/status")];
    match got {
        Some(status) if status == expected => headers(step).map(|c| c.about(clause())),
        Some(status) => Some(
            Claim::new("another status on success", format!("expected HTTP {expected}, got {status}"))
                .at(Severity::Error)
                .about(clause()),
        ),
        None => {
            Some(Claim::new("no status on success", format!("expected HTTP {expected}, got no status")).about(clause()))
        }
    }
}

/// The request id in the headers, lost or another call's.
fn headers(step: &Step<'_>) -> Option<Claim> {
    let served = served_id(step)?;
    match shown_id(step) {
        None => Some(Claim::new("no headers on success", format!("expected the header `{NAME}`, got none"))),
        Some(got) if !got.contains(served) => Some(
            Claim::new("another call's headers on success", format!("expected `{NAME}` = `{served}`, got {got}"))
                .at(Severity::Error),
        ),
        Some(_) => None,
    }
}

const NAME: &str = crate::fake::REQUEST_ID_HEADER;

/// The request id in the headers of the answer.
pub(super) fn served_id<'a>(step: &Step<'a>) -> Option<&'a str> {
    let mut headers = step.served()?.answer.headers.iter();
    headers.find(|(name, _)| name.eq_ignore_ascii_case(NAME)).map(|(_, id)| id.as_str())
}

/// The request id in the headers that a success shows.
pub(super) fn shown_id(step: &Step<'_>) -> Option<String> {
    let Some(Reply::Ok { http: Some(http), .. }) = step.reply() else { return None };
    let (_, id) = http.headers.as_ref()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(NAME))?;
    Some(text_of(Some(id)).unwrap_or_default())
}
