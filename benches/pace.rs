//! How many cases a second one lane gets through with a client in this process and all three witnesses, beside a naive loop of proptest,
//! reqwest, wiremock and jsonschema: `cargo bench --bench pace`.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use fineprint::contract::{Contract, Operation};
use fineprint::driver::Source;
use fineprint::extract::{Input, read};
use fineprint::outcome::Event;
use fineprint::reference::Reference;
use fineprint::run::{Choice, Run};
use fineprint::wire::encode::{decode_bytes, pairs};
use fineprint::{generate, schema};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// That of the command line, for both.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each is measured, in turns, so that a machine that is slower for a while is so for both.
const ROUNDS: u32 = 10;
/// How many calls a round takes.
const CALLS: usize = 20_000;

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() {
    let text = include_str!("../fixtures/pages/create-image-by-instance.txt");
    let contract = Arc::new(read(&[Input { name: "page.txt", text }]));
    let told = |naive: f64, ours: f64| {
        format!("naive loop {naive:.0} cases/s; fineprint {ours:.0} on one lane ({:.2} of it)", ours / naive)
    };
    let mut spent = (0.0, 0.0);
    for round in 1..=ROUNDS {
        let (naive, ours) = (naive(&contract.operations[0]), run(&contract));
        println!("round {round:2}: {}", told(naive, ours));
        spent = (spent.0 + naive.recip(), spent.1 + ours.recip());
    }
    println!("together: {}", told(f64::from(ROUNDS) / spent.0, f64::from(ROUNDS) / spent.1));
}

/// Random valid calls as a run makes them, its planning included: each is judged by what was sent, served and surfaced.
fn run(contract: &Arc<Contract>) -> f64 {
    let source = Source::Each(Arc::new(|| Arc::new(Reference::new(None))));
    let choice =
        Choice { clauses: vec!["*/request/combinations".into()], random: CALLS, strength: 1, ..Choice::default() };
    let run = Run { choice, ..Run::new(Arc::clone(contract), source) };
    let (mut cases, mut findings) = (0_u32, 0);
    let from = Instant::now();
    run.go(&mut |event| match event {
        Event::Case(_) => cases += 1,
        Event::Finding(_) => findings += 1,
        _ => {}
    })
    .expect("the client is there");
    assert!(findings == 0 && cases as usize >= CALLS, "{findings} findings in {cases} cases");
    f64::from(cases) / from.elapsed().as_secs_f64()
}

/// Keeps the last request, and always says the same.
#[derive(Clone)]
struct Kept(Arc<Mutex<Option<Request>>>, Value);

impl Respond for Kept {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        *self.0.lock().expect("nobody panics with it") = Some(request.clone());
        ResponseTemplate::new(200).set_body_json(&self.1)
    }
}

/// The loop that one would write: a call is drawn, proved and made; its request is read back and compared, its answer is validated.
fn naive(operation: &Operation) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let calls = generate::valid(&schema::request(operation)).expect("the page can be called");
    let request = jsonschema::validator_for(&schema::request(operation)).expect("it is a schema");
    let response = jsonschema::validator_for(&schema::response(operation)).expect("it is a schema");
    let answer = json!({
        "Data": {"ImageId": "imgc-1", "VersionId": "iv-1", "TaskId": "t-1"},
        "Success": true, "Code": "200", "Message": "NULL", "RequestId": "A-1"
    });
    runtime.block_on(async {
        let kept = Kept(Arc::default(), answer.clone());
        let server = MockServer::builder().disable_request_recording().start().await;
        Mock::given(any()).respond_with(kept.clone()).mount(&server).await;
        let (client, uri) = (reqwest::Client::new(), server.uri());
        let mut runner = TestRunner::deterministic();
        let from = Instant::now();
        for _ in 0..CALLS {
            let params = calls.new_tree(&mut runner).expect("it never fails").current();
            assert!(request.is_valid(&params));
            let Value::Object(params) = params else { panic!("parameters are an object") };
            let form = spelled(&params);
            let answered = client.post(&uri).form(&form).send().await.expect("the server is there");
            let value: Value = answered.json().await.expect("it answers JSON");
            let sent = kept.0.lock().expect("nobody panics with it").take().expect("a request came");
            assert_eq!(fields(&sent.body), form);
            assert!(response.is_valid(&value));
            assert_eq!(value, answer);
        }
        CALLS as f64 / from.elapsed().as_secs_f64()
    })
}

/// The fields of a form, sorted.
fn fields(body: &[u8]) -> Vec<(String, String)> {
    let decoded = |part: &[u8]| String::from_utf8_lossy(&decode_bytes(part)).into_owned();
    let mut fields: Vec<_> = pairs(body).map(|(name, value)| (decoded(name), decoded(value))).collect();
    fields.sort();
    fields
}

/// The same of the parameters as they were meant.
fn spelled(params: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(spelling) => spelling.values().next().and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    let mut fields: Vec<_> = params.iter().filter(|(_, v)| !v.is_null()).map(|(n, v)| (n.clone(), text(v))).collect();
    fields.sort();
    fields
}
