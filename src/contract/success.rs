//! How an answer says whether the call went well: by its flag, or by its code.

use serde_json::Value;

use super::{Field, Kind, Operation};

/// Words that some language has for nothing.
pub(crate) const NOTHING: [&str; 7] = ["None", "null", "Null", "undefined", "nil", "NULL", "<nil>"];

/// Whether a text is a word for nothing.
pub(crate) fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

/// Codes that say success, in small letters.
const FINE: [&str; 6] = ["200", "0", "ok", "success", "succeed", "succeeded"];

/// Whether a value of `Code` says that all went well, or says nothing.
pub(crate) fn is_fine(code: &Value) -> bool {
    match code {
        Value::String(text) => text.is_empty() || is_nothing(text) || FINE.contains(&text.to_lowercase().as_str()),
        Value::Number(number) => number.as_u64().is_some_and(|n| n == 0 || (200..300).contains(&n)),
        _ => true,
    }
}

/// The member of the answer that says whether the call succeeded, if the page has one.
pub(crate) fn refusal_flag(operation: &Operation) -> Option<&Field> {
    let top = &operation.response.as_ref()?.fields;
    top.iter().find(|f| f.kind.value == Kind::Boolean && f.name.eq_ignore_ascii_case("success"))
}

/// Whether an answer's flag says that the call was refused.
pub(crate) fn is_refused(operation: &Operation, answer: &Value) -> bool {
    refusal_flag(operation).is_some_and(|flag| answer.get(&flag.name) == Some(&Value::Bool(false)))
}

/// The code of an answer that says by it that the call was refused, whatever its flag says.
pub(crate) fn refusal_code(answer: &Value) -> Option<&str> {
    answer.get("Code").filter(|code| !is_fine(code))?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_is_fine_in_whatever_words_it_says_so() {
        for fine in [json!("200"), json!("OK"), json!("Succeeded"), json!(""), json!("null"), json!(204), json!(null)] {
            assert!(is_fine(&fine), "{fine}");
            assert_eq!(refusal_code(&json!({ "Code": fine })), None);
        }
        assert_eq!(refusal_code(&json!({"Code": "Image.NotExist"})), Some("Image.NotExist"));
        assert!(!is_fine(&json!(500)) && !is_fine(&json!(-1)) && refusal_code(&json!({})).is_none());
    }
}
