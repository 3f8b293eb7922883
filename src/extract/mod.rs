//! Turns the sections of a page into a contract, with a note for every guess.

mod access;
mod bounds;
mod cells;
mod condition;
mod details;
mod document;
mod errors;
mod facts;
mod nest;
mod operation;
mod paragraphs;
mod product;
mod prose;
mod rows;
mod run;
mod samples;
mod spaced;
mod syntax;
mod title;
mod value;
mod xml;

use std::sync::Arc;

pub use facts::facts;

use crate::contract::{Contract, Form, Note, Operation, Source, Style};
use crate::cores::spread;
use crate::page::{Line, Section, Topic, headless, html, sections};
use crate::span::Span;

/// A page to be read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The file's name, as messages shall show it.
    pub name: &'a str,
    /// The page's text.
    pub text: &'a str,
}

/// How a page shows its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// Cells run together on a line: `NamestringNo`.
    Run,
    /// Cells between pipes, in one line or on lines of their own; Markdown.
    Pipes,
    /// One cell a paragraph.
    Paragraphs,
    /// Cells parted by single blanks.
    Spaced,
}

impl Rendering {
    /// Every rendering, with the word for it.
    pub const ALL: [(&'static str, Rendering); 4] = [
        ("run", Rendering::Run),
        ("pipes", Rendering::Pipes),
        ("paragraphs", Rendering::Paragraphs),
        ("spaced", Rendering::Spaced),
    ];
}

/// Reads pages into one contract. What is unclear is a note; a page without an operation is one, too.
pub fn read(pages: &[Input<'_>]) -> Contract {
    read_as(pages, None)
}

/// Reads pages whose rendering is known; none finds it out section by section.
pub fn read_as(pages: &[Input<'_>], rendering: Option<Rendering>) -> Contract {
    let source = |page: &Input<'_>| Source { name: page.name.to_owned(), text: Arc::from(page.text) };
    contract(pages.iter().map(source).collect(), rendering)
}

/// Reads the pages of one contract, which keeps their texts.
fn contract(sources: Vec<Source>, rendering: Option<Rendering>) -> Contract {
    let mut contract = Contract {
        form: Form,
        product: None,
        code: None,
        version: None,
        style: Style::Rpc,
        operations: Vec::new(),
        notes: Vec::new(),
        amended: Vec::new(),
        sources: Vec::new(),
    };
    for ((page, source), found) in (0..).zip(&sources).zip(found(&sources, rendering)) {
        let input = input(source);
        match found {
            Found::Operation { product, operation, span } => add(&mut contract, &input, &product, *operation, span),
            Found::Nothing(why) => contract.notes.push(Note { text: format!("{}: {why}", input.name), span: None }),
            Found::Document => document::read(&mut contract, page, &input),
        }
    }
    contract.sources = sources;
    contract
}

fn input(source: &Source) -> Input<'_> {
    Input { name: &source.name, text: &source.text }
}

/// Reads pages into one contract for each product and version that they are about, in the order of the pages.
///
/// Pages that name no product belong to the only one that others name, and else to a contract without a name. The
/// contracts keep the texts as they are given, since a long one would be in memory twice.
pub fn read_each(pages: Vec<Source>, rendering: Option<Rendering>) -> Vec<Contract> {
    let mut groups: Vec<(Option<String>, Vec<usize>)> = Vec::new();
    for (index, source) in pages.iter().enumerate() {
        let key = group(index, &input(source));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, inputs)) => inputs.push(index),
            None => groups.push((key, vec![index])),
        }
    }
    let unnamed = groups.iter().position(|(key, _)| key.is_none());
    if let Some(at) = unnamed.filter(|_| groups.len() == 2) {
        let (_, stray) = groups.remove(at);
        let known = &mut groups[0].1;
        known.extend(stray);
        known.sort_unstable();
    }
    let sources = |at: &[usize]| at.iter().map(|at| pages[*at].clone()).collect();
    groups.iter().map(|(_, at)| contract(sources(at), rendering)).collect()
}

/// What pages of one contract share: the product of their title, and the version in their address. A document is a
/// contract of its own.
fn group(index: usize, input: &Input<'_>) -> Option<String> {
    if input.text.trim_start().starts_with('{') {
        return Some(format!("document {index}"));
    }
    let lines = (1..).zip(input.text.lines().take(MOST_TITLE_LINES));
    let lines: Vec<Line<'_>> = lines.map(|(number, text)| Line { number, text: text.trim_end() }).collect();
    let product =
        title::title(&lines).map(|title| title.product.to_lowercase()).filter(|product| !product.is_empty())?;
    let version = product::address(input.name).map(|address| address.version);
    Some(format!("{product} {}", version.unwrap_or_default()))
}

/// Lines of a page that are searched for its title before it is read.
const MOST_TITLE_LINES: usize = 60;

/// What was found on a page, before it is held against the others.
enum Found {
    Operation {
        product: String,
        operation: Box<Operation>,
        span: Span,
    },
    /// None, and why.
    Nothing(String),
    /// A document for machines, which is read in its turn: it may hold many operations.
    Document,
}

/// Pages below this number are read one after the other.
const FEW: usize = 32;

/// Looks at each page, on all cores where there are many: no page depends on another.
fn found(pages: &[Source], rendering: Option<Rendering>) -> Vec<Found> {
    let look = |(page, source): (u32, &Source)| find(page, &input(source), rendering);
    spread((0..).zip(pages).collect(), FEW, look)
}

fn find(page: u32, input: &Input<'_>, rendering: Option<Rendering>) -> Found {
    if document::is_one(input.text) {
        return Found::Document;
    }
    let flat = html(input.text);
    let mut sections = sections(flat.as_ref().map_or(input.text, |flat| &flat.text));
    if let Some(flat) = &flat {
        flat.renumber(&mut sections);
    }
    let tells = |topic| sections.iter().any(|section| section.topic == topic);
    if ![Topic::Request, Topic::Response, Topic::Errors].into_iter().all(tells) {
        sections = headless(sections);
    }
    let top = &sections[0].lines;
    let Some(title) = title::title(top).or_else(|| title::untitled(&sections, input.name)) else {
        return Found::Nothing("no line such as `Product:Operation` names an operation".into());
    };
    if !sections.iter().any(told) {
        return Found::Nothing("neither parameters nor errors are listed".into());
    }
    let operation = Box::new(operation::operation(page, sections, &title, rendering));
    Found::Operation { product: title.product.to_owned(), operation, span: Span::line(page, title.line) }
}

/// Takes up what was found on a page, unless an earlier one has it.
fn add(contract: &mut Contract, input: &Input<'_>, product: &str, operation: Operation, span: Span) {
    product::name(contract, product, input, span);
    if contract.operation(&operation.name).is_some() {
        let text = format!("{}: `{}` was read from an earlier page", input.name, operation.name);
        contract.notes.push(Note { text, span: Some(span) });
        return;
    }
    if operation.path.is_some() {
        contract.style = Style::Rest;
    }
    contract.operations.push(operation);
}

/// Whether a section tells what an operation takes or gives.
fn told(section: &Section<'_>) -> bool {
    matches!(section.topic, Topic::Request | Topic::Response | Topic::Errors)
}
