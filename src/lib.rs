//! fineprint reads an API's documentation page and holds a client SDK to every field and every error code on it.

pub mod case;
pub mod check;
pub mod contract;
pub mod driver;
pub mod error;
pub mod extract;
pub mod fake;
pub mod finding;
pub mod generate;
pub mod outcome;
pub mod page;
pub mod reference;
pub mod report;
pub mod run;
pub mod schema;
pub mod snapshot;
pub mod span;
pub mod tap;
pub mod wire;
