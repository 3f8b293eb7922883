//! Reads the pages that the user names into a contract.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{self, Config};
use crate::contract::{self, Contract, Note, Source};
use crate::error::Error;
use crate::extract::Rendering;
use crate::reference::Page;
use crate::serve::When;
use crate::{extract, page};

/// The page that is built in.
const EMBEDDED: (&str, &str) =
    ("create-image-by-instance.txt (built in)", include_str!("../../fixtures/pages/create-image-by-instance.txt"));

/// Our made-up pages, which show what the built-in one cannot.
const PARCELS: (&str, &str) = ("everything.txt (built in)", include_str!("../../fixtures/pages/everything.txt"));
const DEPOTS: (&str, &str) =
    ("everything.openapi.json (built in)", include_str!("../../fixtures/pages/everything.openapi.json"));

/// Largest page that is read, in bytes.
const MOST: u64 = 256 << 20;

/// The pages that a verb reads, and what the user says beside them.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Pages {
    /// Pages, OpenAPI documents, or folders of them; `-` is standard input; the built-in page if none is given
    pages: Vec<PathBuf>,
    /// Amendments and constraints; `fineprint.toml` beside the page or in the working folder if not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Pages {
    /// Reads the pages into one contract, and settles it as the user's file says.
    ///
    /// # Errors
    /// When a file cannot be read, none holds an operation, they are about several products, or an amendment does not apply.
    pub(super) fn contract(&self) -> Result<Arc<Contract>, Error> {
        let mut contracts = self.contracts(None)?;
        if contracts.len() > 1 {
            let names: Vec<String> = contracts.iter().map(|c| format!("`{}`", title(c))).collect();
            return Err(Error::usage(format!(
                "the pages are about {} products ({}): name the pages of one, or keep a contract of each with \
                 `fineprint read -o DIR PAGE…` and name that",
                contracts.len(),
                names.join(", ")
            )));
        }
        Ok(Arc::new(contracts.remove(0)))
    }

    /// The same, a contract for each product version.
    ///
    /// # Errors
    /// When a file cannot be read, none holds an operation, or an amendment does not apply.
    pub(super) fn contracts(&self, rendering: Option<Rendering>) -> Result<Vec<Contract>, Error> {
        let mut contracts = contracts(&self.pages, rendering)?;
        if let Some(path) = self.config()? {
            Config::read(&path.display().to_string(), &text(&path)?)?.settle(&mut contracts)?;
        }
        Ok(contracts)
    }

    /// What the user's file has a server say to some requests.
    ///
    /// # Errors
    /// When the file cannot be read, or asks for what the pages do not have.
    pub(super) fn answers(&self, contract: &Contract) -> Result<Vec<When>, Error> {
        match self.config()? {
            Some(path) => Config::read(&path.display().to_string(), &text(&path)?)?.answers(contract),
            None => Ok(Vec::new()),
        }
    }

    /// The user's file: the one that is named, else beside the first page, else in the working folder.
    fn config(&self) -> Result<Option<PathBuf>, Error> {
        if let Some(named) = &self.config {
            return Ok(Some(named.clone()));
        }
        let beside = self.pages.first().filter(|p| p.as_os_str() != "-").map(|page| match page.is_dir() {
            true => page.join(config::FILE),
            false => page.with_file_name(config::FILE),
        });
        let places = beside.into_iter().chain([PathBuf::from(config::FILE)]);
        Ok(places.into_iter().find(|path| path.is_file()))
    }

    /// These pages, with what a file of this name says beside them.
    pub(super) fn of(pages: &[PathBuf], config: Option<&Path>) -> Pages {
        Pages { pages: pages.to_vec(), config: config.map(Path::to_owned) }
    }

    /// Only these of the pages, with the same file beside them; none where that cannot be said, or is no less.
    pub(super) fn narrowed(&self, pages: Vec<PathBuf>) -> Option<Pages> {
        let is_one = |only: &PathBuf| !only.is_dir();
        // One file may be a contract, whose pages are not at hand, and standard input is read only once.
        if matches!(self.pages.as_slice(), [] | [_]) && self.pages.iter().all(is_one)
            || self.pages.iter().any(|page| page.as_os_str() == "-")
        {
            return None;
        }
        let wanted = self.config().ok()?;
        let beside = Pages { pages, config: self.config.clone() };
        let narrow = match beside.config().ok()? == wanted {
            true => beside,
            false => Pages { config: wanted.clone(), ..beside },
        };
        (narrow.config().ok()? == wanted).then_some(narrow)
    }

    /// Whether no page is named.
    pub(super) fn is_none(&self) -> bool {
        self.pages.is_empty()
    }

    /// The words of a command line that read the same again.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        let config = self.config.iter().flat_map(|path| ["--config".to_owned(), path.display().to_string()]);
        self.pages.iter().map(|page| page.display().to_string()).chain(config)
    }
}

