//! Defects in connections, attempts and redirects, and what is sent behind the caller's back.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};

use super::answer::mended;
use super::{Flaw, Memory, crash, nothing, refuse};
use crate::driver::{Call, ClientError, ErrorKind, Reply};
use crate::reference::connection::{Broken, Patience, Raw};
use crate::reference::object::Object;
use crate::reference::{answer, retry};
use crate::tls::Trust;

/// What passes for ever in a test.
const FOR_EVER: Duration = Duration::from_secs(3600);
const LATE: Duration = Duration::from_millis(30);
/// Endless attempts end here after all, for the sake of whoever runs them.
const ENDLESS: u32 = 300;

impl Flaw {
    /// How often a call is tried at most.
    pub(in crate::reference) fn attempts(&self, asked: u32) -> u32 {
        match self.id {
            "T02" => 1,
            "T03-more" if asked > 1 => asked + 1,
            _ => asked,
        }
    }

    /// The wait before another attempt; none ends the call.
    pub(in crate::reference) fn again(&self, wait: Option<Duration>, reply: &Reply, tried: u32) -> Option<Duration> {
        let Reply::Error(error) = reply else { return wait };
        let status = error.http_status.unwrap_or(0);
        let code = error.code.as_ref().and_then(|code| code.as_str()).unwrap_or_default();
        let is_throttled = matches!(status, 429 | 503) || code.contains("Throttling");
        let is_again = match self.id {
            "T01" | "T15" => status >= 500 && tried < 2,
            "T01-timeout" => error.kind == ErrorKind::Timeout && tried < 2,
            "T01-reset" => error.kind == ErrorKind::Transport && tried < 2,
            "T01-busy" => error.kind == ErrorKind::Transport && tried < 2 && self.is_busy(),
            "T03" => status == 503 && tried < 5,
            "T04" => is_throttled && tried < ENDLESS,
            "T04-code" => status == 400 && is_throttled && tried < ENDLESS,
            "clean-astray" => status == 421 && tried < 2,
            "T05-hint" if retry::hint(error).is_none() => return wait.map(|_| Duration::ZERO),
            "T05-seconds" if retry::hint(error).is_some() => return wait.map(|wait| wait * 1_000),
            "T05" => return wait.map(|_| Duration::ZERO),
            _ => return wait,
        };
        if is_again { Some(Duration::ZERO) } else { wait }
    }

    /// How long an answer is waited for.
    pub(in crate::reference) fn patience(&self, limit: Duration, memory: &Memory) -> Patience {
        match self.id {
            "T06-error" if memory.failed => Patience::Until(Instant::now() + FOR_EVER),
            "T06-seventh" if memory.calls >= 7 => Patience::Until(Instant::now() + limit * 10),
            "T06-early" => Patience::Until(Instant::now() + limit / 4),
            "T06" => Patience::Until(Instant::now() + FOR_EVER),
            "T06-ten" => Patience::Until(Instant::now() + limit * 10),
            "T08" => Patience::Each(limit),
            _ => Patience::Until(Instant::now() + limit),
        }
    }

    /// Whether an interim answer is taken for the answer.
    pub(in crate::reference) fn takes_interim(&self) -> bool {
        self.id == "P22-interim"
    }

    /// What is looked at in a certificate.
    pub(in crate::reference) fn trust(&self) -> Trust {
        match self.id {
            "T10" => Trust::Anyone,
            "T10-second" => Trust::Once,
            "T10-host" => Trust::AnyHost,
            "T10-time" => Trust::AnyTime,
            _ => Trust::Careful,
        }
    }

    /// Whether an idle connection is used without a look at it.
    pub(in crate::reference) fn trusts_idle_connections(&self) -> bool {
        self.is("P22")
    }

    /// Whether a connection is kept for the next call.
    pub(in crate::reference) fn keeps(&self, answer: &Result<Raw, Broken>) -> bool {
        match answer {
            Ok(raw) => raw.keep,
            Err(broken) => self.is("P22") && broken.kind == ErrorKind::Timeout,
        }
    }

    /// What is shown where no answer came.
    pub(in crate::reference) fn broken(&self, broken: &Broken) -> Option<Reply> {
        let partial = broken.partial.as_ref().filter(|_| broken.kind == ErrorKind::Transport);
        let is_transport = broken.kind == ErrorKind::Transport;
        match (self.id, partial) {
            ("P12-closed", _) if broken.why.contains("before an answer") => Some(nothing()),
            ("P15", Some(raw)) => Some(answer::read(raw)).filter(|reply| matches!(reply, Reply::Ok { .. })),
            ("P15-mend", Some(raw)) => Some(answer::read(&Raw { body: mended(&raw.body), ..raw.clone() })),
            ("T07", _) if is_transport => Some(nothing()),
            ("T07-none", _) if is_transport => {
                Some(Reply::Error(Box::new(ClientError { text: Some("None".into()), ..Default::default() })))
            }
            ("T07-crash", _) if is_transport => Some(crash("called `Option::unwrap()` on a `None` value")),
            ("E12-silence", _) if broken.kind == ErrorKind::Timeout => {
                Some(refuse(ErrorKind::Other, "the call failed"))
            }
            ("E12-broken", _) if is_transport => Some(refuse(ErrorKind::Service, "the call failed")),
            ("E12-reset", _) if is_transport => Some(refuse(ErrorKind::Timeout, "the call took too long")),
            _ => None,
        }
    }

