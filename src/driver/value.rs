//! Values as the channel spells them: what plain JSON cannot say exactly, such as `{"$int":"9007199254740993"}`.

use serde_json::{Map, Value};

/// Integers up to this, either way, are said plainly; beyond it a reader that has only doubles would change them.
const EXACT: u64 = 1 << 53;

/// From plain JSON to the channel's spelling. What is spelled already (`{"$num":"NaN"}`, `{"$utf16":[…]}`) stays.
pub fn encode(value: &Value) -> Value {
    match value {
        Value::Number(n) if beyond(n) => spelled("$int", Value::String(n.to_string())),
        Value::Array(items) => Value::Array(items.iter().map(encode).collect()),
        Value::Object(_) if is_spelled(value) => value.clone(),
        Value::Object(members) if looks_spelled(members) => spelled(
            "$obj",
            members.iter().map(|(k, v)| Value::Array(vec![Value::String(k.clone()), encode(v)])).collect(),
        ),
        Value::Object(members) => Value::Object(members.iter().map(|(k, v)| (k.clone(), encode(v))).collect()),
        other => other.clone(),
    }
}

/// From the channel's spelling to plain JSON, as far as plain JSON can hold it: an integer of more than 64 bits stays
/// spelled, and so does an object that would be read as a spelling.
pub fn decode(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(decode).collect()),
        Value::Object(members) => match sole(&members) {
            Some(("$int", Value::String(digits))) => match integer(digits) {
                Some(n) => n,
                None => Value::Object(members),
            },
            Some(("$obj", Value::Array(pairs))) if pairs.iter().all(is_pair) => {
                let plain: Map<String, Value> = pairs.iter().filter_map(pair).map(|(k, v)| (k, decode(v))).collect();
                let plain = Value::Object(plain);
                if is_spelled(&plain) { Value::Object(members) } else { plain }
            }
            _ => Value::Object(members.into_iter().map(|(k, v)| (k, decode(v))).collect()),
        },
        other => other,
    }
}

/// Whether [`encode`] would change anything; most calls need no copy.
pub(super) fn needs_spelling(value: &Value) -> bool {
    match value {
        Value::Number(n) => beyond(n),
        Value::Array(items) => items.iter().any(needs_spelling),
        Value::Object(_) if is_spelled(value) => false,
        Value::Object(members) => looks_spelled(members) || members.values().any(needs_spelling),
        _ => false,
    }
}

/// Why two values differ, the first difference in words; none if they are equal by value.
pub(super) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a.iter().zip(b).find_map(|(a, b)| difference(a, b)),
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .find_map(|(key, a)| match b.get(key) {
                Some(b) => difference(a, b),
                None => Some(format!("the member `{key}` is lost")),
            })
            .or_else(|| b.keys().find(|k| !a.contains_key(*k)).map(|k| format!("the member `{k}` is invented"))),
        (Value::Number(a), Value::Number(b)) if a != b && !a.is_f64() && b.is_f64() => {
            Some(format!("integers come back as floats: {a} as {b}"))
        }
        _ if expected == actual => None,
        _ => Some(format!("{expected} comes back as {actual}")),
    }
}

fn beyond(n: &serde_json::Number) -> bool {
    n.as_i64().is_some_and(|i| i.unsigned_abs() > EXACT) || n.as_u64().is_some_and(|u| u > EXACT)
}

/// Whether a value is one of the channel's spellings.
fn is_spelled(value: &Value) -> bool {
    let Some((key, inner)) = value.as_object().and_then(sole) else { return false };
    match (key, inner) {
        ("$int", Value::String(s)) => is_digits(s.strip_prefix('-').unwrap_or(s)),
        ("$num" | "$bytes", Value::String(_)) => true,
        ("$utf16", Value::Array(units)) => units.iter().all(|u| u.as_u64().is_some_and(|u| u < 1 << 16)),
        ("$digest", Value::Object(digest)) => digest.contains_key("sha256") && digest.contains_key("bytes"),
        ("$obj", Value::Array(pairs)) => pairs.iter().all(is_pair),
        _ => false,
    }
}

/// Whether a reader might take an object for a spelling, known to it or not.
fn looks_spelled(members: &Map<String, Value>) -> bool {
    !members.is_empty() && members.keys().all(|k| k.starts_with('$'))
}

