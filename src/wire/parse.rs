//! Bytes into a request: bounded, framed by ourselves, and lenient where strictness would lose the evidence.

use std::mem::MaybeUninit;

use httparse::Status;

use super::encode::{latin1, trim};
use super::{Framing, Header, Request};

/// The longest head that is read.
pub const MAX_HEAD: usize = 64 << 10;
/// The longest body that is read, chunk framing removed.
pub const MAX_BODY: usize = 64 << 20;
const MAX_HEADERS: usize = 256;

const MANY_HEADERS: &str = "over 256 headers";
const LONG_HEAD: &str = "the head is over 64 KiB";
const LONG_TRAILERS: &str = "the trailers are over 64 KiB";
const LONG_BODY: &str = "the body is over 64 MiB";
const LONG_CHUNKS: &str = "the chunks of the body are over 128 MiB";

/// The HTTP status for what [`parse`] finds wrong: too large a head, too large a body, or no request.
pub fn status_for(why: &str) -> u16 {
    match why {
        MANY_HEADERS | LONG_HEAD | LONG_TRAILERS => 431,
        LONG_BODY | LONG_CHUNKS => 413,
        _ => 400,
    }
}

/// Chunk framing may swell a body to this.
const MAX_CHUNKED: usize = 2 * MAX_BODY;

/// What a buffer holds.
#[derive(Debug)]
pub enum Parsed {
    /// The beginning of a request.
    Partial,
    /// A request, and the bytes that it takes.
    Complete(Box<Request>, usize),
    /// No request, and why.
    Bad(String),
}

/// Reads one request from the beginning of a buffer.
///
/// What httparse refuses but can be told apart (spaces in the target, control characters in a header's value) is
/// read by a lenient split, so that a judge sees what the client did.
pub fn parse(buffer: &[u8]) -> Parsed {
    match complete(buffer) {
        Ok(Some((request, used))) => Parsed::Complete(Box::new(request), used),
        Ok(None) => Parsed::Partial,
        Err(why) => Parsed::Bad(why),
    }
}

/// Whether a buffer that is [`Parsed::Partial`] holds a whole head that waits for `100 Continue`.
pub fn awaits_continue(buffer: &[u8]) -> bool {
    let Ok(Some((request, length))) = head(buffer) else { return false };
    buffer.len() == length && request.minor > 0 && request.header("expect").is_some_and(is_continue)
}

fn is_continue(value: &str) -> bool {
    value.eq_ignore_ascii_case("100-continue")
}

fn complete(buffer: &[u8]) -> Result<Option<(Request, usize)>, String> {
    let Some((mut request, start)) = head(buffer)? else { return Ok(None) };
    request.framing = framing(&request)?;
    let rest = &buffer[start..];
    let taken = match request.framing {
        Framing::None => Some(0),
        Framing::Length(length) => {
            let length = usize::try_from(length).ok().filter(|l| *l <= MAX_BODY).ok_or(LONG_BODY)?;
            rest.get(..length).map(|body| {
                request.body = body.to_vec();
                length
            })
        }
        // The first pass only measures: most buffers that it sees are not complete.
        Framing::Chunked | Framing::Both => match unchunk(rest, &mut |_| ())? {
            None => None,
            Some(_) => unchunk(rest, &mut |piece| request.body.extend_from_slice(piece))?,
        },
    };
    Ok(taken.map(|taken| {
        request.raw = buffer[..start + taken].to_vec();
        (request, start + taken)
    }))
}

fn head(buffer: &[u8]) -> Result<Option<(Request, usize)>, String> {
    let window = &buffer[..buffer.len().min(MAX_HEAD)];
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut []);
    let found = match parsed.parse_with_uninit_headers(window, &mut headers) {
        Ok(Status::Complete(length)) => {
            let headers = parsed.headers.iter().map(|h| header(h.name.as_bytes(), h.value)).collect();
            let (method, target) = (parsed.method.unwrap_or_default(), parsed.path.unwrap_or_default());
            Some((bare(method.as_bytes(), target.as_bytes(), parsed.version.unwrap_or(1), headers), length))
        }
        Ok(Status::Partial) => None,
        Err(httparse::Error::TooManyHeaders) => return Err(MANY_HEADERS.into()),
        Err(error) => lenient(window, &error.to_string())?,
    };
    match found {
        None if window.len() == MAX_HEAD => Err(LONG_HEAD.into()),
        found => Ok(found),
    }
}

