//! Values of schemas: numbers that are written as text, bounds, and values in their field's type.

use serde_json::{Value, json};

use super::tree::Node;
use crate::contract::Kind;

/// A number, which metadata write as text.
pub(super) fn number(node: &Node<'_>, name: &str) -> Option<f64> {
    match node.get(name)?.value() {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

/// Both ends inclusive, whichever way the document says that they are not: a flag beside them, or numbers of their own.
pub(super) fn range(node: &Node<'_>, kind: Kind) -> (Option<f64>, Option<f64>) {
    let whole = kind == Kind::Integer;
    let above = |n: f64| if whole { n.floor() + 1.0 } else { n.next_up() };
    let below = |n: f64| if whole { n.ceil() - 1.0 } else { n.next_down() };
    let min = number(node, "minimum").map(|n| if node.is("exclusiveMinimum") { above(n) } else { n });
    let max = number(node, "maximum").map(|n| if node.is("exclusiveMaximum") { below(n) } else { n });
    // A bound that a double cannot hold to the unit would let its neighbours in.
    let sure = |n: &f64| !whole || n.abs() <= 9_007_199_254_740_992.0;
    let min = min.into_iter().chain(number(node, "exclusiveMinimum").map(above)).reduce(f64::max).filter(sure);
    let max = max.into_iter().chain(number(node, "exclusiveMaximum").map(below)).reduce(f64::min).filter(sure);
    (min, max)
}

/// The value in the field's type, where a text says it; none where it cannot be of that type.
pub(super) fn typed(kind: Kind, value: Value) -> Option<Value> {
    let Value::String(text) = &value else { return Some(value) };
    match kind {
        Kind::Integer => text.trim().parse::<i64>().ok().map(Value::from),
        Kind::Number => serde_json::from_str::<serde_json::Number>(text.trim()).ok().map(Value::Number),
        Kind::Boolean => match text.trim() {
            "true" | "True" => Some(json!(true)),
            "false" | "False" => Some(json!(false)),
            _ => None,
        },
        Kind::Object | Kind::Map | Kind::Array => {
            serde_json::from_str(text).ok().filter(|v: &Value| v.is_object() || v.is_array())
        }
        Kind::String | Kind::Any => Some(value),
    }
}

/// An example as text: a string without its quotes, anything else as JSON.
pub(super) fn printed(node: &Node<'_>) -> Option<String> {
    match node.text() {
        Some(text) => (!text.is_empty()).then(|| text.into_owned()),
        None => Some(node.value()).filter(|v| !v.is_null()).map(|v| v.to_string()),
    }
}
