//! The page of an operation as the rules see it: fields with their paths, and what the samples show of each.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::words::squeezed;
use super::{element, sample};
use crate::contract::{self, Contract, DocumentedError, Field, Kind, Operation, Place, Sample, SampleOf};
use crate::span::Span;

/// Items of a list that are looked at: further ones say nothing new.
const ITEMS: usize = 50;

/// The pages of a contract, split into lines once: operations may share one.
pub(super) struct Pages<'a> {
    lines: Vec<Vec<&'a str>>,
    /// Of each page the lines that hold no blank: cells that run together, mostly.
    cells: Vec<BTreeSet<&'a str>>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(contract: &'a Contract) -> Pages<'a> {
        let lines: Vec<Vec<&str>> = contract.sources.iter().map(|source| source.text.lines().collect()).collect();
        // Documents for machines have no cells.
        let document = |lines: &[&str]| lines.first().is_some_and(|first| first.trim_start().starts_with('{'));
        let cells = |lines: &Vec<&'a str>| match document(lines) {
            true => BTreeSet::new(),
            false => {
                let whole = lines.iter().map(|line| line.trim()).filter(|line| !line.contains(char::is_whitespace));
                whole.collect()
            }
        };
        let cells = lines.iter().map(cells).collect();
        Pages { lines, cells }
    }

    /// The lines of a span; none where the page's text is not at hand.
    pub(super) fn quote(&self, span: Span) -> &[&'a str] {
        let lines = self.lines.get(span.page as usize).map(Vec::as_slice).unwrap_or_default();
        let first = (span.first as usize).saturating_sub(1).min(lines.len());
        &lines[first..(span.last as usize).clamp(first, lines.len())]
    }
}

/// An operation's page.
pub struct Scene<'a> {
    pub(super) pages: &'a Pages<'a>,
    pub(super) operation: &'a Operation,
    /// Parameters and what is inside them, with paths.
    pub(super) request: Vec<(String, &'a Field)>,
    /// Members of the answer, with paths; without the answer itself.
    pub(super) response: Vec<(String, &'a Field)>,
    /// Rows of the error table, with the labels that clause ids have.
    pub(super) errors: Vec<(String, &'a DocumentedError)>,
    /// Values of the success samples.
    pub(super) shown: Vec<Shown<'a>>,
    /// Values of the samples of requests that show a body.
    pub(super) given: Vec<Shown<'a>>,
    /// The product as this page's title has it; the contract knows only the first page's.
    pub(super) product: String,
    /// The first row of each error code of each product.
    first: &'a FirstErrors<'a>,
    /// Names of rows and of sample members, squeezed.
    rows: BTreeSet<String>,
    members: BTreeSet<String>,
    /// Names of sample members that have no row.
    unread: BTreeSet<&'a str>,
    parameters: BTreeSet<&'a str>,
    clauses: BTreeSet<String>,
}

/// A row of an error table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) operation: &'a Operation,
    pub(super) error: &'a DocumentedError,
}

/// A value of a sample.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) sample: &'a Sample,
    /// The path as in the table.
    pub(super) path: String,
    /// The member's name; empty for an item.
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) span: Span,
    /// The row, where there is one.
    pub(super) field: Option<&'a Field>,
}

/// The first row of each error code, by product and code: products name their errors without looking at each other.
pub(super) type FirstErrors<'a> = BTreeMap<(String, &'a str), Row<'a>>;

/// The parameter that is the body as a whole, as in OpenAPI; elsewhere the parameters are members of it.
pub(super) fn whole_body(operation: &Operation) -> Option<&Field> {
    let mut bodies = operation.parameters.iter().filter(|p| p.place == Place::Body).map(|p| &p.field);
    let only = bodies.next().filter(|body| body.name == "body" && !body.is_leaf())?;
    bodies.next().is_none().then_some(only)
}