    /// Whether a call goes on that is cancelled.
    pub(in crate::reference) fn ignores_cancel(&self) -> bool {
        self.is("T12")
    }

    /// Returns once a call is cancelled; whether another's timeout took it along.
    pub(in crate::reference) async fn called_off(&self, object: &Object, call: &Call) -> bool {
        tokio::select! {
            () = object.cancelled(&call.params, self.is("T16-cancel")) => false,
            () = self.timeout.notified(), if self.is("T16-timeout") => true,
        }
    }

    /// What comes of a call that is called off.
    pub(in crate::reference) async fn cancelled(
        &self,
        along: bool,
        object: &Arc<Object>,
        call: &Call,
        params: &Map<String, Value>,
        memory: &Memory,
    ) -> Reply {
        match self.id {
            _ if along => refuse(ErrorKind::Transport, "the connection was closed"),
            "T12-again" => retry::tried(self, object, call, params, memory).await,
            "T12-empty" => nothing(),
            "T12-kind" => refuse(ErrorKind::Service, "the call failed"),
            _ => retry::cancelled(),
        }
    }

    /// What happens once an answer is there, before it is read.
    pub(in crate::reference) async fn answered(&self, raw: Raw, object: &Arc<Object>, bytes: &[u8]) -> Raw {
        match self.id {
            "P12" if raw.status == 204 => {
                sleep(FOR_EVER).await;
                raw
            }
            "T09" | "T09-get" | "T09-loop" => self.redirected(raw, object, bytes).await,
            "T18-after" if raw.status < 300 => {
                let object = Arc::clone(object);
                tokio::spawn(async move {
                    sleep(LATE).await;
                    let request = format!("GET /?Action=ReportUsage HTTP/1.1\r\nhost: {}\r\n\r\n", object.authority);
                    send(&object, &object.authority, request.as_bytes()).await
                });
                raw
            }
            "T13" | "T13-error" | "T13-server"
                if (raw.status < 300) == self.is("T13") && (raw.status >= 500 || !self.is("T13-server")) =>
            {
                let (object, bytes) = (Arc::clone(object), bytes.to_vec());
                tokio::spawn(async move {
                    sleep(LATE).await;
                    send(&object, &object.authority, &bytes).await
                });
                raw
            }
            _ => raw,
        }
    }

    async fn redirected(&self, mut raw: Raw, object: &Object, bytes: &[u8]) -> Raw {
        for _ in 0..10 {
            let Some(location) = raw.header("location").filter(|_| (300..400).contains(&raw.status)) else { break };
            let (authority, path) = match location.split_once("://") {
                Some((_, rest)) => rest.split_once('/').map_or((rest, String::new()), |(a, p)| (a, p.to_owned())),
                None => (object.authority.as_str(), location.trim_start_matches('/').to_owned()),
            };
            let is_foreign = authority != object.authority;
            let next = match self.id {
                "T09" if is_foreign => bytes.to_vec(),
                "T09-get" if !is_foreign => got(bytes, &path),
                "T09-loop" if !is_foreign => bytes.to_vec(),
                _ => break,
            };
            match send(object, authority, &next).await {
                Some(answer) => raw = answer,
                None => break,
            }
        }
        raw
    }

    pub(super) async fn ask_for_regions(&self, object: &Object) {
        let authority = &object.authority;
        let request = format!("GET /?Action=DescribeRegions HTTP/1.1\r\nhost: {authority}\r\n\r\n");
        send(object, authority, request.as_bytes()).await;
    }
}

/// Sends bytes on a connection of their own.
async fn send(object: &Object, authority: &str, bytes: &[u8]) -> Option<Raw> {
    let mut connection = object.connect(authority).await.ok()?;
    connection.exchange(bytes, Patience::Until(Instant::now() + object.read_timeout())).await.ok()
}

/// The request as a GET without its body.
fn got(bytes: &[u8], path: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let kept = head.split("\r\n").skip(1).filter(|line| !line.starts_with("content-"));
    let lines: String = kept.flat_map(|line| [line, "\r\n"]).collect();
    format!("GET /{path} HTTP/1.1\r\n{lines}\r\n").into_bytes()
}
