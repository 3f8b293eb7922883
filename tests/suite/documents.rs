//! What the reader makes of documents for machines, held to real ones and to what is broken.

use std::collections::BTreeMap;

use fineprint::contract::{Contract, Field, Style};
use fineprint::extract::{Input, read};
use proptest::prelude::*;
use serde_json::Value;

fn contract(text: &str) -> Contract {
    read(&[Input { name: "document.json", text }])
}

/// Path and type of everything below a field.
fn paths(top: &Field) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    top.walk(&top.name, &mut |path, field| drop(found.insert(path.to_owned(), field.spelled.clone())));
    found
}

/// The same, read straight off a schema of the metadata; no schema of this document refers to another.
fn expected(path: &str, schema: &Value, found: &mut BTreeMap<String, String>) {
    found.insert(path.to_owned(), schema["type"].as_str().unwrap_or_default().to_owned());
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        expected(&below, inner, found);
    }
    if schema["type"] == "array" && schema["items"].is_object() {
        expected(&format!("{path}[]"), &schema["items"], found);
    }
}

#[test]
fn a_vendors_metadata_give_every_parameter_and_member() {
    let Some(corpus) = crate::corpus() else { return };
    let path = corpus.join("corpus/meta/api-docs-v1-2024-06-24__appstream-center__2021-09-01.json");
    let text = std::fs::read_to_string(path).expect("the corpus has it");
    let truth: Value = serde_json::from_str(&text).expect("it is JSON");
    let contract = contract(&text);
    let apis = truth["apis"].as_object().expect("it has operations");
    assert_eq!((contract.operations.len(), contract.style), (46, Style::Rpc));
    for operation in &contract.operations {
        let api = &apis[&operation.name];
        let declared = api["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(declared.len(), operation.parameters.len(), "{}", operation.name);
        for (parameter, node) in operation.parameters.iter().zip(declared) {
            let name = node["name"].as_str().expect("it has a name");
            let mut wanted = BTreeMap::new();
            expected(name, &node["schema"], &mut wanted);
            assert_eq!(paths(&parameter.field), wanted, "{}", operation.name);
        }
        let mut wanted = BTreeMap::new();
        expected("", &api["responses"]["200"]["schema"], &mut wanted);
        assert_eq!(paths(operation.response.as_ref().expect("it answers")), wanted, "{}", operation.name);
    }
}

#[test]
fn every_openapi_document_is_read() {
    let Some(corpus) = crate::corpus() else { return };
    let folder = corpus.join("corpus/openapi");
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("the corpus has it");
    let operations = [
        ("discord.json.gz", 242),
        ("github-api.github.com.json.gz", 1_223),
        ("kubernetes-core-v1.json.gz", 245),
        ("oai-v3.0-petstore-expanded.json", 4),
        ("oai-v3.0-uspto.yaml", 3),
        ("oai-v3.1-tictactoe.json", 3),
        ("oai-v3.1-webhook-example.json", 0),
        ("openai.yaml.gz", 288),
        ("prism-petstore-circular.yaml", 21),
        ("scalar-galaxy-3.1.yaml", 9),
        ("twilio-api-v2010.json.gz", 197),
    ];
    for (name, count) in operations {
        assert!(manifest.contains(name), "{name} is none of the corpus");
        let contract = contract(&unpacked("gzip", &["-dcf"], &folder.join(name)));
        assert_eq!((contract.operations.len(), contract.style), (count, Style::Rest), "{name}: {:?}", contract.notes);
        let named = contract.operations.iter().all(|o| o.method.is_some() && o.path.is_some());
        assert!(named && contract.notes.iter().all(|n| n.span.is_some()), "{name}: {:?}", contract.notes);
    }
}

#[test]
fn every_document_of_a_vendors_metadata_is_read() {
    let Some(corpus) = crate::corpus() else { return };
    // All in one stream, one text behind the other.
    let archive = corpus.join("corpus/meta/api-docs-v1-2024-06-24.tar.gz");
    let text = unpacked("tar", &["--wildcards", "--exclude=products.json", "-xzOf"], &archive);
    let documents: Vec<&str> = texts(&text).collect();
    let operations = |documents: &[&str]| -> usize {
        let one = |document: &&str| {
            let contract = contract(document);
            assert!(contract.notes.iter().all(|n| n.span.is_some()), "{:?}", contract.notes);
            contract.operations.len()
        };
        documents.iter().map(one).sum()
    };
    let (some, others) = documents.split_at(documents.len() / 2);
    let both = std::thread::scope(|scope| {
        let some = scope.spawn(|| operations(some));
        operations(others) + some.join().expect("it does not panic")
    });
    assert_eq!((documents.len(), both), (289, 18_892));
}

/// A contract without what belongs to the pages: where and how facts are known, notes, the order of errors and parameters,
/// and how a sample that is JSON is indented.
fn without_pages(contract: &Contract) -> Value {
    let mut contract = contract.clone();
    contract.notes.clear();
    contract.sources.clear();
    contract.operations.sort_by(|a, b| a.name.cmp(&b.name));
    for operation in &mut contract.operations {
        operation.notes.clear();
        operation.parameters.sort_by(|a, b| a.field.name.cmp(&b.field.name));
        operation.errors.sort_by_key(|e| (e.label(), e.message.clone()));
        operation.samples.sort_by_key(|s| s.value.is_some());
        for sample in operation.samples.iter_mut().filter(|s| s.value.is_some()) {
            (sample.text, sample.format, sample.status) = (String::new(), String::new(), None);
        }
    }
    let mut value = serde_json::to_value(contract).expect("it is plain data");
    strip(&mut value);
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for name in ["span", "how", "notes", "legend_span", "sources"] {
                members.remove(name);
            }
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn comes_back(contract: &Contract, name: &str) {
    let document = fineprint::schema::openapi(contract);
    let again = read(&[Input { name: "openapi.json", text: &format!("{document:#}") }]);
    let (before, after) = (without_pages(contract), without_pages(&again));
    let operations = |value: &Value| value["operations"].as_array().cloned().unwrap_or_default();
    assert_eq!(operations(&before).len(), operations(&after).len(), "{name}: {:?}", again.notes);
    for (before, after) in operations(&before).iter().zip(operations(&after)) {
        for (member, value) in before.as_object().expect("an operation") {
            assert_eq!(*value, after[member], "{name} {} {member}", before["name"]);
        }
        assert_eq!(*before, after, "{name}");
    }
    assert_eq!(before, after, "{name}");
}

#[test]
fn what_is_written_as_openapi_is_read_back_as_the_same_contract() {
    let page = |text: &str| read(&[Input { name: "page.txt", text }]);
    comes_back(&page(include_str!("../../fixtures/pages/create-image-by-instance.txt")), "the built-in page");
    comes_back(&contract(SMALL), "a small document");
    let Some(corpus) = crate::corpus() else { return };
    let mut texts: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(corpus.join("corpus/rendered/appstream")).expect("the corpus has it").flatten() {
        if entry.path().extension().is_some_and(|e| e == "txt") {
            let name = entry.file_name().to_string_lossy().into_owned();
            texts.push((name, std::fs::read_to_string(entry.path()).expect("readable")));
        }
    }
    texts.sort();
    let inputs: Vec<Input<'_>> = texts.iter().map(|(name, text)| Input { name, text }).collect();
    let whole = read(&inputs);
    assert_eq!(whole.operations.len(), 46);
    comes_back(&whole, "App Streaming");
    for name in ["oai-v3.0-petstore-expanded.json", "oai-v3.1-tictactoe.json", "scalar-galaxy-3.1.yaml"] {
        let text = std::fs::read_to_string(corpus.join("corpus/openapi").join(name)).expect("the corpus has it");
        comes_back(&contract(&text), name);
    }
    let meta = corpus.join("corpus/meta/api-docs-v1-2024-06-24__appstream-center__2021-09-01.json");
    comes_back(&contract(&std::fs::read_to_string(meta).expect("the corpus has it")), "metadata");
}

#[test]
fn forms_that_a_member_tells_apart_have_that_member() {
    let text = r##"{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/p":{"get":{"operationId":"g","responses":{"200":
{"content":{"application/json":{"schema":{"type":"array","items":{"oneOf":[{"$ref":"#/components/schemas/Cat"},
{"$ref":"#/components/schemas/Dog"}],"discriminator":{"propertyName":"kind","mapping":{"cat":"#/components/schemas/Cat","dog":"Dog"}}}}}}}}}}},
"components":{"schemas":{"Cat":{"allOf":[{"$ref":"#/components/schemas/Dog"},{"type":"object"}]},"Dog":{"type":"object","nullable":true,
"properties":{"kind":{"type":"string"}}}}}}"##;
    let contract = contract(text);
    let answer = contract.operations[0].response.as_ref().expect("it answers");
    let pet = answer.items.as_ref().expect("it has items");
    let kind = &pet.fields[0];
    assert_eq!((pet.fields.len(), kind.name.as_str(), kind.required), (1, "kind", Some(true)));
    assert_eq!(kind.values.iter().map(|v| v.value.clone()).collect::<Vec<_>>(), ["cat", "dog"]);
    assert!(pet.notes[0].text.contains("2 forms"));
}

