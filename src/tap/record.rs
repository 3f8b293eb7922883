//! What a tap received and sent, kept while it happens.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use super::Answers;
use super::connections::Connections;
use super::desk::{Desk, End, Link, Ordered, Patience, Put};
use crate::case::{Answer, Serve};
use crate::wire::{Request, status_for};

/// Bytes kept of what is no request.
const KEPT_BAD: usize = 64 << 10;
/// Exchanges kept of one step, and strays in all: a client that tries without end must not fill the memory.
const KEPT_EXCHANGES: usize = 4096;
/// Bytes of requests kept in all.
const KEPT_BYTES: usize = 512 << 20;

/// How long a hurried tap waits for the rest of a request.
pub(super) const MOMENT: Duration = Duration::from_millis(100);

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The request, or the bytes that make none.
    pub request: Result<Arc<Request>, Bad>,
    /// Its connection, counted from 0.
    pub connection: u64,
    /// Whether it was not the first on its connection.
    pub reused: bool,
    /// Whether it came through TLS.
    pub secure: bool,
    /// When it was all there, since the tap was opened.
    pub at: Duration,
    /// Which request of the step it is, from 0.
    pub answered: usize,
    /// What it was to be answered.
    pub serve: Arc<Serve>,
    /// The bytes that were really written; of a body over 64 KiB the first 4 KiB.
    pub sent: Vec<u8>,
    /// How many were written in all.
    pub sent_total: usize,
    /// What became of the answer.
    pub fate: Fate,
}

impl Exchange {
    /// Bytes that the request takes.
    fn size(&self) -> usize {
        match &self.request {
            Ok(request) => request.raw.len() + request.body.len(),
            Err(bad) => bad.raw.len(),
        }
    }
}

/// Bytes that make no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The bytes, up to 64 KiB.
    pub raw: Vec<u8>,
    /// What is wrong with them.
    pub why: String,
    /// The HTTP status for that: 400, 408, 413 or 431.
    pub status: u16,
}

impl Bad {
    pub(super) fn new(raw: &[u8], why: impl Into<String>) -> Bad {
        let why = why.into();
        Bad { raw: raw[..raw.len().min(KEPT_BAD)].to_vec(), status: status_for(&why), why }
    }

    /// The same with another status.
    pub(super) fn with(self, status: u16) -> Bad {
        Bad { status, ..self }
    }
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was written whole.
    Answered,
    /// The planned fault happened.
    FaultDone,
    /// The client closed the connection first.
    ClientLeft,
    /// It is still being written, or its connection was ended by [`reset_connections`](super::Tap::reset_connections).
    InProgress,
}

/// What the connections of a tap share.
pub(super) struct Shared {
    connections: Arc<Connections>,
    opened: Instant,
    /// Nanoseconds from `opened` to the last bytes that arrived.
    arrived: AtomicU64,
    /// Whether a request that is not all there is waited for no longer than a moment.
    hurried: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: Option<Answers>,
    /// Counts the steps.
    step: u64,
    requests: usize,
    exchanges: u64,
    record: BTreeMap<u64, Exchange>,
    strays: BTreeMap<u64, Exchange>,
    /// Bytes of the requests in both.
    held: usize,
}

/// A poisoned lock is used on: each holder leaves the data whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Empty lines between requests are none of our business: HTTP lets a client send them.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b'\r' | b'\n'))
}

impl Shared {
    pub(super) fn new(connections: Arc<Connections>) -> Shared {
        let (opened, arrived, hurried) = (Instant::now(), AtomicU64::new(0), AtomicBool::new(false));
        Shared { connections, opened, arrived, hurried, state: Mutex::default() }
    }

    pub(super) fn hurry(&self) {
        self.hurried.store(true, Ordering::Relaxed);
    }

    pub(super) fn begin(&self, answers: Option<Answers>) {
        let mut state = lock(&self.state);
        state.answers = answers;
        state.step += 1;
        state.requests = 0;
        let late = mem::take(&mut state.record);
        state.strays.extend(late);
        state.forget_old_strays();
    }

    pub(super) fn take(&self) -> Vec<Exchange> {
        let mut state = lock(&self.state);
        let mut taken: Vec<Exchange> = mem::take(&mut state.record).into_values().collect();
        state.held -= taken.iter().map(Exchange::size).sum::<usize>();
        self.connections.each(|link| {
            let buffer = lock(&link.buffer);
            if !is_blank(&buffer) && !link.faulty.load(Ordering::Relaxed) {
                let bad = Bad::new(&buffer, "the request is not all there");
                taken.push(self.exchange(link, Err(bad), state.requests, Arc::new(nothing())));
            }
        });
        taken
    }

