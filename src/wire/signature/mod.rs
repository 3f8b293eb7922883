//! Signatures V1 and V3: whether a request's is right, and how to make one.

mod cause;
mod sm3;
mod v1;
mod v3;

use std::borrow::Cow;

use super::Request;
use super::encode::{self, decode_bytes, pe_into};

pub use cause::{Cause, cause};
pub use v1::sign_v1;
pub use v3::{ToSign, hash, sign_v3};

/// What was found out about a request's signature, with all that a user needs to see where it went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// How it is signed; none for a request without a signature.
    pub scheme: Option<Scheme>,
    /// The access key id that it names.
    pub key_id: Option<String>,
    /// What makes the request unique.
    pub nonce: Option<String>,
    /// When it says it was made.
    pub date: Option<String>,
    /// Whether it is right.
    pub verdict: Verdict,
    /// The canonical request (V3), or the canonical query (V1).
    pub canonical: String,
    /// What is signed.
    pub string_to_sign: String,
    /// The right signature; empty where the key is not known.
    pub expected: String,
    /// The signature that it bears.
    pub got: String,
}

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// HMAC-SHA1 over the parameters.
    V1,
    /// `ACS3-HMAC-…` over the request, in `Authorization`.
    V3,
}

/// Whether a signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Verified,
    /// There is none.
    Unsigned,
    /// It is of a key that we do not know, or of none.
    UnknownKey,
    /// It is not.
    Wrong {
        /// Why.
        why: String,
    },
}

impl Signature {
    fn unsigned() -> Signature {
        Signature {
            scheme: None,
            key_id: None,
            nonce: None,
            date: None,
            verdict: Verdict::Unsigned,
            canonical: String::new(),
            string_to_sign: String::new(),
            expected: String::new(),
            got: String::new(),
        }
    }

    /// Compares the signature with the right one, unless something else is wrong already.
    fn settle(mut self, expected: Option<String>, wrong: Option<String>) -> Signature {
        self.verdict = match (&expected, wrong) {
            (None, _) => Verdict::UnknownKey,
            (Some(_), Some(why)) => Verdict::Wrong { why },
            (Some(expected), None) if *expected == self.got => Verdict::Verified,
            (Some(_), None) => Verdict::Wrong { why: "the signature is not that of the request".into() },
        };
        self.expected = expected.unwrap_or_default();
        self
    }
}

/// Verifies a request's signature; `secret_of` knows the secret of each access key id.
pub fn verify(request: &Request, secret_of: &dyn Fn(&str) -> Option<String>) -> Signature {
    match request.header("authorization").and_then(|a| a.split_once(' ')) {
        Some((algorithm, rest)) if algorithm.starts_with("ACS3-") => v3::verify(request, algorithm, rest, secret_of),
        _ => v1::verify(request, secret_of),
    }
}

type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

fn decoded(raw: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    encode::pairs(raw).map(|(name, value)| (decode_bytes(name), decode_bytes(value)))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Sorts by key alone and joins; the sort is stable, for pairs of one name.
fn canonical_pairs(pairs: &mut [Pair<'_>]) -> Vec<u8> {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = Vec::with_capacity(pairs.iter().map(|(n, v)| n.len() + v.len() + 8).sum());
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        pe_into(name, &mut out);
        out.push(b'=');
        pe_into(value, &mut out);
    }
    out
}

fn borrowed<'a>(pairs: &[(&'a str, &'a str)]) -> Vec<Pair<'a>> {
    let borrow = |text: &'a str| Cow::Borrowed(text.as_bytes());
    pairs.iter().map(|(name, value)| (borrow(name), borrow(value))).collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| lossy(e.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Parsed, parse};

    fn request(text: &str) -> Request {
        match parse(text.as_bytes()) {
            Parsed::Complete(request, _) => *request,
            other => panic!("{other:?}"),
        }
    }

    fn verified(request: &Request) -> Signature {
        verify(request, &|id| (id == "testid").then(|| "testsecret".to_owned()))
    }

    const V1: [(&str, &str); 9] = [
        ("Action", "CreateImageByInstance"),
        ("Format", "json"),
        ("Timestamp", "2026-11-24T03:25:12Z"),
        ("Version", "2021-09-01"),
        ("SignatureNonce", "bfd311043c18ee1dc9fd521e81484294"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("AccessKeyId", "testid"),
        ("InstanceId", "ws-0buj1s9gm******"),
    ];

    #[test]
    fn the_known_v1_signature_is_made() {
        assert_eq!(sign_v1("POST", &V1, "testsecret"), "zLJbCykAVOoHrluUXfcRV2EV2Lk=");
    }

    #[test]
    fn keys_are_sorted_as_bytes_and_not_with_their_values() {
        let mut pairs = borrowed(&[("Abc.1", "1"), ("Abc-b", "2"), ("Abc", "3")]);
        assert_eq!(canonical_pairs(&mut pairs), b"Abc=3&Abc-b=2&Abc.1=1");
    }

    #[test]
    fn v1_is_verified_from_query_form_or_both() {
        let signature = encode::pe(&sign_v1("POST", &V1, "testsecret"));
        let pieces: Vec<String> = V1.iter().map(|(n, v)| format!("{n}={}", encode::pe(v))).collect();
        for cut in 0..=pieces.len() {
            let query = [&pieces[..cut], &[format!("Signature={signature}")]].concat().join("&");
            let form = pieces[cut..].join("&");
            let length = form.len();
            let text = format!("POST /?{query} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{form}");
            assert_eq!(verified(&request(&text)).verdict, Verdict::Verified, "{text}");
        }
    }

    #[test]
    fn what_v3_makes_v3_verifies() {
        let hash = hash(b"A=1");
        let headers = [("host", "h:1"), ("x-acs-content-sha256", hash.as_str()), ("x-acs-security-token", "t")];
        let query = [("b", "x y"), ("a", "")];
        let call = ToSign { method: "POST", path: "/v/1", query: &query, headers: &headers, hash: &hash };
        let made = sign_v3(&call, "testid", "testsecret");
        let head = format!("Host: h:1\r\nX-Acs-Content-SHA256: {hash}\r\nx-acs-security-token: t\r\nContent-Length: 3");
        let with = |auth: &str| format!("POST /v/1?b=x+y&a= HTTP/1.1\r\n{head}\r\nAuthorization: {auth}\r\n\r\nA=1");
        assert_eq!(verified(&request(&with(&made))).verdict, Verdict::Verified);
        let why = |auth: &str| match verified(&request(&with(auth))).verdict {
            Verdict::Wrong { why } => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            why(&made.replace(";x-acs-security-token", "")),
            "`x-acs-security-token` is not among the signed headers"
        );
        assert_eq!(why(&made.replace("host;", "host;date;")), "the signed header `date` is not in the request");
        assert_eq!(why(&made.replace("SHA256 C", "MD5 C")), "`ACS3-HMAC-MD5` is not known (`ACS3-HMAC-SHA256` is)");
        assert_eq!(why(&made.replace("SHA256 C", "SM3 C")), "x-acs-content-sm3 is missing");
        assert_eq!(verified(&request(&with(&made.replace("testid", "other")))).verdict, Verdict::UnknownKey);
        assert_eq!(verified(&request("GET / HTTP/1.1\r\n\r\n")).verdict, Verdict::Unsigned);
    }
}
