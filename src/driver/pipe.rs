//! Lines to and from a process: bounded, without a copy or a task a line, and readable without waiting.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::fd::OwnedFd;

use rustix::buffer::spare_capacity;
use rustix::io::{Errno, read, retry_on_intr, write};
use serde::Serialize;
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::driver::message::excerpt;

/// The longest line that either side may say.
pub(super) const LONGEST: usize = 8 << 20;
/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Both ends of a channel that we hold.
#[derive(Debug)]
pub(super) struct Pipe {
    stdin: Sender,
    stdout: Receiver,
    /// Written from `sent` on.
    out: Vec<u8>,
    sent: usize,
    /// Read; lines before `start` were given out, and there is no `\n` in `start..seen`.
    buf: Vec<u8>,
    start: usize,
    seen: usize,
}

/// Why there is no further line.
#[derive(Debug)]
pub(super) enum Gone {
    Ended,
    TooLong(String),
}

impl Pipe {
    pub(super) fn new(stdin: OwnedFd, stdout: OwnedFd) -> io::Result<Pipe> {
        Ok(Pipe {
            stdin: Sender::from_owned_fd(stdin)?,
            stdout: Receiver::from_owned_fd(stdout)?,
            out: Vec::with_capacity(1 << 10),
            sent: 0,
            buf: Vec::with_capacity(CHUNK),
            start: 0,
            seen: 0,
        })
    }

    /// Queues a message; it goes out with the next [`Pipe::line`]. False: it is over the limit and was not queued.
    pub(super) fn say(&mut self, message: &impl Serialize) -> bool {
        let before = self.out.len();
        serde_json::to_writer(&mut self.out, message).expect("messages are made of strings, numbers and JSON values");
        self.out.push(b'\n');
        let fits = self.out.len() - before <= LONGEST;
        if !fits {
            self.out.truncate(before);
        }
        fits
    }

    /// Writes what is queued and waits for a line. It may be dropped while it waits, and then loses nothing.
    pub(super) async fn line(&mut self) -> Result<Range<usize>, Gone> {
        loop {
            let blocked = self.flush();
            if let Some(line) = self.next()? {
                return Ok(line);
            }
            tokio::select! {
                biased;
                ready = self.stdout.readable() => {
                    ready.map_err(|_| Gone::Ended)?;
                    match self.stdout.try_read_buf(&mut self.buf) {
                        Ok(0) => return Err(Gone::Ended),
                        Ok(_) => {}
                        Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                        Err(_) => return Err(Gone::Ended),
                    }
                }
                ready = self.stdin.writable(), if blocked => {
                    ready.map_err(|_| Gone::Ended)?;
                    // What goes wrong here goes wrong again in `flush`.
                    self.sent += self.stdin.try_write(&self.out[self.sent..]).unwrap_or(0);
                }
            }
        }
    }

    /// Writes what is queued as far as it goes, and gives the line that is there already, without waiting. It asks the
    /// kernel: the runtime hears of new bytes only when it next looks.
    pub(super) fn line_now(&mut self) -> Result<Option<Range<usize>>, Gone> {
        self.flush();
        loop {
            if let Some(line) = self.next()? {
                return Ok(Some(line));
            }
            match retry_on_intr(|| read(&self.stdout, spare_capacity(&mut self.buf))) {
                Ok(0) => return Err(Gone::Ended),
                Ok(_) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(_) => return Err(Gone::Ended),
            }
        }
    }

    /// The bytes of a line that was given out last.
    pub(super) fn bytes(&self, line: Range<usize>) -> &[u8] {
        &self.buf[line]
    }

    /// Writes without waiting; true if something is left.
    fn flush(&mut self) -> bool {
        while self.sent < self.out.len() {
            match retry_on_intr(|| write(&self.stdin, &self.out[self.sent..])) {
                Ok(n) => self.sent += n,
                Err(Errno::AGAIN) => return true,
                // Nobody reads any more. What it said last, and how it ended, is found by reading.
                Err(_) => self.sent = self.out.len(),
            }
        }
        self.out.clear();
        self.sent = 0;
        if self.out.capacity() > LONGEST / 8 {
            self.out.shrink_to(CHUNK);
        }
        false
    }

    /// The next whole line of the buffer; or else room for more.
    fn next(&mut self) -> Result<Option<Range<usize>>, Gone> {
        if let Some(at) = self.buf[self.seen..].iter().position(|b| *b == b'\n') {
            let line = self.start..self.seen + at;
            self.start = line.end + 1;
            self.seen = self.start;
            return match line.len() > LONGEST {
                true => Err(self.too_long(line)),
                false => Ok(Some(line)),
            };
        }
        self.seen = self.buf.len();
        if self.buf.len() - self.start > LONGEST {
            return Err(self.too_long(self.start..self.buf.len()));
        }
        self.buf.drain(..self.start);
        self.seen -= self.start;
        self.start = 0;
        if self.buf.is_empty() && self.buf.capacity() > LONGEST / 8 {
            self.buf.shrink_to(CHUNK);
        }
        self.buf.reserve(CHUNK);
        Ok(None)
    }

    fn too_long(&self, line: Range<usize>) -> Gone {
        Gone::TooLong(excerpt(&self.buf[line]))
    }
}
