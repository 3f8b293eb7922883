//! A body that is compressed without saying so.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unsaid-encoding",
    class: "R37",
    severity: Severity::Error,
    text: "A body that is compressed or encoded says so in `Content-Encoding`.\n\
           A server reads the bytes as a form and finds none of the parameters.\n\
           Example: a form over 600 bytes goes out as gzip with no header about it.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let noise = crate::wire::rpc::is_form(request) && is_noise(&request.body);
    let clause = || [step.evidence.clause("wire/framing")];
    if let Some(coding) = request.header("content-encoding") {
        // What is compressed as it says cannot be read here, and need not be read by a service that says nothing of it.
        let start: &[u8] = match coding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => &[0x1f, 0x8b],
            "deflate" => &[0x78],
            _ => &[],
        };
        let as_said = request.body.starts_with(start);
        if !as_said && !noise && !request.body.is_empty() {
            let message = format!("expected no `Content-Encoding` for a body that is not compressed, got `{coding}`");
            return Some(Claim::new("body said to be compressed", message).about(clause()));
        }
        return noise.then(|| {
            let message = format!("expected a form, got a body with `Content-Encoding: {coding}`");
            match as_said {
                true => Claim::new("body compressed", message).at(Severity::Warning).about(clause()),
                false => Claim::new("body compressed otherwise than it says", message).about(clause()),
            }
        });
    }
    let packed = noise
        || request.body.starts_with(&[0x1f, 0x8b])
        || (request.body.first() == Some(&0x78) && matches!(request.body.get(1), Some(0x01 | 0x9c | 0xda)))
        || is_base64_of_a_form(&request.body);
    packed.then(|| {
        Claim::new(
            "body compressed or encoded without a word",
            "expected a form, got compressed or encoded bytes and no `Content-Encoding`",
        )
        .about(clause())
    })
}

/// Whether the body is neither a form nor any other text: it has control characters, and is not UTF-8.
fn is_noise(body: &[u8]) -> bool {
    let control = |b: &u8| b.is_ascii_control() && !matches!(b, b'\t' | b'\r' | b'\n');
    body.iter().any(control) && std::str::from_utf8(body).is_err()
}

/// Whether the body is the base64 of a form: one long word without a pair.
fn is_base64_of_a_form(body: &[u8]) -> bool {
    use base64::Engine as _;
    body.len() > 16
        && !body.contains(&b'&')
        && !body.trim_ascii_end().strip_suffix(b"==").or(body.strip_suffix(b"=")).unwrap_or(body).contains(&b'=')
        && base64::engine::general_purpose::STANDARD
            .decode(body)
            .is_ok_and(|form| form.contains(&b'=') && form.is_ascii())
}
