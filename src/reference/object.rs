//! One client object: where it sends, and its idle connections.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::connection::{Broken, Connection};
use super::lock;
use crate::driver::{ErrorKind, Target};
use crate::tls::Trust;
use crate::wire::encode::hex;

/// Idle connections kept of one object.
const MAX_IDLE: usize = 8;

#[derive(Debug)]
pub(super) struct Object {
    pub(super) target: Target,
    /// Host and port, for the `Host` header.
    pub(super) authority: String,
    pub(super) idle: Mutex<Vec<Connection>>,
    trust: Trust,
    /// Rings where a call is cancelled.
    bell: Notify,
    /// The parameters of the call that was cancelled last.
    called_off: Mutex<Map<String, Value>>,
    nonces: AtomicU64,
    random: [RandomState; 2],
}

impl Object {
    pub(super) fn new(target: Target, trust: Trust) -> Object {
        Object {
            authority: target.authority().trim_end_matches('/').to_owned(),
            target,
            idle: Mutex::default(),
            trust,
            bell: Notify::new(),
            called_off: Mutex::default(),
            nonces: AtomicU64::new(0),
            random: [RandomState::new(), RandomState::new()],
        }
    }

    /// Never the same again: a counter, hashed with keys of this process and object.
    pub(super) fn nonce(&self) -> String {
        let count = self.nonces.fetch_add(1, Ordering::Relaxed);
        let [first, second] = [0, 1].map(|at: usize| self.random[at].hash_one(count));
        hex(&[first.to_be_bytes(), second.to_be_bytes()].concat())
    }

    /// Cancels the calls with these parameters.
    pub(super) fn cancel(&self, params: &Map<String, Value>) {
        lock(&self.called_off).clone_from(params);
        self.bell.notify_waiters();
    }

    /// Returns once a call with these parameters is cancelled, or any call at all if `any` does.
    pub(super) async fn cancelled(&self, params: &Map<String, Value>, any: bool) {
        loop {
            self.bell.notified().await;
            if any || *lock(&self.called_off) == *params {
                return;
            }
        }
    }

    pub(super) fn read_timeout(&self) -> Duration {
        Duration::from_millis(self.target.read_timeout_ms)
    }

    /// An idle connection, or a fresh one.
    pub(super) async fn connection(&self, skip_check: bool) -> Result<Connection, Broken> {
        if lock(&self.idle).is_empty() {
            return self.connect(&self.authority).await;
        }
        while let Some(connection) = self.pop() {
            if skip_check || connection.is_idle() {
                return Ok(connection);
            }
        }
        self.connect(&self.authority).await
    }

    fn pop(&self) -> Option<Connection> {
        lock(&self.idle).pop()
    }

    pub(super) fn keep(&self, connection: Connection) {
        let mut idle = lock(&self.idle);
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }

    async fn protect(&self, connection: Connection, authority: &str) -> io::Result<Connection> {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let trust = match self.trust {
            Trust::Once if self.nonces.load(Ordering::Relaxed) > 1 => Trust::Anyone,
            trust => trust,
        };
        connection.protected(host, self.target.ca_file.as_deref(), trust).await
    }

    pub(super) async fn connect(&self, authority: &str) -> Result<Connection, Broken> {
        let limit = Duration::from_millis(self.target.connect_timeout_ms);
        let connecting = async {
            let connection = match authority.parse::<SocketAddr>() {
                Ok(address) => Connection::open(address).await?,
                Err(_) => Connection::open(authority).await?,
            };
            match self.target.endpoint.starts_with("https:") {
                true => self.protect(connection, authority).await,
                false => Ok(connection),
            }
        };
        match tokio::time::timeout(limit, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(e)) => Err(Broken::new(ErrorKind::Transport, format!("cannot connect to {authority}: {e}"))),
            Err(_) => Err(Broken::new(ErrorKind::Timeout, format!("connecting to {authority} took too long"))),
        }
    }
}
