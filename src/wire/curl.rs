//! A call as a `curl` command: one line, without a signature.

use serde_json::{Map, Value};

use super::encode::pe;
use crate::contract::{Contract, Operation, Place, Style};

/// A call while it is put together.
#[derive(Default)]
struct Draft {
    path: String,
    query: Vec<String>,
    headers: Vec<String>,
    form: Vec<String>,
    body: Option<String>,
}

/// The command that makes the call. Null is left out, as a client leaves it out.
///
/// Nothing is signed: it is for `fineprint serve`, or for a server of one's own that does not ask.
pub fn curl(contract: &Contract, operation: &Operation, params: &Map<String, Value>, endpoint: &str) -> String {
    let said = operation.method.as_ref().map_or("POST", |m| m.value.as_str());
    // A page may say `GET|POST`.
    let method = if said.contains("POST") { "POST" } else { said.split('|').next().unwrap_or(said).trim() };
    let mut draft = Draft { path: "/".into(), ..Draft::default() };
    match contract.style {
        Style::Rpc => {
            draft.headers.push(format!("x-acs-action: {}", operation.name));
            let version = contract.version.as_ref().map(|v| format!("x-acs-version: {}", v.value));
            draft.headers.extend(version);
        }
        Style::Rest => draft.path = operation.path.as_ref().map_or("/".into(), |p| p.value.clone()),
    }
    for (name, value) in params.iter().filter(|(_, value)| !value.is_null()) {
        let parameter = operation.parameters.iter().find(|p| p.field.name == *name);
        draft.put(parameter.map_or(Place::Unsaid, |p| p.place), method, name, value);
    }
    let mut words = vec!["curl -sS -X".to_owned(), quoted(method)];
    let query = if draft.query.is_empty() { String::new() } else { format!("?{}", draft.query.join("&")) };
    words.push(quoted(&format!("{}{}{query}", endpoint.trim_end_matches('/'), draft.path)));
    words.extend(draft.headers.iter().map(|header| format!("-H {}", quoted(header))));
    if let Some(body) = &draft.body {
        words.push(format!("-H 'Content-Type: application/json' --data-raw {}", quoted(body)));
    } else if !draft.form.is_empty() {
        words.push(format!("--data-raw {}", quoted(&draft.form.join("&"))));
    }
    words.join(" ")
}

impl Draft {
    fn put(&mut self, place: Place, method: &str, name: &str, value: &Value) {
        let slot = format!("{{{name}}}");
        match place {
            Place::Path | Place::Unsaid if self.path.contains(&slot) => {
                self.path = self.path.replace(&slot, &pe(&text(value)));
            }
            Place::Header => self.headers.push(match text(value) {
                // With a semicolon, curl sends a header that has no value.
                empty if empty.is_empty() => format!("{name};"),
                text => format!("{name}: {}", text.replace(char::is_control, " ")),
            }),
            Place::Body => self.body = Some(value.to_string()),
            Place::Query | Place::Path => spread(name, value, &mut self.query),
            Place::Unsaid if matches!(method, "GET" | "HEAD" | "DELETE") => spread(name, value, &mut self.query),
            Place::Form | Place::Unsaid => spread(name, value, &mut self.form),
        }
    }
}

/// Nested values as `Name.1.Key=…`; an empty list or object is its JSON text.
fn spread(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, item)| spread(&format!("{name}.{}", at + 1), item, pairs));
        }
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(key, member)| spread(&format!("{name}.{key}"), member, pairs));
        }
        other => pairs.push(format!("{}={}", pe(name), pe(&text(other)))),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A word as any POSIX shell reads it back.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::json;

    use super::*;

    /// A contract of one operation with these parameters, and the command of a call.
    fn command(style: &str, more: Value, parameters: Value, params: Value) -> String {
        let span = json!({ "page": 0, "first": 1, "last": 1 });
        let parameter = |(name, place): (&String, &Value)| json!({ "name": name, "span": span, "kind": { "value": "any" }, "place": place });
        let parameters: Vec<Value> = parameters.as_object().unwrap().iter().map(parameter).collect();
        let mut operation = json!({ "name": "A/B", "span": span, "parameters": parameters });
        operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let text = json!({ "fineprint_contract": 1, "style": style, "version": { "value": "2021" }, "operations": [operation] });
        let contract = crate::contract::from_json(&text.to_string()).unwrap();
        curl(&contract, &contract.operations[0], params.as_object().unwrap(), "http://127.0.0.1:1/")
    }

    #[test]
    fn a_shell_reads_back_every_word() {
        for text in ["a b", "it's", "$HOME `id` \"x\" \\ !", "", "*", "~", "é😀", "a;b|c&d", "#x", "-n", "line\nline"]
        {
            let script = format!("printf %s {}", quoted(text));
            let out = Command::new("sh").args(["-c", &script]).output().unwrap().stdout;
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn an_rpc_call_is_a_form() {
        let params = json!({ "A": "it's +é\n", "B": null, "L": [{ "K": 1 }, { "K": true }], "E": [] });
        assert_eq!(
            command("rpc", json!({}), json!({ "A": "unsaid" }), params),
            "curl -sS -X POST http://127.0.0.1:1/ -H 'x-acs-action: A/B' -H 'x-acs-version: 2021' \
             --data-raw 'A=it%27s%20%2B%C3%A9%0A&L.1.K=1&L.2.K=true&E=%5B%5D'"
        );
    }

    #[test]
    fn a_rest_call_puts_each_parameter_in_its_place() {
        let more = json!({ "method": { "value": "PUT" }, "path": { "value": "/pets/{id}" } });
        let places = json!({ "id": "path", "q": "query", "X-H": "header", "body": "body" });
        let params = json!({ "id": "a/b", "q": [1, 2], "X-H": "h\r\nX: 1", "body": { "n": "it's" } });
        assert_eq!(
            command("rest", more, places, params),
            "curl -sS -X PUT 'http://127.0.0.1:1/pets/a%2Fb?q.1=1&q.2=2' -H 'X-H: h  X: 1' \
             -H 'Content-Type: application/json' --data-raw '{\"n\":\"it'\\''s\"}'"
        );
    }
}
