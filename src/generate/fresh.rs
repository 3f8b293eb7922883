//! Values that no client can know in advance.

use serde_json::{Map, Value};

use super::dice::Dice;
use super::draw::{integer_value, number_value};
use super::{format, valid};
use crate::contract::{Bounds, Field, Kind};
use crate::schema;
use crate::schema::judge::Judge;

const CAPITALS: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SMALL: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8; 10] = b"0123456789";
/// Unbounded whole numbers stay where every client's integer reaches, and are too large to be guessed.
const INTEGERS: (i128, i128) = (1_000_000, i32::MAX as i128);
/// So do those said to have 64 bits, where every client's floating point does.
const WIDE: (i128, i128) = (1 << 33, 1 << 53);

/// A source of fresh values: one seed, one sequence. Each has the shape of an example and a content of its own, so that
/// a value that reaches the caller can only have come from the answer.
#[derive(Debug, Clone)]
pub struct Fresh {
    dice: Dice,
}

impl Fresh {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Fresh {
        Fresh { dice: Dice::new(seed ^ 0x5EED_F2E5_4000_0000) }
    }

    /// A text shaped like the example: its prefix is kept (`imgc-`), what follows is new, with capitals, small letters
    /// and digits in it. Ids and dates stay ids and dates; a number stays a number.
    pub fn text(&mut self, example: Option<&str>) -> String {
        let example = example.unwrap_or_default();
        if looks_like(example, "xxxxxxxx-xxxx-xxxx-xxxx-") {
            return self.id();
        }
        if looks_like(example, "dddd-dd-ddTdd:dd") || looks_like(example, "dddd-dd-dd dd:dd") {
            return self.date_like(example);
        }
        if !example.is_empty() && example.bytes().all(|b| b.is_ascii_digit()) {
            let length = example.len().clamp(9, 18);
            return (0..length).map(|i| char::from(self.one_of(if i == 0 { &DIGITS[1..] } else { DIGITS }))).collect();
        }
        let prefix = prefix(example);
        let mut out = String::with_capacity(prefix.len() + 14);
        out.push_str(prefix);
        // One of each kind, so that a changed case is always seen, and eleven more.
        let kinds: [&[u8]; 3] = [CAPITALS, SMALL, DIGITS];
        let first = self.dice.below(3);
        for at in 0..14 {
            let kind = if at < 3 { (first + at) % 3 } else { self.dice.below(3) };
            out.push(char::from(self.one_of(kinds[kind])));
        }
        out
    }

    /// An id: a UUID in capitals.
    pub fn id(&mut self) -> String {
        format::uuid(&mut self.dice).to_ascii_uppercase()
    }

    /// A whole number of seven to ten digits.
    pub fn integer(&mut self) -> i64 {
        self.dice.between(INTEGERS.0, INTEGERS.1) as i64
    }

    /// True or false.
    pub fn boolean(&mut self) -> bool {
        self.dice.one_in(2)
    }

    /// A full value for a field: every member, two or three items, maps of two.
    pub fn value(&mut self, field: &Field) -> Value {
        if !field.values.is_empty() && field.kind.value != Kind::Boolean {
            return self.dice.pick(&field.values).value.clone();
        }
        let example = field.example.as_ref().map(|e| e.value.as_str());
        match field.kind.value {
            Kind::String => self.fitting_text(field, example),
            Kind::Any => Value::String(self.text(example)),
            Kind::Integer => integer_value(self.fitting_integer(field)),
            Kind::Number => {
                let bounds = bounds(field).unwrap_or((1_000.0, 1_000_000_000.0));
                // Quarters are exact in every binary format and show where a fraction is cut off.
                let quarters = self.dice.between((bounds.0 * 4.0) as i128, (bounds.1 * 4.0) as i128) as f64;
                number_value(((quarters / 4.0).floor() + 0.25).clamp(bounds.0, bounds.1))
            }
            Kind::Boolean => Value::Bool(self.boolean()),
            Kind::Object => Value::Object(field.fields.iter().map(|f| (f.name.clone(), self.value(f))).collect()),
            Kind::Array => Value::Array(self.items(field)),
            Kind::Map => {
                let mut map = Map::new();
                for _ in 0..2 {
                    let name = self.text(Some("key"));
                    let value = self.inner(field);
                    map.insert(name, value);
                }
                Value::Object(map)
            }
        }
    }

    fn items(&mut self, field: &Field) -> Vec<Value> {
        let length = field.length.as_ref().map(|l| l.value);
        let least = length.and_then(|l| l.min).unwrap_or(0.0) as usize;
        let most = length.and_then(|l| l.max).map_or(usize::MAX, |max| max as usize);
        let count = (2 + self.dice.below(2)).clamp(least.min(100), most.max(least.min(100)));
        (0..count).map(|_| self.inner(field)).collect()
    }

    /// An item of a list or a value of a map.
    fn inner(&mut self, field: &Field) -> Value {
        match &field.items {
            Some(items) => self.value(items),
            None => Value::String(self.text(None)),
        }
    }

    /// Where length, pattern or format leave no room for a shape of ours, any text that fits.
    fn fitting_text(&mut self, field: &Field, example: Option<&str>) -> Value {
        let text = Value::String(self.text(example));
        if field.length.is_none() && field.pattern.is_none() && field.format.is_none() {
            return text;
        }
        let schema = schema::parameter(field);
        if Judge::new(&schema).is_ok_and(|judge| judge.accepts(&text)) {
            return text;
        }
        let drawn = valid(&schema).map(|calls| calls.value(self.dice.next()));
        drawn.ok().filter(Value::is_string).unwrap_or(text)
    }

