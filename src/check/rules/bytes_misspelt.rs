//! Bytes that go out in another encoding than base64.

use super::prelude::*;
use crate::wire::encode::hex;

pub(super) const RULE: Rule = Rule {
    id: "bytes-misspelt",
    class: "R32",
    severity: Severity::Error,
    text: "Bytes go out in base64 as RFC 4648 has it: with `+`, `/` and their padding, in one line, encoded once.\n\
           Servers refuse the alphabet of URLs and lines of 76, and read what is encoded twice as other bytes.\n\
           Example: `_w==` for `/w==`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    difference.meant?.get("$bytes")?;
    let (expected, got) = match &difference.what {
        What::Altered { expected, got, .. } => (expected, got),
        _ => return None,
    };
    if *got == expected.replace('+', " ") {
        return None;
    }
    let bare = |text: &str| text.trim_end_matches('=').to_owned();
    let how = match () {
        () if *got == expected.replace('+', "-").replace('/', "_") => "in the alphabet of URLs",
        () if bare(got) == bare(expected) => "without padding",
        () if bare(got) == bare(&expected.replace('+', "-").replace('/', "_")) => {
            "in the alphabet of URLs, without padding"
        }
        () if got.split_whitespace().collect::<String>() == *expected => "in several lines",
        () if decoded(got).as_deref() == Some(expected.as_bytes()) => "encoded twice",
        () if decoded(expected).is_some_and(|bytes| hex(&bytes) == got.to_ascii_lowercase()) => "in hexadecimal",
        () if decoded(expected).is_some_and(|bytes| bytes == got.as_bytes()) => "not encoded",
        () => "as other bytes",
    };
    Some(Claim::new(
        format!("bytes sent {how}"),
        format!("expected `{}` = {}, got {}", difference.name, quoted(expected), quoted(got)),
    ))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
