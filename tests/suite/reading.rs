//! What the reader makes of a page.

use std::path::PathBuf;

use fineprint::contract::{Asks, Contract, Field, How, Kind, Mark};
use fineprint::extract::{Input, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::program::{command, folder, said};

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

fn contract(text: &str) -> Contract {
    read(&[Input { name: "page.txt", text }])
}

fn line(text: &str, number: u32) -> &str {
    text.lines().nth(number as usize - 1).expect("the page has the line")
}

#[test]
fn every_parameter_of_the_built_in_page_is_read() {
    let contract = contract(PAGE);
    let operation = contract.operation("CreateImageByInstance").expect("the page names it");
    let read: Vec<_> = operation.parameters.iter().map(|p| (p.field.name.as_str(), p.field.kind.value)).collect();
    let string = Kind::String;
    let expected = [
        ("ImageName", string),
        ("Description", string),
        ("InstanceId", string),
        ("SubInstanceId", string),
        ("InstanceType", string),
        ("AutoCleanUserdata", Kind::Boolean),
        ("DiskType", string),
        ("BizType", Kind::Integer),
        ("ProductType", string),
    ];
    assert_eq!(read, expected);
    let field = |name: &str| &operation.parameters.iter().find(|p| p.field.name == name).expect("it is there").field;
    assert!(operation.parameters.iter().all(|p| p.field.required == Some(false)));
    let values = |name: &str| field(name).values.iter().map(|v| v.value.clone()).collect::<Vec<Value>>();
    assert_eq!(values("InstanceType"), [json!("CloudDesktop"), json!("WuyingServer")]);
    assert_eq!(values("AutoCleanUserdata"), [json!(true), json!(false)]);
    assert_eq!(values("DiskType"), [json!("SYSTEM"), json!("ALL")]);
    assert_eq!(field("InstanceId").example.as_ref().expect("it has one").value, "ws-0buj1s9gm******");
    let condition = &field("AutoCleanUserdata").conditions[0].value;
    assert_eq!((condition.asks, condition.parameter.as_deref()), (Asks::AppliesWhen, Some("InstanceType")));
    assert_eq!(condition.values, [json!("CloudDesktop")]);
    assert!(field("BizType").has(Mark::NotPublic) && field("ProductType").has(Mark::NotPublic));
    for value in &field("DiskType").values {
        assert!(line(PAGE, value.span.first).contains(value.value.as_str().expect("a text")));
    }
}

#[test]
fn the_answer_is_nested_by_its_sample_and_keeps_both_types_of_code() {
    let contract = contract(PAGE);
    let operation = &contract.operations[0];
    let answer = operation.response.as_ref().expect("the page has one");
    let paths: Vec<String> = answer.leaves().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["Data.ImageId", "Data.VersionId", "Data.TaskId", "Success", "Code", "Message", "RequestId"]);
    let code = answer.fields.iter().find(|f| f.name == "Code").expect("it is there");
    assert_eq!(code.kind.value, Kind::String);
    assert_eq!((code.also[0].value, code.also[0].how), (Kind::Integer, How::Sampled));
    assert!(!code.notes.is_empty());
    let sample = operation.samples[0].value.as_ref().expect("it parses");
    assert_eq!(sample["Code"], json!(200));
}

#[test]
fn rows_of_errors_are_split_where_no_separator_stands() {
    let contract = contract(PAGE);
    let errors = &contract.operations[0].errors;
    assert_eq!(errors.len(), 14);
    for error in errors {
        let row = line(PAGE, error.span.first);
        let description = error.description.clone().unwrap_or_else(|| "-".into());
        assert_eq!(row, format!("{}{}{}{description}", error.status.expect("it has one"), error.code, error.message));
        assert!(error.message.ends_with('.'), "{row}");
    }
    let internal = errors.last().expect("there are some");
    assert_eq!((internal.code.as_str(), internal.description.as_deref()), ("InternalError", None));
}

#[test]
fn who_may_call_it_is_read_with_the_pages_own_legend() {
    let contract = contract(PAGE);
    let authorization = contract.operations[0].authorization.as_ref().expect("the page says it");
    assert_eq!(authorization.action.value, "appstreaming:CreateImageByInstance");
    assert_eq!(authorization.access_level.as_ref().expect("it says it").value, "create");
    assert_eq!(authorization.legend, ["read", "write", "list"]);
}

#[test]
fn what_the_page_does_not_say_is_guessed_with_a_note() {
    let contract = contract(PAGE);
    assert_eq!(contract.product.as_ref().map(|p| (p.value.as_str(), p.how)), Some(("App Streaming", How::Said)));
    assert_eq!(contract.version.as_ref().map(|p| (p.value.as_str(), p.how)), Some(("2021-09-01", How::Guessed)));
    assert!(contract.notes.iter().any(|n| n.text.contains("2021-09-01")));
}

