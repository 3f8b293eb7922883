//! Calls on the command line: `fineprint cases`, and cases that a check leaves behind.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use fineprint::extract::{Input, read};
use fineprint::schema;
use fineprint::schema::judge::Judge;
use serde_json::{Value, json};

fn ended(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fineprint"));
    let output = command.args(["--color", "never"]).args(arguments).stdin(Stdio::null()).output().expect("it is built");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let (code, out, err) = ended(arguments);
    assert_eq!(code, 0, "{err}");
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn judge() -> Judge {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    let contract = read(&[Input { name: "page.txt", text }]);
    Judge::new(&schema::request(&contract.operations[0])).unwrap()
}

#[test]
fn every_kind_of_call_is_printed_one_object_a_line_and_is_what_it_says() {
    let judge = judge();
    let lines = lines(&["cases"]);
    let mut origins = BTreeSet::new();
    for line in &lines {
        assert_eq!(line["operation"], "CreateImageByInstance");
        let origin = line["origin"].as_str().unwrap();
        let has_null = line["params"].as_object().unwrap().values().any(Value::is_null);
        assert_eq!(judge.accepts(&line["params"]), origin != "breach" && !has_null, "{line}");
        assert_eq!(line.get("breach").is_some(), origin == "breach");
        origins.insert(origin);
    }
    assert_eq!(origins.into_iter().collect::<Vec<_>>(), ["boundary", "breach", "cover", "random"]);
}

#[test]
fn what_is_asked_for_is_printed_and_nothing_else() {
    let origins = |arguments: &[&str]| {
        let lines = lines(&[&["cases"], arguments].concat());
        let origins: BTreeSet<String> = lines.iter().map(|l| l["origin"].as_str().unwrap().to_owned()).collect();
        (lines.len(), origins.into_iter().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(origins(&["--valid", "7"]), (7, "random".into()));
    assert_eq!(origins(&["--valid"]).0, 100);
    assert_eq!(origins(&["--breach"]).1, "breach");
    assert_eq!(origins(&["--boundary"]).1, "boundary");
    assert_eq!(origins(&["--strength", "2", "--rows", "5"]), (5, "cover".into()));
}

#[test]
fn one_seed_prints_one_sequence_and_a_shorter_one_is_its_beginning() {
    let random = |seed: &str, n: &str| ended(&["cases", "--valid", n, "--seed", seed]).1;
    let (long, short) = (random("3", "40"), random("3", "10"));
    assert_eq!(long, random("3", "40"));
    assert!(long.starts_with(&short) && long != random("4", "40"));
    let array = |seed: &str| ended(&["cases", "--strength", "3", "--rows", "40", "--seed", seed]).1;
    assert_eq!(array("3"), array("3"));
    assert_ne!(array("3"), array("4"));
}

/// An OpenAPI document of one operation, whose parameters have closed lists of these lengths; in a folder of its own.
fn shop(lengths: &[usize]) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("fineprint-shop-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let parameter = |(at, length): (usize, &usize)| {
        let values: Vec<String> = (0..*length).map(|n| format!("v{n}")).collect();
        json!({ "name": format!("p{at}"), "in": "query", "schema": { "type": "string", "enum": values } })
    };
    let parameters: Vec<Value> = lengths.iter().enumerate().map(parameter).collect();
    let answers = json!({ "200": { "description": "found" } });
    let operation = json!({ "operationId": "Find", "parameters": parameters, "responses": answers });
    let info = json!({ "title": "Shop", "version": "1" });
    let document = json!({ "openapi": "3.0.3", "info": info, "paths": { "/find": { "get": operation } } });
    std::fs::write(folder.join("shop.json"), document.to_string()).unwrap();
    folder
}

#[test]
fn how_far_the_rows_reach_is_told() {
    let folder = shop(&[4, 3, 5, 4, 2]);
    let page = folder.join("shop.json");
    let rows = |more: &[&str]| {
        let (code, out, err) = ended(&[&["cases", page.to_str().unwrap()], more].concat());
        assert_eq!(code, 0, "{err}");
        let calls: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(err.contains(&format!("{} calls hold ", calls.len())), "{err}");
        let words: Vec<usize> = err.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        (calls, words[1], words[2])
    };
    let (pairs, held, of) = rows(&["--strength", "2"]);
    assert_eq!(held, of);
    // Five factors, each with being left out for a level more.
    let levels: [usize; 5] = [5, 4, 6, 5, 3];
    let counted: usize = (0..5).flat_map(|a| (a + 1..5).map(move |b| levels[a] * levels[b])).sum();
    assert_eq!(of, counted);
    let (few, held, same) = rows(&["--strength", "2", "--rows", "8"]);
    assert!(few.len() == 8 && held < same && same == of);
    let (grouped, ..) = rows(&["--strength", "2", "--group", "p0,p1,p2=3"]);
    let triple = |call: &Value| ["p0", "p1", "p2"].map(|name| call["params"][name].to_string());
    let triples: BTreeSet<[String; 3]> = grouped.iter().map(triple).collect();
    assert_eq!(triples.len(), 5 * 4 * 6);
    let (all, ..) = rows(&["--strength", "3"]);
    assert!(pairs.len() < grouped.len() && grouped.len() < all.len());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_wrong_value_stands_beside_right_ones_and_the_call_says_which_it_is() {
    let folder = shop(&[2, 3]);
    let calls = lines(&["cases", folder.to_str().unwrap(), "--strength", "2", "--invalid"]);
    let (wrong, right): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.get("breach").is_some());
    assert_eq!(right.len(), 3 * 4);
    let beside: BTreeSet<String> = wrong
        .iter()
        .filter(|call| call["breach"]["parameter"] == "p0" && call["breach"]["facet"] == "type")
        .map(|call| call["params"]["p1"].to_string())
        .collect();
    let expected = ["\"v0\"", "\"v1\"", "\"v2\"", "null"];
    assert_eq!(beside.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(wrong.iter().all(|call| call["about"].as_str().unwrap().contains("covering array: `p")), "{wrong:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn curl_lines_are_commands_that_a_shell_reads() {
    let (code, out, _) = ended(&["cases", "--boundary", "--format", "curl", "--endpoint", "http://127.0.0.1:7"]);
    assert_eq!(code, 0);
    for line in out.lines() {
        assert!(
            line.starts_with("curl -sS -X POST http://127.0.0.1:7/ -H 'x-acs-action: CreateImageByInstance'"),
            "{line}"
        );
    }
    // The shell takes the lines apart; a program that prints its words stands in for curl.
    let script = format!("curl() {{ for word; do printf '%s\\n' \"$word\"; done; }}\n{out}");
    let path = std::env::temp_dir().join(format!("fineprint-curl-{}.sh", std::process::id()));
    std::fs::write(&path, script).unwrap();
    let output = Command::new("sh").arg(&path).output().unwrap();
    std::fs::remove_file(path).unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty() && words.lines().any(|w| w == "ImageName=%F0%9F%98%80"), "{words}");
    assert!(words.lines().any(|w| w == "ImageName=it%27s" || w == "ImageName=a%27b"));
}

#[test]
fn an_openapi_document_is_as_good_as_a_page() {
    let folder = std::env::temp_dir().join(format!("fineprint-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("pets.json");
    let document = r##"{ "openapi": "3.0.3", "info": { "title": "Pets", "version": "1" }, "paths": { "/pets/{id}": { "get": {
        "operationId": "GetPet", "parameters": [
            { "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 1 } },
            { "name": "kind", "in": "query", "schema": { "type": "string", "enum": ["cat", "dog"] } } ],
        "responses": { "200": { "description": "a pet" } } } } } }"##;
    std::fs::write(&path, document).unwrap();
    let path = path.to_str().unwrap();
    let lines = lines(&["cases", path]);
    assert!(lines.iter().any(|l| l["params"]["kind"] == "dog" && l["operation"] == "GetPet"), "{lines:?}");
    assert!(lines.iter().any(|l| l["breach"]["facet"] == "range" && l["params"]["id"] == 0));
    let (_, out, _) = ended(&["cases", path, "--strength", "2", "--format", "curl"]);
    assert!(out.lines().any(|l| l == "curl -sS -X GET 'http://127.0.0.1:8080/pets/1?kind=cat'"), "{out}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_catalogue_says_what_each_value_is_for() {
    let (code, out, _) = ended(&["cases", "--catalogue"]);
    assert_eq!(code, 0);
    for class in ["reserved-plus", "non-bmp", "beyond-int64", "hundred-items", "unknown-member", "long-10000", "null"] {
        assert!(out.lines().any(|l| l.split_whitespace().nth(1) == Some(class)), "{class}");
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_with_the_way_out() {
    let (code, _, err) = ended(&["cases", "--operation", "Nope"]);
    assert!(code == 2 && err.contains("no operation `Nope`"), "{err}");
    let (code, _, err) = ended(&["cases", "--strength", "2", "--group", "Nope,DiskType=3"]);
    assert!(code == 2 && err.contains("no parameter `Nope`"), "{err}");
    let (code, _, err) = ended(&["cases", "--strength", "5"]);
    assert!(code == 2 && err.contains("1..=4"), "{err}");
}

#[test]
fn a_check_leaves_the_smallest_cases_behind_and_they_run_without_the_page() {
    let folder = std::env::temp_dir().join(format!("fineprint-stored-{}", std::process::id()));
    let shown = folder.display().to_string();
    let client = ["--client", "reference:R05-plus"];
    let (code, out, err) =
        ended(&[&["check", "--clause", "*/request/ImageName/*", "--cases", &shown], &client[..]].concat());
    assert_eq!(code, 1, "{err}");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{out}");
    let file = files[0].to_str().unwrap();
    assert!(out.contains(&format!("fineprint replay {file} --client reference:R05-plus")), "{out}");
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(stored["case"]["steps"][0]["params"], serde_json::json!({ "ImageName": "+" }));
    let (code, again, err) = ended(&[&["replay", file], &client[..]].concat());
    assert!(code == 1 && again.contains("ImageName=+"), "{again}{err}");
    assert_eq!(ended(&["replay", file]).0, 0, "the honest client passes");
    std::fs::write(file, "{}").unwrap();
    let (code, _, err) = ended(&["replay", file]);
    assert!(code == 2 && err.contains("fineprint check --cases"), "{err}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_planned_case_is_run_again_with_the_parameters_that_were_shown() {
    let (_, out, _) = ended(&["check", "--client", "reference:R06-astral", "--clause", "*/request/Description/*"]);
    let line = out.lines().find(|l| l.contains("fineprint replay")).expect("it says how").trim().to_owned();
    assert!(line.contains(" --params '{\"Description\":\"😀\"}' "), "{line}");
    let words = line.split_once("fineprint ").unwrap().1;
    let script = format!("exec \"$0\" {words}");
    let output = Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_fineprint")]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("Description=%EF%BF%BD"));
    let (code, _, err) = ended(&["replay", "1a2b3c4d", "--params", "7"]);
    assert!(code == 2 && err.contains("no JSON object"), "{err}");
}
