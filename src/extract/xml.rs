//! A sample in XML as the value that its JSON form would be: members by name, repeated ones as a list, text as text.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// The content of a document's root element; none for what does not parse.
pub(super) fn value(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Map<String, Value>, String)> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if open.len() < DEEPEST => {
                open.push((tag.local_name().as_ref().to_owned(), Map::new(), String::new()));
            }
            Event::Empty(tag) => put(&mut open.last_mut()?.1, tag.local_name().as_ref().to_owned(), Value::from("")),
            Event::Text(part) => {
                if let Some((_, _, text)) = open.last_mut() {
                    text.push_str(&part);
                }
            }
            Event::End(_) => {
                let (name, members, text) = open.pop()?;
                let value = match members.is_empty() {
                    true => Value::from(text.trim()),
                    false => Value::Object(members),
                };
                match open.last_mut() {
                    Some((_, outer, _)) => put(outer, name, value),
                    None => return value.is_object().then_some(value),
                }
            }
            Event::GeneralRef(entity) => {
                let known = quick_xml::escape::resolve_predefined_entity(&entity);
                if let (Some((_, _, text)), Some(letter)) = (open.last_mut(), known) {
                    text.push_str(letter);
                }
            }
            Event::Start(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// A second member of the same name makes a list of both.
fn put(members: &mut Map<String, Value>, name: String, value: Value) {
    match members.get_mut(&name) {
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => {
            members.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_become_members_and_repeated_ones_a_list() {
        let text =
            "<Answer><Id>7&amp;8</Id><Tags><Tag><Key>a</Key></Tag><Tag><Key>b</Key></Tag></Tags><None/></Answer>";
        let expected = json!({ "Id": "7&8", "Tags": { "Tag": [{ "Key": "a" }, { "Key": "b" }] }, "None": "" });
        assert_eq!(value(text), Some(expected));
        for broken in ["<a><b></a>", "<a>", "text", "", "<a>1</a>", &"<a>".repeat(1_000)] {
            assert_eq!(value(broken), None, "{broken}");
        }
    }
}
