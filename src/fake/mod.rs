//! What the page would say to a request: `answer`, and the faces that carry it.

mod answer;
pub(crate) mod broken;
pub(crate) mod coding;
mod error;
pub(crate) mod framing;
mod mount;
pub(crate) mod objection;
pub(crate) mod parameters;
mod success;
pub(crate) mod variant;

pub(crate) use answer::operation_of;
pub use answer::{Plan, Say, answer};
pub(crate) use error::envelope;
pub use error::{error, filled};
pub use mount::{Fake, MockServer};
pub use success::{REFUSAL_CODE, sample, success};

/// The header that carries the request id, as the vendor's gateway writes it.
pub const REQUEST_ID_HEADER: &str = "x-acs-request-id";

/// A header of which no page says a word, and a value that is easily cut.
pub(crate) const NOTE_HEADER: &str = "x-fineprint-note";
pub(crate) const NOTE: &str = "at 10:20:30, by a; b=\"c\"";

/// The header in which the fake says what is wrong with a request.
pub const FAULT_HEADER: &str = "x-fineprint-fault";

/// What the access key ids of a run begin with.
pub(crate) const RUN_KEYS: &str = "fp-";
