//! Signatures of recorded requests: each verifies, and no changed byte slips through.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fineprint::wire::signature::{Scheme, Verdict, verify};
use fineprint::wire::{Parsed, parse, rpc};
use proptest::prelude::*;

#[test]
fn our_own_requests_verify_and_every_change_is_told_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/requests");
    let changes = Changes { all: vec![0x20, 0x01, 0x06], each: 3 };
    assert_eq!(holds(&folder, &changes), 5);
}

#[test]
fn captured_requests_verify_and_every_change_is_told_apart() {
    let Some(corpus) = crate::corpus() else { return };
    assert_eq!(holds(&corpus.join("captures"), &Changes::of_captures()), 30);
}

/// Which bits of a byte are turned over.
struct Changes {
    all: Vec<u8>,
    /// How many of them are tried at a position; the next position goes on where the last one ended.
    each: usize,
}

impl Changes {
    /// All 255 at every position in an optimised build, or where `FINEPRINT_EVERY_CHANGE` is set. Elsewhere that would take minutes: there, every
    /// position has one of eight, which change the case, the kind, the escape or the height of a character.
    fn of_captures() -> Changes {
        match cfg!(debug_assertions) && std::env::var_os("FINEPRINT_EVERY_CHANGE").is_none() {
            true => Changes { all: vec![0x20, 0x01, 0x06, 0x80, 0x10, 0x03, 0x0f, 0x40], each: 1 },
            false => Changes { all: (1..=255).collect(), each: 255 },
        }
    }

    fn at(&self, position: usize) -> impl Iterator<Item = u8> {
        (0..self.each).map(move |n| self.all[(position * self.each + n) % self.all.len()])
    }
}

proptest! {
    #[test]
    fn no_bytes_panic_the_reader(
        method in "[ -~]{0,8}",
        target in "\\PC{0,40}",
        headers in prop::collection::vec(("(?i)content-length|transfer-encoding|authorization|x-acs-[a-z]{1,8}", "\\PC{0,20}|chunked|[0-9]{1,3}"), 0..4),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut bytes = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        if let Parsed::Complete(request, used) = parse(&bytes) {
            prop_assert_eq!(&request.raw, &bytes[..used]);
            rpc::read(&request, &["A"]);
            verify(&request, &|_| Some(String::new()));
        }
        let _ = parse(&body);
    }
}

/// Checks each request of a folder, changing the byte at every position; gives how many there are.
fn holds(folder: &Path, changes: &Changes) -> usize {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "http"));
    files.sort();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    hold(path, changes);
                }
            });
        }
    });
    files.len()
}

fn hold(path: &Path, changes: &Changes) {
    let mut bytes = fs::read(path).unwrap();
    let original = reading(&bytes).unwrap_or_else(|| panic!("{} is read", path.display()));
    assert!(is_verified(&bytes), "{} verifies", path.display());
    let Parsed::Complete(request, _) = parse(&bytes) else { panic!("{} is read", path.display()) };
    let sent = rpc::read(&request, &[]);
    assert!(sent.action.is_some() && sent.version.is_some(), "{}: {sent:?}", path.display());
    assert_eq!((sent.problems, sent.key_id.as_deref()), (vec![], Some("testid")), "{}", path.display());
    for position in 0..bytes.len() {
        for change in changes.at(position) {
            bytes[position] ^= change;
            let same = reading(&bytes).as_ref() == Some(&original);
            assert_eq!(is_verified(&bytes), same, "{}, byte {position} ^ {change}", path.display());
            bytes[position] ^= change;
        }
    }
}

fn is_verified(bytes: &[u8]) -> bool {
    let Parsed::Complete(request, _) = parse(bytes) else { return false };
    let found = verify(&request, &|id| (id == "testid").then(|| "testsecret".to_owned()));
    assert!(found.scheme.is_some() || found.verdict == Verdict::Unsigned);
    assert!(found.scheme != Some(Scheme::V3) || !found.string_to_sign.is_empty());
    found.verdict == Verdict::Verified
}

/// All that a signature covers, and the signature, by a reading that shares no code with the library's.
#[derive(Debug, PartialEq)]
struct Reading {
    method: String,
    path: Vec<u8>,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    signature: Vec<String>,
}

