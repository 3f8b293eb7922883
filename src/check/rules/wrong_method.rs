//! A method that the page does not give.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-method",
    class: "R21",
    severity: Severity::Error,
    text: "The method is the documented one; RPC style calls are POST or GET.\n\
           Gateways refuse other methods before they look at the call.\n\
           Example: `PUT /` for an RPC style call.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let got = &request.method;
    let documented = step.operation().method.as_ref().map(|m| m.value.as_str());
    let fine = match (documented, step.evidence.contract.style) {
        (Some(list), Style::Rest) => list.split(['|', ',', ' ']).any(|m| m.trim() == got),
        _ => got == "POST" || got == "GET",
    };
    if fine && got == "GET" && !request.body.is_empty() {
        return Some(
            Claim::new("GET with a body", "expected the parameters of a GET in the query, got a body")
                .at(Severity::Warning)
                .about([step.evidence.clause("wire/method")]),
        );
    }
    (!fine).then(|| {
        let expected = documented.unwrap_or("POST or GET");
        Claim::new(format!("{got} for {expected}"), format!("expected the method {expected}, got `{got}`"))
            .about([step.evidence.clause("wire/method")])
    })
}
