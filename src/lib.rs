//! fineprint reads an API's documentation page and holds a client SDK to every field and every error code on it.
//!
//! [`read`] turns a page into a [`Contract`](contract::Contract); [`Suite`] holds a client to it inside a `#[tokio::test]`; the command
//! line (`fineprint check`) does the same for clients in any language, with raw bytes and broken connections.
//!
//! ```
//! # let text = std::fs::read_to_string("fixtures/pages/create-image-by-instance.txt").expect("the page is there");
//! let contract = fineprint::read(&[fineprint::extract::Input { name: "page.txt", text: &text }]);
//! let operation = contract.operation("CreateImageByInstance").expect("it is the page's");
//! assert_eq!(operation.errors.len(), 14);
//! ```

pub mod case;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod contract;
pub mod contrast;
mod cores;
pub mod driver;
pub mod error;
pub mod expect;
pub mod extract;
pub mod fake;
pub mod finding;
pub mod generate;
pub mod journal;
pub mod lint;
pub mod outcome;
pub mod page;
pub mod reference;
pub mod report;
pub mod run;
pub mod schema;
pub mod serve;
pub mod snapshot;
pub mod span;
pub mod tap;
pub mod tls;
pub mod wire;

pub use driver::{Call, Client, Reply};
pub use extract::read;
pub use fake::Fake;
pub use outcome::Outcome;
pub use run::Suite;

/// The README's examples, held as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