#[test]
fn every_span_lies_on_its_page() {
    let contract = contract(PAGE);
    let last = PAGE.lines().count() as u32;
    let mut fields: Vec<&Field> = Vec::new();
    for operation in &contract.operations {
        for top in operation.parameters.iter().map(|p| &p.field).chain(&operation.response) {
            top.walk("", &mut |_, field| fields.push(field));
        }
    }
    for field in fields {
        assert!(field.span.first >= 1 && field.span.last <= last, "{}", field.name);
        assert!(line(PAGE, field.span.first).starts_with(&field.name));
    }
}

#[test]
fn a_page_without_an_operation_is_a_note() {
    for text in ["", "Hello\n\nworld", "# Overview\n\nThis product has no calls.", "Some:Thing\n\nbut no table"] {
        let contract = contract(text);
        assert!(contract.operations.is_empty());
        assert_eq!(contract.notes.len(), 1, "{text}");
    }
}

#[test]
fn the_vendors_page_says_the_same() {
    let Some(corpus) = crate::corpus() else { return };
    let text = std::fs::read_to_string(corpus.join("pages/createimagebyinstance.txt")).expect("the corpus has it");
    assert_eq!(facts(&contract(&text)), facts(&contract(PAGE)));
}

/// A contract without its words and places.
fn facts(contract: &Contract) -> Value {
    fn bare(value: Value) -> Value {
        const WORDS: [&str; 7] = ["span", "legend_span", "description", "meaning", "summary", "sources", "text"];
        match value {
            Value::Object(members) => members
                .into_iter()
                .filter(|(name, _)| !WORDS.contains(&name.as_str()))
                .map(|(n, v)| (n, bare(v)))
                .collect(),
            Value::Array(items) => items.into_iter().map(bare).collect(),
            other => other,
        }
    }
    bare(serde_json::from_str(&fineprint::contract::to_json(contract)).expect("it is JSON"))
}

#[test]
fn rendered_pages_are_read_as_well_as_their_truth_asks() {
    let Some(corpus) = crate::corpus() else { return };
    let (mut right, mut expected) = (0usize, 0usize);
    let folder = corpus.join("corpus/rendered/appstream");
    for entry in std::fs::read_dir(&folder).expect("the corpus has it").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "txt") {
            continue;
        }
        let stem = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let truth: PathBuf = folder.join("expected").join(format!("{stem}.A.json"));
        let truth: Value =
            serde_json::from_str(&std::fs::read_to_string(truth).expect("it has a truth")).expect("JSON");
        let contract = contract(&std::fs::read_to_string(&path).expect("readable"));
        let errors = &contract.operations[0].errors;
        for error in truth["errors"].as_array().expect("a list") {
            expected += 1;
            right += usize::from(errors.iter().any(|e| {
                error["code"] == json!(e.code)
                    && error["message"] == json!(e.message)
                    && error["http_status"] == json!(e.status.map(|s| s.to_string()))
            }));
        }
    }
    assert!(right as f64 >= 0.995 * expected as f64, "{right} of {expected} errors");
}

/// Pages of every form, short: what mutations start from.
const FORMS: [&str; 4] = [
    PAGE,
    "Demo:ListThings\nRequest parameters\n| Parameter | Type | Required | Description | Example |\n|---|---|---|---|---|\n\
     | Tags | array<object> | No | The tags. | |\n| object | No | A tag. | ||\n| Key | string | No | Valid values:\n| a |\n\
     Response parameters\n| Parameter | Type | Description | Example |\n|---|---|---|---|\n| object | ||\n\
     | Things | array | | |\n| string | | a |\nExamples\n{\n\"Things\": [\n\"a\"\n]\n}Error codes\n\
     | HTTP status code | Error code | Error message | Description |\n|---|---|---|---|\n| 400 | A.B | No. | - |\n",
    "Demo:GetThing\n\nRequest parameters\n\nParameter\n\nType\n\nRequired\n\nDescription\n\nExample\n\nThingId deprecated\n\n\
     string\n\nYes\n\nThe thing.\n\nValid values:\n\n  • a :\n\n    The first.\n\n  • b\n\na\n\nResponse elements\n\nElement\n\n\
     Type\n\nDescription\n\nExample\n\nobject\n\nSize\n\ninteger\n\nThe size. Valid values: 1 to 100.\n\n7\n\nError codes\n\n\
     400 A.B It is gone. It is gone.\n",
    "# DescribeThings {#ref}\n\n## Request parameters\n\n|Parameter|Type|Required|Example|Description|\n|---|---|---|---|---|\n\
     |Tag.N.Key|String|是|a\\_b|The key. 取值范围：\n\n -   **a\\_b**（默认）：one.\n-   c: two. |\n|Size|Long|No|1|Up to 9. |\n\n\
     ## Response parameters\n\n|Parameter|Type|Example|Description|\n|---|---|---|---|\n|Things| | |They. |\n\
     |Name|String|x|The name must be 2 to 64 characters in length. |\n\n## Examples\n\n```\n{\"Things\": {\"Thing\": [{\"Name\": \"x\"}]}}\n```\n",
];