#[test]
fn a_member_of_a_body_is_not_taken_for_the_body() {
    let text = r##"{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/p":{"post":{"operationId":"p","requestBody":{"required":true,
"content":{"application/json":{"schema":{"type":"object","properties":{"body":{"type":"string"},"size":{"type":"integer"}}},
"example":{"body":"words","size":"3"}}}},"responses":{}}}}}"##;
    let findings = fineprint::lint::lint(&contract(text));
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(messages, ["`body.size` is an integer in the table, and a string in the sample: `\"3\"`"]);
}

#[test]
fn the_codes_of_one_status_are_alternatives_of_constants() {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    let document = fineprint::schema::openapi(&read(&[Input { name: "page.txt", text }]));
    let answers = &document["paths"]["/#CreateImageByInstance"]["post"]["responses"];
    let codes = answers["400"]["content"]["application/json"]["schema"]["oneOf"].as_array().expect("alternatives");
    assert_eq!(codes.len(), 14);
    assert!(codes.iter().all(|c| c["properties"]["Code"]["const"].is_string()));
    assert!(fineprint::schema::judge::is_schema(&answers["400"]["content"]["application/json"]["schema"]));
}

/// What a program that unpacks prints of a file.
fn unpacked(program: &str, arguments: &[&str], path: &std::path::Path) -> String {
    let output = std::process::Command::new(program).args(arguments).arg(path).output();
    let output = output.expect("the program is there");
    assert!(output.status.success(), "{program} {}", path.display());
    String::from_utf8(output.stdout).expect("the corpus is UTF-8")
}

