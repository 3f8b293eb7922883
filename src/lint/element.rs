//! Samples in XML as rules judge them: values in the types that their rows have, and the line of every element.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::sample::join;
use crate::contract::{Field, Kind};

/// What a value would be in JSON. In XML every value is a text, an empty one is nothing, and a list of one is its item.
pub(super) fn typed(row: Option<&Field>, value: &Value) -> Value {
    if value.as_str() == Some("") {
        return Value::Null;
    }
    let Some(row) = row else { return value.clone() };
    match (row.kind.value, value) {
        (Kind::Integer | Kind::Number | Kind::Boolean, Value::String(text)) => {
            let small = text.to_ascii_lowercase();
            let read: Option<Value> =
                serde_json::from_str(&small).ok().filter(|v: &Value| v.is_number() || v.is_boolean());
            read.unwrap_or_else(|| value.clone())
        }
        (Kind::Object, Value::Object(members)) => {
            let of = |name: &str| row.fields.iter().find(|field| field.name == name);
            let typed = members.iter().map(|(name, inner)| (name.clone(), typed(of(name), inner)));
            Value::Object(typed.collect())
        }
        (Kind::Map, Value::Object(members)) => {
            let typed = members.iter().map(|(name, inner)| (name.clone(), typed(row.items.as_deref(), inner)));
            Value::Object(typed.collect())
        }
        (Kind::Array, value) => Value::Array(items(row.items.as_deref(), value)),
        (_, value) => value.clone(),
    }
}

/// The items of a list: elements of one name, perhaps inside one more that is named as the list is.
fn items(row: Option<&Field>, value: &Value) -> Vec<Value> {
    let known = |name: &str| row.is_some_and(|row| row.fields.iter().any(|field| field.name == name));
    let inner = match value {
        Value::Object(members) if members.len() == 1 => members.iter().find(|(name, _)| !known(name)).map(|(_, v)| v),
        _ => None,
    };
    match inner.unwrap_or(value) {
        Value::Array(items) => items.iter().map(|item| typed(row, item)).collect(),
        one => vec![typed(row, one)],
    }
}

/// The members of the root where every value is one of them.
pub(super) fn members(row: Option<&Field>, value: &Value) -> Value {
    let of = |name: &str| row.and_then(|row| row.fields.iter().find(|field| field.name == name));
    let members = value.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, inner)| (name.clone(), typed(of(name), inner))).collect::<Map<_, _>>())
}

/// Lines, counted from 0, by path below the root; the first of several elements of a name has no index.
pub(super) fn lines(text: &str) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    let mut reader = Reader::from_str(text);
    // What is open: its path, and how many elements of each name it has.
    let mut open: Vec<(String, BTreeMap<String, usize>)> = Vec::new();
    let (mut line, mut counted) = (0, 0);
    while open.len() < DEEPEST {
        let Ok(event) = reader.read_event() else { break };
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        line += text.as_bytes()[counted..at].iter().filter(|b| **b == b'\n').count() as u32;
        counted = at;
        let (name, closes) = match &event {
            Event::Start(tag) => (tag.local_name().as_ref().to_owned(), false),
            Event::Empty(tag) => (tag.local_name().as_ref().to_owned(), true),
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let path = match open.last_mut() {
            None => String::new(),
            Some((above, names)) => {
                let count = names.entry(name.clone()).or_default();
                *count += 1;
                let index = if *count == 1 { String::new() } else { format!("[{}]", *count - 1) };
                join(above, &format!("{name}{index}"))
            }
        };
        found.entry(path.clone()).or_insert(line);
        if !closes {
            open.push((path, BTreeMap::new()));
        }
    }
    found
}

/// Deepest nesting whose lines are told.
const DEEPEST: usize = 64;

/// A path as [`lines`] spells it.
pub(super) fn spelled(path: &str) -> String {
    path.replace("[0]", "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_element_has_its_line() {
        let found = lines("<A>\n<B>1</B>\n<B>\n<C/></B>\n</A>");
        let lines: Vec<(&str, u32)> = found.iter().map(|(path, line)| (path.as_str(), *line)).collect();
        assert_eq!(lines, [("", 0), ("B", 1), ("B[1]", 2), ("B[1].C", 3)]);
        assert_eq!(spelled("B[0].C[0][1]"), "B.C[1]");
    }

    #[test]
    fn a_text_is_of_the_type_that_it_can_be() {
        let field = |kind| Field::new("F", crate::contract::Said::guessed(kind, None), crate::span::Span::line(0, 1));
        assert_eq!(typed(Some(&field(Kind::Integer)), &json!("7")), json!(7));
        assert_eq!(typed(Some(&field(Kind::Boolean)), &json!("True")), json!(true));
        assert_eq!(typed(Some(&field(Kind::String)), &json!("7")), json!("7"));
        assert_eq!(typed(Some(&field(Kind::Object)), &json!("")), json!(null));
        assert_eq!(typed(Some(&field(Kind::Array)), &json!({ "Item": ["a", "b"] })), json!(["a", "b"]));
    }
}
