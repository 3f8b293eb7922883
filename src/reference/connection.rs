//! HTTP/1.1 on one connection: a request out, an answer in, within its time.

use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

use httparse::Status;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::time::{Instant, timeout, timeout_at};

use crate::driver::ErrorKind;
use crate::tls::{self, ClientStream, Trust};
use crate::wire::{MAX_BODY, MAX_HEAD, unchunk};

const MAX_HEADERS: usize = 256;
const READ: usize = 16 << 10;

#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    buffer: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw {
    pub(super) status: u16,
    /// Names are in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the connection may be used again.
    pub(super) keep: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) kind: ErrorKind,
    pub(super) why: String,
    /// What there was of it.
    pub(super) partial: Option<Raw>,
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    /// Until then, for the whole answer.
    Until(Instant),
    /// This long for each piece of it.
    Each(Duration),
}

impl Broken {
    pub(super) fn new(kind: ErrorKind, why: impl Into<String>) -> Broken {
        Broken { kind, why: why.into(), partial: None }
    }
}

impl Raw {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Protected(Box<ClientStream<TcpStream>>),
}

enum Framing {
    Length(usize),
    Chunked,
    ToTheEnd,
}

impl Connection {
    pub(super) async fn open(address: impl ToSocketAddrs) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: Stream::Plain(stream), buffer: Vec::with_capacity(READ) })
    }

    /// The same under TLS: whom the client trusts stands in a file.
    pub(super) async fn protected(self, host: &str, authority: Option<&str>, trust: Trust) -> io::Result<Connection> {
        let stream = match self.stream {
            Stream::Plain(stream) => Stream::Protected(Box::new(tls::connect(stream, host, authority, trust).await?)),
            protected @ Stream::Protected(_) => protected,
        };
        Ok(Connection { stream, ..self })
    }

    /// Whether the server neither closed it nor said anything unasked.
    pub(super) fn is_idle(&self) -> bool {
        match &self.stream {
            // The system is asked, since the runtime may not have heard yet that the server closed it.
            Stream::Plain(stream) => {
                self.buffer.is_empty() && recv(stream, &mut [0], RecvFlags::PEEK) == Err(Errno::WOULDBLOCK)
            }
            // A server may send tickets when it likes: each call has a connection of its own.
            Stream::Protected(_) => false,
        }
    }

    /// Sends a request in one write and reads its answer.
    pub(super) async fn exchange(&mut self, request: &[u8], patience: Patience) -> Result<Raw, Broken> {
        self.exchange_until(request, patience, |status| status >= 200).await
    }

    /// The same, where the answer is the first whose status is final.
    pub(super) async fn exchange_until(
        &mut self,
        request: &[u8],
        patience: Patience,
        is_final: impl Fn(u16) -> bool,
    ) -> Result<Raw, Broken> {
        let sending = async {
            match &mut self.stream {
                Stream::Plain(stream) => stream.write_all(request).await,
                Stream::Protected(stream) => {
                    stream.write_all(request).await?;
                    stream.flush().await
                }
            }
        };
        within(patience, sending).await?;
        loop {
            let raw = self.answer(patience).await?;
            if is_final(raw.status) {
                return Ok(raw);
            }
        }
    }

    async fn answer(&mut self, patience: Patience) -> Result<Raw, Broken> {
        let (mut raw, length) = loop {
            match head(&self.buffer)? {
                Some(found) => break found,
                None if self.buffer.len() > MAX_HEAD => return Err(decode("the answer's head is over 64 KiB")),
                None => {}
            }
            if self.read(patience).await? == 0 {
                let when = if self.buffer.is_empty() { "before an answer" } else { "within the answer's head" };
                return Err(Broken::new(ErrorKind::Transport, format!("the connection was closed {when}")));
            }
        };
        self.buffer.drain(..length);
        if raw.status < 200 || matches!(raw.status, 204 | 304) {
            raw.keep &= self.buffer.is_empty();
            return Ok(raw);
        }
        let framing = framing(&raw)?;
        loop {
            match framing {
                Framing::Length(length) if self.buffer.len() >= length => {
                    raw.body = self.buffer[..length].to_vec();
                    self.buffer.drain(..length);
                    break;
                }
                Framing::Chunked => {
                    if let Some(taken) = unchunk(&self.buffer, &mut |_| ()).map_err(decode)? {
                        unchunk(&self.buffer, &mut |piece| raw.body.extend_from_slice(piece)).map_err(decode)?;
                        self.buffer.drain(..taken);
                        break;
                    }
                }
                Framing::Length(_) | Framing::ToTheEnd => {}
            }
            if self.buffer.len() > 2 * MAX_BODY {
                return Err(decode("the answer is over 64 MiB"));
            }
            match (self.read(patience).await, &framing) {
                (Ok(1..), _) => {}
                (Ok(0), Framing::ToTheEnd) => {
                    raw.body = std::mem::take(&mut self.buffer);
                    raw.keep = false;
                    break;
                }
                (ended, _) => {
                    raw.body = std::mem::take(&mut self.buffer);
                    let gone = Broken::new(ErrorKind::Transport, "the connection was closed within the answer's body");
                    return Err(Broken { partial: Some(raw), ..ended.err().unwrap_or(gone) });
                }
            }
        }
        if raw.body.len() > MAX_BODY {
            return Err(decode("the answer is over 64 MiB"));
        }
        raw.keep &= self.buffer.is_empty();
        Ok(raw)
    }

    async fn read(&mut self, patience: Patience) -> Result<usize, Broken> {
        self.buffer.reserve(self.buffer.len().clamp(READ, 1 << 20));
        match &mut self.stream {
            Stream::Plain(stream) => within(patience, stream.read_buf(&mut self.buffer)).await,
            Stream::Protected(stream) => within(patience, stream.read_buf(&mut self.buffer)).await,
        }
    }
}

