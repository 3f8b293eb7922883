//! Events of a run folded for people and machines.

mod json;
mod summary;

pub use json::{against, expected, json};
pub use summary::{Palette, finding, summary};
