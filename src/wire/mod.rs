//! How a call looks as bytes: parameters in and out, signatures, raw requests.

mod collect;
pub mod curl;
pub mod encode;
pub mod json;
mod parse;
mod request;
pub mod rpc;
pub mod signature;

pub use parse::{MAX_BODY, MAX_HEAD, Parsed, awaits_continue, parse, unchunk};
pub use request::{Framing, Header, Request};