/// A page of ours that defects of the reference client show on.
pub(super) fn ours(page: Page) -> Arc<Contract> {
    let (name, text) = match page {
        Page::Instance => EMBEDDED,
        Page::Parcels => PARCELS,
        Page::Depots => DEPOTS,
    };
    Arc::new(extract::read(&[extract::Input { name, text }]))
}

/// The product and the version of a contract, as far as they are known.
pub(super) fn title(contract: &Contract) -> String {
    let said = [&contract.product, &contract.version].into_iter().flatten();
    let words: Vec<&str> = said.map(|fact| fact.value.as_str()).collect();
    if words.is_empty() { "unnamed".to_owned() } else { words.join(" ") }
}

/// Reads these pages into a contract for each product version; the built-in page where none is named.
///
/// # Errors
/// When a file cannot be read, or none of them holds an operation.
fn contracts(pages: &[PathBuf], rendering: Option<Rendering>) -> Result<Vec<Contract>, Error> {
    let mut contracts = read(pages, rendering)?;
    if contracts.iter().all(|c| c.operations.is_empty()) {
        let sources = contracts.iter().flat_map(|c| &c.sources);
        let names = sources.map(|s| s.name.as_str()).take(MOST_NAMES).collect::<Vec<_>>().join(", ");
        let why = contracts.iter().find_map(|c| c.notes.first());
        let why = why.map_or_else(|| "no heading names one".to_owned(), |n| n.text.clone());
        return Err(Error::input(format!("{names}: no API operation on it: {why}")));
    }
    // What stands on pages without an operation is told with the first contract that has one.
    let (mut full, empty): (Vec<Contract>, Vec<Contract>) =
        contracts.drain(..).partition(|contract| !contract.operations.is_empty());
    full[0].notes.extend(empty.into_iter().flat_map(|c| c.notes).map(|note| Note { span: None, ..note }));
    Ok(full)
}

/// Most files that a message names.
const MOST_NAMES: usize = 5;

fn read(pages: &[PathBuf], rendering: Option<Rendering>) -> Result<Vec<Contract>, Error> {
    if pages.is_empty() {
        let (name, text) = EMBEDDED;
        return Ok(vec![extract::read(&[extract::Input { name, text }])]);
    }
    let mut sources = Vec::new();
    for path in pages {
        for path in files(path)? {
            sources.push(Source { name: path.display().to_string(), text: text(&path)? });
        }
    }
    if let [Source { name, text }] = sources.as_slice()
        && text.trim_start().starts_with('{')
        && text.contains("\"fineprint_contract\"")
    {
        return Ok(vec![contract::from_json(text).map_err(|e| Error::input(format!("{name}: {e}")))?]);
    }
    Ok(extract::read_each(sources, rendering))
}

/// The files of a path: itself, or all below a folder, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .map_err(|e| Error::input(format!("{}: cannot be listed", folder.display())).because(e))?;
        for entry in entries.flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.') || entry.file_name() == config::FILE;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !hidden => folders.push(entry.path()),
                Ok(kind) if kind.is_file() && !hidden => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(Error::input(format!("{}: no file in it", path.display()))),
        false => Ok(found),
    }
}

fn text(path: &Path) -> Result<Arc<str>, Error> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().take(MOST).read_to_end(&mut bytes);
        read.map_err(|e| Error::input("standard input cannot be read").because(e))?;
        return decoded("standard input", &bytes);
    }
    let name = path.display().to_string();
    if name.starts_with("http://") || name.starts_with("https://") {
        return Err(Error::usage(format!(
            "{name}: a URL is not read, since fineprint opens no connection of its own \
             (save the page and name the file, or pipe it: `curl {name} | fineprint check -`)"
        )));
    }
    let size = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::input(format!("{name}: no such file")),
        _ => Error::input(format!("{name}: cannot be read")).because(e),
    })?;
    if size.len() > MOST {
        return Err(Error::input(format!("{name}: over {} MiB, which no page is", MOST >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|e| Error::input(format!("{name}: cannot be read")).because(e))?;
    decoded(&name, &bytes)
}

fn decoded(name: &str, bytes: &[u8]) -> Result<Arc<str>, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::input(format!("{name}: empty")));
    }
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if !wide && bytes.iter().take(4096).any(|b| *b == 0) {
        return Err(Error::input(format!("{name}: binary, not a page (text, Markdown or HTML is read)")));
    }
    Ok(page::decode(bytes).into())
}
