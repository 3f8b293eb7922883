//! An answer for some requests only: those of a key, of an operation, or with a value.

use super::preference::Preference;
use crate::contract::Contract;
use crate::wire::rpc::Sent;

/// What some requests are answered. What is not said fits every request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct When {
    /// The access key id.
    pub key: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// A parameter as it stands on the wire, and its value.
    pub parameter: Option<(String, String)>,
    /// The answer.
    pub answer: Preference,
}

impl When {
    /// Whether the pages have the operation and the answer.
    ///
    /// # Errors
    /// When they have not.
    pub fn check(&self, contract: &Contract) -> Result<(), String> {
        let mut meant = self.answer.clone();
        meant.operation = self.operation.clone();
        meant.check(contract)
    }

    /// Whether this request is meant.
    pub(super) fn is_for(&self, operation: &str, sent: &Sent) -> bool {
        let has = |(name, value): &(String, String)| sent.named(name).any(|pair| pair.value == *value);
        self.operation.as_ref().is_none_or(|name| name == operation)
            && self.key.as_ref().is_none_or(|key| sent.key_id.as_ref() == Some(key))
            && self.parameter.as_ref().is_none_or(has)
    }
}
