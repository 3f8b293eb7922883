//! One connection: requests in, answers and faults out, for the tap and for every server of ours.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

use super::desk::{Desk, End, Link, Ordered, Stream};
use super::record::{Bad, Fate, MOMENT, is_blank, lock};
use super::render::{Manner, Rendered, outlives};
use crate::case::{Fault, Serve};
use crate::wire::{MAX_BODY, Parsed, Request, awaits_continue, parse};

/// How long a closed connection waits for the client to close its side.
const PARTING: Duration = Duration::from_secs(1);
const READ: usize = 8 << 10;
const LARGE: usize = 1 << 20;
/// What is no HTTP, no size of a chunk, no JSON and no UTF-8.
const NOISE: &[u8] = b"\xff\xfe\x00 garbage \x80\r\n\r\n\xff";
/// Answers up to this are kept as bytes for the next request of the connection.
const REUSED: usize = 64 << 10;

/// Serves one connection to its end.
pub(crate) async fn serve<S: Stream, D: Desk>(stream: S, desk: &D, link: &Link) {
    Connection { stream, desk, link, last: None }.serve().await;
}

struct Connection<'a, S, D> {
    stream: S,
    desk: &'a D,
    link: &'a Link,
    /// The last answer as bytes, because many requests have the same.
    last: Option<Rendered>,
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

