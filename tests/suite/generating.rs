//! Schemas and generated calls of the CreateImageByInstance page.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use fineprint::contract::{self, Contract, Operation};
use fineprint::extract::{self, Input};
use fineprint::schema::judge::{Judge, is_schema};
use fineprint::{generate, schema};
use serde_json::{Value, json};

use super::component::component;

/// The page that is built in, as it is read.
fn create_image() -> Contract {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    extract::read(&[Input { name: "create-image-by-instance.txt", text }])
}

const ERRORS: [(&str, &str); 14] = [
    ("Instance.NotFound", "The instance is not found."),
    ("DesktopInstance.NotFound", "The cloud computer instance does not exist."),
    ("Instance.ImageUnsupported", "A non-centralized image does not support this type of operation."),
    ("Instance.PhysicalNodeNotExist", "The instance physical node does not exist."),
    ("ImageCreateByInstance.TaskExist", "The image task of instance creation already exists."),
    ("ExceedBuilderQuota", "The maximum number of builders is reached."),
    ("InvalidBaseImage.NotConfigured", "Configuration required for Vhd/Container images."),
    ("CreateDesktopImageRecord.Failed", "Create cloud computer image failed."),
    ("Image.NotExist", "The image does not exist."),
    ("ImageRegionDistribute.NotAllow", "This image cannot be distributed."),
    ("ImageUpdateFailed.NotAllow", "The image is not allowed to be modified."),
    ("ImageUpdateSharedImageFailed.NotAllow", "The shared image is not allowed to be modified."),
    ("ParentImageRegionDistribute.NotExist", "The target distribution region of the parent image does not exist."),
    ("InternalError", "Internal error."),
];

fn operation() -> Operation {
    create_image().operations.remove(0)
}

fn schemas() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// The file under `schemas/` says what the code says; with `FINEPRINT_BLESS` set it is written anew.
fn stands_in(file: &str, value: &Value) {
    let text = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
    let path = schemas().join(file);
    if std::env::var_os("FINEPRINT_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == text, "schemas/{file} is not what the code says: run the tests with FINEPRINT_BLESS=1");
}

#[test]
fn the_schemas_in_the_repository_are_what_the_code_says() {
    let operation = operation();
    stands_in("create-image-by-instance.request.schema.json", &schema::request(&operation));
    stands_in("create-image-by-instance.response.schema.json", &schema::response(&operation));
    stands_in("create-image-by-instance.errors.schema.json", &schema::errors(&operation));
}

#[test]
fn every_schema_fits_the_meta_schema_and_says_what_it_is() {
    for entry in std::fs::read_dir(schemas()).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(is_schema(&schema), "{}", path.display());
        assert_eq!(schema["$schema"], schema::DIALECT, "{}", path.display());
        assert!(schema["title"].is_string(), "{}", path.display());
    }
}

#[test]
fn the_sample_of_the_page_fits_the_response() {
    let operation = operation();
    let judge = Judge::new(&schema::response(&operation)).unwrap();
    assert_eq!(judge.faults(operation.samples[0].value.as_ref().unwrap()), []);
    let mut answer = operation.samples[0].value.clone().unwrap();
    answer["Data"]["ImageId"] = Value::Null;
    assert_eq!(judge.faults(&answer)[0].path, "/Data/ImageId");
}

#[test]
fn every_documented_error_fits_and_another_does_not() {
    let judge = Judge::new(&schema::errors(&operation())).unwrap();
    for (code, message) in ERRORS {
        assert!(judge.accepts(&json!({ "status": 400, "body": { "Code": code, "Message": message } })), "{code}");
        assert!(!judge.accepts(&json!({ "status": 404, "body": { "Code": code, "Message": message } })), "{code}");
    }
    assert!(!judge.accepts(&json!({ "status": 400, "body": { "Code": "Instance.NotFound", "Message": "?" } })));
}

#[test]
fn a_contract_fits_the_schema_of_contracts() {
    let schema = std::fs::read_to_string(schemas().join("contract.schema.json")).unwrap();
    let judge = Judge::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let text = contract::to_json(&create_image());
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(judge.faults(&value), []);
    assert_eq!(contract::to_json(&contract::from_json(&text).unwrap()), text);
    for wrong in [
        json!({}),
        json!({ "fineprint_contract": 2, "style": "rpc", "operations": [] }),
        json!({ "fineprint_contract": 1, "style": "soap", "operations": [] }),
        json!({ "fineprint_contract": 1, "style": "rpc", "operations": [{ "name": "A" }] }),
    ] {
        assert!(!judge.accepts(&wrong) && contract::from_json(&wrong.to_string()).is_err(), "{wrong}");
    }
}

#[test]
fn every_boundary_call_is_what_it_says_it_is() {
    let operation = operation();
    let judge = Judge::new(&schema::request(&operation)).unwrap();
    let edges = generate::boundary(&operation);
    for edge in &edges {
        let call = Value::Object(edge.params.clone());
        assert_eq!(judge.accepts(&call), edge.valid, "{} {}", edge.parameter, edge.class);
        assert_eq!(call[&edge.parameter], edge.value);
        assert!(edge.valid || edge.value.is_null(), "{} {}", edge.parameter, edge.class);
    }
    let classes = |name: &str| edges.iter().filter(|e| e.parameter == name).map(|e| e.class).collect::<Vec<_>>();
    assert!(classes("ImageName").len() > 90, "{}", classes("ImageName").len());
    assert_eq!(classes("DiskType"), ["example", "listed", "null"]);
    assert_eq!(classes("AutoCleanUserdata"), ["example", "listed", "null"]);
    assert_eq!(classes("BizType").len(), 21);
    assert_eq!(edges, generate::boundary(&operation));
}