/// The JSON texts that follow one another.
fn texts(text: &str) -> impl Iterator<Item = &str> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let mut start = 0;
    std::iter::from_fn(move || {
        values.next()?.expect("it is JSON");
        let one = &text[start..values.byte_offset()];
        start = values.byte_offset();
        Some(one)
    })
}

#[test]
fn a_schema_that_grows_without_end_is_bounded() {
    // Forty schemas, each holding the next one ten times: ten to the forty fields, if nothing stopped it.
    let schema = |n: usize| {
        let members: Vec<String> =
            (0..10).map(|m| format!(r##""m{m}":{{"$ref":"#/components/schemas/S{}"}}"##, n + 1)).collect();
        format!(r#""S{n}":{{"type":"object","properties":{{{}}}}}"#, members.join(","))
    };
    let schemas: Vec<String> = (0..40).map(schema).collect();
    let text = format!(
        r##"{{"openapi":"3.0.0","info":{{}},"paths":{{"/a":{{"get":{{"responses":{{"200":{{"content":{{"application/json":
        {{"schema":{{"$ref":"#/components/schemas/S0"}}}}}}}}}}}}}}}},"components":{{"schemas":{{{}}}}}}}"##,
        schemas.join(",")
    );
    let contract = contract(&text);
    let answer = contract.operations[0].response.as_ref().expect("it answers");
    let (mut fields, mut noted) = (0usize, false);
    answer.walk("", &mut |_, field| {
        fields += 1;
        noted |= field.notes.iter().any(|n| n.text.contains("left out"));
    });
    assert!((1_000..=5_001).contains(&fields) && noted, "{fields}");
}

/// A small document that has most of what the reader looks for.
const SMALL: &str = r##"{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{"/t/{id}":{"parameters":[
{"name":"id","in":"path","schema":{"type":"string"}}],"get":{"operationId":"g","responses":{"200":{"content":{"application/json":
{"schema":{"$ref":"#/components/schemas/N"},"examples":{"a":{"value":{"b":[1]}}}}}},"404":{"$ref":"#/paths"}}}}},
"components":{"schemas":{"N":{"allOf":[{"$ref":"#/components/schemas/N"},{"type":["object","null"],"required":["b"],"properties":
{"b":{"type":"array","items":{"anyOf":[{"$ref":"#/components/schemas/N"},{"const":1},{"enum":[null,"1"]}]},"maxItems":2},
"c":{"additionalProperties":{"minimum":1,"exclusiveMaximum":9,"pattern":"^a$"}}}}]}}}}"##;

proptest! {
    /// Whatever word of a document stands where another one stood, it is read, and what is read lies on the page.
    #[test]
    fn no_document_panics_the_reader(swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6)) {
        let mut words: Vec<&str> = SMALL.split_inclusive([',', ':', '{', '}', '[', ']']).collect();
        for (a, b) in swaps {
            let (a, b) = (a.index(words.len()), b.index(words.len()));
            words[a] = words[b];
        }
        lies_on_its_page(&words.concat());
    }

    /// Of a sound tree, any value may stand anywhere.
    #[test]
    fn no_tree_panics_the_reader(swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..5)) {
        let mut tree: Value = serde_json::from_str(SMALL).expect("it is JSON");
        for (to, from) in swaps {
            let mut pointers = Vec::new();
            pointers_of(&tree, String::new(), &mut pointers);
            let value = tree.pointer(&pointers[from.index(pointers.len())]).expect("it is there").clone();
            *tree.pointer_mut(&pointers[to.index(pointers.len())]).expect("it is there") = value;
        }
        lies_on_its_page(&format!("{tree:#}"));
    }
}

fn pointers_of(value: &Value, at: String, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in inside {
        let pointer = format!("{at}/{name}");
        found.push(pointer.clone());
        pointers_of(inner, pointer, found);
    }
    if at.is_empty() {
        found.push(at);
    }
}

fn lies_on_its_page(text: &str) {
    let contract = contract(text);
    let last = text.lines().count() as u32;
    for operation in &contract.operations {
        for top in operation.parameters.iter().map(|p| &p.field).chain(&operation.response) {
            top.walk("", &mut |path, field| {
                let spans = field.notes.iter().filter_map(|n| n.span).chain([field.span]);
                spans.for_each(|s| assert!(s.first >= 1 && s.last <= last, "{path}: {s:?} of {last}"));
            });
        }
    }
    assert!(!contract.operations.is_empty() || !contract.notes.is_empty());
}
