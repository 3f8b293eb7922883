//! Types.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A type, as a contract knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Members by name.
    Object,
    /// A list of items.
    Array,
    /// Free names, values of one type.
    Map,
    /// Unsaid, or truly anything.
    Any,
}

impl Kind {
    /// The type that a value shows; none for null.
    pub fn of(value: &Value) -> Option<Kind> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(_) => Kind::Boolean,
            Value::Number(n) if n.is_f64() => Kind::Number,
            Value::Number(_) => Kind::Integer,
            Value::String(_) => Kind::String,
            Value::Array(_) => Kind::Array,
            Value::Object(_) => Kind::Object,
        })
    }

    /// The other type that a value shows, where it is not one of this type. Null shows none, and `3.0` is an integer.
    pub fn against(self, value: &Value) -> Option<Kind> {
        let shown = Kind::of(value)?;
        let whole = || value.as_f64().is_some_and(|n| n.fract() == 0.0);
        let fits = match (self, shown) {
            (Kind::Any, _) | (Kind::Number, Kind::Integer) | (Kind::Map, Kind::Object) => true,
            (Kind::Integer, Kind::Number) => whole(),
            (said, shown) => said == shown,
        };
        (!fits).then_some(shown)
    }

    /// The same value in this type, if there is one: `"200"` and 200, `"true"` and true. None for what is of it already.
    pub fn respelled(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Kind::String, Value::String(_)) => None,
            (Kind::String, other) => Some(Value::String(other.to_string())),
            (_, Value::String(text)) => {
                let parsed: Value = serde_json::from_str(text.trim()).ok()?;
                let fits = match self {
                    Kind::Integer => parsed.is_i64() || parsed.is_u64(),
                    Kind::Number => parsed.is_number(),
                    Kind::Boolean => parsed.is_boolean(),
                    Kind::Array => parsed.is_array(),
                    Kind::Object | Kind::Map => parsed.is_object(),
                    Kind::String | Kind::Any => false,
                };
                fits.then_some(parsed)
            }
            _ => None,
        }
    }

    /// The type with its article, as messages name it.
    pub fn article(self) -> &'static str {
        match self {
            Kind::String => "a string",
            Kind::Integer => "an integer",
            Kind::Number => "a number",
            Kind::Boolean => "a boolean",
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::Map => "a map",
            Kind::Any => "anything",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_shows_its_type_and_a_wider_type_takes_it() {
        assert_eq!(Kind::String.against(&json!(200)), Some(Kind::Integer));
        assert_eq!(Kind::Integer.against(&json!("200")), Some(Kind::String));
        assert_eq!(Kind::Integer.against(&json!(1.5)), Some(Kind::Number));
        for (kind, value) in [
            (Kind::Number, json!(3)),
            (Kind::Integer, json!(3.0)),
            (Kind::Map, json!({})),
            (Kind::Any, json!([])),
            (Kind::String, json!(null)),
        ] {
            assert_eq!(kind.against(&value), None, "{kind:?} {value}");
        }
    }
}
