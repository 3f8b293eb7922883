//! Our own listener: raw bytes kept both ways, faults injected.

mod connection;
mod connections;
mod desk;
mod record;
mod render;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::Instant;

pub(crate) use connections::{Connections, accept};
pub(crate) use desk::{Desk, End, Link, Ordered, Patience, Put};
pub use record::{Bad, Exchange, Fate};
pub use render::render;

use crate::case::{Certificate, Serve};
use crate::tls::{Acceptor, Authority};
use crate::wire::Request;
use record::Shared;

/// What a step says to its requests, counted from 0.
pub type Answers = Arc<dyn Fn(&Request, usize) -> Arc<Serve> + Send + Sync>;

/// A listener on a loopback port of its own. All that arrives there belongs to the open step.
#[derive(Debug)]
pub struct Tap {
    shared: Arc<Shared>,
    connections: Arc<Connections>,
    endpoint: String,
    accepting: Vec<AbortHandle>,
}

impl Tap {
    /// Opens a port and serves it on the current tokio runtime, until it is dropped.
    ///
    /// # Errors
    /// When there is no port to be had.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open() -> io::Result<Tap> {
        let connections = Arc::new(Connections::default());
        let shared = Arc::new(Shared::new(Arc::clone(&connections)));
        let mut tap = Tap { shared, connections, endpoint: String::new(), accepting: Vec::with_capacity(1) };
        tap.endpoint = format!("http://{}", tap.listen(None)?);
        Ok(tap)
    }

    /// Opens a further port of the same tap, which shows this certificate: `https://127.0.0.1:PORT`.
    ///
    /// # Errors
    /// When there is no port to be had.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn secure(&mut self, authority: &Authority, certificate: Certificate) -> io::Result<String> {
        Ok(format!("https://{}", self.listen(Some(authority.acceptor(certificate)))?))
    }

    fn listen(&mut self, acceptor: Option<Acceptor>) -> io::Result<SocketAddr> {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        let (shared, connections) = (Arc::clone(&self.shared), Arc::clone(&self.connections));
        self.accepting.push(tokio::spawn(accept(listener, shared, connections, acceptor)).abort_handle());
        Ok(address)
    }

    /// Where a client under test must send: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Opens a step. What the last one received and nobody took becomes strays.
    pub fn begin(&self, answers: Answers) {
        self.shared.begin(Some(answers));
    }

    /// Closes the step: what arrives from now on is answered with 500 and is a stray.
    pub fn end(&self) {
        self.shared.begin(None);
    }

    /// All that the step received since the last time, in order of arrival, whether or not it is answered already.
    /// A request that is not all there comes last, as [`Bad`], and comes again once it is complete.
    pub fn take(&self) -> Vec<Exchange> {
        self.shared.take()
    }

    /// All that arrived outside a step since the last time.
    pub fn strays(&self) -> Vec<Exchange> {
        self.shared.strays()
    }

    /// From now on, a request that is not all there is given up after a moment: for a client that is known to send such
    /// requests, and would wait for an answer to each.
    pub fn hurry(&self) {
        self.shared.hurry();
    }

    /// Waits until nothing has arrived for this long, from now on.
    pub async fn quiet(&self, time: Duration) {
        let mut from = Instant::now();
        loop {
            tokio::time::sleep_until(from + time).await;
            match self.shared.last_arrival() {
                last if last > from => from = last,
                _ => return,
            }
        }
    }

    /// Ends the connections on which a fault is under way, so that no stalled answer outlives its step. To let a
    /// late answer go out after the client gave up, do not call this.
    pub fn reset_connections(&self) {
        self.connections.end_faulty();
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.accepting.iter().for_each(AbortHandle::abort);
        self.connections.close();
    }
}
