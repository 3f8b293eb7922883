//! The fake server that lasts: whole products on one port, for any client by hand.

mod control;
mod preference;
mod received;
mod script;
mod service;
mod summary;
mod tally;
mod when;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

pub use preference::Preference;
pub use script::Script;
pub use service::Setup;
pub use summary::{Called, Summary};
pub use when::When;

use crate::tap::{Connections, Desk, accept};
use control::Control;
use service::Service;

/// How long answers that are under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// A server that answers as its pages say, until it is dropped.
pub struct Server {
    service: Arc<Service>,
    address: SocketAddr,
    ports: Vec<Port>,
}

/// Clients that may wait to be accepted.
const WAITING: i32 = 4096;

/// An open port.
struct Port {
    accepting: AbortHandle,
    connections: Arc<Connections>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Serves a listener on the current tokio runtime.
    ///
    /// # Errors
    /// When the listener cannot be used.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(setup: Setup, listener: StdListener) -> io::Result<Server> {
        let service = Arc::new(Service::new(setup));
        let (address, port) = Port::open(listener, Arc::clone(&service))?;
        Ok(Server { service, address, ports: vec![port] })
    }

    /// Opens the control port: `GET /requests`, `/expected` and `/summary`, `POST /script` and `/reset`.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn control(&mut self, listener: StdListener) -> io::Result<SocketAddr> {
        let (address, port) = Port::open(listener, Arc::new(Control { service: Arc::clone(&self.service) }))?;
        self.ports.push(port);
        Ok(address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it saw until now.
    pub fn summary(&self) -> Summary {
        summary::summary(&self.service)
    }

    /// Takes no more connections, lets the answers that are under way end, and says what it saw.
    pub async fn stop(self) -> Summary {
        self.ports.iter().for_each(|port| port.accepting.abort());
        let until = Instant::now() + GRACE;
        while Instant::now() < until && self.ports.iter().any(|port| port.connections.are_busy()) {
            sleep(Duration::from_millis(5)).await;
        }
        self.summary()
    }
}

impl Port {
    fn open<D: Desk + 'static>(listener: StdListener, desk: Arc<D>) -> io::Result<(SocketAddr, Port)> {
        listener.set_nonblocking(true)?;
        // The standard library lets 128 clients wait to be accepted; where a thousand come at once, the others would try again a second later.
        rustix::net::listen(&listener, WAITING)?;
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        let connections = Arc::new(Connections::default());
        let accepting = tokio::spawn(accept(listener, desk, Arc::clone(&connections))).abort_handle();
        Ok((address, Port { accepting, connections }))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.accepting.abort();
        self.connections.close();
    }
}
