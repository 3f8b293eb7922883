//! The vendor's own metadata: one JSON document with every operation of one product version.

use serde_json::Value;

use super::schema::{Reader, required_flag};
use super::tree::Node;
use super::{add, style};
use crate::contract::{
    Contract, DocumentedError, Field, Mark, Note, Operation, Parameter, Place, Said, Sample, SampleOf, Style,
};
use crate::extract::errors::documented;
use crate::span::Span;

/// Reads every operation of the document.
pub(super) fn read(contract: &mut Contract, page: u32, name: &str, root: &Node<'_>) {
    let apis = root.get("apis").map(Node::members).unwrap_or_default();
    let info = root.get("info").unwrap_or(root);
    let said = |word: &str| Some(Said::said(info.text_of(word)?.into_owned(), Span::line(page, info.get(word)?.line)));
    if contract.code.is_none() && contract.operations.is_empty() {
        contract.code = said("product");
        contract.version = said("version");
    }
    // Only the one vendor's style that is called so has no path; elsewhere a path names the operation.
    let paths = apis.iter().any(|(_, api)| api.get("path").is_some());
    let rpc = info.text_of("style").as_deref() == Some("RPC") || !paths;
    style(contract, name, if rpc { Style::Rpc } else { Style::Rest }, Span::line(page, info.line));
    if apis.is_empty() {
        let text = format!("{name}: metadata whose `apis` hold no operation");
        contract.notes.push(Note { text, span: Some(Span::line(page, root.line)) });
    }
    for (operation, api) in apis {
        add(contract, name, self::operation(page, root, operation, api));
    }
}

fn operation(page: u32, root: &Node<'_>, name: &str, api: &Node<'_>) -> Operation {
    let mut reader = Reader::new(root, page);
    let span = Span::line(page, api.line);
    let text = |word: &str| {
        let text = api.text_of(word).filter(|t| !t.is_empty())?;
        Some(Said::said(text.into_owned(), Span::line(page, api.get(word)?.line)))
    };
    let mut notes = Vec::new();
    let parameters = api.get("parameters").map(Node::items).unwrap_or_default();
    let parameters = parameters.iter().filter_map(|node| parameter(&mut reader, node)).collect();
    let method = api.get("methods").filter(|m| m.items().len() == 1).and_then(|m| {
        let method = m.items().first()?;
        Some(Said::said(method.text()?.to_uppercase(), Span::line(page, method.line)))
    });
    Operation {
        name: name.to_owned(),
        span,
        summary: text("summary").or_else(|| text("title")),
        method,
        path: text("path"),
        authorization: None,
        marks: api.is("deprecated").then(|| Said::said(Mark::Deprecated, span)).into_iter().collect(),
        parameters,
        common: Vec::new(),
        response: response(&mut reader, api, &mut notes),
        errors: errors(page, api, &mut notes),
        samples: samples(page, api),
        notes,
    }
}

fn parameter<'t, 'd>(reader: &mut Reader<'t, 'd>, node: &'d Node<'t>) -> Option<Parameter> {
    let name = node.text_of("name")?;
    let mut field = match node.get("schema") {
        Some(schema) => reader.field(&name, schema),
        None => Field::new(name.as_ref(), Said::guessed(crate::contract::Kind::Any, None), reader.span(node)),
    };
    field.span = reader.span(node);
    field.required = node.get("schema").and_then(required_flag).or_else(|| required_flag(node));
    let mut note = |text: String| field.notes.push(Note { text, span: Some(reader.span(node)) });
    let place = match node.text_of("in").as_deref() {
        Some("query") => Place::Query,
        Some("formData") => Place::Form,
        Some("header") => Place::Header,
        Some("path") => Place::Path,
        Some("body") => Place::Body,
        Some(other) => {
            note(format!("travels in the {other}, which a contract cannot say"));
            Place::Unsaid
        }
        None => Place::Unsaid,
    };
    if let Some(style) = node.text_of("style") {
        note(format!("its style is `{style}`; a contract does not say how lists and objects are written"));
    }
    Some(Parameter { place, field })
}

/// The answer of the lowest status of success.
fn response<'t, 'd>(reader: &mut Reader<'t, 'd>, api: &'d Node<'t>, notes: &mut Vec<Note>) -> Option<Field> {
    let mut found: Vec<_> = api.get("responses")?.members().iter().collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let answers: Vec<_> =
        found.iter().filter(|(status, node)| status.starts_with('2') && node.get("schema").is_some()).collect();
    let (_, first) = answers.first()?;
    for (status, other) in &answers[1..] {
        notes.push(Note {
            text: format!("the answer of status {status} is left out: one is kept"),
            span: Some(reader.span(other)),
        });
    }
    if let Some(headers) = first.get("headers").filter(|h| !h.members().is_empty()) {
        let text = format!("{} headers of the answer are left out", headers.members().len());
        notes.push(Note { text, span: Some(reader.span(headers)) });
    }
    Some(reader.field("", first.get("schema")?))
}

