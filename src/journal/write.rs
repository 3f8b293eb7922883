//! Writes a journal, a line at a time, so that a run that is killed loses nothing that was judged.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Footer, Header, Journal};
use crate::error::Error;
use crate::outcome::Event;

/// An open journal.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
}

impl Writer {
    /// Begins a journal.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(path: &Path) -> Result<Writer, Error> {
        let file = File::create(path).map_err(|why| unwritable(path, why))?;
        Ok(Writer { path: path.to_owned(), file })
    }

    /// Goes on with a journal; what is left of its last line is cut off.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn resume(journal: &Journal) -> Result<Writer, Error> {
        let path = journal.path();
        let open = || {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.set_len(journal.whole())?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(|why| unwritable(path, why))?;
        Ok(Writer { path: path.to_owned(), file })
    }

    /// Writes what the run is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn header(&mut self, header: &Header) -> Result<(), Error> {
        self.line(&serde_json::to_value(header).expect("a header holds nothing that JSON cannot"))
    }

    /// Writes what the run tells. A client's hello stands in the header, and what was read from a journal in it already.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn event(&mut self, event: &Event) -> Result<(), Error> {
        let line = match event {
            Event::Client(_) | Event::Past(_) => return Ok(()),
            Event::Operation(opened) => json!({ "operation": opened }),
            Event::Case(entry) => json!({ "case": entry }),
            Event::Shrunk(shrunk) => json!({ "shrunk": shrunk }),
            Event::LeftOut { operation, cases } => json!({ "left_out": { "operation": operation, "cases": cases } }),
            Event::Note(text) => json!({ "note": text }),
            Event::Verdict(judged) => json!({ "verdict": judged }),
            Event::Finding(finding) => json!({ "finding": finding }),
        };
        self.line(&line)
    }

    /// Writes that the run is over.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn footer(&mut self, footer: &Footer) -> Result<(), Error> {
        self.line(&json!({ "end": footer }))
    }

    fn line(&mut self, value: &Value) -> Result<(), Error> {
        // One write a line: what a kill leaves is a part of the last line at worst.
        let written = self.file.write_all(format!("{value}\n").as_bytes());
        written.map_err(|why| unwritable(&self.path, why))
    }
}

fn unwritable(path: &Path, why: std::io::Error) -> Error {
    Error::input(format!("{}: cannot be written", path.display())).because(why)
}