fn sole(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    (members.len() == 1).then(|| members.iter().next().map(|(k, v)| (k.as_str(), v)))?
}

fn integer(digits: &str) -> Option<Value> {
    if !is_digits(digits.strip_prefix('-').unwrap_or(digits)) {
        return None;
    }
    let signed = digits.parse::<i64>().map(Value::from);
    signed.or_else(|_| digits.parse::<u64>().map(Value::from)).ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_pair(value: &Value) -> bool {
    matches!(value.as_array().map(Vec::as_slice), Some([Value::String(_), _]))
}

fn pair(value: &Value) -> Option<(String, Value)> {
    match value.as_array()?.as_slice() {
        [Value::String(key), value] => Some((key.clone(), value.clone())),
        _ => None,
    }
}

fn spelled(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn goes_as(plain: Value, channel: Value) {
        assert_eq!(encode(&plain), channel);
        assert_eq!(needs_spelling(&plain), plain != channel);
        assert_eq!(decode(channel), plain);
    }

    #[test]
    fn what_json_says_exactly_goes_as_it_is() {
        goes_as(json!({"a": ["é😀", null, true, 1.5, 9007199254740992_i64, {}], "b$": 1}), {
            json!({"a": ["é😀", null, true, 1.5, 9007199254740992_i64, {}], "b$": 1})
        });
    }

    #[test]
    fn an_integer_beyond_a_double_is_spelled() {
        goes_as(json!(9007199254740993_i64), json!({"$int": "9007199254740993"}));
        goes_as(json!([i64::MIN]), json!([{"$int": "-9223372036854775808"}]));
        goes_as(json!({"n": u64::MAX}), json!({"n": {"$int": "18446744073709551615"}}));
    }

    #[test]
    fn what_is_spelled_already_passes_through() {
        for value in [
            json!({"$int": "123456789012345678901234567890"}),
            json!({"$num": "NaN"}),
            json!({"$utf16": [55296]}),
            json!({"$bytes": "AA=="}),
            json!({"$digest": {"sha256": "00", "bytes": 70000}}),
        ] {
            goes_as(value.clone(), value);
        }
    }

    #[test]
    fn an_object_that_looks_spelled_is_wrapped() {
        goes_as(json!({"$int": 1}), json!({"$obj": [["$int", 1]]}));
        goes_as(json!({"$a": {"$b": 1}}), json!({"$obj": [["$a", {"$obj": [["$b", 1]]}]]}));
        goes_as(json!({"$a": 1, "b": 2}), json!({"$a": 1, "b": 2}));
    }

    #[test]
    fn a_wrapped_spelling_stays_wrapped_so_that_it_is_not_read_as_one() {
        let wrapped = json!({"$obj": [["$int", "5"]]});
        assert_eq!(decode(wrapped.clone()), wrapped);
        assert_eq!(encode(&wrapped), wrapped);
    }

    #[test]
    fn a_malformed_spelling_is_an_object_like_any_other() {
        for value in [json!({"$int": "1.5"}), json!({"$int": ""}), json!({"$obj": [["a"]]}), json!({"$obj": 1})] {
            assert_eq!(decode(value.clone()), value);
        }
    }

    #[test]
    fn a_difference_is_told_in_words() {
        assert_eq!(difference(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})), None);
        assert_eq!(difference(&json!([7]), &json!([7.0])).unwrap(), "integers come back as floats: 7 as 7.0");
        assert_eq!(difference(&json!({"a": 1}), &json!({})).unwrap(), "the member `a` is lost");
        assert_eq!(difference(&json!({}), &json!({"a": 1})).unwrap(), "the member `a` is invented");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[-0-9a]{0,22}".prop_map(Value::from),
        ];
        let key = prop_oneof!["[$a]{1,2}", Just("$int".to_owned()), Just("$obj".to_owned()), Just("$utf16".to_owned())];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map(key.clone(), inner, 0..3)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_comes_back_as_it_was_meant(value in any_value()) {
            let channel = encode(&value);
            prop_assert_eq!(needs_spelling(&value), channel != value);
            prop_assert_eq!(decode(channel), decode(value));
        }
    }
}