impl<S: Stream, D: Desk> Connection<'_, S, D> {
    async fn serve(mut self) {
        loop {
            let next = self.next().await;
            if !matches!(next, Next::End) {
                self.link.requests.fetch_add(1, Ordering::Relaxed);
                self.link.busy.store(true, Ordering::Relaxed);
            }
            let after = match next {
                Next::Request(request) => self.answer(request).await,
                Next::Bad(bad) => {
                    let Ordered { key, serve, .. } = self.desk.arrive(self.link, Err(bad));
                    let rendered = self.rendered(&serve, Manner { keep: false, ..Manner::default() });
                    let all = 0..rendered.bytes.len();
                    let _ = self.write(key, &rendered, all, Some(Fate::Answered)).await;
                    After::Refuse
                }
                Next::Torn(bad) => {
                    let Ordered { key, .. } = self.desk.arrive(self.link, Err(bad));
                    self.desk.settle(key, Fate::ClientLeft);
                    After::Drop
                }
                Next::End => After::Drop,
            };
            match after {
                After::Keep => self.link.busy.store(false, Ordering::Relaxed),
                After::Close | After::Refuse => return self.part(after).await,
                After::Drop => return,
            }
        }
    }

    async fn next(&mut self) -> Next {
        let patience = self.desk.patience();
        let (mut is_continued, mut permit) = (false, None::<SemaphorePermit<'_>>);
        let mut is_fresh = !lock(&self.link.buffer).is_empty();
        let mut until = None;
        loop {
            let mut held = 0;
            if is_fresh {
                let mut buffer = lock(&self.link.buffer);
                match parse(&buffer) {
                    Parsed::Complete(request, used) => {
                        consume(&mut buffer, used);
                        return Next::Request(Arc::from(request));
                    }
                    Parsed::Bad(why) => return Next::Bad(Bad::new(&mem::take(&mut *buffer), why)),
                    Parsed::Partial if buffer.len() > patience.most => {
                        let why = format!("the request is over {} MiB", patience.most >> 20);
                        return Next::Bad(Bad::new(&mem::take(&mut *buffer), why).with(413));
                    }
                    Parsed::Partial => held = if is_blank(&buffer) { 0 } else { buffer.len() },
                }
            }
            if is_fresh && !is_continued && self.awaits_continue() {
                is_continued = true;
                // If it cannot be written, reading says so next.
                let _ = self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await;
            }
            if held > 0 && until.is_none() {
                until = Some(Instant::now() + patience.whole);
            }
            if held > LARGE && permit.is_none() {
                permit = match self.desk.large() {
                    // A semaphore that was closed belongs to a server that stops.
                    Some(large) => large.acquire().await.ok(),
                    None => None,
                };
            }
            let read = match until {
                Some(until) => timeout_at(until, self.read()).await,
                None => Ok(self.read().await),
            };
            match read {
                Ok(Ok(1..)) => is_fresh = true,
                Ok(Ok(0) | Err(_)) => {
                    let buffer = mem::take(&mut *lock(&self.link.buffer));
                    if is_blank(&buffer) {
                        return Next::End;
                    }
                    return Next::Torn(Bad::new(&buffer, "the connection ended within the request"));
                }
                Err(_) => {
                    let buffer = mem::take(&mut *lock(&self.link.buffer));
                    if patience.whole <= MOMENT {
                        // The client would have left before us, as it did whenever it was waited for.
                        return Next::Bad(Bad::new(&buffer, "the connection ended within the request"));
                    }
                    let why = format!("the request did not arrive within {:?}", patience.whole);
                    return Next::Bad(Bad::new(&buffer, why).with(408));
                }
            }
        }
    }

    fn awaits_continue(&self) -> bool {
        awaits_continue(&lock(&self.link.buffer))
    }

    /// Reads what has arrived, or waits for it.
    async fn read(&mut self) -> io::Result<usize> {
        let (stream, link) = (&mut self.stream, self.link);
        let reading = poll_fn(|cx| {
            let mut buffer = lock(&link.buffer);
            // Reading in ever larger pieces keeps the cost of parsing again low.
            let room = buffer.len().clamp(READ, LARGE);
            buffer.reserve(room);
            pin!(stream.read_buf(&mut *buffer)).poll(cx)
        });
        let read = timeout(self.desk.patience().idle, reading).await??;
        if read > 0 {
            self.desk.note_arrival();
        }
        Ok(read)
    }

    /// An answer as bytes: the last one again, if it is the same.
    fn rendered(&mut self, serve: &Arc<Serve>, manner: Manner) -> Rendered {
        match &self.last {
            Some(last) if last.is_of(serve, manner) => last.clone(),
            _ => {
                let fresh = Rendered::new(serve, manner);
                self.last = (fresh.bytes.len() <= REUSED).then(|| fresh.clone());
                fresh
            }
        }
    }

    async fn answer(&mut self, request: Arc<Request>) -> After {
        let Ordered { key, serve, hold } = self.desk.arrive(self.link, Ok(Arc::clone(&request)));
        let spoils = !matches!(serve.fault, None | Some(Fault::Stall { .. }));
        let keep = !spoils && keeps_alive(&request) && outlives(&serve.answer);
        let manner = Manner { keep, is_head: request.method == "HEAD", minor: request.minor };
        let rendered = self.rendered(&serve, manner);
        if !hold.is_zero() && self.wait(hold).await.is_err() {
            self.desk.settle(key, Fate::ClientLeft);
            return After::Drop;
        }
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
                self.desk.settle(key, Fate::ClientLeft);
                After::Drop
            }
        }
    }

    async fn deliver(&mut self, key: u64, serve: &Serve, rendered: &Rendered, fault: Fault) -> io::Result<After> {
        let total = rendered.bytes.len();
        let within = |offset: u32| usize::try_from(offset).unwrap_or(total).min(total);
        match fault {
            Fault::Reset { after } => {
                self.write(key, rendered, 0..within(after), None).await?;
                self.stream.arm_reset()?;
                self.desk.settle(key, Fate::FaultDone);
                Ok(After::Drop)
            }
            Fault::Close { after } => {
                self.write(key, rendered, 0..within(after), None).await?;
                self.desk.settle(key, Fate::FaultDone);
                Ok(After::Close)
            }
            Fault::Truncate { body } => {
                self.write(key, rendered, 0..rendered.within_body(body), None).await?;
                self.desk.settle(key, Fate::FaultDone);
                Ok(After::Close)
            }
            Fault::Garble { body } => {
                self.write(key, rendered, 0..rendered.within_body(body), None).await?;
                self.write_bytes(key, NOISE, End { kept: usize::MAX, fate: Some(Fate::FaultDone) }).await?;
                Ok(After::Close)
            }
            Fault::Garbage => {
                self.write_bytes(key, NOISE, End { kept: usize::MAX, fate: Some(Fate::FaultDone) }).await?;
                Ok(After::Close)
            }
            Fault::Stall { after, ms } => {
                self.write(key, rendered, 0..within(after), None).await?;
                self.wait(millis(ms)).await?;
                self.write(key, rendered, within(after)..total, Some(Fate::FaultDone)).await?;
                Ok(if outlives(&serve.answer) { After::Keep } else { After::Close })
            }
            Fault::Drip { bytes, every_ms, most } => {
                let (piece, dripped) = (within(bytes.max(1)).max(1), within(most));
                let mut at = 0;
                while at < dripped {
                    let end = (at + piece).min(dripped);
                    self.write(key, rendered, at..end, None).await?;
                    self.wait(millis(every_ms)).await?;
                    at = end;
                }
                self.write(key, rendered, at..total, Some(Fate::FaultDone)).await?;
                Ok(After::Close)
            }
        }
    }

    /// Writes a part of an answer; an error means that the client is gone.
    async fn write(
        &mut self,
        key: u64,
        rendered: &Rendered,
        range: Range<usize>,
        fate: Option<Fate>,
    ) -> io::Result<()> {
        self.write_bytes(key, &rendered.bytes[range], End { kept: rendered.kept(), fate }).await
    }

    async fn write_bytes(&mut self, key: u64, mut rest: &[u8], end: End) -> io::Result<()> {
        if rest.is_empty() {
            if let Some(fate) = end.fate {
                self.desk.settle(key, fate);
            }
            return Ok(());
        }
        let idle = self.desk.patience().idle;
        while !rest.is_empty() {
            let (stream, desk) = (&mut self.stream, self.desk);
            let writing =
                poll_fn(|cx| desk.write(key, rest, end, &mut |bytes| Pin::new(&mut *stream).poll_write(cx, bytes)));
            match timeout(idle, writing).await? {
                Ok(written) => rest = &rest[written..],
                Err(e) => {
                    self.desk.settle(key, Fate::ClientLeft);
                    return Err(e);
                }
            }
        }
        self.stream.flush().await
    }

    /// Waits; an error means that the client left meanwhile. What it sends meanwhile is kept for later.
    async fn wait(&mut self, time: Duration) -> io::Result<()> {
        let until = Instant::now() + time;
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

fn millis(ms: u32) -> Duration {
    Duration::from_millis(ms.into())
}

fn keeps_alive(request: &Request) -> bool {
    let closes = |value: &str| value.split(',').any(|token| token.trim().eq_ignore_ascii_case("close"));
    request.minor > 0 && !request.header("connection").is_some_and(closes)
}