/// The samples that are judged, each with its value. One that does not parse is read as it was meant, where a comma too few
/// or too many is all that is wrong; one in XML is judged where no other shows a success, since it leaves out what is empty.
pub(super) fn values(operation: &Operation) -> Vec<(&Sample, Cow<'_, Value>)> {
    let typed = operation.samples.iter().filter(|s| s.shows_types());
    let value = |sample: &'_ Sample| sample::mended(&sample.text).map(Cow::Owned);
    let mut found: Vec<(&Sample, Cow<'_, Value>)> =
        typed.filter_map(|s| Some((s, s.value.as_ref().map(Cow::Borrowed).or_else(|| value(s))?))).collect();
    if !found.iter().any(|(sample, _)| sample.of == SampleOf::Success) {
        let xml = operation.samples.iter().filter(|s| !s.shows_types() && s.of == SampleOf::Success);
        let value = |value| Cow::Owned(element::members(operation.response.as_ref(), value));
        found.extend(xml.filter_map(|s| Some((s, value(s.value.as_ref()?)))));
    }
    found
}

/// The first row of each error code of each product.
pub(super) fn first_errors<'a>(contract: &'a Contract, pages: &Pages<'_>) -> FirstErrors<'a> {
    let mut first = BTreeMap::new();
    for operation in &contract.operations {
        let product = product(contract, pages, operation);
        for error in &operation.errors {
            first.entry((product.clone(), error.code.as_str())).or_insert(Row { operation, error });
        }
    }
    first
}

/// The product in the title of an operation's page; the contract's where the page's text is not at hand.
fn product(contract: &Contract, pages: &Pages<'_>, operation: &Operation) -> String {
    let quoted = pages.quote(operation.span).first().and_then(|line| {
        let (product, _) = line.trim_start_matches('#').rsplit_once([':', '：'])?;
        Some(product.trim().to_owned())
    });
    let product = quoted.filter(|p| !p.is_empty()).or_else(|| contract.product.as_ref().map(|p| p.value.clone()));
    product.unwrap_or_default()
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        contract: &'a Contract,
        pages: &'a Pages<'a>,
        operation: &'a Operation,
        values: &'a [(&'a Sample, Cow<'a, Value>)],
        first: &'a FirstErrors<'a>,
    ) -> Scene<'a> {
        let mut request = Vec::new();
        for parameter in &operation.parameters {
            parameter.field.walk(&parameter.field.name, &mut |path, field| request.push((path.to_owned(), field)));
        }
        let mut response = Vec::new();
        if let Some(answer) = &operation.response {
            answer.walk("", &mut |path, field| response.push((path.to_owned(), field)));
            response.retain(|(path, _)| !path.is_empty());
        }
        let (mut shown, mut given) = (Vec::new(), Vec::new());
        for (sample, value) in values.iter() {
            let lines = if sample.shows_types() { sample::lines } else { element::lines };
            let mut walk = Walk { sample, lines: lines(&sample.text), shown: &mut shown };
            match (sample.of, value.as_ref()) {
                (SampleOf::Success, value) => walk.inside(operation.response.as_ref(), value, "", ""),
                (SampleOf::Request, value) if whole_body(operation).is_some() => {
                    walk.shown = &mut given;
                    let body = whole_body(operation);
                    walk.inside(body, value, "", body.map_or("", |body| &body.name));
                }
                (SampleOf::Request, Value::Object(members)) => {
                    walk.shown = &mut given;
                    let rows = operation.parameters.iter().rev().map(|p| (p.field.name.as_str(), &p.field));
                    let rows: HashMap<&str, &Field> = rows.collect();
                    for (name, value) in members {
                        walk.one(rows.get(name.as_str()).copied(), name, value, name, name.clone());
                    }
                }
                _ => {}
            }
        }
        let rows = response.iter().map(|(_, f)| squeezed(&f.name)).collect();
        let members = shown.iter().map(|s| squeezed(s.name)).collect();
        let unread = shown.iter().filter(|s| s.field.is_none()).map(|s| s.name).collect();
        let clauses = contract::clauses(operation).into_iter().map(|c| c.id).collect();
        let product = product(contract, pages, operation);
        let errors = operation.error_labels().into_iter().zip(&operation.errors).collect();
        let parameters = operation.parameters.iter().map(|p| p.field.name.as_str()).collect();
        Scene {
            pages,
            operation,
            product,
            request,
            response,
            errors,
            shown,
            given,
            first,
            rows,
            members,
            unread,
            parameters,
            clauses,
        }
    }

    /// All fields, those of the request first, each with its area and path.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str, &'a Field)> {
        let request = self.request.iter().map(|(path, field)| ("request", path.as_str(), *field));
        request.chain(self.response.iter().map(|(path, field)| ("response", path.as_str(), *field)))
    }

    /// The success samples that parse.
    pub(super) fn successes(&self) -> impl Iterator<Item = (&'a Sample, &'a Value)> {
        let samples = self.operation.samples.iter().filter(|s| s.of == SampleOf::Success && s.shows_types());
        samples.filter_map(|s| Some((s, s.value.as_ref()?)))
    }

    /// The id of a clause of this operation, if it has it.
    pub(super) fn clause(&self, area: &str, subject: &str, aspect: &str) -> Option<String> {
        let id = self.fact(area, subject, aspect);
        self.clauses.contains(&id).then_some(id)
    }

    /// The name of a fact about a parameter or a member, as an amendment gives it.
    pub(super) fn fact(&self, area: &str, subject: &str, what: &str) -> String {
        format!("{}/{area}/{}/{what}", contract::escape(&self.operation.name), contract::escape(subject))
    }

    /// Errors whose code has an earlier row, here or on an earlier page, with their labels and that row.
    pub(super) fn earlier_rows(&self) -> impl Iterator<Item = (&str, &'a DocumentedError, Row<'a>)> {
        self.errors.iter().filter_map(|(label, error)| {
            let first = *self.first.get(&(self.product.clone(), error.code.as_str()))?;
            (!std::ptr::eq(first.error, *error)).then_some((label.as_str(), *error, first))
        })
    }

    /// Where an earlier row stands, as a message says it.
    pub(super) fn elsewhere(&self, row: Row<'_>) -> String {
        match row.operation.name == self.operation.name {
            true => "in an earlier row".to_owned(),
            false => format!("on the page of `{}`", row.operation.name),
        }
    }

    /// Whether the answer's table has a row of that name, in any spelling and at any depth.
    pub(super) fn has_row(&self, name: &str) -> bool {
        self.rows.contains(&squeezed(name))
    }

    /// Whether a success sample has a member of that name, in any spelling and at any depth.
    pub(super) fn has_member(&self, name: &str) -> bool {
        self.members.contains(&squeezed(name))
    }

    /// Whether a line of the page begins with the name and goes on: a row that was read as something else.
    pub(super) fn has_line(&self, name: &str) -> bool {
        let Some(cells) = self.pages.cells.get(self.operation.span.page as usize) else { return false };
        let mut near = cells.range(name..).map_while(|line| line.strip_prefix(name));
        near.any(|rest| rest.starts_with(char::is_alphabetic))
    }

    /// Whether a word is the name of a parameter.
    pub(super) fn is_parameter(&self, word: &str) -> bool {
        self.parameters.contains(word)
    }

    /// Whether a text is a row that was not told from what precedes it.
    pub(super) fn is_glued(&self, text: &str) -> bool {
        let cells = ["string", "integer", "long", "boolean", "object", "array", "number", "double"];
        let request = cells.iter().any(|t| text.contains(&format!("{t}Yes")) || text.contains(&format!("{t}No")));
        let starts = text.char_indices().map(|(at, _)| &text[..at]).skip(3).take(64);
        request || starts.into_iter().any(|name| self.unread.contains(name))
    }

    /// A sample that shares no business member with the table, and so is another operation's.
    pub(super) fn is_foreign(&self, sample: &Sample) -> bool {
        const EVERYWHERE: [&str; 6] = ["requestid", "code", "message", "success", "httpstatuscode", "data"];
        let own = |name: &str| !name.is_empty() && !EVERYWHERE.contains(&squeezed(name).as_str());
        let shown = self.shown.iter().filter(|s| s.sample.span == sample.span && own(s.name)).map(|s| s.name);
        let members: BTreeSet<&str> = shown.collect();
        let documented = self.response.iter().any(|(_, f)| own(&f.name));
        documented && members.len() > 1 && members.iter().all(|name| !self.has_row(name))
    }
}

