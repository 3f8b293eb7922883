//! Texts of the well-known formats.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::dice::Dice;
use crate::wire::encode::hex;

/// Formats that constrain no text, or that bounds say already.
const FREE: &[&str] = &["int32", "int64", "float", "double", "password", "binary"];

/// Whether the format constrains texts.
pub(super) fn constrains(format: &str) -> bool {
    !FREE.contains(&format)
}

/// Whether texts of that format can be drawn.
pub(super) fn is_known(format: &str) -> bool {
    !constrains(format) || draw(format, &mut Dice::new(0)).is_some()
}

/// A text of that format; none where the format is not known.
pub(super) fn draw(format: &str, dice: &mut Dice) -> Option<String> {
    let text = match format {
        "date-time" => format!("{}T{}{}", date(dice), time(dice), dice.pick(&["Z", "Z", ".5Z", "+08:00", "-00:30"])),
        "date" => date(dice),
        "time" => format!("{}Z", time(dice)),
        "duration" => format!("P{}DT{}H", dice.below(40), dice.below(24)),
        "uuid" => uuid(dice),
        "email" | "idn-email" => format!("{}@{}.example", name(dice), name(dice)),
        "hostname" | "idn-hostname" => format!("{}.{}.example", name(dice), name(dice)),
        "ipv4" => {
            let [a, b, c, d, ..] = dice.next().to_le_bytes();
            format!("{a}.{b}.{c}.{d}")
        }
        "ipv6" => format!("2001:db8::{:x}:{:x}", dice.below(65_536), dice.below(65_536)),
        "uri" | "url" | "iri" => format!("https://{}.example/{}?q={}", name(dice), name(dice), dice.below(100)),
        "uri-reference" | "iri-reference" => format!("/{}#{}", name(dice), name(dice)),
        "uri-template" => format!("/{}/{{{}}}", name(dice), name(dice)),
        "json-pointer" => format!("/{}/{}", name(dice), dice.below(10)),
        "relative-json-pointer" => format!("{}/{}", dice.below(3), name(dice)),
        "regex" => format!("^{}[0-9]+$", name(dice)),
        "byte" => STANDARD.encode(dice.next().to_le_bytes()),
        _ => return None,
    };
    Some(text)
}

/// A random UUID of version 4, small letters.
pub(super) fn uuid(dice: &mut Dice) -> String {
    let (high, low) = (dice.next(), dice.next());
    // The version is 4, and what says so of the variant is two bits.
    let high = high & !0xf000 | 0x4000;
    let low = low & u64::MAX >> 4 | (8 | low >> 62) << 60;
    let digits = hex(&[high.to_be_bytes(), low.to_be_bytes()].concat());
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn date(dice: &mut Dice) -> String {
    let year = if dice.one_in(8) { *dice.pick(&["0001", "1969", "9999"]) } else { *dice.pick(&["2024", "2031"]) };
    // Every month has 28 days; the leap day is worth a throw of its own.
    match dice.one_in(16) {
        true => "2024-02-29".into(),
        false => format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28)),
    }
}

fn time(dice: &mut Dice) -> String {
    format!("{:02}:{:02}:{:02}", dice.below(24), dice.below(60), dice.below(60))
}

fn name(dice: &mut Dice) -> String {
    (0..3 + dice.below(6)).map(|_| char::from(b'a' + dice.below(26) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::judge::Judge;

    #[test]
    fn what_is_drawn_has_the_format() {
        let formats = [
            "date-time",
            "date",
            "time",
            "duration",
            "uuid",
            "email",
            "idn-email",
            "hostname",
            "idn-hostname",
            "ipv4",
            "ipv6",
            "uri",
            "iri",
            "uri-reference",
            "iri-reference",
            "uri-template",
            "json-pointer",
            "relative-json-pointer",
            "regex",
            "byte",
        ];
        let mut dice = Dice::new(3);
        for format in formats {
            let judge = Judge::new(&json!({ "format": format })).unwrap();
            for _ in 0..200 {
                let text = draw(format, &mut dice).expect(format);
                assert!(judge.accepts(&json!(text)), "{format} {text:?}");
            }
        }
        assert!(draw("sandwich", &mut dice).is_none());
    }
}
