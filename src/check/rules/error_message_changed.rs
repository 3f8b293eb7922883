//! An error message that is lost or altered.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-message-changed",
    class: "E02",
    severity: Severity::Error,
    text: "The message of an error reaches the caller as it was served.\n\
           It tells the user what to do; one with more around it is a warning, one that is cut or replaced an error.\n\
           Example: `The instance is not found.` is surfaced as `code: 400, The instance is not found.`",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let it = raised(step)?;
    if says_awkwardly(step) && is_crash(&it) {
        let class = it.error.class.as_deref().unwrap_or("an error");
        let message =
            format!("expected an error with the message {}, got {class}", quoted(&text_of(it.body.get("Message"))?));
        return Some(Claim::new(format!("an awkward message raises {class}"), message));
    }
    let served = text_of(it.body.get("Message"))?;
    let got = text_of(it.error.message.as_ref());
    if got.as_deref() == Some(served.as_str()) || super::secret_shown::shows(step).is_some() {
        return None;
    }
    let message =
        format!("expected the message {}, got {}", quoted(&served), got.as_ref().map_or("none".into(), |g| quoted(g)));
    let claim = match &got {
        None => Claim::new("the message is lost", message),
        Some(got) if got.contains(&served) && !served.is_empty() => {
            let around = got.replacen(&served, "{message}", 1);
            Claim::new(format!("message surfaced as {}", quoted(&around_of(&around, &it, step))), message)
                .at(Severity::Warning)
        }
        Some(got) => match between(&served, got) {
            t if t.text.starts_with("text cut at") => Claim::new(t.text, message),
            t if t.text.contains("another") => Claim::new(format!("message replaced by {}", quoted(got)), message),
            t => Claim::new(format!("message: {}", t.text), message),
        },
    };
    Some(claim.about(error_clause(step, "message")))
}

/// What stands around the message, with the values of this answer as placeholders.
fn around_of(around: &str, it: &Raised<'_>, step: &Step<'_>) -> String {
    let mut text = around.replace(&step.seen().call.client.endpoint, "{endpoint}");
    let ids = [text_of(it.body.get("RequestId")), super::status_unavailable::served_id(step).map(str::to_owned)];
    for id in ids.into_iter().flatten().filter(|id| !id.is_empty()) {
        text = text.replace(&id, "{request id}");
    }
    if it.body.get("RequestId").is_none() {
        // What stands for a request id that is not there has a rule of its own.
        for word in NOTHING {
            text = text.replace(&format!(" {word}"), " {request id}");
        }
    }
    if text_of(it.body.get("Code")).is_none()
        && let Some(rest) = NOTHING.iter().find_map(|word| text.strip_prefix(&format!("{word}:")))
    {
        text = format!("{{code}}:{rest}");
    }
    for (member, name) in [("Code", "{code}"), ("HostId", "{host}")] {
        if let Some(value) = text_of(it.body.get(member)).filter(|v| !v.is_empty()) {
            text = text.replace(&value, name);
        }
    }
    text.replace(&it.status.to_string(), "{status}").chars().take(60).collect()
}
