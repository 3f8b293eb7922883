//! V3: `ACS3-HMAC-SHA256` or `ACS3-HMAC-SM3` over the request.

use std::borrow::Cow;

use ring::digest::{SHA256, digest};
use ring::hmac;

use super::{Pair, Scheme, Signature, borrowed, canonical_pairs, decoded, sm3, text};
use crate::wire::Request;
use crate::wire::encode::{bytes, hex, trim};

/// The two hashes that V3 knows.
#[derive(Clone, Copy)]
enum Algorithm {
    Sha256,
    Sm3,
}

impl Algorithm {
    fn named(name: &str) -> Option<Algorithm> {
        [Algorithm::Sha256, Algorithm::Sm3].into_iter().find(|algorithm| algorithm.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "ACS3-HMAC-SHA256",
            Algorithm::Sm3 => "ACS3-HMAC-SM3",
        }
    }

    /// The header that says the body's hash.
    fn header(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "x-acs-content-sha256",
            Algorithm::Sm3 => "x-acs-content-sm3",
        }
    }

    fn hash(self, bytes: &[u8]) -> String {
        match self {
            Algorithm::Sha256 => hex(digest(&SHA256, bytes).as_ref()),
            Algorithm::Sm3 => hex(&sm3::hash(bytes)),
        }
    }

    fn sign(self, to_sign: &str, secret: &str) -> String {
        match self {
            Algorithm::Sha256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hex(hmac::sign(&key, to_sign.as_bytes()).as_ref())
            }
            Algorithm::Sm3 => hex(&sm3::hmac(secret.as_bytes(), to_sign.as_bytes())),
        }
    }

    fn to_sign(self, canonical: &[u8]) -> String {
        [self.name(), "\n", &self.hash(canonical)].concat()
    }
}

/// What a V3 signature is made of.
#[derive(Debug, Clone, Copy)]
pub struct ToSign<'a> {
    /// The method.
    pub method: &'a str,
    /// The path as it stands in the target.
    pub path: &'a str,
    /// The pairs of the query, decoded; those of a form are in the hash.
    pub query: &'a [(&'a str, &'a str)],
    /// The headers to sign, with lower-case names, in the order that `SignedHeaders` lists them.
    pub headers: &'a [(&'a str, &'a str)],
    /// [`hash`] of the body, which `x-acs-content-sha256` says too.
    pub hash: &'a str,
}

/// The V3 value of `Authorization`.
pub fn sign_v3(call: &ToSign<'_>, key_id: &str, secret: &str) -> String {
    let algorithm = Algorithm::Sha256;
    let signed: Vec<Header<'_>> = call.headers.iter().map(|(n, v)| (*n, Cow::Borrowed(v.as_bytes()))).collect();
    let canonical = canonical(call.method, call.path.as_bytes(), &mut borrowed(call.query), &signed, call.hash);
    let signature = algorithm.sign(&algorithm.to_sign(&canonical), secret);
    let names: Vec<&str> = call.headers.iter().map(|(name, _)| *name).collect();
    let name = algorithm.name();
    [name, " Credential=", key_id, ",SignedHeaders=", &names.join(";"), ",Signature=", &signature].concat()
}

/// The lower-case hexadecimal SHA-256 that `x-acs-content-sha256` must say.
pub fn hash(body: &[u8]) -> String {
    Algorithm::Sha256.hash(body)
}

/// The signature of another canonical request, by the algorithm that a string to sign names.
pub(super) fn resigned(string_to_sign: &str, canonical: &str, secret: &str) -> Option<String> {
    let algorithm = Algorithm::named(string_to_sign.lines().next()?)?;
    Some(algorithm.sign(&algorithm.to_sign(canonical.as_bytes()), secret))
}

/// The parts of `Credential=…,SignedHeaders=…,Signature=…`, in any order.
#[derive(Default)]
struct Authorization<'a> {
    key_id: Option<&'a str>,
    signed: &'a str,
    signature: &'a str,
}

