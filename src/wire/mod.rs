//! How a call looks as bytes: parameters in and out, signatures, raw requests.

mod collect;
pub mod curl;
pub mod encode;
pub mod json;
mod moment;
mod parse;
pub mod path;
mod request;
pub mod rest;
pub(crate) mod retry;
pub mod rpc;
pub mod signature;

pub use moment::{SKEW, apart, moment};
pub use parse::{MAX_BODY, MAX_HEAD, Parsed, awaits_continue, parse, status_for, unchunk};
pub use request::{Framing, Header, Request};
