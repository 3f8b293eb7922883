//! Turns the sections of a page into a contract, with a note for every guess.

mod access;
mod bounds;
mod cells;
mod document;
mod errors;
mod facts;
mod nest;
mod paragraphs;
mod products;
mod prose;
mod rows;
mod run;
mod samples;
mod words;

use std::collections::HashSet;
use std::sync::Arc;

pub use facts::facts;

use crate::contract::{Contract, Note, Operation, Parameter, Place, Said, Source, Style};
use crate::page::{Line, Section, Topic, html, sections};
use crate::span::Span;

/// A page to be read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The file's name, as messages shall show it.
    pub name: &'a str,
    /// The page's text.
    pub text: &'a str,
}

/// Reads pages into one contract. What is unclear is a note; a page without an operation is one, too.
pub fn read(pages: &[Input<'_>]) -> Contract {
    let mut contract = Contract {
        product: None,
        code: None,
        version: None,
        style: Style::Rpc,
        operations: Vec::new(),
        notes: Vec::new(),
        sources: pages.iter().map(|p| Source { name: p.name.to_owned(), text: Arc::from(p.text) }).collect(),
    };
    for (page, input) in (0..).zip(pages) {
        one(&mut contract, page, input);
    }
    contract
}

fn one(contract: &mut Contract, page: u32, input: &Input<'_>) {
    if document::read(contract, page, input) {
        return;
    }
    let flat = html(input.text);
    let mut sections = sections(flat.as_ref().map_or(input.text, |flat| &flat.text));
    if let Some(flat) = &flat {
        flat.renumber(&mut sections);
    }
    let top = &sections[0].lines;
    let Some(title) = title(top).or_else(|| untitled(&sections, input)) else {
        let text = format!("{}: no line such as `Product:Operation` names an operation", input.name);
        contract.notes.push(Note { text, span: None });
        return;
    };
    if !sections.iter().any(|s| matches!(s.topic, Topic::Request | Topic::Response | Topic::Errors)) {
        let text = format!("{}: neither parameters nor errors are listed", input.name);
        contract.notes.push(Note { text, span: None });
        return;
    }
    let span = Span::line(page, title.line);
    name_product(contract, title.product, span);
    if contract.operation(title.operation).is_some() {
        let text = format!("{}: `{}` was read from an earlier page", input.name, title.operation);
        contract.notes.push(Note { text, span: Some(span) });
        return;
    }
    contract.operations.push(operation(page, &sections, &title));
}

/// The line that names product and operation.
struct Title<'a> {
    product: &'a str,
    operation: &'a str,
    line: u32,
}

/// The operation of a page without a title of the usual form: its heading, what its samples and its table call
/// `Action`, what the authorization table names, or the name of the file.
fn untitled<'a>(sections: &[Section<'a>], input: &Input<'a>) -> Option<Title<'a>> {
    let lines = || sections.iter().flat_map(|s| &s.lines);
    let heading = sections[0].lines.iter().find_map(|line| {
        let text = line.text.strip_prefix("# ")?;
        let word = text.split(['{', ' ']).next().unwrap_or(text).trim();
        camel(word).then_some((word, line.number))
    });
    let action = || {
        lines().take(MOST_LINES).find_map(|line| {
            let (_, rest) = line.text.split_once("Action=")?;
            let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            camel(word).then_some((word, line.number))
        })
    };
    let permission = || {
        sections.iter().filter(|s| s.topic == Topic::Authorization).flat_map(|s| &s.lines).find_map(|line| {
            let (service, rest) = line.text.trim_start_matches(['|', ' ']).split_once(':')?;
            let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            let plain = service.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            (plain && !service.is_empty() && camel(word)).then_some((word, line.number))
        })
    };
    let file = || {
        let name = input.name.rsplit(['/', '\\']).next()?;
        let word = name.split('.').next()?.rsplit("__").next()?;
        camel(word).then_some((word, 1))
    };
    let (operation, line) = heading.or_else(action).or_else(permission).or_else(file)?;
    Some(Title { product: "", operation, line })
}

/// Most lines that are searched for the operation's name.
const MOST_LINES: usize = 100_000;

/// Whether a word is the name of an operation: two words in one, with capitals.
fn camel(word: &str) -> bool {
    let capitals = word.chars().filter(char::is_ascii_uppercase).count();
    word.len() > 3
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && (2..word.len()).contains(&capitals)
}

fn title<'a>(top: &[Line<'a>]) -> Option<Title<'a>> {
    top.iter().find_map(|line| {
        let text = line.text.trim().trim_start_matches('#').trim();
        let (product, operation) = text.rsplit_once([':', '：'])?;
        let named = operation.trim();
        let word = named.len() > 2 && named.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let fits = word
            && named.starts_with(|c: char| c.is_ascii_uppercase())
            && named.contains(|c: char| c.is_ascii_lowercase());
        (fits && text.len() < 120).then(|| Title { product: product.trim(), operation: named, line: line.number })
    })
}

/// Takes the product from a title; what the page does not state comes from the catalogue.
fn name_product(contract: &mut Contract, product: &str, span: Span) {
    if contract.product.is_none() && !product.is_empty() {
        contract.product = Some(Said::said(product.to_owned(), span));
        if let Some((code, version)) = products::catalogue(product) {
            contract.code = Some(Said::guessed(code.to_owned(), Some(span)));
            contract.version = Some(Said::guessed(version.to_owned(), Some(span)));
            let text = format!(
                "the page states neither product code nor version: `{code}` and `{version}` are taken from the catalogue"
            );
            contract.notes.push(Note { text, span: Some(span) });
        }
    }
}

fn operation(page: u32, sections: &[Section<'_>], title: &Title<'_>) -> Operation {
    let of = |topic: Topic| sections.iter().filter(move |s| s.topic == topic);
    let samples: Vec<_> = of(Topic::Samples).flat_map(|s| samples::samples(page, s)).collect();
    let mut notes = Vec::new();
    let success = samples.iter().find(|s| s.of == crate::contract::SampleOf::Success && s.value.is_some());
    let names = success.and_then(|s| s.value.as_ref()).map(rows::names).unwrap_or_default();
    let none = HashSet::new();
    let rows = |topic| -> Vec<rows::Row> {
        let request = topic == Topic::Request;
        let names = if request { &none } else { &names };
        of(topic).flat_map(|s| rows::rows(page, s, request, names)).collect()
    };
    let parameters = nest::parameters(rows(Topic::Request), &mut notes);
    let parameters: Vec<Parameter> =
        parameters.into_iter().map(|field| Parameter { place: Place::Unsaid, field }).collect();
    let mut operation = Operation {
        name: title.operation.to_owned(),
        span: Span::line(page, title.line),
        summary: summary(page, &sections[0].lines, title.line),
        method: None,
        path: None,
        authorization: of(Topic::Authorization).find_map(|s| access::authorization(page, s)),
        marks: Vec::new(),
        response: nest::response(rows(Topic::Response), success, &mut notes),
        parameters,
        common: Vec::new(),
        errors: of(Topic::Errors).flat_map(|s| errors::errors(page, s)).collect(),
        samples,
        notes,
    };
    prose::settle(&mut operation);
    operation
}

/// The first paragraph below the title.
fn summary(page: u32, top: &[Line<'_>], title: u32) -> Option<Said<String>> {
    let updated = |text: &str| text.to_lowercase().starts_with("last updated") || text.starts_with("更新时间");
    let line = top.iter().find(|l| l.number > title && !l.text.trim().is_empty() && !updated(l.text.trim()))?;
    Some(Said::said(line.text.trim().to_owned(), Span::line(page, line.number)))
}
