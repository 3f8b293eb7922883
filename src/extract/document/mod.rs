//! Documents for machines: OpenAPI in JSON or YAML, and a vendor's metadata.

mod answers;
mod codes;
mod meta;
mod openapi;
mod request;
mod schema;
mod tree;
mod value;
mod yaml;

use super::Input;
use crate::contract::{Contract, Note, Operation, Style};
use crate::span::Span;
use tree::Node;

/// Whether a text is a document for machines, not a page.
pub(super) fn is_one(text: &str) -> bool {
    is_json(text) || is_yaml(bare(text))
}

fn is_json(text: &str) -> bool {
    bare(text).trim_start().starts_with('{')
}

/// The text without a byte order mark.
fn bare(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

/// Reads a document into the contract.
pub(super) fn read(contract: &mut Contract, page: u32, input: &Input<'_>) {
    let text = bare(input.text);
    let refused = if is_json(text) {
        match tree::parse(text) {
            Ok(root) => json(contract, page, input.name, &root),
            Err(e) => Some(format!("begins like JSON, but is none: {e}")),
        }
    } else {
        match yaml::to_json(text) {
            Ok(text) => match tree::parse(&text) {
                Ok(root) => json(contract, page, input.name, &root),
                Err(e) => Some(format!("YAML that JSON cannot say: {e}")),
            },
            Err(why) => Some(format!("begins like OpenAPI in YAML, but is none: {why}")),
        }
    };
    if let Some(why) = refused {
        contract.notes.push(Note { text: format!("{}: {why}", input.name), span: None });
    }
}

/// Reads what the members of the root show it to be; why not, where it is nothing that we know.
fn json(contract: &mut Contract, page: u32, name: &str, root: &Node<'_>) -> Option<String> {
    if let Some(version) = root.text_of("openapi") {
        if version.starts_with("3.") {
            openapi::read(contract, page, name, root);
            return None;
        }
        return Some(format!("OpenAPI {version} is not known (3.0 and 3.1 are read)"));
    }
    if root.get("swagger").is_some() {
        return Some("a Swagger 2.0 document, which is not read: turn it into OpenAPI 3 first".to_owned());
    }
    match root.get("apis").is_some_and(Node::is_map) && root.get("info").is_some() {
        true => {
            meta::read(contract, page, name, root);
            None
        }
        false => Some("JSON with neither `openapi` nor `apis` at its root".to_owned()),
    }
}

/// Whether a text's first lines look like an OpenAPI or Swagger document in YAML.
fn is_yaml(text: &str) -> bool {
    let said = |line: &str| {
        let (key, version) = line.split_once(':')?;
        let key = key.trim_end().trim_matches(['"', '\'']);
        let numbered = version.trim().trim_matches(['"', '\'']).starts_with(|c: char| c.is_ascii_digit());
        (matches!(key, "openapi" | "swagger") && numbered).then_some(())
    };
    text.lines().take(100).any(|line| said(line).is_some())
}

/// Adds an operation, unless an earlier document or page names it.
fn add(contract: &mut Contract, name: &str, operation: Operation) {
    match contract.operation(&operation.name) {
        None => contract.operations.push(operation),
        Some(_) => {
            let text = format!("{name}: `{}` was read before, and is left out here", operation.name);
            contract.notes.push(Note { text, span: Some(operation.span) });
        }
    }
}

/// Says how calls look on the wire; pages read earlier have the first word.
fn style(contract: &mut Contract, name: &str, style: Style, span: Span) {
    if contract.operations.is_empty() {
        contract.style = style;
    } else if contract.style != style {
        let text = format!("{name}: its calls look different on the wire from those of the pages before it");
        contract.notes.push(Note { text, span: Some(span) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn note(text: &str) -> String {
        let contract = read(&[Input { name: "x", text }]);
        assert!(contract.operations.is_empty());
        assert_eq!(contract.notes.len(), 1);
        contract.notes[0].text.clone()
    }

    #[test]
    fn what_is_not_read_says_what_it_is() {
        assert!(note("# comment\nopenapi: 3.0.1\ninfo:\n").contains("no operation"));
        assert!(note("openapi: 3.0.1\ninfo: [\n").contains("none: line 3"));
        assert!(note("swagger: '2.0'\n").contains("Swagger 2.0"));
        assert!(note(r#"{"swagger": "2.0"}"#).contains("Swagger 2.0"));
        assert!(note(r#"{"openapi": "4.0.0"}"#).contains("OpenAPI 4.0.0"));
        assert!(note("{\n\"openapi\": \"3.1.0\",\n").contains("line 3"));
        assert!(note(r#"{"a": 1}"#).contains("neither `openapi` nor `apis`"));
    }
}
