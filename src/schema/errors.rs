//! The documented errors as one schema.

use serde_json::{Map, Value, json};

use super::head;
use crate::contract::{DocumentedError, Operation};

/// What the page promises of an error: `{"status": …, "body": {"Code": …, "Message": …}}` fits one row of its table.
/// The status stands beside the body because HTTP carries it there.
pub fn errors(operation: &Operation) -> Value {
    let mut rows: Vec<Value> = Vec::new();
    for error in &operation.errors {
        let row = envelope(error);
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let mut schema = head(operation, "errors");
    if rows.is_empty() {
        schema.insert("$comment".into(), json!("the page documents no error"));
        schema.insert("not".into(), json!({}));
        return Value::Object(schema);
    }
    schema.insert("type".into(), json!("object"));
    schema.insert("required".into(), json!(["status", "body"]));
    schema.insert("properties".into(), properties());
    // Two templates may both fit one message, and a row without a status any; only plain rows exclude one another.
    let overlap = operation.errors.iter().any(|e| e.code_template || e.message_template || e.status.is_none());
    schema.insert(if overlap { "anyOf" } else { "oneOf" }.into(), Value::Array(rows));
    Value::Object(schema)
}

fn properties() -> Value {
    json!({
        "status": { "type": "integer", "minimum": 100, "maximum": 599 },
        "body": {
            "type": "object",
            "properties": { "Code": { "type": "string" }, "Message": { "type": "string" }, "RequestId": { "type": "string" } },
            "required": ["Code", "Message"]
        }
    })
}

fn envelope(error: &DocumentedError) -> Value {
    let mut row = Map::new();
    if let Some(status) = error.status {
        row.insert("status".into(), json!({ "const": status }));
    }
    let body = json!({
        "Code": text(&error.code, error.code_template),
        "Message": text(&error.message, error.message_template),
    });
    row.insert("body".into(), json!({ "properties": body }));
    json!({ "title": error.label(), "properties": row })
}

fn text(said: &str, template: bool) -> Value {
    match template {
        true => json!({ "pattern": pattern(said) }),
        false => json!({ "const": said }),
    }
}

/// A template as a regular expression: places to fill fit anything, all else stands for itself.
pub(super) fn pattern(template: &str) -> String {
    let mut out = String::from("^");
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        match place(rest) {
            Some(length) => {
                out.push_str("[\\s\\S]*");
                rest = &rest[length..];
            }
            None => {
                if "\\^$.|?*+()[]{}/".contains(c) {
                    out.push('\\');
                }
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out.push('$');
    out
}

/// The length of the place to fill that a text begins with: `%s`, `%1$s`, `{}`, `{0}`, `{name}`, `${name}`.
fn place(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'%' => {
            let flags = bytes[1..].iter().take_while(|b| b.is_ascii_digit() || **b == b'$' || **b == b'.').count();
            let letter = bytes.get(1 + flags)?;
            b"sdfxiu".contains(letter).then_some(2 + flags)
        }
        b'$' if bytes.get(1) == Some(&b'{') => Some(1 + place(&text[1..])?),
        b'{' => {
            let name = bytes[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).count();
            (bytes.get(1 + name) == Some(&b'}')).then_some(2 + name)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_fits_what_fills_it_and_nothing_else() {
        assert_eq!(pattern("The %s is {0} (100%)."), "^The [\\s\\S]* is [\\s\\S]* \\(100%\\)\\.$");
        assert_eq!(pattern("${a} {b c} %1$s %"), "^[\\s\\S]* \\{b c\\} [\\s\\S]* %$");
    }
}
