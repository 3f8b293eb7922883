//! OpenAPI 3.0 and 3.1 documents.

use serde_json::Value;

use super::answers::Answers;
use super::request::{body, parameters};
use super::schema::{BEYOND, Reader};
use super::tree::Node;
use super::{add, style};
use crate::contract::{Authorization, Contract, Mark, Note, Operation, Parameter, Said, Sample, SampleOf, Style};
use crate::span::Span;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Reads every operation of the document.
pub(super) fn read(contract: &mut Contract, page: u32, name: &str, root: &Node<'_>) {
    let info = root.get("info").unwrap_or(root);
    let said = |word: &str| Some(Said::said(info.text_of(word)?.into_owned(), Span::line(page, info.get(word)?.line)));
    // A document that we wrote says which of its title and version are only there because OpenAPI asks for them.
    let more = info.get(BEYOND);
    let own = |word: &str, usual: &str| match more {
        Some(more) => Some(Said::said(more.text_of(word)?.into_owned(), Span::line(page, more.line))),
        None => said(usual),
    };
    if contract.product.is_none() && contract.operations.is_empty() {
        contract.product = own("product", "title");
        contract.version = own("version", "version");
        contract.code = more.and_then(|_| own("code", "code"));
    }
    let rpc = more.is_some_and(|more| more.text_of("style").as_deref() == Some("rpc"));
    style(contract, name, if rpc { Style::Rpc } else { Style::Rest }, Span::line(page, info.line));
    let before = (contract.operations.len(), contract.notes.len());
    for (path, item) in root.get("paths").map(Node::members).unwrap_or_default() {
        let Some(target) = Reader::new(root, page).resolve(item) else {
            let text = format!("{name}: the reference at path `{path}` leads nowhere in this document");
            contract.notes.push(Note { text, span: Some(Span::line(page, item.line)) });
            continue;
        };
        for (method, node) in target.members().iter().filter(|(m, _)| METHODS.contains(&m.as_ref())) {
            add(contract, name, operation(page, root, &Call { path, method, item: target, node }));
        }
    }
    if let Some(hooks) = root.get("webhooks").filter(|w| !w.members().is_empty()) {
        let text = format!("{name}: webhooks ({}) are calls of the server and are left out", hooks.members().len());
        contract.notes.push(Note { text, span: Some(Span::line(page, hooks.line)) });
    }
    if (contract.operations.len(), contract.notes.len()) == before {
        let text = format!("{name}: an OpenAPI document whose `paths` hold no operation");
        contract.notes.push(Note { text, span: Some(Span::line(page, root.line)) });
    }
}

/// One operation of the document, with what stands around it.
pub(super) struct Call<'t, 'd> {
    pub(super) path: &'d str,
    pub(super) method: &'d str,
    /// The path's item, whose parameters count for each of its operations.
    pub(super) item: &'d Node<'t>,
    pub(super) node: &'d Node<'t>,
}

fn operation<'t>(page: u32, root: &Node<'t>, call: &Call<'t, '_>) -> Operation {
    let mut reader = Reader::new(root, page);
    let (node, span) = (call.node, Span::line(page, call.node.line));
    let mut notes = Vec::new();
    let method = call.method.to_uppercase();
    let name = node.text_of("operationId").map_or_else(|| format!("{method} {}", call.path), |id| id.into_owned());
    let mut samples = Vec::new();
    let (common, mut parameters): (Vec<_>, Vec<_>) =
        parameters(&mut reader, call, &mut notes).into_iter().partition(|(common, _)| *common);
    let bare = |list: Vec<(bool, Parameter)>| list.into_iter().map(|(_, parameter)| parameter).collect::<Vec<_>>();
    let (common, mut parameters) = (bare(common), bare(std::mem::take(&mut parameters)));
    parameters.extend(body(&mut reader, node, &mut samples, &mut notes));
    let answers = Answers::read(&mut reader, node, &mut samples, &mut notes);
    let more = node.get(BEYOND);
    samples.extend(more.into_iter().flat_map(|more| kept(&reader, more)));
    let path = match more.and_then(|more| more.get("path")) {
        Some(said) => said.text().map(|t| t.into_owned()),
        None => Some(call.path.to_owned()),
    };
    let unsaid = more.is_some_and(|more| more.get("method").is_some());
    let words = ["summary", "description"].iter().find_map(|word| {
        let text = node.text_of(word).filter(|t| !t.is_empty())?;
        Some(Said::said(text.into_owned(), Span::line(page, node.get(word)?.line)))
    });
    Operation {
        name,
        span,
        summary: words,
        method: (!unsaid).then(|| Said::said(method, span)),
        path: path.map(|path| Said::said(path, Span::line(page, call.item.line))),
        authorization: more.and_then(|more| authorization(&reader, more.get("authorization")?)),
        marks: node
            .get("deprecated")
            .filter(|_| node.is("deprecated"))
            .map(|n| Said::said(Mark::Deprecated, reader.span(n)))
            .into_iter()
            .collect(),
        parameters,
        common,
        response: answers.response,
        errors: answers.errors,
        samples,
        notes,
    }
}

