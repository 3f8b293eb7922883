//! One seed, one sequence of cases: whatever the lanes, the shards, and what else is chosen.

use std::sync::{Arc, Mutex};

use fineprint::contract::{self, Contract};
use fineprint::driver::{Call, Client as _, Reply, Source};
use fineprint::outcome::Outcome;
use fineprint::reference::Reference;
use fineprint::run::{Choice, Run, Shard};
use serde_json::json;

/// A page with a few parameters, an answer and an error.
fn page() -> Arc<Contract> {
    let span = json!({ "page": 0, "first": 1, "last": 1 });
    let field = |name: &str, kind: &str| json!({ "name": name, "span": span, "kind": { "value": kind } });
    let mut mode = field("Mode", "string");
    mode["values"] = json!([{ "value": "A", "span": span }, { "value": "B", "span": span }]);
    let mut response = field("", "object");
    response["fields"] = json!([field("RequestId", "string"), field("Total", "integer")]);
    let error = json!({ "status": 400, "code": "Gone", "message": "It is gone.", "span": span });
    let operation = json!({ "name": "Ask", "span": span, "errors": [error], "response": response,
        "parameters": [mode, field("Count", "integer"), field("Flag", "boolean")] });
    let page = json!({ "fineprint_contract": 1, "style": "rpc", "version": { "value": "2021-09-01" }, "operations": [operation] });
    Arc::new(contract::from_json(&page.to_string()).unwrap())
}

/// The part of a run that waits for nothing.
const CLAUSES: [&str; 3] = ["*/request/*", "*/response/*", "*/error/*"];

/// Every call that a run makes, with what was surfaced, sorted.
fn calls(clauses: &[&str], seed: u64, jobs: usize, shard: Option<(u32, u32)>) -> Vec<String> {
    let (honest, seen) = (Arc::new(Reference::new(None)), Arc::new(Mutex::new(Vec::new())));
    let log = Arc::clone(&seen);
    let client = move |call: Call| {
        let (honest, log) = (Arc::clone(&honest), Arc::clone(&log));
        async move {
            let params = json!(call.params);
            let reply = honest.call(&call).await;
            let surfaced = match &reply {
                Reply::Ok { value, .. } => value.to_string(),
                Reply::Error(error) => format!("{:?} {:?}", error.code, error.message),
                other => format!("{other:?}"),
            };
            log.lock().unwrap().push(format!("{params} {surfaced}"));
            reply
        }
    };
    let shard = shard.map(|(number, of)| Shard::new(number, of).unwrap());
    let clauses = clauses.iter().map(|glob| (*glob).to_owned()).collect();
    let choice = Choice { clauses, seed, shard, strength: 2, random: 10, ..Choice::default() };
    let run = Run { choice, jobs, ..Run::new(page(), Source::Here(Arc::new(client))) };
    let mut outcome = Outcome::default();
    run.go(&mut |event| outcome.add(event)).unwrap();
    assert_eq!(outcome.findings, []);
    let mut calls = std::mem::take(&mut *seen.lock().unwrap());
    calls.sort();
    calls
}

#[test]
fn lanes_and_shards_make_the_same_calls_and_another_seed_makes_others() {
    let whole = calls(&CLAUSES, 1, 1, None);
    assert!(whole.len() > 80, "{}", whole.len());
    for jobs in [3, 7] {
        assert_eq!(calls(&CLAUSES, 1, jobs, None), whole, "{jobs} lanes");
    }
    for of in [2, 3, 5] {
        let parts: Vec<Vec<String>> = (1..=of).map(|number| calls(&CLAUSES, 1, 2, Some((number, of)))).collect();
        assert!(parts.iter().all(|part| part.len() < whole.len()));
        let mut together = parts.concat();
        together.sort();
        assert_eq!(together, whole, "{of} shards");
    }
    assert_ne!(calls(&CLAUSES, 2, 1, None), whole);
}

#[test]
fn a_few_clauses_are_put_to_the_test_by_the_calls_of_the_whole_run() {
    let whole = calls(&CLAUSES, 1, 2, None);
    for few in ["*/request/Count/*", "*/request/combinations", "*/response/Total/surfaced", "*/error/400:Gone/*"] {
        let mut left = whole.clone();
        let calls = calls(&[few], 1, 2, None);
        assert!(!calls.is_empty() && calls.len() < whole.len(), "{few}: {} calls", calls.len());
        for call in calls {
            let at = left.binary_search(&call).unwrap_or_else(|_| panic!("{few}: {call} is no call of the whole run"));
            left.remove(at);
        }
    }
}
