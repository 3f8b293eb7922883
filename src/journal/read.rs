//! Reads a journal, whole or cut anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Footer, Header, VERSION};
use crate::error::Error;
use crate::outcome::{Entry, Opened, Shrunk};

/// The longest line that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A journal, indexed: entries are read when they are asked for, an operation at a time, so that no run is held whole.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Header,
    operations: BTreeMap<String, Section>,
    notes: Vec<String>,
    footer: Option<Footer>,
    whole: u64,
}

/// What a journal holds of one operation.
#[derive(Debug, Default)]
struct Section {
    opened: Option<Opened>,
    /// Where the entries stand, in bytes, and how long they are.
    entries: Vec<(u64, u64)>,
    /// The same of what was made smaller after the last of them.
    shrunk: Option<(u64, u64)>,
}

/// What was done of an operation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// What its cases came to, each once, in the order in which they were done.
    pub entries: Vec<Entry>,
    /// What was made smaller after the last of them; none if that was not done.
    pub shrunk: Option<Shrunk>,
}

/// What a line is about; a verdict or finding, which follows from the entries, is about nothing.
#[derive(Deserialize)]
struct Line {
    operation: Option<Opened>,
    case: Option<Of>,
    shrunk: Option<Of>,
    note: Option<String>,
    end: Option<Footer>,
}

#[derive(Deserialize)]
struct Of {
    operation: String,
}

#[derive(Deserialize)]
struct Case {
    case: Entry,
}

#[derive(Deserialize)]
struct Less {
    shrunk: Shrunk,
}

impl Journal {
    /// Reads a journal as far as it goes; none if not even its first line is whole.
    ///
    /// # Errors
    /// When the file cannot be read, is no journal, or is one of another version.
    pub fn open(path: &Path) -> Result<Option<Journal>, Error> {
        let name = path.display();
        let unreadable = |why: std::io::Error| match why.kind() {
            std::io::ErrorKind::NotFound => Error::input(format!("{name}: no such file")),
            _ => Error::input(format!("{name}: cannot be read")).because(why),
        };
        let mut lines = Lines::of(File::open(path).map_err(unreadable)?);
        let Some((_, first)) = lines.next().map_err(unreadable)? else { return Ok(None) };
        let header = header(&first).map_err(|why| Error::input(format!("{name}: {why}")))?;
        let whole = lines.at;
        let path = path.to_owned();
        let mut journal = Journal { path, header, operations: BTreeMap::new(), notes: Vec::new(), footer: None, whole };
        let mut number = 1;
        while let Some((at, line)) = lines.next().map_err(unreadable)? {
            number += 1;
            match serde_json::from_slice(&line) {
                Ok(line) => journal.take(line, at, lines.at - at),
                // A file system that lost its power may leave the length of a line and not the line.
                Err(_) if lines.next().map_err(unreadable)?.is_none() => break,
                Err(why) => {
                    return Err(
                        Error::input(format!("{}:{number}: no line of a journal", journal.path.display())).because(why)
                    );
                }
            }
            journal.whole = lines.at;
        }
        Ok(Some(journal))
    }

    fn take(&mut self, line: Line, at: u64, length: u64) {
        if let Some(opened) = line.operation {
            let section = self.operations.entry(opened.name.clone()).or_default();
            if section.opened.as_ref().is_some_and(|before| before.plan != opened.plan) {
                section.entries.clear();
                section.shrunk = None;
            }
            section.opened = Some(opened);
        }
        if let Some(of) = line.case {
            self.operations.entry(of.operation).or_default().entries.push((at, length));
            self.footer = None;
        }
        if let Some(of) = line.shrunk {
            self.operations.entry(of.operation).or_default().shrunk = Some((at, length));
        }
        self.notes.extend(line.note.filter(|note| !self.notes.contains(note)));
        if line.end.is_some() {
            self.footer = line.end;
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the run is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the run said by the way.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How the run ended; none if it did not.
    pub fn footer(&self) -> Option<&Footer> {
        self.footer.as_ref()
    }

    /// The bytes of its whole lines.
    pub(super) fn whole(&self) -> u64 {
        self.whole
    }

    /// How an operation began; none if it did not.
    pub fn opened(&self, operation: &str) -> Option<&Opened> {
        self.operations.get(operation)?.opened.as_ref()
    }

    /// The operations that it has something of.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// What was done of an operation.
    ///
    /// # Errors
    /// When the file cannot be read again.
    pub fn past(&self, operation: &str) -> Result<Past, Error> {
        let Some(section) = self.operations.get(operation) else { return Ok(Past::default()) };
        let unreadable =
            |why: std::io::Error| Error::input(format!("{}: cannot be read again", self.path.display())).because(why);
        let mut file = BufReader::new(File::open(&self.path).map_err(unreadable)?);
        let mut known = BTreeSet::new();
        let mut past = Past::default();
        for &place in &section.entries {
            let Case { case } = self.line(&mut file, place)?;
            if known.insert(case.case) {
                past.entries.push(case);
            }
        }
        if let Some(place) = section.shrunk {
            past.shrunk = Some(self.line::<Less>(&mut file, place)?.shrunk);
        }
        Ok(past)
    }

    /// One line, read again.
    fn line<T: DeserializeOwned>(&self, file: &mut BufReader<File>, (at, length): (u64, u64)) -> Result<T, Error> {
        let mut line = Vec::new();
        let mut read = || {
            file.seek(SeekFrom::Start(at))?;
            file.take(length).read_to_end(&mut line)
        };
        let path = self.path.display();
        read().map_err(|why| Error::input(format!("{path}: cannot be read again")).because(why))?;
        serde_json::from_slice(&line)
            .map_err(|why| Error::input(format!("{path}: byte {at}: no line of a journal")).because(why))
    }
}

fn header(line: &[u8]) -> Result<Header, String> {
    #[derive(Deserialize)]
    struct Form {
        journal: u32,
    }
    let form: Form = serde_json::from_slice(line)
        .map_err(|_| "no journal of a run (`fineprint check --journal PATH` writes one)".to_owned())?;
    if form.journal != VERSION {
        return Err(format!("journal version {} is not known (this fineprint reads {VERSION})", form.journal));
    }
    serde_json::from_slice(line).map_err(|why| format!("1: no header of a journal: {why}"))
}

/// Whole lines of a file, with the byte at which each begins.
struct Lines {
    file: BufReader<File>,
    /// Where the next line begins.
    at: u64,
}

impl Lines {
    fn of(file: File) -> Lines {
        Lines { file: BufReader::new(file), at: 0 }
    }

    fn next(&mut self) -> std::io::Result<Option<(u64, Vec<u8>)>> {
        let mut line = Vec::new();
        let read = self.file.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Ok(None);
        }
        let at = self.at;
        self.at += read as u64;
        Ok(Some((at, line)))
    }
}
