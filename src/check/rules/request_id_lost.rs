//! A request id that is lost or altered.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "request-id-lost",
    class: "E03",
    severity: Severity::Error,
    text: "The request id of an error reaches the caller.\n\
           It is the one thing that the vendor's support asks for.\n\
           Example: the id is looked for in a header only, and the error has it in its body.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let it = raised(step)?;
    let got = text_of(it.error.request_id.as_ref());
    let Some(served) = text_of(it.body.get("RequestId")) else { return made_up(step, &it, got?) };
    if got.as_deref() == Some(served.as_str()) {
        return None;
    }
    let earlier = served_before(step, "RequestId").and_then(|v| text_of(Some(&v)));
    let transform = match &got {
        None => "the request id is lost".to_owned(),
        Some(_) if got == earlier => "the request id of an earlier error".to_owned(),
        Some(got) => format!("request id: {}", between(&served, got).text),
    };
    let message = format!("expected the request id `{served}`, got {}", got.map_or("none".into(), |g| quoted(&g)));
    Some(Claim::new(transform, message).about(error_clause(step, "request-id")))
}

/// A request id where none was served, neither in the body nor in a header. A word for nothing is another rule's business.
fn made_up(step: &Step<'_>, it: &Raised<'_>, got: String) -> Option<Claim> {
    let headers = &step.served()?.answer.headers;
    let is_served = headers.iter().any(|(_, value)| value.contains(&got))
        || it.body.values().any(|value| value.as_str().is_some_and(|text| text.contains(&got)));
    (got.len() > 8 && !is_served && !is_nothing(&got)).then(|| {
        let message = format!("expected no request id, since none was served, got {}", quoted(&got));
        Claim::new("a request id made up", message).about(error_clause(step, "request-id"))
    })
}