/// The row of the authorization table, in a document that we wrote.
fn authorization(reader: &Reader<'_, '_>, node: &Node<'_>) -> Option<Authorization> {
    let said = |word: &str| Some(Said::said(node.text_of(word)?.into_owned(), reader.span(node)));
    let legend = node.get("legend").map(Node::items).unwrap_or_default();
    Some(Authorization {
        action: said("action")?,
        access_level: said("level"),
        legend: legend.iter().filter_map(|level| Some(level.text()?.into_owned())).collect(),
        legend_span: None,
    })
}

/// Samples that have no place of their own in OpenAPI, in a document that we wrote.
fn kept(reader: &Reader<'_, '_>, more: &Node<'_>) -> Vec<Sample> {
    let one = |node: &Node<'_>| {
        let text = node.text_of("text")?.into_owned();
        let format = node.text_of("format")?.into_owned();
        Some(Sample {
            of: serde_json::from_value(node.get("of")?.value()).ok()?,
            value: serde_json::from_str(&text).ok().filter(|_| format.eq_ignore_ascii_case("json")),
            status: node.get("status").and_then(|s| s.value().as_u64()).and_then(|s| u16::try_from(s).ok()),
            text,
            format,
            span: reader.span(node),
        })
    };
    more.get("samples").map(Node::items).unwrap_or_default().iter().filter_map(one).collect()
}

pub(super) fn is_json(media: &str) -> bool {
    let bare = media.split(';').next().unwrap_or_default().trim().to_lowercase();
    bare == "application/json" || bare.ends_with("+json") || bare == "*/*"
}

/// The content of a body that we read: JSON, else one of these, else the first.
pub(super) fn preferred<'t, 'd>(body: &'d Node<'t>, then: &[&str]) -> Option<(&'d str, &'d Node<'t>)> {
    let all = body.get("content")?.members();
    let json = all.iter().find(|(media, _)| is_json(media));
    let other = || all.iter().find(|(media, _)| then.contains(&media.as_ref()));
    let (media, node) = json.or_else(other).or(all.first())?;
    Some((media, node))
}

pub(super) fn others(reader: &Reader<'_, '_>, body: &Node<'_>, kept: &str, notes: &mut Vec<Note>) {
    let Some(content) = body.get("content") else { return };
    let left: Vec<&str> = content.members().iter().map(|(m, _)| m.as_ref()).filter(|m| *m != kept).collect();
    if !left.is_empty() {
        let text = format!("the body may be {} as well: only `{kept}` is kept", left.join(", "));
        notes.push(Note { text, span: Some(reader.span(content)) });
    }
}

/// What `example` and `examples` show.
pub(super) fn shown<'t, 'd>(reader: &Reader<'t, 'd>, node: &'d Node<'t>) -> Vec<&'d Node<'t>> {
    let named = node.get("examples").map(Node::members).unwrap_or_default();
    let named = named.iter().filter_map(|(_, example)| reader.resolve(example)?.get("value"));
    node.get("example").into_iter().chain(named).collect()
}

