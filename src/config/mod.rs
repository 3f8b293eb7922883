//! `fineprint.toml`: what the user says beside the pages.

mod amendment;
mod answer;
mod constraint;
mod fact;

use serde::Deserialize;
use toml::Spanned;

use crate::contract::Contract;
use crate::error::Error;
use crate::serve::When;
use amendment::Amendment;
use answer::Answer;
use constraint::Constraint;

/// The file's name, beside the pages or in the working folder.
pub const FILE: &str = "fineprint.toml";

/// What a `fineprint.toml` says.
#[derive(Debug)]
pub struct Config {
    name: String,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    file: File,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    amend: Vec<Spanned<Amendment>>,
    #[serde(default)]
    constraint: Vec<Spanned<Constraint>>,
    #[serde(default)]
    answer: Vec<Spanned<Answer>>,
}

impl Config {
    /// Reads the text of the file; `name` is what messages call it.
    ///
    /// # Errors
    /// When it is no TOML, or says something that we do not know.
    pub fn read(name: &str, text: &str) -> Result<Config, Error> {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines: Vec<usize> = std::iter::once(0).chain(starts).collect();
        let file = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| line(&lines, span.start));
            Error::input(format!("{name}:{line}: {}", e.message().replace('\n', ", ")))
        })?;
        Ok(Config { name: name.to_owned(), lines, file })
    }

    /// Settles what the pages contradict themselves about, and adds what they leave out.
    ///
    /// # Errors
    /// When an amendment names a fact that is not there, or one that the page says already.
    pub fn settle(&self, contracts: &mut [Contract]) -> Result<(), Error> {
        if self.file.amend.is_empty() && self.file.constraint.is_empty() {
            return Ok(());
        }
        let doubted = contracts.iter().flat_map(crate::lint::doubts).collect();
        for amendment in &self.file.amend {
            let (at, amendment) = (self.at(amendment), amendment.get_ref());
            amendment.settle(contracts, &doubted, &at).map_err(|why| Error::input(format!("{at}: {why}")))?;
        }
        for constraint in &self.file.constraint {
            let (at, constraint) = (self.at(constraint), constraint.get_ref());
            constraint.add(contracts, &at).map_err(|why| Error::input(format!("{at}: {why}")))?;
        }
        Ok(())
    }

    /// What a server says to some requests.
    ///
    /// # Errors
    /// When an entry asks for what the pages do not have.
    pub fn answers(&self, contract: &Contract) -> Result<Vec<When>, Error> {
        let when = |entry: &Spanned<Answer>| {
            entry.get_ref().when(contract).map_err(|why| Error::input(format!("{}: {why}", self.at(entry))))
        };
        self.file.answer.iter().map(when).collect()
    }

    /// File and line of an entry.
    fn at<T>(&self, entry: &Spanned<T>) -> String {
        format!("{}:{}", self.name, line(&self.lines, entry.span().start))
    }
}

/// The line, counted from 1, of a place in the text.
fn line(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|start| *start <= at)
}

/// The name that is most like another, for a message.
fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| (similar::TextDiff::from_chars(name, wanted).ratio() * 1000.0) as u32;
    names.take(1_000).max_by_key(|name| likeness(name))
}
