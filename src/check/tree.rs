//! A value that was meant against the one that arrived, part by part.

use serde_json::{Map, Value};

use super::difference::{What, altered, spelled};
use crate::contract::{Field, Kind};

/// How the leaves of what arrived are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// All are texts, as in a query or a form.
    Texts,
    /// They have the types of JSON.
    Typed,
}

/// A part that did not arrive as it was meant.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its path: `TagList[].Key`.
    pub(super) path: String,
    /// The part as the page has it; none for what the page does not know.
    pub(super) field: Option<&'a Field>,
    /// What was meant; none for what was not given.
    pub(super) meant: Option<&'a Value>,
    /// What is wrong.
    pub(super) what: What<'a>,
}

/// All parts of a parameter that did not arrive as they were meant.
pub(super) fn compare<'a>(field: &'a Field, meant: &'a Value, got: &Value, reading: Reading) -> Vec<Part<'a>> {
    let mut walk = Walk { reading, parts: Vec::new() };
    if meant != got {
        walk.value(Some(field), field.name.clone(), meant, got);
    }
    walk.parts
}

/// Whether a list or an object has nothing in it.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether something inside of a value is empty, or has an empty name: flattened, as `Name.1.Key`, it leaves no trace, and
/// what stands after it seems to stand elsewhere.
pub(super) fn is_hollow(value: &Value) -> bool {
    let inner = |value: &Value| is_empty(value) || is_hollow(value);
    match value {
        Value::Array(items) => items.iter().any(inner),
        Value::Object(members) => members.iter().any(|(name, member)| name.is_empty() || inner(member)),
        _ => false,
    }
}

struct Walk<'a> {
    reading: Reading,
    parts: Vec<Part<'a>>,
}

impl<'a> Walk<'a> {
    fn push(&mut self, field: Option<&'a Field>, path: String, meant: Option<&'a Value>, what: What<'a>) {
        self.parts.push(Part { path, field, meant, what });
    }

    fn value(&mut self, field: Option<&'a Field>, path: String, meant: &'a Value, got: &Value) {
        match (meant, got) {
            (Value::Array(a), Value::Array(b)) => self.list(field, path, meant, (a, b)),
            (Value::Object(a), Value::Object(b)) if is_tree(a) => self.object(field, path, (a, b)),
            (Value::Array(_), _) | (Value::Object(_), _) if is_empty(meant) => {
                self.push(field, path, Some(meant), What::Filled(got.to_string()));
            }
            (Value::Array(_), _) => self.push(field, path, Some(meant), What::Reshaped { got: got.clone() }),
            (Value::Object(a), _) if is_tree(a) => {
                self.push(field, path, Some(meant), What::Reshaped { got: got.clone() });
            }
            _ => {
                if let Some(what) = self.scalar(meant, got) {
                    self.push(field, path, Some(meant), what);
                }
            }
        }
    }