fn authorization(text: &str) -> Authorization<'_> {
    let mut parts = Authorization::default();
    for part in text.split(',') {
        match part.trim_start().split_once('=') {
            Some(("Credential", value)) => parts.key_id = Some(value),
            Some(("SignedHeaders", value)) => parts.signed = value,
            Some(("Signature", value)) => parts.signature = value,
            _ => {}
        }
    }
    parts
}

pub(super) fn verify(
    request: &Request,
    named: &str,
    rest: &str,
    secret_of: &dyn Fn(&str) -> Option<String>,
) -> Signature {
    let parts = authorization(rest);
    // What an unknown algorithm would sign is shown as if it was the usual one.
    let algorithm = Algorithm::named(named).unwrap_or(Algorithm::Sha256);
    let query = bytes(request.query());
    let mut pairs: Vec<Pair<'_>> = decoded(&query).collect();
    let hash = algorithm.hash(&request.body);
    let value = |name: &'_ str| bytes(request.header(name).unwrap_or_default());
    let signed: Vec<Header<'_>> = parts.signed.split(';').map(|name| (name, value(name))).collect();
    let canonical = canonical(&request.method, &bytes(path_of(request)), &mut pairs, &signed, &hash);
    let to_sign = algorithm.to_sign(&canonical);
    let wrong = match Algorithm::named(named) {
        Some(algorithm) => wrong(request, algorithm, &parts, &hash),
        None => Some(format!("`{named}` is not known (`{}` is)", algorithm.name())),
    };
    let secret = parts.key_id.and_then(secret_of);
    let found = Signature {
        scheme: Some(Scheme::V3),
        key_id: parts.key_id.map(str::to_owned),
        nonce: request.header("x-acs-signature-nonce").map(str::to_owned),
        date: request.header("x-acs-date").map(str::to_owned),
        got: parts.signature.to_owned(),
        canonical: text(canonical),
        ..Signature::unsigned()
    };
    let expected = secret.map(|secret| algorithm.sign(&to_sign, &secret));
    Signature { string_to_sign: to_sign, ..found }.settle(expected, wrong)
}

/// What is wrong with a V3 request before its signature is compared.
fn wrong(request: &Request, algorithm: Algorithm, parts: &Authorization<'_>, hash: &str) -> Option<String> {
    let is_signed = |name: &str| parts.signed.split(';').any(|signed| signed.eq_ignore_ascii_case(name));
    if let Some(missing) = parts.signed.split(';').find(|name| request.header(name).is_none()) {
        return Some(format!("the signed header `{missing}` is not in the request"));
    }
    let token = ["x-acs-security-token", "x-acs-accesskey-id"];
    if let Some(bare) = token.iter().find(|name| request.header(name).is_some() && !is_signed(name)) {
        return Some(format!("`{bare}` is not among the signed headers"));
    }
    let header = algorithm.header();
    match request.header(header) {
        Some(said) if said == hash => None,
        Some(said) => Some(format!("{header} is {said}, the body's hash is {hash}")),
        None => Some(format!("{header} is missing")),
    }
}

/// The path that was asked for, without the origin of an absolute target.
fn path_of(request: &Request) -> &str {
    let path = request.path();
    let path = match path.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("", |at| &rest[at..]),
        _ => path,
    };
    if path.is_empty() { "/" } else { path }
}

/// A header's name, and the bytes of its value.
type Header<'a> = (&'a str, Cow<'a, [u8]>);

fn canonical(method: &str, path: &[u8], pairs: &mut [Pair<'_>], signed: &[Header<'_>], hash: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    for line in [method.as_bytes(), path, &canonical_pairs(pairs)] {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    for (name, value) in signed {
        out.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
        out.push(b':');
        out.extend_from_slice(trim(value));
        out.push(b'\n');
    }
    out.push(b'\n');
    for (at, (name, _)) in signed.iter().enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(name.as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(hash.as_bytes());
    out
}
