//! What a client surfaces, as insta snapshots to review.

mod body;
mod file;
mod mask;

pub use body::{Surfaced, body};
pub use file::{Change, Snapshot, accept, compare, pending, settle};
