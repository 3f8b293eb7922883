//! Answers that are compressed: unasked, as a request allows, and damaged on the way.

use std::sync::Arc;

use super::broken::{headed, respelled};
use crate::case::{Answer, Body, Serve};
use crate::wire::Request;

/// What makes an answer one that is compressed only for those who ask for it, as HTTP names it.
const NEGOTIATED: (&str, &str) = ("Vary", "Accept-Encoding");
/// Where the checksum stands in gzip, from its end.
const CHECKSUM: usize = 8;

/// The answer compressed, without a word about it.
pub(crate) fn unsaid(answer: &Answer) -> Answer {
    let body = Body::Bytes { bytes: gzip(&answer.body.bytes()), means: answer.body.means().cloned() };
    Answer { status: answer.status, ..respelled(answer, body) }
}

/// The answer compressed for whoever takes that: [`negotiated`] has the last word.
pub(crate) fn compressed(answer: &Answer) -> Answer {
    headed(&unsaid(answer), &[("Content-Encoding", "gzip"), NEGOTIATED])
}

/// The answer compressed for all, with a checksum that is not that of what it holds.
pub(crate) fn damaged(answer: &Answer) -> Answer {
    spoilt(answer, |bytes, checksum| bytes[checksum] ^= 0x5a)
}

/// The answer compressed for all, without the end of it: what it holds is there.
pub(crate) fn endless(answer: &Answer) -> Answer {
    spoilt(answer, Vec::truncate)
}

/// The answer compressed for all, with something done to its bytes, given where their checksum stands.
fn spoilt(answer: &Answer, spoil: impl FnOnce(&mut Vec<u8>, usize)) -> Answer {
    let mut answer = headed(&unsaid(answer), &[("Content-Encoding", "gzip")]);
    if let Body::Bytes { bytes, .. } = &mut answer.body {
        let checksum = bytes.len() - CHECKSUM;
        spoil(bytes, checksum);
    }
    answer
}

/// The answer as a request may have it: compressed where it takes that, and plain elsewhere.
pub(crate) fn negotiated(serve: &Arc<Serve>, request: &Request) -> Arc<Serve> {
    let is_negotiated = serve.answer.headers.iter().any(|(name, value)| (name.as_str(), value.as_str()) == NEGOTIATED);
    let Some(means) = serve.answer.body.means().filter(|_| is_negotiated && !takes_gzip(request)) else {
        return Arc::clone(serve);
    };
    let mut plain = Answer { body: Body::Json(means.clone()), ..serve.answer.clone() };
    plain.headers.retain(|(name, _)| name != "Content-Encoding");
    Arc::new(Serve { answer: plain, fault: serve.fault })
}

/// Whether a request says that it takes gzip (RFC 9110, section 12.5.3). A `*` names nothing that its client must know.
fn takes_gzip(request: &Request) -> bool {
    request.header("accept-encoding").into_iter().flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(|part| part.trim().to_ascii_lowercase());
        let named = parts.next().is_some_and(|name| matches!(name.as_str(), "gzip" | "x-gzip"));
        let refused = |part: String| part.strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        named && !parts.any(refused)
    })
}

/// What gzip makes of bytes when it stores them as they are: enough to be gzip, and no crate for it.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("a chunk is of 16 bits");
        out.push(u8::from(blocks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend_from_slice(&crc32(bytes).to_le_bytes());
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Parsed, parse};

    #[test]
    fn stored_gzip_is_gzip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let stored = gzip(b"abc");
        assert_eq!(stored[10..18], [1, 3, 0, 0xfc, 0xff, b'a', b'b', b'c']);
        assert_eq!(stored.len(), 10 + 5 + 3 + 8);
    }

    #[test]
    fn only_who_asks_for_gzip_gets_it() {
        let answer = Answer::json(200, serde_json::json!({ "A": "b" }));
        let whole = Arc::new(Serve::from(compressed(&answer)));
        let got = |accepted: &str| {
            let head = format!("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {accepted}\r\n\r\n");
            match parse(head.as_bytes()) {
                Parsed::Complete(request, _) => negotiated(&whole, &request),
                other => panic!("{other:?}"),
            }
        };
        for accepted in ["gzip", "deflate, GZIP;q=0.5", "br,x-gzip"] {
            assert_eq!(got(accepted), whole, "{accepted}");
        }
        for accepted in ["identity", "gzip;q=0", "deflate", "*", ""] {
            assert_eq!(got(accepted).answer.body, answer.body, "{accepted}");
            assert!(!got(accepted).answer.headers.iter().any(|(name, _)| name == "Content-Encoding"));
        }
    }
}
