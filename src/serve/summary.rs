//! Which clauses were exercised and which never.

use serde_json::{Value, json};

use super::service::{Service, lock};
use crate::contract::Promise;

/// What a server saw in its life.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Requests in all.
    pub received: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Lines of the script that no request took.
    pub unmet: Vec<String>,
    /// The operations that were called.
    pub called: Vec<Called>,
    /// How many were never called.
    pub uncalled: usize,
}

/// An operation that was called.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// Its name.
    pub operation: String,
    /// Requests for it.
    pub requests: u64,
    /// The ids of the clauses that the traffic exercised.
    pub exercised: Vec<String>,
    /// The ids of the page's own clauses that it never did.
    pub never: Vec<String>,
    /// How many others it never did: those of the wire, of HTTP and of good manners.
    pub others: usize,
}

pub(super) fn summary(service: &Service) -> Summary {
    let (received, refused) = {
        let received = lock(&service.received);
        (received.total, received.refused)
    };
    let unmet = {
        let script = service.script();
        script.lines().filter(|(_, _, is_met)| !is_met).map(|(n, text, _)| format!("{n}: {text}")).collect()
    };
    let mut called = Vec::new();
    for tally in service.tallies() {
        let requests = tally.requests.load(std::sync::atomic::Ordering::Relaxed);
        if requests == 0 {
            continue;
        }
        let ids = |seen: bool, page: bool| {
            let fits = move |clause: &crate::contract::Clause| !page || clause.promise == Promise::Page;
            let found = tally.clauses().filter(move |(clause, is)| *is == seen && fits(clause));
            found.map(|(clause, _)| clause.id.clone()).collect::<Vec<String>>()
        };
        let (exercised, never) = (ids(true, false), ids(false, true));
        let others = tally.clauses().count() - exercised.len() - never.len();
        called.push(Called { operation: tally.name.clone(), requests, exercised, never, others });
    }
    let uncalled = service.contract().operations.len() - called.len();
    Summary { received, refused, unmet, called, uncalled }
}

pub(super) fn json(service: &Service) -> Value {
    let summary = summary(service);
    let called: Vec<Value> = summary
        .called
        .iter()
        .map(|c| {
            json!({
                "operation": c.operation, "requests": c.requests, "exercised": c.exercised, "never": c.never, "others_never": c.others
            })
        })
        .collect();
    json!({
        "received": summary.received, "refused": summary.refused, "unmet": summary.unmet, "called": called,
        "uncalled": summary.uncalled,
    })
}
