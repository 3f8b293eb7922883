//! Snapshot files in insta's format, and the pending ones beside them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A snapshot: a text, and a line about where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What made it: shown by reviewers, and no part of what is compared.
    pub description: String,
    /// What it is of.
    pub expression: String,
    /// The text.
    pub body: String,
}

/// What a snapshot is to the file that should hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The file holds the same text.
    Same,
    /// There is no such file yet.
    New,
    /// The file holds another text, given here.
    Changed(String),
}

impl Snapshot {
    /// The file's text, as insta writes it.
    pub fn to_file(&self) -> String {
        format!(
            "---\nsource: fineprint\ndescription: {}\nexpression: {}\n---\n{}\n",
            scalar(&self.description),
            scalar(&self.expression),
            self.body.trim_end()
        )
    }
}

/// A text as YAML, quoted where insta quotes: else accepting with `cargo insta` would write the line anew.
fn scalar(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    let words = ["yes", "no", "true", "false", "on", "off", "null"];
    let is_word = words.contains(&text.to_ascii_lowercase().as_str()) || text == "~";
    let is_number = text.parse::<f64>().is_ok() || text.starts_with("0x");
    let quoted = text.is_empty()
        || text.starts_with([' ', '&', '*', '?', '|', '-', '<', '>', '=', '!', '%', '@', '.'])
        || text.ends_with(' ')
        || text.contains([':', '{', '}', '[', ']', ',', '#', '`', '"', '\'', '\\'])
        || is_word
        || is_number;
    match quoted {
        true => serde_json::to_string(&text).expect("a text is JSON, and JSON is YAML"),
        false => text,
    }
}

/// The body of a snapshot file; the whole text where it has no head. Line ends are read as insta reads them, since a
/// checkout may have turned them into `\r\n`.
fn body_of(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let rest = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n").map(|(_, body)| body));
    rest.unwrap_or(&text).trim_end().to_owned()
}

/// Where the snapshot of a file waits for a review.
pub fn pending(path: &Path) -> PathBuf {
    beside(path, ".new")
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Compares a snapshot with its file, and writes nothing.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn compare(path: &Path, snapshot: &Snapshot) -> Result<Change, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(match body_of(&text) {
            body if body == snapshot.body.trim_end() => Change::Same,
            body => Change::Changed(body),
        }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Change::New),
        Err(e) => Err(failed(path, e)),
    }
}

/// Compares a snapshot with its file and leaves what differs pending. What is the same writes nothing, and takes away
/// a pending file of an earlier run.
///
/// # Errors
/// When a file cannot be read or written.
pub fn settle(path: &Path, snapshot: &Snapshot) -> Result<Change, Error> {
    let change = compare(path, snapshot)?;
    let new = pending(path);
    let text = snapshot.to_file();
    match &change {
        Change::Same => match fs::remove_file(&new) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(&new, e)),
            _ => {}
        },
        // A pending file that says the same already is left as it is.
        _ if fs::read_to_string(&new).ok().as_deref() == Some(&text) => {}
        _ => write(&new, &text).map_err(|e| failed(&new, e))?,
    }
    Ok(change)
}

/// Accepts the pending snapshot of a file: it becomes the file, byte for byte.
///
/// # Errors
/// When it cannot be moved.
pub fn accept(path: &Path) -> Result<(), Error> {
    let new = pending(path);
    fs::rename(&new, path).map_err(|e| Error::input(format!("{}: cannot be accepted", new.display())).because(e))
}

fn failed(path: &Path, e: io::Error) -> Error {
    Error::input(format!("{}: cannot be read or written", path.display())).because(e)
}

/// Writes a file whole or not at all, also beside another run that writes the same.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let half = beside(path, &format!(".{}.half", std::process::id()));
    fs::write(&half, text).and_then(|()| fs::rename(&half, path)).inspect_err(|_| drop(fs::remove_file(&half)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_quoted_where_insta_quotes() {
        for plain in ["odd 1.0+build", "wéird (x) 1", "a=b", "n", "a\tb"] {
            assert_eq!(scalar(plain), plain.replace('\t', " "), "{plain}");
        }
        for quoted in ["@scope/name 1", "odd: 1", "", " a", "a ", "NO", "~", "1.5", "0x1", ".a", "it's", "a\\b"] {
            assert_eq!(scalar(quoted), serde_json::to_string(quoted).expect("a text"), "{quoted}");
        }
    }

    #[test]
    fn a_body_is_what_follows_the_head() {
        for text in ["---\na: b\n---\nx\n\ny\n", "---\r\na: b\r\n---\r\nx\r\n\r\ny\r\n", "x\n\ny"] {
            assert_eq!(body_of(text), "x\n\ny");
        }
    }
}