fn errors(page: u32, api: &Node<'_>, notes: &mut Vec<Note>) -> Vec<DocumentedError> {
    let mut found = Vec::new();
    for (status, rows) in api.get("errorCodes").map(Node::members).unwrap_or_default() {
        let number = status.parse().ok().filter(|s| (100..600).contains(s));
        if number.is_none() {
            let text = format!("`{status}` is no HTTP status: its errors stand without one");
            notes.push(Note { text, span: Some(Span::line(page, rows.line)) });
        }
        for row in rows.items() {
            let Some(code) = row.text_of("errorCode").filter(|c| !c.is_empty()) else { continue };
            let message = row.text_of("errorMessage").unwrap_or_default();
            let words = row.text_of("description").filter(|d| *d != message);
            found.push(documented(number, &code, &message, words.as_deref(), Span::line(page, row.line)));
        }
    }
    found
}

/// The samples of answers, which are a JSON text inside a string.
fn samples(page: u32, api: &Node<'_>) -> Vec<Sample> {
    let Some(demo) = api.get("responseDemo") else { return Vec::new() };
    let Some(Value::Array(entries)) = demo.text().and_then(|t| serde_json::from_str(&t).ok()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in &entries {
        for (of, word) in [(SampleOf::Success, "example"), (SampleOf::Error, "errorExample")] {
            let Some(text) = entry[word].as_str().filter(|t| !t.trim().is_empty()) else { continue };
            found.push(Sample {
                of,
                format: entry["type"].as_str().unwrap_or("json").to_owned(),
                text: text.to_owned(),
                value: serde_json::from_str(text).ok(),
                status: None,
                span: Span::line(page, demo.line),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::contract::{Contract, Kind, Place, SampleOf, Style};
    use crate::extract::{Input, read};

    const DOCUMENT: &str = r##"{
  "info": {"style": "RPC", "product": "toys", "version": "2024-01-01"},
  "components": {"schemas": {"Part": {"type": "object", "properties": {
    "Name": {"type": "string", "required": true},
    "Parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}}}}},
  "apis": {"BuildToy": {
    "summary": "Builds one.", "methods": ["post"], "deprecated": true,
    "parameters": [
      {"name": "Size", "in": "query", "schema": {"type": "integer", "format": "int64", "required": false,
        "docRequired": true, "minimum": "0", "exclusiveMinimum": true, "maximum": "9", "default": "3", "example": "4"}},
      {"name": "Paint", "in": "formData", "schema": {"type": "boolean", "required": false,
        "enumValueTitles": {"true": "painted", "false": "plain"}}},
      {"name": "Parts", "in": "formData", "style": "json", "schema": {"$ref": "#/components/schemas/Part"}}],
    "responses": {"200": {"schema": {"type": "object", "properties": {
      "Labels": {"type": "object", "additionalProperties": {"type": "string"}}}}}},
    "errorCodes": {"400": [{"errorCode": "No.%s", "errorMessage": "No such thing."}], "2014": [{"errorCode": "Odd"}]},
    "responseDemo": "[{\"type\":\"json\",\"example\":\"{\\\"Labels\\\":{}}\",\"errorExample\":\"\"}]"}}
}"##;

    fn contract() -> Contract {
        read(&[Input { name: "toys.json", text: DOCUMENT }])
    }

    #[test]
    fn metadata_say_product_places_and_what_must_be_given() {
        let contract = contract();
        assert_eq!(contract.code.as_ref().map(|c| c.value.as_str()), Some("toys"));
        assert_eq!(contract.style, Style::Rpc);
        let operation = contract.operation("BuildToy").expect("it is there");
        assert_eq!(operation.span.first, 6);
        assert_eq!(operation.method.as_ref().map(|m| m.value.as_str()), Some("POST"));
        let size = &operation.parameters[0];
        assert_eq!((size.place, size.field.kind.value, size.field.required), (Place::Query, Kind::Integer, Some(true)));
        let range = size.field.range.as_ref().expect("it has one").value;
        assert_eq!((range.min, range.max), (Some(1.0), Some(9.0)));
        assert_eq!(size.field.default.as_ref().map(|d| d.value.clone()), Some(json!(3)));
        assert_eq!(size.field.example.as_ref().map(|e| e.value.as_str()), Some("4"));
        let paint = &operation.parameters[1].field;
        assert_eq!(paint.values.iter().map(|v| v.value.clone()).collect::<Vec<_>>(), [json!(true), json!(false)]);
        assert_eq!(paint.values[0].meaning.as_deref(), Some("painted"));
    }

    #[test]
    fn a_schema_that_holds_itself_is_followed_once() {
        let contract = contract();
        let parts = &contract.operations[0].parameters[2].field;
        let paths: Vec<String> = parts.leaves().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["Parts.Name", "Parts.Parts[]"]);
        assert_eq!(parts.fields[0].required, Some(true));
        let inner = parts.fields[1].items.as_ref().expect("it has items");
        assert!(inner.notes[0].text.contains("holds itself"));
    }

    #[test]
    fn answers_errors_and_samples_are_read() {
        let contract = contract();
        let operation = &contract.operations[0];
        let labels = &operation.response.as_ref().expect("it has one").fields[0];
        assert_eq!((labels.kind.value, labels.items.as_ref().map(|i| i.kind.value)), (Kind::Map, Some(Kind::String)));
        let errors: Vec<_> = operation.errors.iter().map(|e| (e.status, e.code.as_str(), e.code_template)).collect();
        assert_eq!(errors, [(Some(400), "No.%s", true), (None, "Odd", false)]);
        assert!(operation.notes.iter().any(|n| n.text.contains("2014")));
        assert_eq!(
            (operation.samples[0].of, &operation.samples[0].value),
            (SampleOf::Success, &Some(json!({"Labels": {}})))
        );
    }
}
