//! Words that stay the same, for what names this run and for what the client draws itself.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::driver::Target;

/// What may differ between two runs of one call, and what may not.
pub(super) struct Mask<'a> {
    /// The client object's endpoint and keys.
    pub(super) target: &'a Target,
    /// What was served and asked for, as text: the same in every run, so that none of it is masked by its looks.
    pub(super) known: &'a str,
}

impl Mask<'_> {
    /// The value with its texts masked and the members of every object in order.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().map(|(n, v)| (self.text(n), self.value(v))).collect();
                members.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(Map::from_iter(members))
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) => {
                let text = number.to_string();
                let masked = self.text(&text);
                if masked == text { value.clone() } else { Value::String(masked) }
            }
            Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        let Target { access_key_id, access_key_secret, .. } = self.target;
        let host = self.target.authority();
        let mut text = Cow::Borrowed(text);
        for (name, word) in [(access_key_secret.as_str(), "[secret]"), (access_key_id, "[key]"), (host, "[endpoint]")] {
            if !name.is_empty() && text.contains(name) {
                text = Cow::Owned(text.replace(name, word));
            }
        }
        let port = host.rsplit_once(':').map_or("", |(_, port)| port);
        self.drawn(&text, port)
    }

    /// The text without what looks drawn: found by its shape, since the client tells nobody what it drew.
    fn drawn(&self, text: &str, port: &str) -> String {
        let bytes = text.as_bytes();
        let mut out = String::with_capacity(text.len());
        let (mut from, mut at) = (0, 0);
        while at < bytes.len() {
            let starts = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            let Some((long, word)) = starts.then(|| drawn_at(&bytes[at..], port.as_bytes())).flatten() else {
                at += 1;
                continue;
            };
            // What is found is ASCII, so that it can be cut out.
            if word == PORT || !self.known.contains(&text[at..at + long]) {
                out.push_str(&text[from..at]);
                out.push_str(word);
                from = at + long;
            }
            at += long;
        }
        out.push_str(&text[from..]);
        out
    }
}

const PORT: &str = "[port]";

