//! A sample's value in JSON, of which no more than so many members and items are kept.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How many members and items of a page's samples are still to be kept.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<usize>,
    cut: Cell<bool>,
}

impl Budget {
    pub(super) fn new(values: usize) -> Budget {
        Budget { left: Cell::new(values), cut: Cell::new(false) }
    }

    /// Whether anything was left out.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.get()
    }

    /// The value that a text begins with, and where it ends there; none where it begins with no JSON.
    pub(super) fn value(&self, text: &str) -> Option<(Value, usize)> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let length = values.byte_offset();
        let value = self.deserialize(&mut serde_json::Deserializer::from_str(&text[..length])).ok()?;
        Some((value, length))
    }

    /// Takes one of what is left.
    fn take(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        self.cut.set(self.cut.get() || left == 0);
        left > 0
    }
}

impl<'de> DeserializeSeed<'de> for &Budget {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Budget {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value in JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        loop {
            if !self.take() {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
            match items.next_element_seed(self)? {
                Some(item) => kept.push(item),
                None => break,
            }
        }
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match self.take() {
                true => drop(kept.insert(name, members.next_value_seed(self)?)),
                false => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Value::Object(kept))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_ends_where_its_text_does() {
        let budget = Budget::new(100);
        let text = "{\"a\": [1, -2, 3.5, true, null, \"x\\ny\"]} and more";
        let meant = json!({ "a": [1, -2, 3.5, true, null, "x\ny"] });
        assert_eq!(budget.value(text), Some((meant, text.len() - " and more".len())));
        assert!(!budget.is_cut());
        for broken in ["", "text", "{\"a\": }", "[1,", "[\"\\ud800\"]", &"[".repeat(10_000)] {
            assert_eq!(budget.value(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let budget = Budget::new(5);
        let (value, _) = budget.value("{\"a\": [1, 2, 3, 4, 5, 6], \"b\": {\"c\": 1}}").expect("it is JSON");
        assert_eq!(value, json!({ "a": [1, 2, 3, 4] }));
        assert!(budget.is_cut());
    }
}