#[test]
fn every_breach_is_wrong_in_one_place_only() {
    let operation = operation();
    let judge = Judge::new(&schema::request(&operation)).unwrap();
    let breaches = generate::breaches(&operation);
    for breach in &breaches {
        let faults = judge.faults(&Value::Object(breach.params.clone()));
        assert!(!faults.is_empty(), "{breach:?}");
        assert!(faults.iter().all(|f| f.path == format!("/{}", breach.breach.parameter)), "{breach:?} {faults:?}");
    }
    let of = |name: &str| {
        let facets = breaches.iter().filter(|b| b.breach.parameter == name).map(|b| b.breach.facet.as_str());
        facets.collect::<Vec<_>>()
    };
    assert_eq!(of("DiskType"), ["values", "values", "values", "values", "type"]);
    assert_eq!(of("ImageName"), ["type"]);
    assert_eq!(of("AutoCleanUserdata"), ["type"]);
    assert_eq!(breaches, generate::breaches(&operation));
}

#[test]
fn random_calls_fit_the_page_and_follow_the_seed() {
    let operation = operation();
    let judge = Judge::new(&schema::request(&operation)).unwrap();
    let calls = generate::random(&operation, 7, 500);
    assert!(calls.iter().all(|call| judge.accepts(&Value::Object(call.clone()))));
    assert_eq!(calls, generate::random(&operation, 7, 500));
    assert_ne!(calls, generate::random(&operation, 8, 500));
    for parameter in &operation.parameters {
        let given = calls.iter().filter(|call| call.contains_key(&parameter.field.name)).count();
        assert!((100..400).contains(&given), "{} {given}", parameter.field.name);
    }
}

#[test]
fn the_rows_of_the_page_cover_every_pair_of_values() {
    let operation = operation();
    let judge = Judge::new(&schema::request(&operation)).unwrap();
    let none = BTreeSet::new();
    let budget = generate::Budget { work: 100_000, ..Default::default() };
    let array = generate::array(&operation, &generate::Wish { strength: 2, seed: 1, budget, ..Default::default() });
    assert_eq!(generate::verify(&array.model, &array.covering.rows, 2), Vec::<generate::Missing>::new());
    assert_eq!(array.rows.len(), array.covering.rows.len(), "every row is a call");
    let rows = generate::rows(&operation, 2, &none, 1);
    assert!(rows.len() <= array.rows.len());
    assert!(rows.iter().all(|row| judge.accepts(&Value::Object(row.clone()))));
    assert_eq!(rows, generate::rows(&operation, 2, &none, 1));
    for (kind, disk) in [("CloudDesktop", "ALL"), ("WuyingServer", "SYSTEM")] {
        assert!(
            rows.iter().any(|r| r.get("InstanceType") == Some(&json!(kind)) && r.get("DiskType") == Some(&json!(disk)))
        );
    }
    let fewer = generate::rows(&operation, 2, &BTreeSet::from(["BizType".to_owned()]), 1);
    assert!(fewer.iter().all(|row| !row.contains_key("BizType")));
}

/// The JSON documents of the corpus, decompressed; none where the corpus is not at hand.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
fn openapi_documents() -> Vec<(String, Value)> {
    let Some(corpus) = std::env::var_os("FINEPRINT_CORPUS") else {
        eprintln!("FINEPRINT_CORPUS is not set: the corpus of OpenAPI documents is left out");
        return Vec::new();
    };
    let folder = PathBuf::from(corpus).join("corpus/openapi");
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("FINEPRINT_CORPUS holds corpus/openapi") {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = match name.as_str() {
            "manifest.json" => continue,
            gz if gz.ends_with(".json.gz") => Command::new("gzip").arg("-dc").arg(&path).output().unwrap().stdout,
            json if json.ends_with(".json") => std::fs::read(&path).unwrap(),
            _ => continue,
        };
        documents.push((name, serde_json::from_slice(&bytes).unwrap()));
    }
    documents.sort_by(|a, b| a.0.cmp(&b.0));
    documents
}

#[test]
fn values_are_drawn_from_the_schemas_of_the_corpus() {
    for (name, document) in openapi_documents() {
        let Some(schemas) = document["components"]["schemas"].as_object() else { continue };
        // A build for debugging takes a hundred schemas of a document, from everywhere in it.
        let step = if cfg!(debug_assertions) { schemas.len().div_ceil(100) } else { 1 };
        let chosen: Vec<&String> = schemas.keys().step_by(step.max(1)).collect();
        let mut distinct = 0;
        for schema in &chosen {
            let calls = generate::valid(&component(schemas, schema)).unwrap_or_else(|e| panic!("{name} {schema}: {e}"));
            distinct += (0..20).map(|seed| calls.value(seed).to_string()).collect::<BTreeSet<_>>().len();
        }
        // Closed lists have few values, all else has many.
        assert!(distinct > chosen.len() * 10, "{name}: {distinct} values of {} schemas", chosen.len());
    }
}
