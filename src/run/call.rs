//! A step of a case as the call that a client is asked to make.

use std::sync::Arc;

use super::subject::Subject;
use crate::case::Step;
use crate::driver::{Call, Target};
use crate::wire::encode::hex;

/// The secret of a key: a canary that must show nowhere.
pub(super) fn secret(seed: u64, key_id: &str) -> String {
    let hash =
        key_id.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    ["fp-canary-", &hex(&hash.to_be_bytes())].concat()
}

/// The call of a step.
pub(super) fn call(subject: &Subject<'_>, step: &Step, client: Target) -> Call {
    let (operation, api) = (subject.operation.name.clone(), Arc::clone(&subject.api));
    Call { operation, params: step.params.clone(), api, client }
}
