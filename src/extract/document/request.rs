//! What an operation of an OpenAPI document takes: its parameters and its body.

use super::openapi::{Call, is_json, others, preferred, sampled, shown};
use super::schema::{BEYOND, Reader};
use super::tree::Node;
use crate::contract::{Field, Kind, Mark, Note, Parameter, Place, Said, Sample, SampleOf};

/// Headers that OpenAPI says elsewhere, and tells its readers to pass over here.
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// The parameters of a path and of its operation, the operation's own count more; with each, whether it is a common one.
pub(super) fn parameters<'t, 'd>(
    reader: &mut Reader<'t, 'd>,
    call: &Call<'t, 'd>,
    notes: &mut Vec<Note>,
) -> Vec<(bool, Parameter)> {
    let mut found: Vec<(String, (bool, Parameter))> = Vec::new();
    for owner in [call.item, call.node] {
        for node in owner.get("parameters").map(Node::items).unwrap_or_default() {
            let Some(target) = reader.resolve(node) else {
                notes.push(Note {
                    text: "a parameter's reference leads nowhere in this document".into(),
                    span: Some(reader.span(node)),
                });
                continue;
            };
            let (Some(name), Some(place)) = (target.text_of("name"), target.text_of("in")) else { continue };
            if place == "header" && NOT_PARAMETERS.contains(&name.to_lowercase().as_str()) {
                continue;
            }
            let Some(parameter) = parameter(reader, target, &name, &place) else {
                let text = format!("`{name}` travels in the {place}, which a contract cannot say: it is left out");
                notes.push(Note { text, span: Some(reader.span(target)) });
                continue;
            };
            let common = target.get(BEYOND).is_some_and(|more| more.is("common"));
            let parameter = (common, parameter);
            let key = format!("{place} {name}");
            match found.iter_mut().find(|(other, _)| *other == key) {
                Some((_, earlier)) => *earlier = parameter,
                None => found.push((key, parameter)),
            }
        }
    }
    found.into_iter().map(|(_, parameter)| parameter).collect()
}

fn parameter<'t, 'd>(reader: &mut Reader<'t, 'd>, node: &'d Node<'t>, name: &str, place: &str) -> Option<Parameter> {
    let place = match place {
        "query" => Place::Query,
        "header" => Place::Header,
        "path" => Place::Path,
        _ => return None,
    };
    let span = reader.span(node);
    let schema = node.get("schema").or_else(|| node.get("content")?.members().first()?.1.get("schema"));
    let mut field = match schema {
        Some(schema) => reader.field(name, schema),
        None => Field::new(name, Said::guessed(Kind::Any, Some(span)), span),
    };
    field.span = span;
    field.required = Some(place == Place::Path || node.is("required"));
    let mut place = place;
    if let Some(more) = node.get(BEYOND) {
        place = more.get("place").and_then(|said| serde_json::from_value(said.value()).ok()).unwrap_or(place);
        field.required = more.get("required").map_or(field.required, |said| said.value().as_bool());
    }
    if let Some(words) = node.get("description").filter(|w| w.text().is_some_and(|t| !t.is_empty())) {
        field.description = words.text().map(|t| Said::said(t.into_owned(), reader.span(words)));
    }
    if let Some(sample) = shown(reader, node).into_iter().next() {
        let text = sample.text().map_or_else(|| sample.value().to_string(), |t| t.into_owned());
        field.example = Some(Said::said(text, reader.span(sample)));
    }
    if node.is("deprecated") && !field.has(Mark::Deprecated) {
        field.marks.push(Said::said(Mark::Deprecated, span));
    }
    for word in ["style", "explode"] {
        if let Some(said) = node.get(word) {
            let text =
                format!("its `{word}` is {}; a contract does not say how lists and objects are written", said.value());
            field.notes.push(Note { text, span: Some(reader.span(said)) });
        }
    }
    Some(Parameter { place, field })
}

/// The body: JSON is one parameter named `body`, a form gives one a member.
pub(super) fn body<'t, 'd>(
    reader: &mut Reader<'t, 'd>,
    node: &'d Node<'t>,
    samples: &mut Vec<Sample>,
    notes: &mut Vec<Note>,
) -> Vec<Parameter> {
    let Some(said) = node.get("requestBody") else { return Vec::new() };
    let Some(body) = reader.resolve(said) else {
        notes.push(Note {
            text: "the body's reference leads nowhere in this document".into(),
            span: Some(reader.span(said)),
        });
        return Vec::new();
    };
    let Some((media, content)) = preferred(body, &["application/x-www-form-urlencoded", "multipart/form-data"]) else {
        return Vec::new();
    };
    others(reader, body, media, notes);
    samples.extend(sampled(reader, content, SampleOf::Request, None, media));
    let Some(schema) = content.get("schema") else { return Vec::new() };
    let more = schema.get(BEYOND);
    let name = more.and_then(|more| more.text_of("name"));
    let mut field = reader.field(name.as_deref().unwrap_or("body"), schema);
    field.required = Some(body.is("required"));
    if let Some(said) = more.and_then(|more| more.get("required")) {
        field.required = said.value().as_bool();
    }
    let place = |name: &str| {
        let said = more?.get("places")?.get(name)?;
        serde_json::from_value(said.value()).ok()
    };
    match is_json(media) || field.fields.is_empty() {
        true => vec![Parameter { place: Place::Body, field }],
        false => {
            let one = |field: Field| Parameter { place: place(&field.name).unwrap_or(Place::Form), field };
            field.fields.into_iter().map(one).collect()
        }
    }
}