struct Walk<'a, 's> {
    sample: &'a Sample,
    lines: BTreeMap<String, u32>,
    shown: &'s mut Vec<Shown<'a>>,
}

impl<'a> Walk<'a, '_> {
    /// What is inside a value; `exact` is its path in the sample, `path` its path in the table.
    fn inside(&mut self, field: Option<&'a Field>, value: &'a Value, exact: &str, path: &str) {
        match value {
            Value::Object(members) => {
                let map = field.is_some_and(|f| f.kind.value == Kind::Map);
                // Of rows with one name the first counts, as it does where a row is looked for.
                let rows = field.into_iter().flat_map(|f| f.fields.iter().rev());
                let rows: HashMap<&str, &Field> = rows.map(|f| (f.name.as_str(), f)).collect();
                for (name, inner) in members {
                    let row = match map {
                        true => field.and_then(|f| f.items.as_deref()),
                        false => rows.get(name.as_str()).copied(),
                    };
                    let path = sample::join(path, if map { "*" } else { name });
                    self.one(row, if map { "" } else { name }, inner, &sample::join(exact, name), path);
                }
            }
            Value::Array(items) => {
                let row = field.filter(|f| f.kind.value == Kind::Array).and_then(|f| f.items.as_deref());
                for (at, inner) in items.iter().enumerate().take(ITEMS) {
                    self.one(row, "", inner, &format!("{exact}[{at}]"), format!("{path}[]"));
                }
            }
            _ => {}
        }
    }

    fn one(&mut self, field: Option<&'a Field>, name: &'a str, value: &'a Value, exact: &str, path: String) {
        let line = match self.sample.shows_types() {
            true => self.lines.get(exact),
            false => self.lines.get(&element::spelled(exact)),
        };
        let first = self.sample.span.first.saturating_add(line.copied().unwrap_or(0));
        let span = Span::line(self.sample.span.page, first.min(self.sample.span.last));
        self.shown.push(Shown { sample: self.sample, path: path.clone(), name, value, span, field });
        self.inside(field, value, exact, &path);
    }
}
