//! Calls that break clients: valid, boundary, breach, and covering arrays.

mod boundary;
mod breach;
mod cover;
mod dialect;
mod dice;
mod draw;
mod facts;
mod format;
pub mod fresh;
mod model;
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
pub use cover::{Budget, Covering, Factor, Model, cover, cover_within};
pub use model::{model, rows};
pub use valid::{Calls, Tree, valid};
pub use verify::{Missing, verify};

use crate::contract::Operation;
use crate::schema;
use dice::Dice;

/// Random calls that the page allows, each proved to be. Empty where no call fits the page.
pub fn random(operation: &Operation, seed: u64, count: usize) -> Vec<Map<String, Value>> {
    let Ok(calls) = valid(&schema::request(operation)) else { return Vec::new() };
    let mut dice = Dice::new(seed);
    (0..count).filter_map(|_| calls.draw(&mut dice).as_object().cloned()).collect()
}
