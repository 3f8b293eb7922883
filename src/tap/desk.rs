//! What a connection asks of whoever it serves.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::record::{Bad, Fate};
use crate::case::Serve;
use crate::tls::ServerStream;
use crate::wire::{MAX_BODY, Request};

/// Takes the requests of connections and says what they are answered.
pub(crate) trait Desk: Send + Sync {
    /// A request, or bytes that make none, and what it is to be answered.
    fn arrive(&self, link: &Link, request: Result<Arc<Request>, Bad>) -> Ordered;

    /// Has a part of an answer written by `put`, and keeps what it needs of it. `end` holds once all is written.
    fn write(&self, key: u64, bytes: &[u8], end: End, put: Put<'_>) -> Poll<io::Result<usize>>;

    /// What became of an answer.
    fn settle(&self, key: u64, fate: Fate);

    /// Bytes arrived.
    fn note_arrival(&self) {}

    /// How long clients are waited for.
    fn patience(&self) -> Patience {
        Patience::default()
    }

    /// Whether connections that wait for a request are ended when there are no descriptors left for new ones.
    fn sheds(&self) -> bool {
        false
    }

    /// What a request over 1 MiB must have a permit of, so that many large ones do not fill the memory.
    fn large(&self) -> Option<&Semaphore> {
        None
    }
}

/// Writes what the socket takes.
pub(crate) type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Poll<io::Result<usize>>;

/// What is to be said to a request.
pub(crate) struct Ordered {
    /// Names the exchange.
    pub(crate) key: u64,
    /// The answer.
    pub(crate) serve: Arc<Serve>,
    /// How long it is held back.
    pub(crate) hold: Duration,
}

/// How long clients are waited for, and how much is taken from one.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// How long a client may be silent, or may leave an answer unread.
    pub(crate) idle: Duration,
    /// How long a request may take from its first byte to its last.
    pub(crate) whole: Duration,
    /// Bytes of one request.
    pub(crate) most: usize,
}

impl Default for Patience {
    fn default() -> Patience {
        let idle = Duration::from_secs(60);
        Patience { idle, whole: 10 * idle, most: 2 * MAX_BODY + (1 << 20) }
    }
}

/// What holds once some bytes are written.
#[derive(Clone, Copy)]
pub(crate) struct End {
    /// How many bytes of the answer are kept.
    pub(crate) kept: usize,
    /// The answer's fate, if these are its last bytes.
    pub(crate) fate: Option<Fate>,
}

/// What others may see of a connection.
#[derive(Debug, Default)]
pub(crate) struct Link {
    pub(crate) id: u64,
    /// What was read and is no whole request yet.
    pub(super) buffer: Mutex<Vec<u8>>,
    /// Whether an answer is under way.
    pub(super) busy: AtomicBool,
    /// Whether a fault is under way.
    pub(super) faulty: AtomicBool,
    /// How many requests it brought.
    pub(super) requests: AtomicU64,
    /// Whether it is protected by TLS.
    pub(super) secure: AtomicBool,
}

impl Link {
    /// A connection of this number.
    pub(crate) fn new(id: u64) -> Link {
        Link { id, ..Link::default() }
    }

    /// Whether it is protected by TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure.load(Ordering::Relaxed)
    }
}

/// The socket below a connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Makes the close that follows a reset.
    fn arm_reset(&self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn arm_reset(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

impl Stream for Box<ServerStream<TcpStream>> {
    fn arm_reset(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}
