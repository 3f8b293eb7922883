//! One connection of a tap: requests in, answers and faults out.

use std::io;
use std::mem;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::record::{Bad, End, Fate, Link, Rendered, Shared, is_blank, lock};
use super::render::says_close;
use crate::case::{Fault, Serve};
use crate::wire::{MAX_BODY, Parsed, Request, awaits_continue, parse};

/// How long a client may be silent, or may leave an answer unread.
const IDLE: Duration = Duration::from_secs(60);
/// How long a closed connection waits for the client to close its side.
const PARTING: Duration = Duration::from_secs(1);
const READ: usize = 8 << 10;
const LARGE: usize = 1 << 20;

/// Serves a listener until the task is aborted.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => shared.connect(|link| {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let parting = Parting { shared: &shared, link: &link };
                    Connection { stream, shared: &shared, link: &link }.serve().await;
                    drop(parting);
                })
                .abort_handle()
            }),
            // Out of descriptors, mostly: some may be free soon.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Takes a connection off the books when its task ends in whatever way.
struct Parting<'a> {
    shared: &'a Shared,
    link: &'a Link,
}

impl Drop for Parting<'_> {
    fn drop(&mut self) {
        self.shared.disconnect(self.link);
    }
}

struct Connection<'a> {
    stream: TcpStream,
    shared: &'a Shared,
    link: &'a Link,
}

enum Next {
    Request(Arc<Request>),
    Bad(Bad),
    /// The client left within a request.
    Torn(Bad),
    End,
}

/// What to do with the connection after an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Keep,
    /// Close it once the client has closed its side or sends more.
    Close,
    /// Close it once the client has sent all that it wants to.
    Refuse,
    Drop,
}

