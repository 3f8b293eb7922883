//! Calls that break clients: valid, boundary, breach, and covering arrays.

mod boundary;
mod breach;
mod catalogue;
mod cover;
mod dialect;
mod dice;
mod draw;
mod facts;
mod format;
pub mod fresh;
mod lawful;
mod levels;
mod model;
mod names;
mod pattern;
mod place;
mod plan;
mod planner;
mod shrink;
mod text;
mod valid;
mod verify;

use serde_json::{Map, Value};

pub use boundary::{Boundary, boundary};
pub use breach::{BreachCall, breaches};
pub use catalogue::{Entry, catalogue};
pub use cover::{Budget, Covering, Factor, Group, Model, cover, cover_within};
pub use model::{Array, Row, Wish, array, model, rows};
pub use valid::{Calls, Tree, valid};
pub use verify::{Missing, verify};

use crate::contract::Operation;
use crate::schema;
use dice::Dice;
pub(crate) use dice::seed;
pub(crate) use lawful::Lawful;

/// Random calls that the page allows, each proved to be. Empty where no call fits the page.
pub fn random(operation: &Operation, seed: u64, count: usize) -> Vec<Map<String, Value>> {
    randoms(operation, seed).take(count).collect()
}

/// The same without end: the first so many are always the same.
pub fn randoms(operation: &Operation, seed: u64) -> impl Iterator<Item = Map<String, Value>> + use<> {
    let calls = valid(&schema::request(operation)).ok();
    let mut dice = Dice::new(seed);
    std::iter::from_fn(move || calls.as_ref()?.draw(&mut dice).as_object().cloned())
}
