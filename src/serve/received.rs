//! What a server received, the newest of it.

use std::collections::VecDeque;
use std::time::Duration;

use memchr::memmem::find;
use serde_json::{Value, json};

use crate::tap::{Bad, Fate};
use crate::wire::{Header, Parsed, Request, encode, parse};

/// Requests that are kept.
const KEPT: usize = 1_000;
/// Bytes that are kept of all of them.
const KEPT_BYTES: usize = 8 << 20;
/// Bytes that are kept of one.
const KEPT_EACH: usize = 64 << 10;

/// The newest requests, and how many there were.
#[derive(Debug, Default)]
pub(super) struct Received {
    kept: VecDeque<Kept>,
    bytes: usize,
    /// Requests in all, those that were no HTTP among them.
    pub(super) total: u64,
    /// Those that were refused.
    pub(super) refused: u64,
}

/// One request, and what became of it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) number: u64,
    pub(super) connection: u64,
    pub(super) at: Duration,
    /// The operation, if it named one.
    pub(super) operation: Option<String>,
    /// All bytes, or the first of them.
    pub(super) raw: Box<[u8]>,
    pub(super) length: usize,
    pub(super) status: u16,
    /// The fault that its answer was to have.
    pub(super) fault: Option<crate::case::Fault>,
    /// Why it was refused.
    pub(super) wrong: Option<String>,
    pub(super) fate: Fate,
}

/// Headers that hold a secret and nothing else.
const TOKENS: [&str; 2] = ["x-acs-security-token", "x-acs-bearer-token"];

/// Which requests are asked for.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) operation: Option<String>,
    pub(super) contains: Option<String>,
    pub(super) wrong: Option<bool>,
    pub(super) limit: Option<usize>,
}

impl Received {
    pub(super) fn push(&mut self, kept: Kept) {
        self.total += 1;
        self.refused += u64::from(kept.wrong.is_some());
        self.bytes += kept.raw.len();
        // Numbers are given before the lock is taken: two that overtook each other are put in order.
        let after = self.kept.iter().rev().take_while(|k| k.number > kept.number).count();
        self.kept.insert(self.kept.len() - after, kept);
        while self.kept.len() > KEPT || self.bytes > KEPT_BYTES {
            self.bytes -= self.kept.pop_front().map_or(self.bytes, |oldest| oldest.raw.len());
        }
    }

    pub(super) fn settle(&mut self, number: u64, fate: Fate) {
        if let Ok(at) = self.kept.binary_search_by_key(&number, |kept| kept.number) {
            self.kept[at].fate = fate;
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Received::default();
    }

    /// The requests that fit, the oldest first.
    pub(super) fn listed(&self, filter: &Filter) -> Value {
        let fits = |kept: &&Kept| {
            let said = |text: &String| find(&kept.raw, text.as_bytes()).is_some();
            filter.operation.as_ref().is_none_or(|name| kept.operation.as_ref() == Some(name))
                && filter.contains.as_ref().is_none_or(said)
                && filter.wrong.is_none_or(|wrong| kept.wrong.is_some() == wrong)
        };
        let mut listed: Vec<Value> =
            self.kept.iter().rev().filter(fits).take(filter.limit.unwrap_or(100)).map(Kept::shown).collect();
        listed.reverse();
        json!({ "received": self.total, "refused": self.refused, "kept": self.kept.len(), "requests": listed })
    }
}

impl Kept {
    /// The bytes of a request that are kept.
    pub(super) fn bytes(request: &Result<std::sync::Arc<Request>, Bad>) -> (Box<[u8]>, usize) {
        let raw = match request {
            Ok(request) => &request.raw,
            Err(bad) => &bad.raw,
        };
        (raw[..raw.len().min(KEPT_EACH)].into(), raw.len())
    }

    fn shown(&self) -> Value {
        let mut shown = json!({
            "number": self.number, "connection": self.connection, "at_ms": u64::try_from(self.at.as_millis()).unwrap_or(u64::MAX),
            "operation": self.operation, "bytes": self.length, "status": self.status, "fault": self.fault, "wrong": self.wrong,
            "fate": match self.fate {
                Fate::Answered => "answered",
                Fate::FaultDone => "fault-done",
                Fate::ClientLeft => "client-left",
                Fate::InProgress => "in-progress",
            },
        });
        match parse(&self.raw) {
            Parsed::Complete(request, _) => {
                let is_token = |name: &str| TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token));
                let value = |h: &Header| if is_token(&h.name) { "…".into() } else { masked(&h.value) };
                let headers: Vec<Value> = request.headers.iter().map(|h| json!([h.name, value(h)])).collect();
                shown["method"] = json!(request.method);
                shown["target"] = json!(masked(&request.target));
                shown["headers"] = json!(headers);
                shown["body"] = json!(masked(&String::from_utf8_lossy(&request.body)));
            }
            _ => shown["raw"] = json!(masked(&encode::latin1(&self.raw))),
        }
        shown
    }
}

/// A text without signatures and tokens.
fn masked(text: &str) -> String {
    let mut out = text.to_owned();
    for name in ["Signature=", "SecurityToken=", "BearerToken=", "Bearer "] {
        let mut from = 0;
        while let Some(at) = out[from..].find(name) {
            let start = from + at + name.len();
            let end = out[start..].find(['&', ',', ' ', '"', '\r', '\n']).map_or(out.len(), |end| start + end);
            out.replace_range(start..end, "…");
            from = start;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(number: u64, raw: &[u8]) -> Kept {
        Kept {
            number,
            connection: 0,
            at: Duration::ZERO,
            operation: None,
            raw: raw.into(),
            length: raw.len(),
            status: 200,
            fault: None,
            wrong: None,
            fate: Fate::InProgress,
        }
    }

    #[test]
    fn the_newest_are_kept_in_order_within_bounds() {
        let mut received = Received::default();
        for number in 0..3_000 {
            received.push(kept(number ^ 1, &[0; 100]));
            received.settle(number ^ 1, Fate::Answered);
        }
        let numbers: Vec<u64> = received.kept.iter().map(|k| k.number).collect();
        assert_eq!(numbers, (2_000..3_000).collect::<Vec<_>>());
        assert!(received.kept.iter().all(|k| k.fate == Fate::Answered));
        assert_eq!((received.total, received.bytes), (3_000, 100_000));
        (3_000..3_200).for_each(|number| received.push(kept(number, &[0; KEPT_EACH])));
        assert!(received.bytes <= KEPT_BYTES && received.kept.len() <= 128);
    }

    #[test]
    fn signatures_and_tokens_are_not_shown() {
        let raw = b"GET /?Signature=abc&A=1&SecurityToken=t HTTP/1.1\r\nAuthorization: ACS3 Credential=id,Signature=0a\r\n\r\n";
        let shown = kept(0, raw).shown();
        assert_eq!(shown["target"], "/?Signature=…&A=1&SecurityToken=…");
        assert_eq!(shown["headers"][0][1], "ACS3 Credential=id,Signature=…");
    }
}