fn bare(method: &[u8], target: &[u8], minor: u8, headers: Vec<Header>) -> Request {
    let (method, target) = (latin1(method), latin1(target));
    Request { method, target, minor, headers, body: Vec::new(), framing: Framing::None, raw: Vec::new() }
}

fn header(name: &[u8], value: &[u8]) -> Header {
    Header { name: latin1(name), value: latin1(trim(value)) }
}

/// Splits a head at its first and last space and its colons, for what httparse refuses.
fn lenient(window: &[u8], why: &str) -> Result<Option<(Request, usize)>, String> {
    let method_end = window.iter().position(|b| *b == b' ').unwrap_or(window.len());
    // Bytes that begin with no method are not HTTP at all: there is nothing to wait for.
    if !is_token(&window[..method_end]) || method_end > 32 {
        return Err(format!("not an HTTP/1 request: {why}"));
    }
    let Some(length) = end_of_head(window) else { return Ok(None) };
    let mut lines = window[..length].split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let (target, minor) = match first.get(method_end + 1..) {
        Some([target @ .., b' ', b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor @ (b'0' | b'1')])
            if !target.is_empty() =>
        {
            (target, minor - b'0')
        }
        _ => return Err(format!("no request line of HTTP/1: {why}")),
    };
    let mut headers = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|b| *b == b':').filter(|at| is_token(&line[..*at]));
        let colon = colon.ok_or_else(|| format!("a header line without a proper name: {why}"))?;
        if headers.len() == MAX_HEADERS {
            return Err(MANY_HEADERS.into());
        }
        headers.push(header(&line[..colon], &line[colon + 1..]));
    }
    Ok(Some((bare(&first[..method_end], target, minor, headers), length)))
}

fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b))
}