    pub(super) fn strays(&self) -> Vec<Exchange> {
        let mut state = lock(&self.state);
        let taken: Vec<Exchange> = mem::take(&mut state.strays).into_values().collect();
        state.held -= taken.iter().map(Exchange::size).sum::<usize>();
        taken
    }

    pub(super) fn last_arrival(&self) -> Instant {
        self.opened + Duration::from_nanos(self.arrived.load(Ordering::Relaxed))
    }

    fn exchange(
        &self,
        link: &Link,
        request: Result<Arc<Request>, Bad>,
        answered: usize,
        serve: Arc<Serve>,
    ) -> Exchange {
        Exchange {
            request,
            connection: link.id,
            reused: link.requests.load(Ordering::Relaxed) > 1,
            secure: link.is_secure(),
            at: self.opened.elapsed(),
            answered,
            serve,
            sent: Vec::new(),
            sent_total: 0,
            fate: Fate::InProgress,
        }
    }
}

impl Desk for Shared {
    fn patience(&self) -> Patience {
        let usual = Patience::default();
        if self.hurried.load(Ordering::Relaxed) { Patience { whole: MOMENT, ..usual } } else { usual }
    }

    /// Finds the answer to a request and puts both on record.
    fn arrive(&self, link: &Link, request: Result<Arc<Request>, Bad>) -> Ordered {
        let (answers, step, nth) = {
            let mut state = lock(&self.state);
            state.requests += 1;
            (state.answers.clone(), state.step, state.requests - 1)
        };
        // No lock is held while foreign code runs.
        let serve = match (&request, &answers) {
            (Err(bad), _) => Arc::new(refusal(400, "BadRequest", &bad.why)),
            (Ok(_), None) => Arc::new(refusal(500, "NoStep", "no call is open at this port")),
            (Ok(request), Some(answers)) => answers(request, nth),
        };
        let exchange = self.exchange(link, request, nth, Arc::clone(&serve));
        let mut state = lock(&self.state);
        let key = state.exchanges;
        state.exchanges += 1;
        let is_late = answers.is_none() || state.step != step;
        state.keep(key, exchange, is_late);
        Ordered { key, serve, hold: Duration::ZERO }
    }

    /// Writes and puts it on record in one go, so that no one who saw the answer finds a record without it.
    fn write(&self, key: u64, bytes: &[u8], end: End, put: Put<'_>) -> Poll<io::Result<usize>> {
        let mut state = lock(&self.state);
        let written = match put(bytes) {
            Poll::Ready(Ok(written)) => written,
            other => return other,
        };
        if let Some(exchange) = state.exchange(key) {
            let room = end.kept.saturating_sub(exchange.sent_total).min(written);
            exchange.sent.extend_from_slice(&bytes[..room]);
            exchange.sent_total += written;
            if let (true, Some(fate)) = (written == bytes.len(), end.fate) {
                exchange.fate = fate;
            }
        }
        Poll::Ready(Ok(written))
    }

    fn settle(&self, key: u64, fate: Fate) {
        if let Some(exchange) = lock(&self.state).exchange(key) {
            exchange.fate = fate;
        }
    }

    fn note_arrival(&self) {
        let nanos = u64::try_from(self.opened.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.arrived.store(nanos, Ordering::Relaxed);
    }
}

impl State {
    fn exchange(&mut self, key: u64) -> Option<&mut Exchange> {
        self.record.get_mut(&key).or_else(|| self.strays.get_mut(&key))
    }

    fn keep(&mut self, key: u64, exchange: Exchange, is_stray: bool) {
        let held = self.held + exchange.size();
        if held > KEPT_BYTES || (!is_stray && self.record.len() >= KEPT_EXCHANGES) {
            return;
        }
        self.held = held;
        let kept = if is_stray { &mut self.strays } else { &mut self.record };
        kept.insert(key, exchange);
        self.forget_old_strays();
    }

    fn forget_old_strays(&mut self) {
        while self.strays.len() > KEPT_EXCHANGES {
            self.held -= self.strays.pop_first().map_or(0, |(_, exchange)| exchange.size());
        }
    }
}

fn nothing() -> Serve {
    Answer { status: 408, headers: Vec::new(), body: crate::case::Body::Empty }.into()
}

fn refusal(status: u16, code: &str, message: &str) -> Serve {
    let code = format!("Fineprint.{code}");
    Answer::json(status, serde_json::json!({ "Code": code, "Message": message, "RequestId": "none" })).into()
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("opened", &self.opened).finish_non_exhaustive()
    }
}
