//! Error codes that a schema says: constants, closed lists, and alternatives of them.

use super::schema::Reader;
use super::tree::Node;
use crate::contract::DocumentedError;
use crate::extract::errors::documented;

/// What an error body calls its code and its message, in small letters.
pub(super) const CODES: [&str; 4] = ["code", "errorcode", "error_code", "error"];
pub(super) const MESSAGES: [&str; 4] = ["message", "errormessage", "error_message", "error_description"];

/// Most errors of one answer.
const MOST: usize = 5_000;

/// One text that a member may have.
struct Text<'t, 'd> {
    text: String,
    description: Option<String>,
    node: &'d Node<'t>,
}

/// The errors of an answer's schema: each of its alternatives names a code, and perhaps what is said with it.
pub(super) fn errors<'t, 'd>(
    reader: &Reader<'t, 'd>,
    status: Option<u16>,
    schema: &'d Node<'t>,
) -> Vec<DocumentedError> {
    let Some(schema) = reader.resolve(schema) else { return Vec::new() };
    let branches = ["oneOf", "anyOf"].into_iter().find_map(|word| schema.get(word)).map(Node::items);
    let alone = std::slice::from_ref(schema);
    let mut found = Vec::new();
    for branch in branches.unwrap_or(alone).iter().filter_map(|node| reader.resolve(node)) {
        let codes = property(reader, branch, &CODES).map(|node| texts(reader, node)).unwrap_or_default();
        let messages = property(reader, branch, &MESSAGES).map(|node| texts(reader, node)).unwrap_or_default();
        let own = branch.text_of("description").filter(|_| branches.is_some()).map(|text| text.into_owned());
        let mut add = |code: &Text<'_, '_>, message: Option<&Text<'_, '_>>| {
            let description = message.and_then(|m| m.description.clone()).or(code.description.clone());
            let (said, span) =
                (message.map_or("", |m| m.text.as_str()), reader.span(message.map_or(code.node, |m| m.node)));
            found.push(documented(status, &code.text, said, description.or(own.clone()).as_deref(), span));
        };
        match (codes.as_slice(), messages.as_slice()) {
            ([code], []) => add(code, None),
            ([code], messages) => messages.iter().for_each(|message| add(code, Some(message))),
            // Which of several messages goes with which of several codes is not said.
            (codes, [message]) => codes.iter().for_each(|code| add(code, Some(message))),
            (codes, _) => codes.iter().for_each(|code| add(code, None)),
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// The member of an object's schema with one of these names, in small letters.
fn property<'t, 'd>(reader: &Reader<'t, 'd>, schema: &'d Node<'t>, names: &[&str]) -> Option<&'d Node<'t>> {
    let members = schema.get("properties")?.members();
    let found = names.iter().find_map(|name| members.iter().find(|(known, _)| known.to_lowercase() == *name));
    reader.resolve(&found?.1)
}

/// The texts that a schema allows, where it allows only these.
fn texts<'t, 'd>(reader: &Reader<'t, 'd>, schema: &'d Node<'t>) -> Vec<Text<'t, 'd>> {
    let one = |node: &'d Node<'t>, description: Option<String>| {
        let text = node.text().map(|t| t.into_owned()).or_else(|| node.value().as_i64().map(|n| n.to_string()))?;
        Some(Text { text, description, node })
    };
    let single = |schema: &'d Node<'t>| {
        let value = schema.get("x-template").or_else(|| schema.get("const"))?;
        one(value, schema.text_of("description").map(|t| t.into_owned()))
    };
    if let Some(text) = single(schema) {
        return vec![text];
    }
    let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|word| schema.get(word));
    let found: Vec<_> = match alternatives {
        Some(several) => several.items().iter().filter_map(|n| single(reader.resolve(n)?)).take(MOST).collect(),
        None => {
            let listed = schema.get("enum").map(Node::items).unwrap_or_default();
            listed.iter().filter_map(|node| one(node, None)).take(MOST).collect()
        }
    };
    found
}
