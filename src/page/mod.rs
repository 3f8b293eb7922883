//! A page's text as sections of numbered lines; reading never fails.

mod decode;
mod html;
mod section;
mod table;
pub(crate) mod words;

pub use decode::decode;
pub use html::{Flat, html};
pub use section::{Line, Section, Topic, headless, sections};
pub use table::{Piece, Pieces, Table, TableRow, pieces, tables};
