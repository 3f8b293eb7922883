//! V1: HMAC-SHA1 over all parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::{Pair, Scheme, Signature, borrowed, canonical_pairs, decoded, lossy, text};
use crate::wire::encode::{bytes, pe_into};
use crate::wire::{Request, rpc};

/// The V1 signature of a call: `pairs` are all parameters of query and form, decoded, without `Signature`.
pub fn sign_v1(method: &str, pairs: &[(&str, &str)], secret: &str) -> String {
    signature(&to_sign(method, &canonical_pairs(&mut borrowed(pairs))), secret)
}

pub(super) fn verify(request: &Request, secret_of: &dyn Fn(&str) -> Option<String>) -> Signature {
    let query = bytes(request.query());
    let form = if rpc::is_form(request) { request.body.as_slice() } else { &[] };
    let mut pairs: Vec<Pair<'_>> = decoded(&query).chain(decoded(form)).collect();
    let value_of = |name: &str| pairs.iter().find(|(n, _)| **n == *name.as_bytes()).map(|(_, value)| lossy(value));
    let Some(got) = value_of("Signature") else { return Signature::unsigned() };
    let mut found = Signature {
        scheme: Some(Scheme::V1),
        key_id: value_of("AccessKeyId"),
        nonce: value_of("SignatureNonce"),
        date: value_of("Timestamp"),
        got,
        ..Signature::unsigned()
    };
    let method = value_of("SignatureMethod");
    pairs.retain(|(name, _)| **name != *b"Signature");
    let canonical = canonical_pairs(&mut pairs);
    let signed = to_sign(&request.method, &canonical);
    let secret = found.key_id.as_deref().and_then(secret_of);
    let expected = secret.map(|secret| signature(&signed, &secret));
    let wrong = match method.as_deref() {
        Some("HMAC-SHA1") => None,
        Some(other) => Some(format!("SignatureMethod is `{other}`, not `HMAC-SHA1`")),
        None => Some("SignatureMethod is missing".into()),
    };
    (found.canonical, found.string_to_sign) = (text(canonical), text(signed));
    found.settle(expected, wrong)
}

pub(super) fn to_sign(method: &str, canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(canonical.len() * 2);
    out.extend_from_slice(method.as_bytes());
    out.extend_from_slice(b"&%2F&");
    pe_into(canonical, &mut out);
    out
}

pub(super) fn signature(to_sign: &[u8], secret: &str) -> String {
    keyed(to_sign, &[secret.as_bytes(), b"&"].concat())
}

/// The signature of a client that forgot what belongs after the secret.
pub(super) fn signature_bare(to_sign: &[u8], secret: &str) -> String {
    keyed(to_sign, secret.as_bytes())
}

fn keyed(to_sign: &[u8], key: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    STANDARD.encode(hmac::sign(&key, to_sign))
}