fn reading(bytes: &[u8]) -> Option<Reading> {
    let mut rest = bytes;
    let first = line(&mut rest)?;
    let target_and_method = first.strip_suffix(b" HTTP/1.1").or_else(|| first.strip_suffix(b" HTTP/1.0"))?;
    let space = target_and_method.iter().position(|b| *b == b' ')?;
    let method = String::from_utf8(target_and_method[..space].to_vec()).ok()?;
    let target = &target_and_method[space + 1..];
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    loop {
        let header = line(&mut rest)?;
        if header.is_empty() {
            break;
        }
        let colon = header.iter().position(|b| *b == b':')?;
        let name = String::from_utf8(header[..colon].to_vec()).ok()?.to_lowercase();
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            return None;
        }
        headers.push((name, trimmed(&header[colon + 1..]).to_vec()));
    }
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let body = body(rest, header("content-length"), header("transfer-encoding"))?;
    let mut pieces = target.splitn(2, |b| *b == b'?');
    let (path, query) = (pieces.next()?, pieces.next().unwrap_or_default());
    // An empty path is the root's.
    let path = if path.is_empty() { b"/".to_vec() } else { path.to_vec() };
    let mut reading = Reading { method, path, pairs: pairs(query), headers: vec![], body, signature: vec![] };
    match header("authorization").map(|a| String::from_utf8_lossy(&a).into_owned()) {
        Some(said) if said.starts_with("ACS3-") => {
            let (algorithm, said) = said.split_once(' ')?;
            if !["ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"].contains(&algorithm) {
                return None;
            }
            reading.signature.push(algorithm.to_owned());
            let parts: Vec<&str> = said.split(',').filter(|part| !part.trim().is_empty()).collect();
            let [credential, signed, signature] = parts[..] else { return None };
            for name in signed.strip_prefix("SignedHeaders=")?.split(';') {
                reading.headers.push((name.to_owned(), header(&name.to_lowercase())?));
            }
            reading.signature.push(credential.strip_prefix("Credential=")?.to_owned());
            reading.signature.push(signature.strip_prefix("Signature=")?.to_owned());
        }
        _ => {
            // V1 covers neither path nor body as such, only the parameters in them.
            reading.path.clear();
            reading.pairs.extend(pairs(&reading.body));
            reading.body.clear();
            let (found, others) = reading.pairs.into_iter().partition(|(name, _)| name == b"Signature");
            reading.pairs = others;
            let found: Vec<(Vec<u8>, Vec<u8>)> = found;
            reading.signature.push(String::from_utf8(found.first()?.1.clone()).ok()?);
        }
    }
    reading.pairs.sort_by(|a, b| a.0.cmp(&b.0));
    Some(reading)
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|b| *b == b'\n')?;
    let (line, after) = (&rest[..end], &rest[end + 1..]);
    *rest = after;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = bytes.iter().position(|b| !is_blank(b)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !is_blank(b)).map_or(start, |at| at + 1);
    &bytes[start..end]
}

fn body(mut rest: &[u8], length: Option<Vec<u8>>, coding: Option<Vec<u8>>) -> Option<Vec<u8>> {
    if let Some(coding) = coding {
        // A list may have empty members, which mean nothing.
        let mut codings = coding.split(|b| *b == b',').map(trimmed).filter(|coding| !coding.is_empty());
        if !codings.next()?.eq_ignore_ascii_case(b"chunked") || codings.next().is_some() {
            return None;
        }
        let mut body = Vec::new();
        loop {
            let size = trimmed(line(&mut rest)?.split(|b| *b == b';').next()?);
            let digits = std::str::from_utf8(size).ok().filter(|d| d.chars().all(|c| c.is_ascii_hexdigit()))?;
            let size = usize::from_str_radix(digits, 16).ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(rest.get(..size)?);
            rest = &rest[size..];
            if !line(&mut rest)?.is_empty() {
                return None;
            }
        }
        while !line(&mut rest)?.is_empty() {}
        return Some(body);
    }
    match length {
        None => Some(Vec::new()),
        Some(digits) => {
            let digits = String::from_utf8(digits).ok().filter(|d| d.chars().all(|c| c.is_ascii_digit()))?;
            Some(rest.get(..digits.parse().ok()?)?.to_vec())
        }
    }
}

fn pairs(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pieces = text.split(|b| *b == b'&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let mut halves = piece.splitn(2, |b| *b == b'=');
            (unescaped(halves.next().unwrap_or_default()), unescaped(halves.next().unwrap_or_default()))
        })
        .collect()
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let digits = text.get(at + 1..at + 3).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        match (text[at], digits.map(|d| u8::from_str_radix(&String::from_utf8_lossy(d), 16))) {
            (b'%', Some(Ok(byte))) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(other),
        }
        at += 1;
    }
    out
}
