//! The fake server that lasts: whole products on one port, for any client by hand.

mod control;
mod credentials;
mod preference;
mod received;
mod script;
mod service;
mod summary;
mod tally;
mod when;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

pub use credentials::Credentials;
pub use preference::Preference;
pub use script::Script;
pub use service::{Protection, Setup};
pub use summary::{Called, Summary};
pub use when::When;

use crate::contract::Contract;
use crate::fake::Fake;
use crate::tap::{Connections, Desk, accept};
use crate::tls::Acceptor;
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
        let (refusals, refused) = unbounded_channel();
        let acceptor = setup.tls.as_ref().map(|tls| tls.authority.acceptor(tls.certificate));
        let service = Arc::new(Service::new(setup, refusals));
        let (address, port) = Port::open(listener, Arc::clone(&service), refused, acceptor)?;
        Ok(Server { service, address, ports: vec![port] })
    }

    /// Opens the control port: `GET /requests`, `/expected` and `/summary`, `POST /script` and `/reset`.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn control(&mut self, listener: StdListener) -> io::Result<SocketAddr> {
        let control = Arc::new(Control { service: Arc::clone(&self.service) });
        // Nobody holds the sender: this port is always open.
        let (address, port) = Port::open(listener, control, unbounded_channel().1, None)?;
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

impl Fake {
    /// Starts a server of our own in this process, on a free port of this machine and the current tokio runtime. It answers with the pages'
    /// samples, keeps the raw bytes, and can break a connection in every way, which the wiremock server of [`Fake::mount`] cannot.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use fineprint::extract::{Input, read};
    /// use fineprint::Fake;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    /// let contract = Arc::new(read(&[Input { name: "page.txt", text }]));
    /// let server = Fake::start(contract)?;
    ///
    /// let mut client = tokio::net::TcpStream::connect(server.address()).await?;
    /// let call = "/?Action=CreateImageByInstance&InstanceId=ws-1&ImageName=a&ProductType=CloudDesktop";
    /// client.write_all(format!("GET {call} HTTP/1.0\r\nPrefer: error=Instance.NotFound\r\n\r\n").as_bytes()).await?;
    /// let mut answer = String::new();
    /// client.read_to_string(&mut answer).await?;
    /// assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("Instance.NotFound"));
    ///
    /// assert_eq!(server.stop().await.received, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no port to be had.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(contract: Arc<Contract>) -> io::Result<Server> {
        Server::start(Setup::new(contract), StdListener::bind((Ipv4Addr::LOCALHOST, 0))?)
    }
}

impl Port {
    fn open<D: Desk + 'static>(
        listener: StdListener,
        desk: Arc<D>,
        refused: UnboundedReceiver<Duration>,
        acceptor: Option<Acceptor>,
    ) -> io::Result<(SocketAddr, Port)> {
        let listener = listening(listener)?;
        let address = listener.local_addr()?;
        let connections = Arc::new(Connections::default());
        let accepting = tokio::spawn(keep_open(listener, address, desk, Arc::clone(&connections), refused, acceptor));
        Ok((address, Port { accepting: accepting.abort_handle(), connections }))
    }
}

/// The listener on the current runtime.
fn listening(listener: StdListener) -> io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    // The standard library lets 128 clients wait to be accepted; where a thousand come at once, the others would try again a second later.
    rustix::net::listen(&listener, WAITING)?;
    TcpListener::from_std(listener)
}

/// Takes connections until the task is aborted, except for as long as somebody wants them refused: the port is closed then.
async fn keep_open<D: Desk + 'static>(
    mut listener: TcpListener,
    address: SocketAddr,
    desk: Arc<D>,
    connections: Arc<Connections>,
    mut refused: UnboundedReceiver<Duration>,
    acceptor: Option<Acceptor>,
) {
    loop {
        let accepting = accept(listener, Arc::clone(&desk), Arc::clone(&connections), acceptor.clone());
        let closed = tokio::select! {
            () = accepting => return,
            Some(time) = refused.recv() => time,
        };
        sleep(closed).await;
        listener = loop {
            match StdListener::bind(address).and_then(listening) {
                Ok(listener) => break listener,
                // Another program has it meanwhile: it may give it back.
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        };
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.accepting.abort();
        self.connections.close();
    }
}