async fn within<T>(patience: Patience, future: impl Future<Output = io::Result<T>>) -> Result<T, Broken> {
    let done = match patience {
        Patience::Until(instant) => timeout_at(instant, future).await,
        Patience::Each(limit) => timeout(limit, future).await,
    };
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(e)) => Err(Broken::new(ErrorKind::Transport, format!("the connection broke: {e}"))),
        Err(_) => Err(Broken::new(ErrorKind::Timeout, "the answer took too long")),
    }
}

fn decode(why: impl Into<String>) -> Broken {
    Broken::new(ErrorKind::Decode, why)
}

fn head(buffer: &[u8]) -> Result<Option<(Raw, usize)>, Broken> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    match config.parse_response_with_uninit_headers(&mut parsed, buffer, &mut headers) {
        Ok(Status::Partial) => Ok(None),
        Err(e) => Err(decode(format!("the answer is not HTTP/1: {e}"))),
        Ok(Status::Complete(length)) => {
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers = parsed.headers.iter().map(|h| (h.name.to_ascii_lowercase(), text(h.value)));
            let mut raw = Raw { status: parsed.code.unwrap_or(0), headers: headers.collect(), ..Raw::default() };
            let closes = raw.header("connection").is_some_and(|v| v.to_ascii_lowercase().contains("close"));
            raw.keep = parsed.version == Some(1) && !closes;
            Ok(Some((raw, length)))
        }
    }
}

fn framing(raw: &Raw) -> Result<Framing, Broken> {
    if raw.header("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked")) {
        return Ok(Framing::Chunked);
    }
    let mut lengths = raw.headers.iter().filter(|(name, _)| name == "content-length").map(|(_, value)| value);
    let Some(first) = lengths.next() else { return Ok(Framing::ToTheEnd) };
    if lengths.any(|other| other != first) {
        return Err(decode("two Content-Length headers that differ"));
    }
    match first.parse() {
        Ok(length) if length <= MAX_BODY => Ok(Framing::Length(length)),
        Ok(_) => Err(decode("the answer is over 64 MiB")),
        Err(_) => Err(decode(format!("Content-Length `{first}` is no length"))),
    }
}