/// What is done to a page: where, and how.
#[derive(Debug, Clone)]
enum Edit {
    Drop(usize),
    Double(usize),
    Swap(usize, usize),
    Join(usize),
    Cut(usize),
    Put(usize, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let piece = prop::sample::select(vec![
        "|",
        "||",
        "object",
        "array<object>",
        "\u{fffd}",
        "}",
        "{\"a\":",
        "```",
        "## Error codes",
        "Example",
        "400",
        "•",
        "└",
        "%s",
        "世界",
        "\"",
        "Valid values:",
        "Yes",
        "a.b.N.c",
        "𝕏",
        "Error codes",
        "400Aé\u{301}The é",
        "string",
        "\\",
    ]);
    prop_oneof![
        (0usize..400).prop_map(Edit::Drop),
        (0usize..400).prop_map(Edit::Double),
        (0usize..400, 0usize..400).prop_map(|(a, b)| Edit::Swap(a, b)),
        (0usize..400).prop_map(Edit::Join),
        (0usize..9000).prop_map(Edit::Cut),
        (0usize..9000, piece).prop_map(|(at, piece)| Edit::Put(at, piece.to_owned())),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits {
        let mut lines: Vec<&str> = text.lines().collect();
        let count = lines.len().max(1);
        let byte = |at: usize| (at % (text.len() + 1)..=text.len()).find(|b| text.is_char_boundary(*b)).unwrap_or(0);
        text = match edit {
            Edit::Cut(at) => text[..byte(*at)].to_owned(),
            Edit::Put(at, piece) => format!("{}{piece}{}", &text[..byte(*at)], &text[byte(*at)..]),
            _ if lines.is_empty() => String::new(),
            Edit::Drop(at) => {
                lines.remove(at % count);
                lines.join("\n")
            }
            Edit::Double(at) => {
                lines.insert(at % count, lines[at % count]);
                lines.join("\n")
            }
            Edit::Swap(a, b) => {
                lines.swap(a % count, b % count);
                lines.join("\n")
            }
            Edit::Join(at) => {
                let (before, after) = lines.split_at(at % count);
                format!("{}{}", before.join("\n"), after.join("\n"))
            }
        };
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_page_that_was_tampered_with_is_read_without_panic(
        form in 0usize..4,
        edits in prop::collection::vec(edit(), 0..12),
    ) {
        let text = edited(FORMS[form], &edits);
        let contract = contract(&text);
        let last = text.lines().count() as u32;
        for operation in &contract.operations {
            for top in operation.parameters.iter().map(|p| &p.field).chain(&operation.response) {
                top.walk("", &mut |path, field| {
                    let span = field.span;
                    assert!(span.first >= 1 && span.first <= span.last && span.last <= last, "{path}: {span:?} of {last}");
                });
            }
            for error in &operation.errors {
                assert!(error.span.first >= 1 && error.span.last <= last);
            }
        }
    }
}

#[test]
fn every_form_of_page_is_read() {
    let [_, drawn, paragraphs, markdown] = FORMS.map(contract);
    let paths = |contract: &Contract| {
        let mut found = Vec::new();
        let operation = &contract.operations[0];
        for top in operation.parameters.iter().map(|p| &p.field).chain(&operation.response) {
            found.extend(top.leaves().into_iter().map(|(path, _)| path));
        }
        found
    };
    assert_eq!(paths(&drawn), ["Tags[].Key", "Things[]"]);
    assert_eq!(drawn.operations[0].errors[0].code, "A.B");
    assert_eq!(paths(&paragraphs), ["ThingId", "Size"]);
    let thing = &paragraphs.operations[0].parameters[0].field;
    assert!(thing.has(Mark::Deprecated));
    assert_eq!(thing.values.iter().map(|v| &v.value).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(paragraphs.operations[0].errors[0].message, "It is gone.");
    assert_eq!(paths(&markdown), ["Tag[].Key", "Size", "Things.Thing[].Name"]);
    let key = markdown.operations[0].parameters[0].field.leaves()[0].1;
    assert_eq!(key.default.as_ref().map(|d| &d.value), Some(&json!("a_b")));
    assert_eq!(key.required, Some(true));
}

#[test]
fn facts_are_a_file_a_page_even_where_two_pages_are_about_one_operation() {
    let here = folder("facts");
    let page = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages/create-image-by-instance.txt"));
    let page = page.expect("it is there");
    for name in ["a.txt", "b.txt"] {
        std::fs::write(here.join(name), &page).expect("it can be written");
    }
    let (code, out) = said(command(&here, &["read", "--format", "facts", "-o", "out", "a.txt", "b.txt"]));
    assert_eq!((code, out.as_str()), (0, ""));
    let facts = |name: &str| std::fs::read_to_string(here.join("out").join(name)).expect("it was written");
    assert_eq!(facts("a.json"), facts("b.json"));
    assert!(facts("b.json").contains("InstanceType"));
}