impl Connection<'_> {
    async fn serve(mut self) {
        // Without this a delayed acknowledgement costs 40 ms; a socket that cannot do it still works.
        let _ = self.stream.set_nodelay(true);
        loop {
            let next = self.next().await;
            if !matches!(next, Next::End) {
                self.link.requests.fetch_add(1, Ordering::Relaxed);
            }
            let after = match next {
                Next::Request(request) => self.answer(request).await,
                Next::Bad(bad) => {
                    let (key, serve) = self.shared.arrive(self.link, Err(bad));
                    let rendered = self.shared.rendered(&serve, false, false);
                    let all = 0..rendered.bytes.len();
                    let _ = self.write(key, &rendered, all, Some(Fate::Answered)).await;
                    After::Refuse
                }
                Next::Torn(bad) => {
                    let (key, _) = self.shared.arrive(self.link, Err(bad));
                    self.shared.settle(key, Fate::ClientLeft);
                    After::Drop
                }
                Next::End => After::Drop,
            };
            match after {
                After::Keep => {}
                After::Close | After::Refuse => return self.part(after).await,
                After::Drop => return,
            }
        }
    }

    async fn next(&self) -> Next {
        let mut is_continued = false;
        let mut is_fresh = !lock(&self.link.buffer).is_empty();
        loop {
            if is_fresh {
                let mut buffer = lock(&self.link.buffer);
                match parse(&buffer) {
                    Parsed::Complete(request, used) => {
                        consume(&mut buffer, used);
                        return Next::Request(Arc::from(request));
                    }
                    Parsed::Bad(why) => return Next::Bad(Bad::new(&mem::take(&mut *buffer), why)),
                    Parsed::Partial => {}
                }
            }
            if is_fresh && !is_continued && self.awaits_continue() {
                is_continued = true;
                // If it cannot be written, reading says so next.
                let _ = self.go_on().await;
            }
            match self.read().await {
                Ok(0) | Err(_) => {
                    let buffer = mem::take(&mut *lock(&self.link.buffer));
                    if is_blank(&buffer) {
                        return Next::End;
                    }
                    return Next::Torn(Bad::new(&buffer, "the connection ended within the request"));
                }
                Ok(_) => is_fresh = true,
            }
        }
    }

    fn awaits_continue(&self) -> bool {
        awaits_continue(&lock(&self.link.buffer))
    }

    async fn go_on(&self) -> io::Result<()> {
        self.stream.writable().await?;
        // The socket's buffer is empty here, so that these few bytes always fit.
        self.stream.try_write(b"HTTP/1.1 100 Continue\r\n\r\n").map(|_| ())
    }

    /// Reads what has arrived, or waits for it.
    async fn read(&self) -> io::Result<usize> {
        loop {
            let read = {
                let mut buffer = lock(&self.link.buffer);
                // Reading in ever larger pieces keeps the cost of parsing again low.
                let room = buffer.len().clamp(READ, LARGE);
                buffer.reserve(room);
                self.stream.try_read_buf(&mut *buffer)
            };
            match read {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) => return Ok(0),
                other => {
                    self.shared.note_arrival();
                    return other;
                }
            }
            timeout(IDLE, self.stream.readable()).await??;
        }
    }

    async fn answer(&self, request: Arc<Request>) -> After {
        let (key, serve) = self.shared.arrive(self.link, Ok(Arc::clone(&request)));
        let spoils = !matches!(serve.fault, None | Some(Fault::Stall { .. }));
        let keep = !spoils && keeps_alive(&request) && !says_close(&serve.answer);
        let rendered = self.shared.rendered(&serve, keep, request.method == "HEAD");
        let delivered = match serve.fault {
            None => {
                self.write(key, &rendered, 0..rendered.bytes.len(), Some(Fate::Answered)).await.map(|()| After::Keep)
            }
            Some(fault) => {
                self.link.faulty.store(true, Ordering::Relaxed);
                let delivered = self.deliver(key, &serve, &rendered, fault).await;
                self.link.faulty.store(false, Ordering::Relaxed);
                delivered
            }
        };
        match delivered {
            Ok(After::Keep) if !keep => After::Close,
            Ok(after) => after,
            Err(_) => {
                self.shared.settle(key, Fate::ClientLeft);
                After::Drop
            }
        }
    }

    async fn deliver(&self, key: u64, serve: &Serve, rendered: &Rendered, fault: Fault) -> io::Result<After> {
        let total = rendered.bytes.len();
        let within = |offset: u32| usize::try_from(offset).unwrap_or(total).min(total);
        match fault {
            Fault::Reset { after } => {
                self.write(key, rendered, 0..within(after), None).await?;
                self.stream.set_zero_linger()?;
                self.shared.settle(key, Fate::FaultDone);
                Ok(After::Drop)
            }
            Fault::Close { after } => {
                self.write(key, rendered, 0..within(after), None).await?;
                self.shared.settle(key, Fate::FaultDone);
                Ok(After::Close)
            }
            Fault::Truncate { body } => {
                let length = total - rendered.head;
                let offset = usize::try_from(body.unsigned_abs()).unwrap_or(length).min(length);
                let end = if body < 0 { total - offset } else { rendered.head + offset };
                self.write(key, rendered, 0..end, None).await?;
                self.shared.settle(key, Fate::FaultDone);
                Ok(After::Close)
            }
            Fault::Stall { after, ms } => {
                self.write(key, rendered, 0..within(after), None).await?;
                self.wait(ms).await?;
                self.write(key, rendered, within(after)..total, Some(Fate::FaultDone)).await?;
                Ok(if says_close(&serve.answer) { After::Close } else { After::Keep })
            }
            Fault::Drip { bytes, every_ms, most } => {
                let (piece, dripped) = (within(bytes.max(1)).max(1), within(most));
                let mut at = 0;
                while at < dripped {
                    let end = (at + piece).min(dripped);
                    self.write(key, rendered, at..end, None).await?;
                    self.wait(every_ms).await?;
                    at = end;
                }
                self.write(key, rendered, at..total, Some(Fate::FaultDone)).await?;
                Ok(After::Close)
            }
        }
    }

    /// Writes a part of an answer; an error means that the client is gone.
    async fn write(&self, key: u64, rendered: &Rendered, range: Range<usize>, fate: Option<Fate>) -> io::Result<()> {
        let end = End { kept: rendered.kept(), fate };
        let mut rest = &rendered.bytes[range];
        if rest.is_empty() {
            if let Some(fate) = fate {
                self.shared.settle(key, fate);
            }
            return Ok(());
        }
        while !rest.is_empty() {
            match self.shared.write(key, &self.stream, rest, end) {
                Ok(written) => rest = &rest[written..],
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => timeout(IDLE, self.stream.writable()).await??,
                Err(e) => {
                    self.shared.settle(key, Fate::ClientLeft);
                    return Err(e);
                }
            }
        }
        Ok(())
    }

    /// Waits; an error means that the client left meanwhile. What it sends meanwhile is kept for later.
    async fn wait(&self, ms: u32) -> io::Result<()> {
        let until = Instant::now() + Duration::from_millis(ms.into());
        loop {
            if lock(&self.link.buffer).len() > MAX_BODY {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            match timeout_at(until, self.read()).await {
                Err(_) => return Ok(()),
                Ok(Ok(0)) => return Err(io::ErrorKind::ConnectionAborted.into()),
                Ok(read) => read.map(|_| ())?,
            }
        }
    }

    /// Closes our side and waits a little for the client's: closing at once would turn bytes that are still on
    /// their way to us into a reset, which may overtake the answer.
    async fn part(&mut self, after: After) {
        if self.stream.shutdown().await.is_err() {
            return;
        }
        let mut left = LARGE;
        let until = Instant::now() + PARTING;
        while let Ok(Ok(read @ 1..)) = timeout_at(until, self.read()).await {
            lock(&self.link.buffer).clear();
            left = left.saturating_sub(read);
            if left == 0 || after == After::Close {
                return;
            }
        }
    }
}

fn consume(buffer: &mut Vec<u8>, used: usize) {
    if used == buffer.len() && buffer.capacity() <= LARGE {
        buffer.clear();
    } else {
        *buffer = buffer[used..].to_vec();
    }
}

fn keeps_alive(request: &Request) -> bool {
    let closes = |value: &str| value.split(',').any(|token| token.trim().eq_ignore_ascii_case("close"));
    request.minor > 0 && !request.header("connection").is_some_and(closes)
}