/// Shapes: `#` is a digit, `h` a hexadecimal one, `a` a letter, `_` anything; the rest stands for itself.
const SHAPES: [(&str, &str); 7] = [
    ("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "[uuid]"),
    ("####-##-##_##:##:##", "[time]"),
    ("########T######Z", "[time]"),
    ("aaa, ## aaa #### ##:##:## GMT", "[time]"),
    // Milliseconds and seconds since 1970, until 2033.
    ("1############", "[time]"),
    ("1#########", "[time]"),
    ("0xhhhhhh", "[address]"),
];

/// Lengths of digests in hexadecimal, and of those in base64 that end in one `=`.
const HEX: [usize; 3] = [64, 40, 32];
const BASE64: [usize; 2] = [44, 28];

/// What begins the text and is drawn by the client: its length, and the word for it.
fn drawn_at(text: &[u8], port: &[u8]) -> Option<(usize, &'static str)> {
    let ends = |long: usize| text.get(long).is_none_or(|b| !b.is_ascii_alphanumeric());
    if !port.is_empty() && text.starts_with(port) && ends(port.len()) {
        return Some((port.len(), PORT));
    }
    if let Some((shape, word)) = SHAPES.into_iter().find(|(shape, _)| has(text, shape)) {
        let long = shape.len() + rest(&text[shape.len()..], word);
        if ends(long) {
            return Some((long, word));
        }
    }
    let all = |long: usize, is: fn(&u8) -> bool| text.get(..long).is_some_and(|t| t.iter().all(is));
    let hex = HEX.into_iter().find(|&long| all(long, u8::is_ascii_hexdigit) && ends(long));
    let is_base64: fn(&u8) -> bool = |b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let base64 = BASE64.into_iter().find(|&long| all(long - 1, is_base64) && text.get(long - 1) == Some(&b'='));
    hex.map(|long| (long, "[hex]")).or(base64.map(|long| (long, "[base64]")))
}

fn has(text: &[u8], shape: &str) -> bool {
    text.len() >= shape.len()
        && shape.bytes().zip(text).all(|(shape, b)| match shape {
            b'#' => b.is_ascii_digit(),
            b'h' => b.is_ascii_hexdigit(),
            b'a' => b.is_ascii_alphabetic(),
            b'_' => b.is_ascii(),
            _ => *b == shape,
        })
}

/// How much follows a shape and belongs to it: a fraction and a zone, or further digits of an address.
fn rest(text: &[u8], word: &str) -> usize {
    let run = |from: usize, is: fn(&u8) -> bool| text[from.min(text.len())..].iter().take_while(|b| is(b)).count();
    match word {
        "[address]" => run(0, u8::is_ascii_hexdigit),
        "[time]" => {
            let digits = run(1, u8::is_ascii_digit);
            let fraction = if text.first() == Some(&b'.') && digits > 0 { 1 + digits } else { 0 };
            let zone = &text[fraction..];
            let offsets = ["+##:##", "-##:##", "+####", "-####"];
            fraction
                + match zone.first() {
                    Some(b'Z') => 1,
                    _ => offsets.iter().find(|o| has(zone, o)).map_or(0, |o| o.len()),
                }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target() -> Target {
        Target {
            key: "lane-1.1-t".into(),
            endpoint: "http://127.0.0.1:40123".into(),
            region: "cn-hangzhou".into(),
            access_key_id: "fp-lane-1.1-t".into(),
            access_key_secret: "fp-canary-00112233".into(),
            connect_timeout_ms: 1,
            read_timeout_ms: 1,
            max_attempts: None,
            ca_file: None,
            security_token: None,
            bearer_token: None,
        }
    }

    fn masks(known: &str, text: &str, expected: &str) {
        let target = target();
        assert_eq!(Mask { target: &target, known }.text(text), expected);
    }

    #[test]
    fn what_names_the_run_is_masked() {
        masks("", "POST http://127.0.0.1:40123/?k=fp-lane-1.1-t", "POST http://[endpoint]/?k=[key]");
        masks(
            "",
            "pool(host='127.0.0.1', port=40123) fp-canary-00112233",
            "pool(host='127.0.0.1', port=[port]) [secret]",
        );
        masks("", "at 12:401234 and 140123", "at 12:401234 and 140123");
    }

    #[test]
    fn what_the_client_draws_is_masked() {
        for (text, word) in [
            ("53d31d54-ab8a-4cbe-8474-8a4b654585fa", "[uuid]"),
            ("9e107d9d372bb6826bd81d3542a419d6", "[hex]"),
            ("2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "[base64]"),
            ("0x7f4fa8035d00", "[address]"),
            ("2026-11-24T13:26:45Z", "[time]"),
            ("2026-11-24 13:26:45.856759+08:00", "[time]"),
            ("20261124T132645Z", "[time]"),
            ("Tue, 24 Nov 2026 13:26:45 GMT", "[time]"),
            ("1795526805.857", "[time]"),
            ("1795526805857", "[time]"),
        ] {
            masks("", text, word);
            masks("", &format!("é<{text}> "), &format!("é<{word}> "));
            masks(&format!("served {text}."), text, text);
            masks("", &format!("a{text}"), &format!("a{text}"));
        }
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in ["2021-09-01", "0x1f", "17955268051", "Zażółć", "imgc-07hnjj5fp****", "=", ""] {
            masks("", text, text);
        }
    }

    #[test]
    fn members_are_in_order_and_numbers_masked_like_texts() {
        let target = target();
        let value = json!({ "b": [40123, 7, true], "a": { "d": 1795526805, "c": null } });
        let masked = Mask { target: &target, known: "" }.value(&value);
        assert_eq!(masked.to_string(), r#"{"a":{"c":null,"d":"[time]"},"b":["[port]",7,true]}"#);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_a_mask_settles(text in ".{0,80}") {
            let target = target();
            let mask = Mask { target: &target, known: "" };
            let once = mask.text(&text);
            proptest::prop_assert_eq!(mask.text(&once), once);
        }
    }
}
