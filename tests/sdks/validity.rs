//! Generated values before a second validator, which shares no code with the first: ajv, from its registry.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};

use fineprint::contract::Operation;
use fineprint::extract::{Input, read};
use fineprint::{generate, schema};
use serde_json::{Map, Value, json};

use crate::component::component;

/// How many values are drawn: few, so that a build for debugging takes seconds. `FINEPRINT_VALUES=1000000` is the whole.
const VALUES: usize = 20_000;
/// From so many on, every schema and every operation of every document has its share.
const WHOLE: usize = 1_000_000;
/// Below that, larger files are left out, and so many schemas and operations are taken of a document, from everywhere in it.
const LARGE: u64 = 200_000;
const FEW: usize = 8;
/// How many values are told in a line.
const BATCH: usize = 100;

/// A folder that holds ajv; kept between runs.
fn ajv() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ajv");
    if !folder.join("node_modules/yaml").is_dir() {
        std::fs::create_dir_all(&folder).unwrap();
        // In a folder without one, npm would install into the next folder above that has it.
        std::fs::write(folder.join("package.json"), "{}").unwrap();
        let quiet = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
        let packages = ["ajv@8", "ajv-formats@3", "yaml@2"];
        let status =
            Command::new("npm").args(quiet).args(packages).current_dir(&folder).status().expect("npm is there");
        assert!(status.success(), "ajv cannot be installed");
    }
    folder
}

fn node() -> Command {
    let mut node = Command::new("node");
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdks/judge.js")).env("NODE_PATH", ajv().join("node_modules"));
    node.stdin(Stdio::null()).stdout(Stdio::piped());
    node
}

/// What is told to the second validator.
struct Court {
    told: BufWriter<ChildStdin>,
    values: usize,
    breaches: usize,
    /// Operations and schemas of which no value is found.
    refused: usize,
}

impl Court {
    fn tell(&mut self, line: &Value) {
        serde_json::to_writer(&mut self.told, line).expect("it reads to the end");
        self.told.write_all(b"\n").expect("it reads to the end");
    }

    fn valid(&mut self, values: impl Iterator<Item = Value>) {
        let mut values = values.peekable();
        while values.peek().is_some() {
            let batch: Vec<Value> = values.by_ref().take(BATCH).collect();
            self.values += batch.len();
            self.tell(&json!({ "valid": batch }));
        }
    }

    /// So many random calls, those of the boundary catalogue, rows of a covering array, and all breaches.
    #[expect(clippy::print_stdout, reason = "a test says what it leaves out")]
    fn calls(&mut self, operation: &Operation, random: usize) {
        let schema = schema::request(operation);
        if let Err(reason) = generate::valid(&schema) {
            println!("calls of {} are left out: {reason}", operation.name);
            self.refused += 1;
            return;
        }
        self.tell(&json!({ "schema": schema }));
        self.valid(generate::randoms(operation, 1).take(random).map(Value::Object));
        let edges = generate::boundary(operation).into_iter().filter(|b| b.valid);
        self.valid(edges.map(|b| Value::Object(b.params)));
        let names: Vec<&str> = operation.parameters.iter().map(|p| p.field.name.as_str()).collect();
        for broken in generate::breaches(operation) {
            self.breach(&names, &broken.breach, broken.params);
        }
    }

    /// Values against the page among the rows of an array.
    fn rows(&mut self, operation: &Operation) {
        let budget = generate::Budget { rows: 2_000, work: 0 };
        let wish = generate::Wish { strength: 2, invalid: true, seeded: true, budget, ..Default::default() };
        let names: Vec<&str> = operation.parameters.iter().map(|p| p.field.name.as_str()).collect();
        for row in generate::array(operation, &wish).rows {
            match row.breach {
                Some(breach) => self.breach(&names, &breach, row.params),
                None => self.valid(std::iter::once(Value::Object(row.params))),
            }
        }
    }

