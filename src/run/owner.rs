//! Which call a request belongs to: one of several at once, this one, or one that was over before.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};

use serde_json::{Map, Value};

use crate::check::Observed;
use crate::driver::Call;
use crate::wire::{Request, rpc};

/// Requests that are remembered.
const RECENT: usize = 32;

/// The last requests of a lane, by which one that comes again too late is known.
#[derive(Default)]
pub(super) struct Recent {
    signs: VecDeque<Sign>,
    hasher: RandomState,
}

/// What a request is known by when it comes again.
struct Sign {
    key_id: Option<String>,
    nonce: Option<String>,
    /// A hash of its parameters; none where it has none.
    pairs: Option<u64>,
}

impl Recent {
    /// Whether a request is one of an earlier case, sent again when that was over: it shows that case's key.
    pub(super) fn has(&self, observed: &Observed, own_key: &str) -> bool {
        let (Some(signature), Some(sent)) = (&observed.signature, &observed.sent) else { return false };
        signature.key_id.as_deref().is_some_and(|key| key != own_key)
            && self.signs.iter().any(|sign| {
                sign.key_id == signature.key_id
                    && (sign.nonce == signature.nonce || (sign.pairs.is_some() && sign.pairs == self.hash(sent)))
            })
    }

    fn hash(&self, sent: &rpc::Sent) -> Option<u64> {
        let mut hasher = self.hasher.build_hasher();
        sent.pairs.iter().for_each(|pair| (pair.place, &pair.raw_name, &pair.raw_value).hash(&mut hasher));
        (!sent.pairs.is_empty()).then(|| hasher.finish())
    }

    /// Remembers these, and forgets older ones.
    pub(super) fn add(&mut self, requests: &[Observed]) {
        for observed in requests {
            let (Some(signature), Some(sent)) = (&observed.signature, &observed.sent) else { continue };
            let (key_id, nonce, pairs) = (signature.key_id.clone(), signature.nonce.clone(), self.hash(sent));
            self.signs.push_back(Sign { key_id, nonce, pairs });
        }
        self.signs.drain(..self.signs.len().saturating_sub(RECENT));
    }
}

/// Whether two requests carry the same parameters, so that one is the other sent again.
pub(super) fn is_same(a: &Observed, b: &Observed) -> bool {
    match (&a.sent, &b.sent) {
        (Some(a), Some(b)) => !a.pairs.is_empty() && a.pairs == b.pairs,
        _ => false,
    }
}

/// Whether an RPC style request names the operation, in any case, or none at all. One without credentials, parameters and a body is no call.
pub(super) fn names(request: &Request, operation: &str) -> bool {
    match request.header("x-acs-action") {
        Some(action) => action.eq_ignore_ascii_case(operation),
        None if request.header("authorization").is_none()
            && request.body.is_empty()
            && !request.target.contains('?') =>
        {
            false
        }
        None => rpc::read(request, &[]).action.is_none_or(|a| a.value.eq_ignore_ascii_case(operation)),
    }
}

/// Calls that are open at once, and the texts by which their requests are known.
pub(super) struct Owners {
    texts: Vec<Vec<String>>,
    /// Whether all calls are the same, so that a request is any one's.
    are_twins: bool,
}

impl Owners {
    /// Those of these calls.
    pub(super) fn of(calls: &[Call]) -> Owners {
        let texts = calls.iter().map(|call| texts(&call.params)).collect();
        let are_twins = calls.windows(2).all(|pair| pair[0].params == pair[1].params);
        Owners { texts, are_twins }
    }

    /// The call whose values the `nth` request carries most of.
    pub(super) fn find(&self, sent: &rpc::Sent, nth: usize) -> Option<usize> {
        if self.are_twins {
            return Some(nth % self.texts.len().max(1));
        }
        let count = |of: &Vec<String>| sent.pairs.iter().filter(|p| of.contains(&p.value)).count();
        self.texts
            .iter()
            .enumerate()
            .map(|(i, of)| (count(of), i))
            .filter(|(n, _)| *n > 0)
            .max_by_key(|(n, i)| (*n, usize::MAX - i))
            .map(|(_, i)| i)
    }
}

/// The texts of a call that no other call has.
fn texts(params: &Map<String, Value>) -> Vec<String> {
    params.values().filter_map(Value::as_str).filter(|t| t.len() > 6).map(str::to_owned).collect()
}
