//! The contract on a wiremock server: the only place that knows wiremock.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use wiremock::MockServer;
use wiremock::{Mock, Request as Received, Respond, ResponseTemplate};

use super::{Plan, Say, answer};
use crate::case::{Fault, Serve};
use crate::contract::Contract;
use crate::wire::{Framing, Header, Request};

/// A contract on a wiremock server, beside a user's own mocks.
///
/// wiremock keeps a copy of every request that a mock of its took, about 7 KiB each, until the server is reset or dropped.
/// A reset would take the user's own mocks along, so there is none.
#[derive(Clone)]
pub struct Fake {
    address: String,
    state: Arc<State>,
}

struct State {
    plan: Mutex<Plan>,
    /// What answers instead of the plan, during a step of a run.
    follow: Mutex<Option<Answers>>,
    served: AtomicUsize,
    received: Mutex<VecDeque<Taken>>,
}

/// What answers the nth request.
type Answers = Arc<dyn Fn(&Request, usize) -> Arc<Serve> + Send + Sync>;

/// A request that the fake answered.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// The request, as wiremock shows it.
    pub(crate) request: Arc<Request>,
    /// What it was answered.
    pub(crate) serve: Arc<Serve>,
    /// Which request it was, from 0.
    pub(crate) nth: usize,
    /// When.
    pub(crate) at: Instant,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fake").field("address", &self.address).finish_non_exhaustive()
    }
}

/// How many requests are kept; older ones are dropped first.
const KEPT: usize = 1_000;

impl Fake {
    /// Puts every operation of the contract on the server. Requests that name another operation are left to other mocks.
    pub async fn mount(contract: Arc<Contract>, server: &MockServer) -> Fake {
        let plan = Plan { contract, say: Say::Fresh, secrets: Default::default(), seed: 0 };
        let state = State {
            plan: Mutex::new(plan),
            follow: Mutex::default(),
            served: AtomicUsize::new(0),
            received: Mutex::default(),
        };
        let fake = Fake { address: server.uri(), state: Arc::new(state) };
        let known = Arc::clone(&fake.state);
        let matches = move |request: &Received| known.knows(request);
        Mock::given(matches).respond_with(fake.clone()).mount(server).await;
        fake
    }

    /// Where the server listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Says this from now on; the count of requests starts anew.
    pub fn say(&self, say: Say, seed: u64) {
        let mut plan = held(&self.state.plan);
        plan.say = say;
        plan.seed = seed;
        self.state.served.store(0, Ordering::SeqCst);
        held(&self.state.received).clear();
    }

    /// Answers so from now on, instead of by the plan; the count of requests starts anew.
    pub(crate) fn follow(&self, answers: Option<Answers>) {
        *held(&self.state.follow) = answers;
        self.state.served.store(0, Ordering::SeqCst);
    }

    /// What was received since the last time.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        held(&self.state.received).drain(..).collect()
    }

    /// Verifies the requests of this key.
    pub fn verify(&self, key_id: impl Into<String>, secret: impl Into<String>) {
        held(&self.state.plan).secrets.insert(key_id.into(), secret.into());
    }

    /// The requests since the last `say`, the newest thousand, as wiremock shows them: targets normalised, names in small letters.
    pub fn requests(&self) -> Vec<Arc<Request>> {
        held(&self.state.received).iter().map(|taken| Arc::clone(&taken.request)).collect()
    }
}

/// What a mutex holds, even after a panic elsewhere: nothing of ours panics while it holds one.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn knows(&self, received: &Received) -> bool {
        let plan = held(&self.plan);
        let request = translated(received);
        match crate::wire::rpc::read(&request, &[]).action {
            // A misspelt name is the client's, not another mock's.
            Some(action) => plan.contract.operations.iter().any(|o| o.name.eq_ignore_ascii_case(&action.value)),
            None => plan.contract.style == crate::contract::Style::Rest,
        }
    }
}

impl Respond for Fake {
    fn respond(&self, received: &Received) -> ResponseTemplate {
        let request = Arc::new(translated(received));
        let nth = self.state.served.fetch_add(1, Ordering::SeqCst);
        let follow = held(&self.state.follow).clone();
        let serve = match follow {
            Some(answers) => answers(&request, nth),
            None => answer(&request, nth, &held(&self.state.plan)),
        };
        let taken = Taken { request, serve: Arc::clone(&serve), nth, at: Instant::now() };
        let mut received = held(&self.state.received);
        if received.len() == KEPT {
            received.pop_front();
        }
        received.push_back(taken);
        drop(received);
        let body = serve.answer.body.bytes();
        let json = matches!(serve.answer.body, crate::case::Body::Json(_));
        let content_type = serve.answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let media = content_type.map_or(if json { "application/json;charset=utf-8" } else { "text/plain" }, |(_, v)| v);
        let mut template = ResponseTemplate::new(serve.answer.status).set_body_raw(body, media);
        for (name, value) in &serve.answer.headers {
            // hyper writes its own framing.
            if !["content-type", "content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str()) {
                template = template.append_header(name.as_str(), value.as_str());
            }
        }
        match serve.fault {
            Some(Fault::Stall { ms, .. }) => template.set_delay(Duration::from_millis(ms.into())),
            _ => template,
        }
    }
}

/// A request as wiremock shows it, in our form. What it normalised stays normalised.
fn translated(received: &Received) -> Request {
    let mut target = received.url.path().to_owned();
    if let Some(query) = received.url.query() {
        target.push('?');
        target.push_str(query);
    }
    let latin = |bytes: &[u8]| bytes.iter().map(|b| *b as char).collect::<String>();
    let headers: Vec<Header> = received
        .headers
        .iter()
        .map(|(name, value)| Header { name: name.as_str().to_owned(), value: latin(value.as_bytes()) })
        .collect();
    let framing = match received.headers.get("content-length").and_then(|v| v.to_str().ok()?.parse().ok()) {
        Some(length) => Framing::Length(length),
        None if received.headers.contains_key("transfer-encoding") => Framing::Chunked,
        None => Framing::None,
    };
    Request {
        method: received.method.to_string(),
        target,
        minor: 1,
        headers,
        body: received.body.clone(),
        framing,
        raw: received.body.clone(),
    }
}
