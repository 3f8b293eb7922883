//! Where on a page a fact was said.

use serde::{Deserialize, Serialize};

/// Lines of one page, counted from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Index into the contract's `sources`.
    pub page: u32,
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
}

impl Span {
    /// One line of a page.
    pub fn line(page: u32, line: u32) -> Span {
        Span { page, first: line, last: line }
    }

    /// From one line to another, in either order.
    pub fn lines(page: u32, first: u32, last: u32) -> Span {
        Span { page, first: first.min(last), last: first.max(last) }
    }

    /// The smallest span of the same page that holds both; `self` if the pages differ.
    pub fn to(self, other: Span) -> Span {
        if self.page != other.page {
            return self;
        }
        Span { page: self.page, first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}
