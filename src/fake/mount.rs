//! The contract on a wiremock server: the only place that knows wiremock.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use wiremock::MockServer;
use wiremock::{Mock, Request as Received, Respond, ResponseTemplate};

use super::answer::operation_of;
use super::{Plan, RUN_KEYS, Say, answer};
use crate::case::{Body, Fault, Serve};
use crate::contract::Contract;
use crate::wire::{Framing, Header, Request, rpc};

/// A contract on a wiremock server, beside a user's own mocks.
///
/// wiremock keeps what it received until the server is reset or dropped: about 10 MiB for a run of 1,200 calls, little less with its
/// recording switched off, since each mock keeps copies of its own. A reset would take the user's own mocks along, and a scoped
/// mock that is dropped is skipped but not freed, so a run uses neither.
#[derive(Clone)]
pub struct Fake {
    address: String,
    state: Arc<State>,
}

struct State {
    plan: Mutex<Plan>,
    reach: Mutex<Reach>,
    /// What answers instead of the plan, during a step of a run.
    follow: Mutex<Option<Answers>>,
    served: AtomicUsize,
    received: Mutex<VecDeque<Taken>>,
}

/// Which requests a fake takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Those for an operation of the contract.
    Operations,
    /// These, and all that bear a key of a run, so that a misspelt action or path is seen and judged.
    Run,
    /// None: the run is over.
    Nothing,
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
        Fake::reaching(Reach::Operations, contract, server).await
    }

    /// The fake of a run, which goes before a user's own mocks until it retires: a mock for all requests must not answer its calls.
    pub(crate) async fn mount_for_run(contract: Arc<Contract>, server: &MockServer) -> Fake {
        Fake::reaching(Reach::Run, contract, server).await
    }

    async fn reaching(reach: Reach, contract: Arc<Contract>, server: &MockServer) -> Fake {
        let plan = Plan { contract, say: Say::Fresh, secrets: Default::default(), seed: 0 };
        let state = State {
            plan: Mutex::new(plan),
            reach: Mutex::new(reach),
            follow: Mutex::default(),
            served: AtomicUsize::new(0),
            received: Mutex::default(),
        };
        let fake = Fake { address: server.uri(), state: Arc::new(state) };
        let state = Arc::clone(&fake.state);
        let mock = Mock::given(move |request: &Received| state.takes(request)).respond_with(fake.clone());
        match reach {
            Reach::Run => mock.with_priority(1).mount(server).await,
            Reach::Operations | Reach::Nothing => mock.mount(server).await,
        }
        fake
    }

    /// Where the server listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Takes no more requests: the server is its owner's again.
    pub(crate) fn retire(&self) {
        *held(&self.state.reach) = Reach::Nothing;
        *held(&self.state.follow) = None;
        held(&self.state.received).clear();
    }

    /// Says this from now on; the count of requests starts anew. Of faults, a wiremock server can carry a stall before the answer.
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
    fn takes(&self, received: &Received) -> bool {
        let reach = *held(&self.reach);
        if reach == Reach::Nothing {
            return false;
        }
        let request = translated(received);
        let sent = rpc::read(&request, &[]);
        let plan = held(&self.plan);
        let is_named = match &sent.action {
            // A misspelt name is the client's, not another mock's.
            Some(action) => plan.contract.operations.iter().any(|o| o.name.eq_ignore_ascii_case(&action.value)),
            None => operation_of(&request, &plan.contract).is_ok(),
        };
        is_named || (reach == Reach::Run && sent.key_id.is_some_and(|key| key.starts_with(RUN_KEYS)))
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
        let answer = &serve.answer;
        let mut template = ResponseTemplate::new(answer.status).set_body_bytes(answer.body.bytes());
        let is_typed = answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if matches!(answer.body, Body::Json(_)) && !is_typed {
            template = template.append_header("content-type", "application/json;charset=utf-8");
        }
        for (name, value) in &answer.headers {
            // hyper writes its own framing.
            if !["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str()) {
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
    let method = received.method.to_string();
    // Not the client's own bytes, but all that it said: exhibits show them, and a secret is looked for in them.
    let mut raw = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
    for (name, value) in &received.headers {
        raw.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    raw.extend_from_slice(b"\r\n");
    raw.extend_from_slice(&received.body);
    Request { method, target, minor: 1, headers, body: received.body.clone(), framing, raw }
}
