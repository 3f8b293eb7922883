//! Whose requests are taken: keys with their secrets, security tokens, bearer tokens; and that none comes late or twice.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::Mutex;
use std::time::SystemTime;

use super::service::lock;
use crate::fake::objection::{self, About, Objection};
use crate::wire::{Request, SKEW, apart, moment, rpc, signature};

/// Nonces that are remembered: those of the last seconds under load, and of the whole quarter of an hour by hand.
const NONCES: usize = 1 << 16;

/// What a server knows of its callers. A key that it does not know is nobody's business.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Secrets by key id: requests of these keys must verify.
    pub secrets: BTreeMap<String, String>,
    /// Security tokens by key id: requests of these keys must bear theirs.
    pub tokens: BTreeMap<String, String>,
    /// Bearer tokens: a request that bears one must bear one of these, and needs no signature.
    pub bearers: BTreeSet<String>,
    /// Whether signed requests may be old and may come again, as recorded ones do.
    pub may_be_recorded: bool,
}

/// Looks at each request's credentials.
#[derive(Default)]
pub(super) struct Gatekeeper {
    nonces: Mutex<Nonces>,
}

/// The newest nonces, as hashes: a client may choose long ones.
#[derive(Default)]
struct Nonces {
    state: RandomState,
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Nonces {
    /// Takes a nonce down; false where it is known.
    fn is_new(&mut self, key: &str, nonce: &str) -> bool {
        let hash = self.state.hash_one((key, nonce));
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > NONCES {
            self.order.pop_front().map(|oldest| self.known.remove(&oldest));
        }
        true
    }
}

impl Gatekeeper {
    /// Whether the request's signature was looked at and is right.
    ///
    /// # Errors
    /// With what is wrong about its credentials.
    pub(super) fn look(
        &self,
        request: &Request,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<bool, Objection> {
        if let Some(token) = bearer(request, credentials) {
            return match credentials.bearers.contains(&token) {
                true => Ok(false),
                false => Err(Objection::new(
                    About::Caller("InvalidBearerToken"),
                    "the bearer token is not one of those that are known",
                )),
            };
        }
        let Some(found) = objection::signature(request, &credentials.secrets)? else { return Ok(false) };
        let key = found.key_id.clone().unwrap_or_default();
        if let Some(token) = credentials.tokens.get(&key) {
            let refused = |code: &'static str, why: String| Objection::new(About::Caller(code), why).signed(&found);
            match rpc::read(request, &[]).security_token {
                None => {
                    return Err(refused(
                        "MissingSecurityToken",
                        format!("the key `{key}` comes with a security token"),
                    ));
                }
                Some(other) if other != *token => {
                    let why = format!("the security token is not that of the key `{key}`");
                    return Err(refused("InvalidSecurityToken.MismatchWithAccessKey", why));
                }
                Some(_) => {}
            }
        }
        if !credentials.may_be_recorded {
            self.fresh(&key, &found, now)?;
        }
        Ok(true)
    }

    fn fresh(&self, key: &str, found: &signature::Signature, now: SystemTime) -> Result<(), Objection> {
        let refused = |code: &'static str, why: String| Err(Objection::new(About::Caller(code), why).signed(found));
        let date = found.date.as_deref().unwrap_or_default();
        let Some(said) = moment(date) else {
            return refused(
                "InvalidTimeStamp.Format",
                format!("the time of the request is `{date}`, not like 2026-11-24T03:25:12Z"),
            );
        };
        let off = apart(now, said);
        if off > SKEW {
            let seconds = off.as_secs();
            let way = if said > now { "ahead of" } else { "behind" };
            return refused(
                "InvalidTimeStamp.Expired",
                format!("the time of the request, {date}, is {seconds} s {way} ours; 900 s are allowed"),
            );
        }
        match found.nonce.as_deref().unwrap_or_default() {
            "" => refused("MissingSignatureNonce", "the request has no nonce".into()),
            nonce if lock(&self.nonces).is_new(key, nonce) => Ok(()),
            nonce => refused("SignatureNonceUsed", format!("the nonce `{nonce}` came before")),
        }
    }
}

/// The bearer token of a request, where the server knows any: in a header of its own, in `Authorization`, or among the parameters.
fn bearer(request: &Request, credentials: &Credentials) -> Option<String> {
    if credentials.bearers.is_empty() {
        return None;
    }
    let authorized = || request.header("authorization")?.strip_prefix("Bearer ");
    if let Some(token) = request.header("x-acs-bearer-token").or_else(authorized) {
        return Some(token.trim().to_owned());
    }
    let sent = rpc::read(request, &[]);
    sent.named("BearerToken").next().map(|pair| pair.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_nonces_are_remembered_and_no_more() {
        let mut nonces = Nonces::default();
        assert!(nonces.is_new("a", "1") && nonces.is_new("b", "1") && !nonces.is_new("a", "1"));
        (0..NONCES).for_each(|n| assert!(nonces.is_new("c", &n.to_string())));
        assert_eq!((nonces.known.len(), nonces.order.len()), (NONCES, NONCES));
        assert!(nonces.is_new("a", "1"), "it was forgotten");
    }
}