    fn breach(&mut self, names: &[&str], breach: &fineprint::case::Breach, params: Map<String, Value>) {
        self.breaches += 1;
        let mut at = vec![pointer(names, &breach.parameter)];
        // What the page says of two together is wrong at the call, and at each of the two.
        if breach.facet == "condition" {
            at.extend(names.iter().map(|name| pointer(names, name)).chain([String::new()]));
        }
        let keywords: &[&str] = match breach.facet.as_str() {
            "values" => &["enum", "const"],
            "range" => &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
            "length" => &["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
            "pattern" => &["pattern"],
            // A value of another type is in no closed list either.
            "type" => &["type", "enum", "const"],
            "required" => &["required"],
            "condition" => &["required", "false schema", "not"],
            other => panic!("no keyword breaks `{other}`"),
        };
        self.tell(&json!({ "breach": params, "at": at, "keywords": keywords }));
    }
}

/// `TagList[].Key` as the validator names it; a parameter's own name may end in `[]`.
fn pointer(names: &[&str], path: &str) -> String {
    let name = names.iter().filter(|name| path.starts_with(**name)).max_by_key(|name| name.len()).unwrap_or(&"");
    let text = path[name.len()..].replace("[]", ".0").replace(".*", ".key");
    let parts = text.split('.').skip(usize::from(!name.is_empty()));
    let own = (!name.is_empty()).then_some(*name);
    own.into_iter().chain(parts).map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

/// An OpenAPI document and its schemas by name.
struct Document {
    name: String,
    value: Value,
    schemas: Map<String, Value>,
}

/// The documents of the corpus.
#[expect(clippy::print_stderr, reason = "a test says what it leaves out")]
fn documents(whole: bool) -> Vec<Document> {
    let Some(corpus) = std::env::var_os("FINEPRINT_CORPUS") else {
        eprintln!("FINEPRINT_CORPUS is not set: the OpenAPI documents are left out");
        return Vec::new();
    };
    let files = std::fs::read_dir(Path::new(&corpus).join("corpus/openapi")).expect("it is there");
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| !path.ends_with("manifest.json") && (whole || path.metadata().unwrap().len() <= LARGE));
    paths.sort();
    let document = |path: PathBuf| {
        let output = node().arg(&path).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Document { name, schemas: schemas(&value), value }
    };
    paths.into_iter().map(document).collect()
}

/// The schemas of a document by name: its components, and under names of our own what stands inside of its operations.
fn schemas(document: &Value) -> Map<String, Value> {
    let mut schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut queue = vec![document];
    while let Some(value) = queue.pop() {
        match value {
            Value::Object(members) => {
                let inline = members.get("schema").filter(|s| s.is_object() && s.get("$ref").is_none());
                if let Some(schema) = inline.filter(|s| seen.insert(s.to_string())) {
                    schemas.insert(format!("inline-{}", seen.len()), schema.clone());
                }
                // What an example or an extension holds is no schema, whatever it is called.
                let told = ["schemas", "example", "examples", "schema"];
                let is_told = |name: &str| told.contains(&name) || name.starts_with("x-");
                queue.extend(members.iter().filter(|(name, _)| !is_told(name)).map(|(_, v)| v));
            }
            Value::Array(items) => queue.extend(items),
            _ => {}
        }
    }
    schemas
}

/// All of them, or a few from everywhere.
fn share<T>(all: Vec<T>, whole: bool) -> impl Iterator<Item = T> {
    let step = if whole { 1 } else { all.len().div_ceil(FEW).max(1) };
    all.into_iter().step_by(step)
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn generated_values_are_what_a_second_validator_says_they_are() {
    let wanted = std::env::var("FINEPRINT_VALUES").map_or(VALUES, |n| n.parse().expect("a number"));
    let whole = wanted >= WHOLE;
    let start = std::time::Instant::now();
    let mut node = node().stdin(Stdio::piped()).spawn().expect("node is there");
    let mut court = Court { told: BufWriter::new(node.stdin.take().unwrap()), values: 0, breaches: 0, refused: 0 };
    let documents = documents(whole);
    let mut operations = 1;
    for Document { name, value, .. } in &documents {
        let contract = read(&[Input { name, text: &value.to_string() }]);
        for operation in share(contract.operations, whole) {
            operations += 1;
            court.calls(&operation, if whole { 20 } else { 5 });
        }
    }
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    let page = &read(&[Input { name: "page.txt", text }]).operations[0];
    let of_page = if documents.is_empty() { wanted / 3 } else { wanted / 20 };
    court.calls(page, of_page);
    court.rows(page);
    for schema in [schema::response(page), schema::errors(page)] {
        court.tell(&json!({ "schema": schema }));
        let calls = generate::valid(&schema).unwrap();
        court.valid((0..of_page as u64).map(|seed| calls.value(seed)));
    }
    let chosen: usize = documents.iter().map(|d| share(d.schemas.keys().collect(), whole).count()).sum();
    let mut left = chosen;
    for Document { name, value, schemas } in &documents {
        court.tell(&json!({ "doc": name, "version": value["openapi"], "schemas": schemas }));
        for schema in share(schemas.keys().collect(), whole) {
            let calls = match generate::valid(&component(schemas, schema)) {
                Ok(calls) => calls,
                Err(reason) => {
                    println!("{name} {schema} is left out: {reason}");
                    (left, court.refused) = (left - 1, court.refused + 1);
                    continue;
                }
            };
            let each = wanted.saturating_sub(court.values).div_ceil(left) as u64;
            left -= 1;
            court.tell(&json!({ "of": name, "name": schema }));
            court.valid((0..each).map(|seed| calls.value(seed)));
        }
    }
    let Court { told, values, breaches, refused } = court;
    drop(told);
    let output = node.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).expect("it says what it found");
    let all: usize = documents.iter().map(|d| d.schemas.len()).sum();
    println!(
        "{values} values and {breaches} breaches ({}) of {chosen} of the {all} schemas of {} documents and {operations} operations, {refused} of both left out, in {:?}{}",
        said["keywords"],
        documents.len(),
        start.elapsed(),
        if whole { String::new() } else { format!("; FINEPRINT_VALUES={WHOLE} takes all") }
    );
    assert_eq!((said["values"].as_u64(), said["breaches"].as_u64()), (Some(values as u64), Some(breaches as u64)));
    assert_eq!(said["wrong"], json!([]), "{said:#}");
    assert!(values >= wanted && breaches > 50 && refused * 1000 <= chosen + operations, "{refused} are left out");
}
