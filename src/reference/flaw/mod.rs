//! Where a defect takes hold. The honest path asks at each step; without a defect every answer is *go on*.
//!
//! Each file holds the steps of one area, and each step one `match` over the ids of `defect.rs`.

mod answer;
mod draft;
mod error;
mod params;
mod transport;
mod variation;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use self::params::refused;
use super::defect::Defect;
use super::object::Object;
use super::{lock, raised};
use crate::driver::{Call, ClientError, ErrorKind, Http, Reply, Target};

/// Objects whose past is remembered.
const MAX_MEMORIES: usize = 256;
/// How long a call that shares with others lets them come in between.
const OVERLAP: Duration = Duration::from_millis(20);

/// The defect of a client, and what it carries from one call into another.
#[derive(Debug)]
pub(super) struct Flaw {
    id: &'static str,
    shared: Mutex<Shared>,
    /// Rings where a call times out.
    timeout: Notify,
}

#[derive(Debug, Default)]
struct Shared {
    memories: BTreeMap<String, Memory>,
    /// Key id and secret of the first object.
    key: Option<(String, String)>,
    params: Map<String, Value>,
    reply: Option<Reply>,
    /// Status and headers of the last answer.
    http: Option<Http>,
    /// Calls that are open, by object and parameters.
    pending: BTreeSet<String>,
    /// Answers by object and parameters.
    cache: BTreeMap<String, Reply>,
    /// The call that was last sent, and its date.
    last: Option<(String, u64, String)>,
    /// How many calls are open.
    open: u32,
    /// A security token that was sent before.
    token: Option<String>,
    /// The endpoint of the first object.
    endpoint: Option<String>,
}

/// What was before a call of an object.
#[derive(Debug, Default, Clone)]
pub(super) struct Memory {
    /// How many calls were made, this one included.
    calls: u64,
    /// The parameters of the call before.
    params: Map<String, Value>,
    /// Whether the call before ended in an error.
    failed: bool,
    /// The code of its error.
    code: Option<String>,
    /// The kind of its error.
    kind: Option<ErrorKind>,
    /// How many calls failed in a row.
    failures: u32,
    /// The request id of the last error.
    request_id: Option<Value>,
    /// The last answer.
    answer: Option<Value>,
}

impl Flaw {
    pub(super) fn new(defect: Option<Defect>) -> Flaw {
        Flaw { id: defect.map_or("", |defect| defect.id), shared: Mutex::default(), timeout: Notify::new() }
    }

    /// A call is over.
    fn leave(&self) {
        let open = &mut lock(&self.shared).open;
        *open = open.saturating_sub(1);
    }

    /// Whether another call is open beside this one.
    fn is_busy(&self) -> bool {
        lock(&self.shared).open > 1
    }

    fn is(&self, id: &str) -> bool {
        self.id == id
    }

    /// The object that is made where this one was asked for.
    pub(super) fn target(&self, mut target: Target) -> Target {
        match self.id {
            "T17" => {
                target.endpoint = lock(&self.shared).endpoint.get_or_insert(target.endpoint).clone();
            }
            "T17-port" => {
                let end = target.endpoint.rfind(':').unwrap_or(target.endpoint.len());
                target.endpoint.truncate(end);
            }
            "T10-plain" => target.endpoint = target.endpoint.replacen("https:", "http:", 1),
            "T17-authority" => target.ca_file = None,
            _ => {}
        }
        target
    }

    /// What is shown without a request.
    pub(super) async fn early(&self, call: &Call) -> Option<Reply> {
        if self.id.is_empty() {
            return None;
        }
        let before = lock(&self.shared).memories.get(&call.client.key).cloned().unwrap_or_default();
        match self.id {
            "P22-breaker" if before.failures >= 5 => Some(refuse(ErrorKind::Transport, "the circuit is open")),
            "P22-large" if before.answer.is_some_and(|answer| answer.to_string().len() > 1 << 20) => {
                lock(&self.shared).memories.remove(&call.client.key);
                Some(refuse(ErrorKind::Transport, "no buffer is free"))
            }
            "P22-hang" if before.kind == Some(ErrorKind::Transport) => std::future::pending().await,
            "T16-once" => self.twin(call).await,
            _ => self.cached(call).or_else(|| self.unsupported(call)),
        }
    }

    /// The answer of the same call, if that is open.
    async fn twin(&self, call: &Call) -> Option<Reply> {
        let key = self.cache_key(call)?;
        if lock(&self.shared).pending.insert(key.clone()) {
            return None;
        }
        while lock(&self.shared).pending.contains(&key) {
            tokio::time::sleep(OVERLAP).await;
        }
        lock(&self.shared).cache.get(&key).cloned()
    }

    fn cached(&self, call: &Call) -> Option<Reply> {
        let key = self.cache_key(call)?;
        lock(&self.shared).cache.get(&key).cloned()
    }

    /// What an answer is kept under, if answers are.
    fn cache_key(&self, call: &Call) -> Option<String> {
        let by = match self.id {
            "R29-cache" | "T16-once" => Value::Object(call.params.clone()),
            "R29-shared" => call.params.get("InstanceId")?.clone(),
            _ => return None,
        };
        Some(format!("{} {by}", call.client.key))
    }

    /// Whether the call was sent before, which makes this another attempt.
    fn is_again(&self, object: &Object, memory: &Memory) -> bool {
        let (key, calls) = (object.target.key.clone(), memory.calls);
        let mut shared = lock(&self.shared);
        let again = shared.last.as_ref().is_some_and(|(k, c, _)| *k == key && *c == calls);
        shared.last = Some((key, calls, String::new()));
        again
    }