fn end_of_head(window: &[u8]) -> Option<usize> {
    (0..window.len()).filter(|at| window[*at] == b'\n').find_map(|at| match &window[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

fn framing(request: &Request) -> Result<Framing, String> {
    let mut length: Option<u64> = None;
    let mut chunked = false;
    for header in &request.headers {
        if header.name.eq_ignore_ascii_case("content-length") {
            let digits = Some(&header.value).filter(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
            let said = digits.and_then(|d| d.parse().ok());
            let said = said.ok_or_else(|| format!("Content-Length `{}` is no length", header.value))?;
            if length.is_some_and(|earlier| earlier != said) {
                return Err("two Content-Length headers that differ".into());
            }
            length = Some(said);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            // A list may have empty members, which mean nothing.
            let mut codings = header.value.rsplit(',').map(|coding| coding.trim_matches([' ', '\t']));
            let last = codings.find(|coding| !coding.is_empty()).unwrap_or_default();
            if !last.eq_ignore_ascii_case("chunked") {
                return Err(format!("Transfer-Encoding `{}` is not understood", header.value));
            }
            chunked = true;
        }
    }
    Ok(match (length, chunked) {
        (None, false) => Framing::None,
        (Some(length), false) => Framing::Length(length),
        (None, true) => Framing::Chunked,
        (Some(_), true) => Framing::Both,
    })
}

/// Hands each chunk's data to `sink`; gives the bytes that the framed body takes, or none if it is not all there.
///
/// # Errors
/// When it is not chunked, or is too large.
pub fn unchunk(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<Option<usize>, String> {
    let (mut at, mut total) = (0, 0);
    loop {
        let Some((line, next)) = line(bytes, at)? else { return Ok(None) };
        let size = trim(line.split(|b| *b == b';').next().unwrap_or_default());
        let size = std::str::from_utf8(size).ok().filter(|s| s.bytes().all(|b| b.is_ascii_hexdigit()));
        let size = size.and_then(|s| usize::from_str_radix(s, 16).ok()).ok_or("a chunk without a proper size")?;
        at = next;
        if size == 0 {
            return trailers(bytes, at);
        }
        total = size.checked_add(total).filter(|t| *t <= MAX_BODY).ok_or(LONG_BODY)?;
        let Some(data) = bytes.get(at..at + size) else { return Ok(None) };
        at += size;
        at += match &bytes[at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            [] | [b'\r'] => return Ok(None),
            _ => return Err("a chunk longer than its size".into()),
        };
        if at > MAX_CHUNKED {
            return Err(LONG_CHUNKS.into());
        }
        sink(data);
    }
}

fn trailers(bytes: &[u8], start: usize) -> Result<Option<usize>, String> {
    let mut at = start;
    while let Some((line, next)) = line(bytes, at)? {
        at = next;
        if line.is_empty() {
            return Ok(Some(at));
        }
        if at - start > MAX_HEAD {
            return Err(LONG_TRAILERS.into());
        }
    }
    Ok(None)
}

fn line(bytes: &[u8], at: usize) -> Result<Option<(&[u8], usize)>, String> {
    let rest = &bytes[at..];
    match rest.iter().take(MAX_HEAD).position(|b| *b == b'\n') {
        Some(end) => Ok(Some((rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]), at + end + 1))),
        None if rest.len() >= MAX_HEAD => Err("a line over 64 KiB in a chunked body".into()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> (Request, usize) {
        match parse(text.as_bytes()) {
            Parsed::Complete(request, used) => (*request, used),
            other => panic!("{text:?} is {other:?}"),
        }
    }

    fn bad(bytes: &[u8]) -> String {
        match parse(bytes) {
            Parsed::Bad(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_prefix_is_partial_and_the_rest_is_left() {
        for text in [
            "POST /?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2;ext=\"1\"\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n",
        ] {
            for cut in 0..text.len() {
                assert!(matches!(parse(&text.as_bytes()[..cut]), Parsed::Partial), "{cut} of {text:?}");
            }
            let (request, used) = whole(&format!("{text}GET / HTTP/1.1\r\n\r\n"));
            assert_eq!(
                (used, request.body.as_slice(), request.raw.as_slice()),
                (text.len(), &b"abc"[..], text.as_bytes())
            );
        }
    }

    #[test]
    fn both_framings_are_kept_as_evidence_and_chunked_wins() {
        let (request, _) =
            whole("POST / HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        assert_eq!((request.framing, request.body.as_slice()), (Framing::Both, &b"x"[..]));
    }

    #[test]
    fn raw_spaces_and_control_characters_are_kept_as_evidence() {
        let (request, _) = whole("GET /?a=b c&d=\u{1} HTTP/1.1\r\nX-A: 1\u{7}2 \r\n\r\n");
        assert_eq!((request.target.as_str(), request.minor), ("/?a=b c&d=\u{1}", 1));
        assert_eq!(request.header("x-a"), Some("1\u{7}2"));
        let (request, _) = whole("GET /?a=\u{e9} HTTP/1.0\r\n\r\n");
        assert_eq!((request.target.as_str(), request.minor), ("/?a=\u{c3}\u{a9}", 0));
    }

    #[test]
    fn garbage_is_bad_at_once() {
        assert!(bad(b"\x16\x03\x01\x02\x00").starts_with("not an HTTP/1 request"));
        assert!(bad(b"GET / HTTP/2.0\r\n\r\n").starts_with("no request line"));
        assert!(bad(b"GET /\r\n\r\n").starts_with("no request line"));
        assert!(bad(b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n").starts_with("a header line"));
        assert_eq!(bad(&[b"GET /".as_slice(), &[b'a'; MAX_HEAD]].concat()), "the head is over 64 KiB");
        assert_eq!(bad(format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(257)).as_bytes()), "over 256 headers");
    }

    #[test]
    fn framing_that_lies_is_bad() {
        let with = |headers: &str| bad(format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n").as_bytes());
        assert_eq!(with("Content-Length: -1"), "Content-Length `-1` is no length");
        assert_eq!(with("Content-Length: 1\r\nContent-Length: 2"), "two Content-Length headers that differ");
        assert_eq!(with("Content-Length: 67108865"), "the body is over 64 MiB");
        assert_eq!(with("Transfer-Encoding: ,"), "Transfer-Encoding `,` is not understood");
        assert_eq!(with("Transfer-Encoding: chunked,\r\n\r\nx"), "a chunk without a proper size");
        assert_eq!(with("Transfer-Encoding: gzip"), "Transfer-Encoding `gzip` is not understood");
        assert_eq!(with("Transfer-Encoding: chunked\r\n\r\nx"), "a chunk without a proper size");
        assert_eq!(with("Transfer-Encoding: chunked\r\n\r\n1\r\nab"), "a chunk longer than its size");
        assert_eq!(with("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff"), "the body is over 64 MiB");
    }

    #[test]
    fn a_whole_head_may_wait_for_a_hundred() {
        let head = "POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
        assert!(awaits_continue(head.as_bytes()));
        assert!(!awaits_continue(&head.as_bytes()[1..head.len() - 1]));
        assert_eq!(whole(&format!("{head}x")).0.header("expect"), Some("100-Continue"));
    }
}
