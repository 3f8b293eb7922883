//! The control port: what was received, what is expected and unmet, reset, script.

use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value, json};

use super::received::Filter;
use super::script::Script;
use super::service::{Service, lock};
use super::summary;
use crate::case::{Answer, Serve};
use crate::tap::{Bad, Desk, End, Fate, Link, Ordered, Put};
use crate::wire::Request;
use crate::wire::encode::{decode, pairs};

const ROUTES: &str =
    "GET /requests?operation=&contains=&wrong=&limit=, GET /expected, GET /summary, POST /script, POST /reset";

/// Answers at the control port.
pub(super) struct Control {
    pub(super) service: Arc<Service>,
}

impl Control {
    fn answer(&self, request: &Request) -> Result<Value, (u16, String)> {
        // A page in the user's browser must not steer the server, nor read what it received.
        if request.header("origin").is_some() || !request.header("host").is_some_and(is_here) {
            return Err((403, "only for programs of this machine".into()));
        }
        match (request.method.as_str(), request.path()) {
            ("GET", "/requests") => Ok(lock(&self.service.received).listed(&filter(request.query())?)),
            ("GET", "/expected") => {
                let script = self.service.script();
                let lines: Vec<Value> = script
                    .lines()
                    .map(|(line, answer, is_met)| json!({ "line": line, "answer": answer, "met": is_met }))
                    .collect();
                let unmet = script.lines().filter(|(_, _, is_met)| !is_met).count();
                Ok(json!({ "expected": lines, "unmet": unmet }))
            }
            ("GET", "/summary") => Ok(summary::json(&self.service)),
            ("POST", "/script") => {
                let text = String::from_utf8_lossy(&request.body).into_owned();
                let script = Script::parse(&text, self.service.contract()).map_err(|why| (400, why))?;
                let lines = script.lines().count();
                *self.service.script() = script;
                Ok(json!({ "lines": lines }))
            }
            ("POST", "/reset") => {
                self.service.reset();
                Ok(json!({ "reset": true }))
            }
            (method, path) => Err((404, format!("no {method} {path} (there are {ROUTES})"))),
        }
    }
}

fn is_here(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    let name = name.trim_matches(['[', ']']);
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
}

fn filter(query: &str) -> Result<Filter, (u16, String)> {
    let mut filter = Filter::default();
    for (name, value) in pairs(query.as_bytes()) {
        let text = |raw: &[u8]| String::from_utf8_lossy(&decode(&String::from_utf8_lossy(raw))).into_owned();
        let value = text(value);
        match text(name).as_str() {
            "operation" => filter.operation = Some(value),
            "contains" => filter.contains = Some(value),
            "wrong" => filter.wrong = Some(value != "false"),
            "limit" => {
                let limit = value.parse().map_err(|_| (400, format!("`limit={value}` is no number")))?;
                filter.limit = Some(limit);
            }
            other => return Err((400, format!("no filter `{other}` (there are operation, contains, wrong, limit)"))),
        }
    }
    Ok(filter)
}

impl Desk for Control {
    fn arrive(&self, _: &Link, request: Result<Arc<Request>, Bad>) -> Ordered {
        let said = match request {
            Ok(request) => self.answer(&request),
            Err(bad) => Err((bad.status, bad.why)),
        };
        let answer = match said {
            Ok(value) => Answer::json(200, value),
            Err((status, why)) => Answer::json(status, json!({ "error": why })),
        };
        Ordered { key: 0, serve: Arc::new(Serve::from(answer)), hold: Duration::ZERO }
    }

    fn write(&self, _: u64, bytes: &[u8], _: End, put: Put<'_>) -> Poll<io::Result<usize>> {
        put(bytes)
    }

    fn settle(&self, _: u64, _: Fate) {}
}
