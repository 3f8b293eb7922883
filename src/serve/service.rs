//! What is said to each request, and what is kept of it.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;

use super::credentials::{Credentials, Gatekeeper};
use super::preference::{Chosen, Preference, Shows};
use super::received::{Kept, Received};
use super::script::Script;
use super::tally::{Did, Tally};
use super::when::When;
use crate::case::{Certificate, Serve};
use crate::contract::{Contract, Operation};
use crate::fake::broken::Asked;
use crate::fake::objection::{self, About, Objection};
use crate::fake::{operation_of, parameters};
use crate::generate::fresh::Fresh;
use crate::tap::{Bad, Desk, End, Fate, Link, Ordered, Patience, Put};
use crate::tls::Authority;
use crate::wire::rpc::{self, Collected, Sent};
use crate::wire::{Request, encode};

/// Requests over 1 MiB that are read at a time.
const LARGE: usize = 8;
/// How long the port has to close before the client is told that it may come again.
const CLOSING: Duration = Duration::from_millis(50);
/// Bytes of one request.
const MOST: usize = 16 << 20;

/// What a server serves.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What the pages promise.
    pub contract: Arc<Contract>,
    /// What is known of the callers.
    pub credentials: Credentials,
    /// What is answered where neither the request nor the script says otherwise.
    pub usual: Preference,
    /// The first answers.
    pub script: Script,
    /// What some requests are answered once the script has nothing for them.
    pub whens: Vec<When>,
    /// What fresh values are drawn from.
    pub seed: u64,
    /// How long a request may take from its first byte to its last.
    pub whole: Duration,
    /// What protects the connections, if anything does.
    pub tls: Option<Protection>,
}

/// TLS with a certificate of one kind.
#[derive(Debug, Clone)]
pub struct Protection {
    /// Who made the certificate.
    pub authority: Arc<Authority>,
    /// What clients are shown.
    pub certificate: Certificate,
}

impl Setup {
    /// The page's samples, no credentials, and half a minute for a request.
    pub fn new(contract: Arc<Contract>) -> Setup {
        let whole = Duration::from_secs(30);
        Setup {
            contract,
            credentials: Credentials::default(),
            usual: Preference::default(),
            script: Script::default(),
            whens: Vec::new(),
            seed: 0,
            whole,
            tls: None,
        }
    }
}

pub(super) struct Service {
    setup: Setup,
    opened: Instant,
    count: AtomicU64,
    script: Mutex<Script>,
    pub(super) received: Mutex<Received>,
    operations: Vec<Known>,
    by_name: HashMap<String, usize>,
    gatekeeper: Gatekeeper,
    /// For how long the port is to take no connection.
    refusals: UnboundedSender<Duration>,
    large: Semaphore,
}

/// An operation, made ready.
struct Known {
    /// The parameters that its page lists, of which some may be common ones.
    listed: Vec<String>,
    /// Made with the first request: a thousand operations would take their time otherwise.
    tally: OnceLock<Tally>,
    /// The page's sample, as it is said each time.
    sample: OnceLock<Arc<Serve>>,
}

/// What was decided about a request.
struct Decided {
    operation: Option<usize>,
    serve: Arc<Serve>,
    hold: Duration,
    wrong: Option<String>,
}