    /// The date of a call's first attempt.
    fn first_date(&self, object: &Object, memory: &Memory, date: String) -> String {
        let (key, calls) = (object.target.key.clone(), memory.calls);
        let mut shared = lock(&self.shared);
        match &shared.last {
            Some((k, c, first)) if *k == key && *c == calls => first.clone(),
            _ => {
                shared.last = Some((key, calls, date.clone()));
                date
            }
        }
    }

    /// What was before this call; none of it matters to an honest client.
    pub(super) async fn begin(&self, object: &Object, call: &Call) -> Memory {
        if self.id.is_empty() {
            return Memory::default();
        }
        let before = {
            let mut shared = lock(&self.shared);
            shared.open += 1;
            if shared.memories.len() > MAX_MEMORIES {
                shared.memories.clear();
            }
            let memory = shared.memories.entry(object.target.key.clone()).or_default();
            memory.calls += 1;
            let before = memory.clone();
            memory.params.clone_from(&call.params);
            before
        };
        self.think(&before).await;
        if self.is("T18") && before.calls == 1 {
            self.ask_for_regions(object).await;
        }
        before
    }

    /// The parameters that are sent in place of those given.
    pub(super) async fn params<'a>(
        &self,
        given: &'a Map<String, Value>,
        memory: &Memory,
    ) -> Result<Cow<'a, Map<String, Value>>, String> {
        if self.id.is_empty() {
            return Ok(Cow::Borrowed(given));
        }
        let mut params = given.clone();
        if self.is("T16") {
            lock(&self.shared).params = params;
            tokio::time::sleep(OVERLAP).await;
            params = lock(&self.shared).params.clone();
        }
        if self.is("T16-one")
            && let Some(own) = params.get("Description").cloned()
        {
            lock(&self.shared).params.insert("Description".into(), own);
            tokio::time::sleep(OVERLAP).await;
            params.extend(lock(&self.shared).params.clone());
        }
        if self.is("T16-refused") {
            tokio::time::sleep(OVERLAP).await;
            refused(self.is_busy(), "another call is open")?;
        }
        if self.is("T16-third") {
            refused(lock(&self.shared).open > 2, "too many calls are open")?;
        }
        self.change(&mut params, memory)?;
        Ok(Cow::Owned(params))
    }

    /// What the caller is shown.
    pub(super) async fn end(&self, reply: Reply, object: &Arc<Object>, call: &Call, memory: &Memory) -> Reply {
        if self.id.is_empty() {
            return reply;
        }
        if let Some(memory) = lock(&self.shared).memories.get_mut(&object.target.key) {
            memory.remember(&reply);
        }
        if self.id.ends_with("-parallel") {
            tokio::time::sleep(OVERLAP).await;
        }
        if self.is("T16-timeout") && matches!(&reply, Reply::Error(error) if error.kind == ErrorKind::Timeout) {
            self.timeout.notify_waiters();
        }
        let reply = match reply {
            Reply::Ok { value, http } => {
                let reply = self.success(value, http, call, memory);
                if let Some(key) = self.cache_key(call) {
                    lock(&self.shared).cache.insert(key, reply.clone());
                }
                reply
            }
            Reply::Error(error) => self.error(*error, object, memory),
            other => other,
        };
        self.leave();
        if let Some(key) = self.cache_key(call) {
            lock(&self.shared).pending.remove(&key);
        }
        match (self.id, reply) {
            ("T16-headers", Reply::Ok { value, http }) => {
                lock(&self.shared).http = http;
                tokio::time::sleep(OVERLAP).await;
                Reply::Ok { value, http: lock(&self.shared).http.clone() }
            }
            ("T16-answers", reply) => {
                lock(&self.shared).reply = Some(reply.clone());
                tokio::time::sleep(OVERLAP).await;
                lock(&self.shared).reply.clone().unwrap_or(reply)
            }
            (_, reply) => reply,
        }
    }
}

impl Memory {
    /// What a call came to.
    fn remember(&mut self, reply: &Reply) {
        (self.failed, self.kind, self.code) = (false, None, None);
        match reply {
            Reply::Error(error) => {
                self.failed = true;
                self.kind = Some(error.kind);
                self.failures += 1;
                self.code = error.code.as_ref().and_then(Value::as_str).map(str::to_owned);
                self.request_id.clone_from(&error.request_id);
            }
            Reply::Ok { value, .. } => {
                self.failures = 0;
                self.answer = Some(value.clone());
            }
            _ => {}
        }
    }
}

/// A crash, as a host that catches it would tell it.
fn crash(why: &str) -> Reply {
    let text = format!("thread panicked: {why}");
    let error = ClientError { class: Some("panic".into()), text: Some(text), ..ClientError::default() };
    Reply::Error(Box::new(error))
}

fn refuse(kind: ErrorKind, why: &str) -> Reply {
    Reply::Error(Box::new(raised(kind, why)))
}

fn nothing() -> Reply {
    Reply::Ok { value: json!({}), http: None }
}

/// Visits a value and all below it, parents first.
fn walk(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Value::Object(members) => members.values_mut().for_each(|member| walk(member, visit)),
        _ => {}
    }
}

fn small_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// `2026-11-24T03:25:12Z` as `2026-11-24T03:25Z`; none for what is no time.
fn without_seconds(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let is_time = text.is_ascii() && bytes.len() >= 19 && marks.iter().all(|(at, mark)| bytes[*at] == *mark);
    is_time.then(|| format!("{}{}", &text[..16], &text[19..]))
}
