//! A fact, where it is said, and how it is known.

use serde::{Deserialize, Serialize};

use crate::span::Span;

/// A fact with the lines that say it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said<T> {
    /// The fact.
    pub value: T,
    /// Where it is said; none when it does not stand on a page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub span: Option<Span>,
    /// How it is known.
    #[serde(skip_serializing_if = "How::is_said", default)]
    pub how: How,
}

impl<T> Said<T> {
    /// A fact the page says in so many words.
    #[expect(clippy::self_named_constructors, reason = "it is what the page says, and the other two are not")]
    pub fn said(value: T, span: Span) -> Said<T> {
        Said { value, span: Some(span), how: How::Said }
    }

    /// A fact read off a sample.
    pub fn sampled(value: T, span: Span) -> Said<T> {
        Said { value, span: Some(span), how: How::Sampled }
    }

    /// A fact that was guessed; a note beside it says why.
    pub fn guessed(value: T, span: Option<Span>) -> Said<T> {
        Said { value, span, how: How::Guessed }
    }
}

/// How a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The page says it.
    #[default]
    Said,
    /// A sample shows it.
    Sampled,
    /// We guessed it.
    Guessed,
    /// The user settled it.
    Amended,
}

impl How {
    pub(super) fn is_said(&self) -> bool {
        *self == How::Said
    }
}

/// A fact that the user settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amended {
    /// The fact's name, in the form of a clause's id: `CreateImageByInstance/response/Code/type`.
    pub fact: String,
    /// Why.
    pub reason: String,
    /// File and line of the amendment.
    pub at: String,
}

/// A guess, or something a contract cannot hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// What was guessed or left aside, and why.
    pub text: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub span: Option<Span>,
}