/// A poisoned lock is used on: each holder leaves the data whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service {
    pub(super) fn new(setup: Setup, refusals: UnboundedSender<Duration>) -> Service {
        let known = |operation: &Operation| Known {
            listed: operation.parameters.iter().map(|p| p.field.name.clone()).collect(),
            tally: OnceLock::new(),
            sample: OnceLock::new(),
        };
        let operations = &setup.contract.operations;
        Service {
            opened: Instant::now(),
            count: AtomicU64::new(0),
            script: Mutex::new(setup.script.clone()),
            received: Mutex::default(),
            operations: operations.iter().map(known).collect(),
            by_name: operations.iter().enumerate().map(|(index, o)| (o.name.clone(), index)).collect(),
            gatekeeper: Gatekeeper::default(),
            refusals,
            large: Semaphore::new(LARGE),
            setup,
        }
    }

    pub(super) fn contract(&self) -> &Contract {
        &self.setup.contract
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    fn tally(&self, index: usize) -> &Tally {
        self.operations[index].tally.get_or_init(|| Tally::new(&self.setup.contract.operations[index]))
    }

    /// Those of the operations that were called.
    pub(super) fn tallies(&self) -> impl Iterator<Item = &Tally> {
        self.operations.iter().filter_map(|known| known.tally.get())
    }

    /// Forgets what was received and begins the script again.
    pub(super) fn reset(&self) {
        lock(&self.received).clear();
        self.script().rewind();
        self.tallies().for_each(Tally::clear);
    }

    fn decide(&self, link: &Link, request: &Request, number: u64) -> Decided {
        let mut fresh = Fresh::new(self.setup.seed.wrapping_add(number));
        let refused = |operation: Option<usize>, objection: &Objection, fresh: &mut Fresh| {
            let known = operation.map(|index| &self.setup.contract.operations[index]);
            let mut answer = objection.answer(known, fresh);
            if matches!(objection.about, About::Malformed(_)) {
                answer.headers.push(("Connection".into(), "close".into()));
            }
            let serve = Arc::new(answer.into());
            Decided { operation, serve, hold: Duration::ZERO, wrong: Some(objection.why.clone()) }
        };
        if let Some(objection) = objection::malformed(request) {
            return refused(None, &objection, &mut fresh);
        }
        if self.setup.tls.is_some() && !link.is_secure() {
            let objection =
                Objection::new(About::Malformed(400), "the request came without TLS, at a port that speaks it");
            return refused(None, &objection, &mut fresh);
        }
        let asked = match asked(request) {
            Ok(asked) => asked,
            Err(why) => return refused(None, &Objection::new(About::Preference, why), &mut fresh),
        };
        let index = match self.operation(request) {
            Ok(index) => index,
            Err(objection) => return refused(None, &objection, &mut fresh),
        };
        let operation = &self.setup.contract.operations[index];
        let tally = self.tally(index);
        let looked = self.gatekeeper.look(request, &self.setup.credentials, SystemTime::now());
        tally.request(matches!(looked, Ok(true)));
        if let Err(objection) = looked {
            return refused(Some(index), &objection, &mut fresh);
        }
        let listed: Vec<&str> = self.operations[index].listed.iter().map(String::as_str).collect();
        let sent = rpc::read(request, &listed);
        if let Some(objection) = self.parameters(request, &sent, index) {
            return refused(Some(index), &objection, &mut fresh);
        }
        let asked = asked.or_else(|| self.script().take(&operation.name));
        let when = || self.setup.whens.iter().find(|when| when.is_for(&operation.name, &sent)).map(|when| &when.answer);
        let asked = asked.as_ref().or_else(when).unwrap_or(&self.setup.usual);
        match self.chosen(asked, index, request, &mut fresh) {
            Ok(Chosen { serve, mut hold, shows, situation, refuses }) => {
                tally.answer(shows, situation);
                if let Some(time) = refuses {
                    // A server that stops has nobody to tell any more.
                    let _ = self.refusals.send(time);
                    hold += CLOSING;
                }
                Decided { operation: Some(index), serve, hold, wrong: None }
            }
            Err(why) => refused(Some(index), &Objection::new(About::Preference, why), &mut fresh),
        }
    }

    fn operation(&self, request: &Request) -> Result<usize, Objection> {
        // Most requests name the operation here; the others take a longer way.
        if let Some(index) = request.header("x-acs-action").and_then(|name| self.by_name.get(name)) {
            return Ok(*index);
        }
        let name = &operation_of(request, &self.setup.contract)?.name;
        Ok(*self.by_name.get(name).expect("every operation of the contract is among them"))
    }

    /// What is wrong with the parameters. Those that were sent are tallied on the way.
    fn parameters(&self, request: &Request, sent: &Sent, index: usize) -> Option<Objection> {
        let (operation, tally) = (&self.setup.contract.operations[index], self.tally(index));
        let objection = parameters::objection(request, sent, operation, &mut |name, collected| match collected {
            Collected::Absent => tally.did(name, Did::LeaveOut),
            Collected::Value(value, _) => tally.value(name, value),
            Collected::Malformed(_) => {}
        })?;
        match &objection.about {
            About::Missing(name) => tally.did(name, Did::Miss),
            About::Invalid(name) => tally.did(name, Did::Breach),
            _ => {}
        }
        Some(objection)
    }

    fn chosen(&self, asked: &Preference, index: usize, request: &Request, fresh: &mut Fresh) -> Result<Chosen, String> {
        let operation = &self.setup.contract.operations[index];
        let sample = &self.operations[index].sample;
        if let (true, Some(serve)) = (asked.is_usual(), sample.get()) {
            let serve = Arc::clone(serve);
            let shows = Shows::Sample;
            return Ok(Chosen { serve, hold: Duration::ZERO, shows, situation: None, refuses: None });
        }
        let place = Asked { host: request.header("host").unwrap_or_default(), target: &request.target };
        let chosen = asked.choose(operation, place, fresh)?;
        if asked.is_usual() && chosen.shows == Shows::Sample {
            // Another thread may have been faster; its sample is the same.
            let _ = sample.set(Arc::clone(&chosen.serve));
        }
        Ok(chosen)
    }
}