    fn list(
        &mut self,
        field: Option<&'a Field>,
        path: String,
        meant: &'a Value,
        (a, b): (&'a Vec<Value>, &Vec<Value>),
    ) {
        if a.is_empty() && !b.is_empty() {
            return self.push(field, path, Some(meant), What::Filled(Value::from(b.clone()).to_string()));
        }
        if a.len() != b.len() {
            let how = if b.len() < a.len() { "items lost" } else { "items added" };
            return self.push(field, path, Some(meant), What::List(how));
        }
        let is_same = |x: &'a Value, y: &Value| compare_alone(x, y, self.reading);
        let in_order = a.iter().zip(b).all(|(x, y)| is_same(x, y));
        if !in_order && a.iter().all(|x| b.iter().any(|y| is_same(x, y))) {
            return self.push(field, path, Some(meant), What::List("items in another order"));
        }
        let item = field.and_then(|f| f.items.as_deref());
        for (x, y) in a.iter().zip(b) {
            self.value(item, format!("{path}[]"), x, y);
        }
    }

    fn object(
        &mut self,
        field: Option<&'a Field>,
        path: String,
        (a, b): (&'a Map<String, Value>, &Map<String, Value>),
    ) {
        let mut taken: Vec<&str> = Vec::new();
        for (name, meant) in a.iter().filter(|(_, v)| !v.is_null()) {
            let inner = field.and_then(|f| member(f, name));
            let here = match field.map(|f| f.kind.value) {
                Some(Kind::Map) => format!("{path}.*"),
                _ => format!("{path}.{name}"),
            };
            if let Some(got) = b.get(name) {
                taken.push(name);
                self.value(inner, here, meant, got);
                continue;
            }
            let near = b.keys().find(|k| fold(k) == fold(name) && !a.contains_key(*k));
            match near {
                Some(other) => {
                    taken.push(other);
                    self.push(inner, here, Some(meant), What::Renamed(other.clone()));
                }
                // What is empty has no place among flattened names.
                None if is_empty(meant) && self.reading == Reading::Texts => {}
                None => self.push(inner, here, Some(meant), What::Lost),
            }
        }
        for (name, got) in b.iter().filter(|(name, v)| !taken.contains(&name.as_str()) && !v.is_null()) {
            if a.get(name).is_none_or(|v| v.is_null() && !is_blank(got)) {
                let text = got.as_str().map_or_else(|| got.to_string(), str::to_owned);
                self.push(field, format!("{path}.{name}"), None, What::Invented(text));
            }
        }
    }

    /// What is wrong with a scalar, if anything is.
    fn scalar(&self, meant: &Value, got: &Value) -> Option<What<'a>> {
        if meant == got {
            return None;
        }
        let typed = self.reading == Reading::Typed;
        let expected = spelled(meant)?;
        let text = match got {
            Value::String(text) => text.clone(),
            other => spelled(other).unwrap_or_else(|| other.to_string()),
        };
        let is_text = |v: &Value| v.is_string() || v.get("$bytes").is_some();
        if typed && is_text(meant) != is_text(got) {
            let shown = |v: &Value, text: String| if is_text(v) { format!("\"{text}\"") } else { text };
            return Some(match is_text(got) {
                true => altered(expected, shown(got, text)),
                false => altered(shown(meant, expected), text),
            });
        }
        // A driver that hands on the protocol's own spelling of half a character is no client that changes it.
        if text == expected || same_number(meant, &text) || meant.get("$utf16").is_some() && text.contains("$utf16") {
            return None;
        }
        Some(altered(expected, text))
    }
}

fn compare_alone(meant: &Value, got: &Value, reading: Reading) -> bool {
    let mut walk = Walk { reading, parts: Vec::new() };
    walk.value(None, String::new(), meant, got);
    walk.parts.is_empty()
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_empty)
}

fn is_tree(members: &Map<String, Value>) -> bool {
    !members.keys().any(|k| k.starts_with('$')) || members.len() > 1
}

fn member<'a>(field: &'a Field, name: &str) -> Option<&'a Field> {
    match field.kind.value {
        Kind::Map => field.items.as_deref(),
        _ => field.fields.iter().find(|f| f.name == name),
    }
}

fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Fractions have many spellings, and what is no number has a few; integers have one.
fn same_number(meant: &Value, text: &str) -> bool {
    match meant {
        Value::Number(n) if n.is_f64() => {
            let meant = n.as_f64().unwrap_or_default();
            text.parse::<f64>().is_ok_and(|got| got == meant && got.is_sign_negative() == meant.is_sign_negative())
        }
        Value::Object(special) => {
            let Some(meant) = special.get("$num").and_then(Value::as_str) else { return false };
            let (meant, got) = (meant.to_ascii_lowercase(), text.to_ascii_lowercase());
            let long = |t: &str| t.trim_start_matches('+').replace("infinity", "inf");
            long(&meant) == long(&got)
                || meant.parse::<f64>().is_ok_and(|m| {
                    m.is_finite()
                        && got.parse::<f64>().is_ok_and(|g| g == m && g.is_sign_negative() == m.is_sign_negative())
                })
        }
        _ => false,
    }
}