    fn fitting_integer(&mut self, field: &Field) -> i128 {
        let wide = field.format.as_ref().is_some_and(|f| f.value == "int64");
        let (least, most) = if wide { WIDE } else { INTEGERS };
        match bounds(field) {
            Some((min, max)) => {
                let (min, max) = (min.ceil() as i128, max.floor() as i128);
                let (low, high) = (least.clamp(min, max.max(min)), most.clamp(min, max.max(min)));
                if low < high { self.dice.between(low, high) } else { self.dice.between(min, max) }
            }
            None => self.dice.between(least, most),
        }
    }

    /// The example with other digits that still make a date of this century.
    fn date_like(&mut self, example: &str) -> String {
        let parts = [
            format!("{:04}", 2001 + self.dice.below(90)),
            format!("{:02}", 1 + self.dice.below(12)),
            format!("{:02}", 1 + self.dice.below(28)),
            format!("{:02}", self.dice.below(24)),
            format!("{:02}", self.dice.below(60)),
            format!("{:02}", self.dice.below(60)),
        ];
        let digits: Vec<char> = parts.concat().chars().collect();
        let mut next = digits.iter();
        // What follows the seconds, a fraction or a zone, stays as it is.
        example.chars().map(|c| if c.is_ascii_digit() { *next.next().unwrap_or(&c) } else { c }).collect()
    }

    fn one_of(&mut self, bytes: &[u8]) -> u8 {
        *self.dice.pick(bytes)
    }
}

fn bounds(field: &Field) -> Option<(f64, f64)> {
    let Bounds { min, max } = field.range.as_ref()?.value;
    let least = min.unwrap_or_else(|| max.map_or(0.0, |max| (max - 1e9).min(0.0)));
    Some((least, max.unwrap_or(least.max(0.0) + 1e9)))
}

/// `imgc-` of `imgc-07hnjj5fp****`: small letters and digits up to the first hyphen, if there is more.
fn prefix(example: &str) -> &str {
    let Some(at) = example.find('-') else { return "" };
    let head = &example[..at];
    let short = (1..=12).contains(&at) && example.len() > at + 1;
    let plain = head.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if short && plain { &example[..=at] } else { "" }
}

/// Whether a text begins as the shape says: `d` a digit, `x` a hexadecimal digit or a mask, all else itself.
fn looks_like(text: &str, shape: &str) -> bool {
    let fits = |c: u8, s: u8| match s {
        b'd' => c.is_ascii_digit(),
        b'x' => c.is_ascii_hexdigit() || c == b'*',
        _ => c == s,
    };
    text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(|(c, s)| fits(c, s))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fresh_text_has_the_shape_of_its_example_and_another_content() {
        let mut fresh = Fresh::new(1);
        let image = fresh.text(Some("imgc-07hnjj5fp****"));
        assert!(image.starts_with("imgc-") && image.len() == 19 && !image.contains('*'), "{image}");
        for kind in [char::is_uppercase, char::is_lowercase, char::is_numeric] {
            assert!(image[5..].contains(kind), "{image}");
        }
        assert_eq!(fresh.text(Some("1CBAFFAB-B697-4049-A9B1-67E1FC5F****")).len(), 36);
        assert!(fresh.text(Some("200")).parse::<u64>().unwrap() > 99_999_999);
        let date = fresh.text(Some("2024-05-06T07:08:09Z"));
        assert!(Judge::new(&json!({ "format": "date-time" })).unwrap().accepts(&json!(date)), "{date}");
        assert_eq!(fresh.text(Some("NULL")).len(), 14);
    }

    #[test]
    fn one_seed_gives_one_sequence_and_no_value_twice() {
        let draw = |seed| {
            let mut fresh = Fresh::new(seed);
            (0..2_000).map(|i| if i % 2 == 0 { fresh.text(None) } else { fresh.id() }).collect::<Vec<_>>()
        };
        assert_eq!(draw(5), draw(5));
        let all: std::collections::BTreeSet<_> = draw(5).into_iter().chain(draw(6)).collect();
        assert_eq!(all.len(), 4_000);
    }

    #[test]
    fn a_fresh_value_is_full_and_fits() {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let field = |name: &str, kind: &str, more: Value| {
            let mut field = json!({ "name": name, "span": span, "kind": { "value": kind } });
            field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            field
        };
        let fields = json!({ "fields": [
            field("Text", "string", json!({ "length": { "value": { "min": 3, "max": 5 } } })),
            field("Listed", "string", json!({ "values": [{ "value": "A", "span": span }] })),
            field("Small", "integer", json!({ "range": { "value": { "min": 1, "max": 9 } } })),
            field("Wide", "integer", json!({ "format": { "value": "int64" } })),
            field("Part", "number", json!({ "range": { "value": { "min": 0, "max": 1 } } })),
            field("Flag", "boolean", json!({})),
            field("List", "array", json!({ "items": field("", "string", json!({})) })),
            field("Map", "map", json!({ "items": field("", "integer", json!({})) })),
            field("Unsaid", "any", json!({})),
        ] });
        let field: Field = serde_json::from_value(field("", "object", fields)).unwrap();
        let judge = Judge::new(&schema::parameter(&field)).unwrap();
        for seed in 0..200 {
            let value = Fresh::new(seed).value(&field);
            assert_eq!(judge.faults(&value), [], "{value}");
            assert_eq!(value.as_object().unwrap().len(), 9);
            assert!((2..=3).contains(&value["List"].as_array().unwrap().len()));
            assert_eq!(value["Map"].as_object().unwrap().len(), 2);
            assert!(value["Wide"].as_i64().unwrap() > i64::from(i32::MAX));
        }
    }
}