/// What the request itself asks to be answered.
fn asked(request: &Request) -> Result<Option<Preference>, String> {
    let mut asked = request.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("prefer")).peekable();
    if asked.peek().is_none() {
        return Ok(None);
    }
    let all: Vec<&str> = asked.map(|h| h.value.as_str()).collect();
    // A header holds one character a byte; codes may hold more than ASCII.
    let text = String::from_utf8_lossy(&encode::bytes(&all.join(","))).into_owned();
    text.parse().map(Some)
}

impl Desk for Service {
    fn arrive(&self, link: &Link, request: Result<Arc<Request>, Bad>) -> Ordered {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let decided = match &request {
            Ok(request) => self.decide(link, request, number),
            Err(bad) => {
                let objection = Objection::new(About::Malformed(bad.status), bad.why.as_str());
                let answer = objection.answer(None, &mut Fresh::new(number));
                let (serve, wrong) = (Arc::new(answer.into()), Some(bad.why.clone()));
                Decided { operation: None, serve, hold: Duration::ZERO, wrong }
            }
        };
        let (raw, length) = Kept::bytes(&request);
        let kept = Kept {
            number,
            connection: link.id,
            at: self.opened.elapsed(),
            operation: decided.operation.map(|index| self.setup.contract.operations[index].name.clone()),
            raw,
            length,
            status: decided.serve.answer.status,
            fault: decided.serve.fault,
            wrong: decided.wrong,
            fate: Fate::InProgress,
        };
        lock(&self.received).push(kept);
        Ordered { key: number, serve: decided.serve, hold: decided.hold }
    }

    fn write(&self, key: u64, bytes: &[u8], end: End, put: Put<'_>) -> Poll<io::Result<usize>> {
        let written = put(bytes);
        if let (Poll::Ready(Ok(written)), Some(fate)) = (&written, end.fate)
            && *written == bytes.len()
        {
            self.settle(key, fate);
        }
        written
    }

    fn settle(&self, key: u64, fate: Fate) {
        lock(&self.received).settle(key, fate);
    }

    fn patience(&self) -> Patience {
        Patience { whole: self.setup.whole, most: MOST, ..Patience::default() }
    }

    fn sheds(&self) -> bool {
        true
    }

    fn large(&self) -> Option<&Semaphore> {
        Some(&self.large)
    }
}
