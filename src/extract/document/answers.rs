//! What an operation of an OpenAPI document answers: its success, and the errors that it says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::codes::{self, CODES, MESSAGES};
use super::openapi::{is_json, preferred, sampled, shown};
use super::schema::{BEYOND, Reader};
use super::tree::Node;
use crate::contract::{DocumentedError, Field, Note, Sample, SampleOf};
use crate::extract::errors::documented;

/// What an operation answers.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) response: Option<Field>,
    pub(super) errors: Vec<DocumentedError>,
}

impl Answers {
    pub(super) fn read<'t, 'd>(
        reader: &mut Reader<'t, 'd>,
        node: &'d Node<'t>,
        samples: &mut Vec<Sample>,
        notes: &mut Vec<Note>,
    ) -> Answers {
        let mut answers = Answers::default();
        let mut bare = Vec::new();
        // Sorted, so that the lowest status of success comes first; `default` comes last.
        let sorted: BTreeMap<&str, &'d Node<'t>> =
            node.get("responses").map(Node::members).unwrap_or_default().iter().map(|(s, n)| (s.as_ref(), n)).collect();
        for (status, said) in sorted {
            let Some(answer) = reader.resolve(said) else {
                let text = format!("the reference of status {status} leads nowhere in this document");
                notes.push(Note { text, span: Some(reader.span(said)) });
                continue;
            };
            let content = preferred(answer, &[]);
            if status.starts_with('2') {
                if let Some(refusals) = answer.get(BEYOND).and_then(|more| more.get("errors")) {
                    answers.errors.extend(codes::errors(reader, status.parse().ok(), refusals));
                }
                let Some((media, content)) = content else { continue };
                let number = status.parse().ok();
                samples.extend(sampled(reader, content, SampleOf::Success, number, media));
                match (content.get("schema"), &answers.response) {
                    (Some(_), Some(_)) => {
                        let text = format!("the answer of status {status} is left out: one is kept");
                        notes.push(Note { text, span: Some(reader.span(said)) });
                    }
                    (Some(schema), None) if is_json(media) => answers.response = Some(reader.field("", schema)),
                    (Some(_), None) => {
                        let text = format!("the answer of status {status} is `{media}`, not JSON: it is left out");
                        notes.push(Note { text, span: Some(reader.span(said)) });
                    }
                    (None, _) => {}
                }
                continue;
            }
            let schema = content.and_then(|(_, content)| content.get("schema"));
            let mut found = schema.map(|s| codes::errors(reader, status.parse().ok(), s)).unwrap_or_default();
            if found.is_empty() {
                found = errors(reader, status, answer, content);
            }
            if found.is_empty() {
                bare.push(status);
            }
            answers.errors.extend(found);
            if let (Some((media, content)), Ok(number)) = (content, status.parse()) {
                samples.extend(sampled(reader, content, SampleOf::Error, Some(number), media));
            }
        }
        if !bare.is_empty() {
            let text =
                format!("no error code is said for status {}: none is kept as a documented error", bare.join(", "));
            notes.push(Note { text, span: Some(reader.span(node)) });
        }
        answers
    }
}

/// The errors that the examples of an answer show, where its schema says no code.
fn errors<'t, 'd>(
    reader: &Reader<'t, 'd>,
    status: &str,
    answer: &'d Node<'t>,
    content: Option<(&'d str, &'d Node<'t>)>,
) -> Vec<DocumentedError> {
    let mut found: Vec<DocumentedError> = Vec::new();
    let Ok(number) = status.parse::<u16>() else { return found };
    let Some((_, content)) = content else { return found };
    for node in shown(reader, content) {
        let value = node.value();
        let Some(code) = member(&value, &CODES).filter(|c| !c.is_empty()) else { continue };
        let message = member(&value, &MESSAGES).unwrap_or_default();
        if found.iter().any(|e| e.code == code && e.message == message) {
            continue;
        }
        let span = reader.span(node);
        let words = answer.text_of("description");
        let mut error = documented(Some(number), &code, &message, words.as_deref(), span);
        error.notes.push(Note { text: "code and message are read off an example".into(), span: Some(span) });
        found.push(error);
    }
    found
}

/// The text or number of a body's member, or of one inside its `error`.
fn member(value: &Value, names: &[&str]) -> Option<String> {
    let inner = value.get("error").filter(|v| v.is_object()).unwrap_or(value);
    let found = names.iter().find_map(|name| inner.as_object()?.iter().find(|(n, _)| n.to_lowercase() == *name));
    match found?.1 {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
