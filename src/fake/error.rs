//! Errors, in the vendor's envelope.

use serde_json::json;

use super::REQUEST_ID_HEADER;
use crate::case::Answer;
use crate::contract::DocumentedError;
use crate::generate::fresh::Fresh;

/// A documented error with a fresh request id; places in its code and message are filled with fresh values.
pub fn error(documented: &DocumentedError, fresh: &mut Fresh) -> Answer {
    let code = if documented.code_template { filled(&documented.code, fresh) } else { documented.code.clone() };
    let message =
        if documented.message_template { filled(&documented.message, fresh) } else { documented.message.clone() };
    envelope(documented.status.unwrap_or(400), &code, &message, fresh)
}

/// An error with this code and message.
pub(crate) fn envelope(status: u16, code: &str, message: &str, fresh: &mut Fresh) -> Answer {
    let id = fresh.id();
    let host = format!("{}.fake.example", fresh.text(None).to_ascii_lowercase());
    let mut body = json!({
        "RequestId": id,
        "Message": message,
        "Recommend": format!("see.example/{}", fresh.text(None)),
        "HostId": host,
        "Code": code,
    });
    if status == 403 {
        body["AccessDeniedDetail"] =
            json!({ "PolicyType": "AccountLevelIdentityBasedPolicy", "EncodedDiagnosticMessage": fresh.text(None) });
    }
    let mut answer = Answer::json(status, body);
    answer.headers.push((REQUEST_ID_HEADER.into(), id));
    answer
}

/// A template with its places (`%s`, `%d`, `{}`, `{0}`, `{name}`, `<name>`) filled with fresh values.
pub fn filled(template: &str, fresh: &mut Fresh) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(at) = rest.find(['%', '{', '<', '$']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let place = place(rest);
        if place == 0 {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..next]);
            rest = &rest[next..];
        } else {
            out.push_str(&fresh.text(None));
            rest = &rest[place..];
        }
    }
    out.push_str(rest);
    out
}

/// The length of the place that the text begins with; zero if it begins with none.
fn place(text: &str) -> usize {
    if text.starts_with("%s") || text.starts_with("%d") {
        return 2;
    }
    let (open, close) = match text.as_bytes() {
        [b'$', b'{', ..] => (1, '}'),
        [b'{', ..] => (0, '}'),
        [b'<', ..] => (0, '>'),
        _ => return 0,
    };
    match text[open + 1..].find(close) {
        Some(length) if text[open + 1..open + 1 + length].chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            open + length + 2
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_template_is_filled_afresh() {
        let mut fresh = Fresh::new(1);
        for template in ["The %s is bad.", "{} and {0}", "no ${regionId} here", "<name> is 5 % off"] {
            let text = filled(template, &mut fresh);
            assert!(!text.contains("%s") && !text.contains('{') && !text.contains("<name>"), "{text}");
            assert_ne!(text, template);
        }
        assert_eq!(filled("100 % {a b", &mut fresh), "100 % {a b");
    }
}
