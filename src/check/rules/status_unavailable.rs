//! Status and headers of a success that cannot be seen.

use super::prelude::*;

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
    use crate::driver::Reply;
    if !step.evidence.hello.can("headers") || step.evidence.case.parallel {
        return None;
    }
    let (Served::Success(_), Some(Reply::Ok { http, .. })) = (step.was_served(), step.reply()) else { return None };
    let expected = step.served()?.answer.status;
    let got = http.as_ref().and_then(|h| h.status);
    let clause = || [step.evidence.clause("response/status")];
    match got {
        Some(status) if status == expected => headers(step, http.as_ref()?.headers.as_ref()).map(|c| c.about(clause())),
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
fn headers(step: &Step<'_>, shown: Option<&serde_json::Map<String, Value>>) -> Option<Claim> {
    const NAME: &str = crate::fake::REQUEST_ID_HEADER;
    let served = step.served()?.answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(NAME)).map(|(_, v)| v)?;
    let got = shown.and_then(|all| all.iter().find(|(n, _)| n.eq_ignore_ascii_case(NAME))).map(|(_, v)| v);
    match got {
        None => Some(Claim::new("no headers on success", format!("expected the header `{NAME}`, got none"))),
        Some(got) if text_of(Some(got)).is_none_or(|text| !text.contains(served.as_str())) => Some(
            Claim::new("another call's headers on success", format!("expected `{NAME}` = `{served}`, got {got}"))
                .at(Severity::Error),
        ),
        Some(_) => None,
    }
}