pub(super) fn sampled<'t, 'd>(
    reader: &Reader<'t, 'd>,
    content: &'d Node<'t>,
    of: SampleOf,
    status: Option<u16>,
    media: &str,
) -> Vec<Sample> {
    let json = is_json(media);
    let one = |node: &'d Node<'t>| {
        let value = node.value();
        let text = match (&value, json) {
            (Value::String(text), false) => text.clone(),
            _ => format!("{value:#}"),
        };
        let format = if json { "json".to_owned() } else { media.to_owned() };
        Sample { of, format, text, value: json.then_some(value), status, span: reader.span(node) }
    };
    shown(reader, content).into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Kind, Place};
    use crate::extract::{Input, read};

    const DOCUMENT: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "Toys", "version": "7"},
  "paths": {
    "/toys/{id}": {
      "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}}],
      "put": {
        "operationId": "putToy",
        "parameters": [
          {"$ref": "#/components/parameters/Dry"},
          {"name": "Accept", "in": "header", "schema": {"type": "string"}},
          {"name": "crumb", "in": "cookie", "schema": {"type": "string"}}],
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/Toy"}, "example": {"name": "bear"}}}},
        "responses": {
          "404": {"description": "Gone.", "content": {"application/json": {
            "example": {"code": "toy.gone", "message": "No toy {id}."}}}},
          "422": {"description": "Wrong."},
          "200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Toy"}}}}}},
      "post": {
        "requestBody": {"content": {"application/x-www-form-urlencoded": {
          "schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "number", "exclusiveMinimum": 1}}}}}},
        "responses": {}}}},
  "webhooks": {"moved": {}},
  "components": {
    "parameters": {"Dry": {"name": "dry", "in": "query", "schema": {"type": "boolean", "default": false}}},
    "schemas": {
      "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}}},
      "Toy": {"allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {
        "size": {"type": ["integer", "null"], "maximum": 3},
        "state": {"enum": ["new", "old", null]},
        "owner": {"anyOf": [{"$ref": "#/components/schemas/Named"}, {"type": "null"}]},
        "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        "parts": {"type": "array", "maxItems": 2, "items": {"$ref": "#/components/schemas/Toy"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}}}}]}}}
}"##;

    fn contract() -> Contract {
        read(&[Input { name: "toys.json", text: DOCUMENT }])
    }

    #[test]
    fn parameters_of_path_and_operation_come_together_with_their_places() {
        let contract = contract();
        assert_eq!(contract.product.as_ref().map(|p| p.value.as_str()), Some("Toys"));
        assert_eq!(contract.style, Style::Rest);
        let operation = contract.operation("putToy").expect("it is there");
        assert_eq!(operation.method.as_ref().map(|m| m.value.as_str()), Some("PUT"));
        assert_eq!(operation.path.as_ref().map(|m| m.value.as_str()), Some("/toys/{id}"));
        let read: Vec<_> =
            operation.parameters.iter().map(|p| (p.field.name.as_str(), p.place, p.field.required)).collect();
        let expected =
            [("id", Place::Path, Some(true)), ("dry", Place::Query, Some(false)), ("body", Place::Body, Some(true))];
        assert_eq!(read, expected);
        assert!(operation.notes.iter().any(|n| n.text.contains("crumb")));
        assert_eq!(operation.parameters[1].field.default.as_ref().map(|d| d.value.clone()), Some(json!(false)));
        assert_eq!(operation.samples[0].of, SampleOf::Request);
    }

    #[test]
    fn schemas_are_merged_and_what_is_open_stays_open() {
        let contract = contract();
        let operation = contract.operation("putToy").expect("it is there");
        let toy = operation.response.as_ref().expect("it has one");
        let of = |name: &str| toy.fields.iter().find(|f| f.name == name).expect("it is there");
        assert_eq!(of("name").required, Some(true));
        assert_eq!(of("name").length.as_ref().and_then(|l| l.value.min), Some(1.0));
        assert_eq!((of("size").kind.value, of("size").nullable.is_some()), (Kind::Integer, true));
        assert_eq!(
            of("state").values.iter().map(|v| v.value.clone()).collect::<Vec<_>>(),
            [json!("new"), json!("old")]
        );
        assert!(of("state").nullable.is_some());
        assert_eq!((of("owner").kind.value, of("owner").fields.len()), (Kind::Object, 1));
        assert_eq!(of("either").kind.value, Kind::Any);
        assert!(of("either").notes[0].text.contains("2 forms"));
        assert_eq!(of("labels").kind.value, Kind::Map);
        let inner = of("parts").items.as_ref().expect("it has items");
        assert!(inner.fields.is_empty() && inner.notes[0].text.contains("holds itself"));
        assert_eq!(of("parts").span.first, 34);
    }

    #[test]
    fn errors_come_from_examples_and_a_status_alone_is_a_note() {
        let contract = contract();
        let operation = contract.operation("putToy").expect("it is there");
        let error = &operation.errors[0];
        assert_eq!((error.label().as_str(), error.message.as_str()), ("404:toy.gone", "No toy {id}."));
        assert!(error.message_template && error.description.as_deref() == Some("Gone."));
        assert!(operation.notes.iter().any(|n| n.text.contains("422")));
    }

    #[test]
    fn a_form_gives_a_parameter_a_member_and_an_operation_without_a_name_gets_one() {
        let contract = contract();
        let operation = contract.operation("POST /toys/{id}").expect("it is there");
        let a = operation.parameters.last().expect("it is there");
        assert_eq!((a.field.name.as_str(), a.place, a.field.required), ("a", Place::Form, Some(true)));
        let least = a.field.range.as_ref().and_then(|r| r.value.min).expect("it has one");
        assert!(least > 1.0 && least < 1.001);
        assert!(contract.notes.iter().any(|n| n.text.contains("webhooks")));
    }
}
