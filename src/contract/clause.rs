//! The clauses of an operation: each is one promise that a check can find broken.

use std::fmt::Write as _;

use super::{
    AnswerAspect, Aspect, ErrorAspect, Field, Kind, Operation, OtherErrorAspect, Place, RequestAspect, ResponseAspect,
    SessionAspect, TransportAspect, WireAspect,
};
use crate::span::Span;

/// One promise that can be tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Stable and readable: `Operation/area/subject/aspect`, segments percent-escaped by [`escape`].
    pub id: String,
    /// Whose promise it is.
    pub promise: Promise,
    /// What of the operation it is about.
    pub aspect: Aspect,
    /// The page's lines that make it; empty for what no page says.
    pub spans: Vec<Span>,
}

/// Whose promise a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// The documentation page's.
    Page,
    /// A fact of the vendor's protocol: signatures, common parameters, the envelope of an error.
    Wire,
    /// HTTP's.
    Http,
    /// Good manners of any client.
    Manners,
}

impl Promise {
    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Promise::Page => "page",
            Promise::Wire => "wire",
            Promise::Http => "http",
            Promise::Manners => "manners",
        }
    }
}

/// Escapes `%`, `/`, `*`, `=` and blanks, so that a segment of a clause id can hold any name.
pub fn escape(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for c in segment.chars() {
        match c {
            '%' | '/' | '*' | '=' | ' ' => write!(out, "%{:02X}", c as u32).expect("a String takes all"),
            c if c.is_control() => write!(out, "%{:02X}", c as u32).expect("a String takes all"),
            c => out.push(c),
        }
    }
    out
}

/// Whether a text fits a glob in which `*` stands for any text.
pub fn fits(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last) && rest.len() >= last.len()
}

/// The segment that names a documented error in clause ids; of several errors with one label each has its own.
pub(crate) fn error_label(operation: &Operation, index: usize) -> String {
    escape(&operation.error_labels()[index])
}

/// Every clause of an operation, in the order of reports.
pub fn clauses(operation: &Operation) -> Vec<Clause> {
    let mut list = List { operation: &operation.name, clauses: Vec::new() };
    for parameter in &operation.parameters {
        list.parameter(&parameter.field, parameter.place);
    }
    if operation.parameters.len() > 1 {
        list.push("request/combinations", Promise::Page, Aspect::Combinations, vec![]);
    }
    list.push("request/undocumented", Promise::Page, Aspect::Undocumented, vec![]);
    if let Some(response) = &operation.response {
        response.walk("", &mut |path, field| list.response(path, field));
    }
    list.answer(operation);
    for (index, (error, label)) in operation.errors.iter().zip(operation.error_labels()).enumerate() {
        let label = escape(&label);
        for &aspect in ErrorAspect::ALL {
            let promise = match aspect {
                ErrorAspect::RequestId => Promise::Wire,
                ErrorAspect::Kind | ErrorAspect::Attempts => Promise::Manners,
                _ => Promise::Page,
            };
            let id = format!("error/{label}/{}", aspect.as_str());
            list.push(&id, promise, Aspect::Error(index, aspect), vec![error.span]);
        }
    }
    for &aspect in OtherErrorAspect::ALL {
        list.push(&format!("error/other/{}", aspect.as_str()), Promise::Wire, Aspect::OtherError(aspect), vec![]);
    }
    for &aspect in TransportAspect::ALL {
        list.push(&format!("transport/{}", aspect.as_str()), aspect.promise(), Aspect::Transport(aspect), vec![]);
    }
    for &aspect in WireAspect::ALL {
        let area = match aspect {
            WireAspect::Signature | WireAspect::Nonce => "signature",
            _ => "wire",
        };
        list.push(&format!("{area}/{}", aspect.as_str()), aspect.promise(), Aspect::Wire(aspect), vec![]);
    }
    for &aspect in SessionAspect::ALL {
        list.push(&format!("session/{}", aspect.as_str()), aspect.promise(), Aspect::Session(aspect), vec![]);
    }
    list.clauses
}

struct List<'a> {
    operation: &'a str,
    clauses: Vec<Clause>,
}

impl List<'_> {
    fn push(&mut self, rest: &str, promise: Promise, aspect: Aspect, spans: Vec<Span>) {
        self.clauses.push(Clause { id: format!("{}/{rest}", escape(self.operation)), promise, aspect, spans });
    }

    fn parameter(&mut self, top: &Field, place: Place) {
        let name = top.name.clone();
        top.walk(&name, &mut |path, field| {
            let root = std::ptr::eq(field, top);
            for aspect in request_aspects(field, root, place) {
                let spans = match &aspect {
                    RequestAspect::Value(value) => {
                        field.values.iter().filter(|v| v.value == *value).map(|v| v.span).collect()
                    }
                    _ => vec![field.span],
                };
                let promise = match aspect {
                    RequestAspect::Null | RequestAspect::Retry => Promise::Manners,
                    _ => Promise::Page,
                };
                let id = format!("request/{}/{}", escape(path), aspect.segment());
                self.push(&id, promise, Aspect::Request(path.to_owned(), aspect), spans);
            }
        });
    }

    fn response(&mut self, path: &str, field: &Field) {
        if path.is_empty() {
            return;
        }
        for &aspect in response_aspects(path, field).iter() {
            let promise = match aspect {
                ResponseAspect::Null | ResponseAspect::Absent | ResponseAspect::UnknownValue => Promise::Manners,
                _ => Promise::Page,
            };
            let id = format!("response/{}/{}", escape(path), aspect.as_str());
            let mut spans = vec![field.span];
            if aspect == ResponseAspect::Type {
                spans.extend(field.also.iter().filter_map(|a| a.span));
            }
            self.push(&id, promise, Aspect::Response(path.to_owned(), aspect), spans);
        }
    }

    fn answer(&mut self, operation: &Operation) {
        let sample = operation.success_sample();
        for &aspect in AnswerAspect::ALL {
            let (promise, spans) = match aspect {
                AnswerAspect::Sample => match sample {
                    Some(sample) => (Promise::Page, vec![sample.span]),
                    None => continue,
                },
                AnswerAspect::Refusal => match super::refusal_flag(operation) {
                    Some(flag) => (Promise::Page, vec![flag.span]),
                    None => continue,
                },
                AnswerAspect::Spelling | AnswerAspect::Headers => (Promise::Http, vec![]),
                AnswerAspect::UnknownMember | AnswerAspect::Status => (Promise::Manners, vec![]),
            };
            self.push(&format!("response/{}", aspect.as_str()), promise, Aspect::Answer(aspect), spans);
        }
    }
}

/// Whether a parameter is a token by which the service knows a call that it was asked before.
pub(crate) fn is_token(name: &str) -> bool {
    let letters = || name.bytes().filter(|b| !matches!(b, b'_' | b'-')).map(|b| b.to_ascii_lowercase());
    ["clienttoken", "idempotencytoken", "idempotenttoken", "idempotencykey"]
        .iter()
        .any(|known| letters().eq(known.bytes()))
}

fn request_aspects(field: &Field, root: bool, place: Place) -> Vec<RequestAspect> {
    let mut aspects = vec![RequestAspect::Sent];
    let boolean = field.kind.value == Kind::Boolean;
    aspects.extend(field.values.iter().map(|v| RequestAspect::Value(v.value.clone())));
    if root {
        match field.required {
            Some(true) => aspects.push(RequestAspect::Required),
            _ if place == Place::Path => {}
            _ => aspects.extend([RequestAspect::Absent, RequestAspect::Null]),
        }
    }
    if root && is_token(&field.name) {
        aspects.push(RequestAspect::Retry);
    }
    let closed = !field.values.is_empty() && !boolean;
    if closed || field.range.is_some() || field.length.is_some() || field.pattern.is_some() {
        aspects.push(RequestAspect::Breach);
    }
    match field.kind.value {
        Kind::String if !closed => aspects.push(RequestAspect::Text),
        Kind::Integer | Kind::Number if !closed => aspects.push(RequestAspect::Number),
        Kind::Boolean => aspects.push(RequestAspect::Spelling),
        Kind::Array => aspects.push(RequestAspect::List),
        Kind::Object | Kind::Map => aspects.push(RequestAspect::Object),
        _ => {}
    }
    aspects
}

fn response_aspects(path: &str, field: &Field) -> Vec<ResponseAspect> {
    let item = path.ends_with("[]") || path.ends_with('*');
    let mut aspects = vec![ResponseAspect::Surfaced];
    if !item {
        aspects.extend([ResponseAspect::Absent, ResponseAspect::Null]);
    }
    if !field.also.is_empty() {
        aspects.push(ResponseAspect::Type);
    }
    match field.kind.value {
        Kind::String if field.values.is_empty() => aspects.push(ResponseAspect::Text),
        Kind::Integer | Kind::Number => aspects.push(ResponseAspect::Number),
        Kind::Boolean => aspects.push(ResponseAspect::Spelling),
        Kind::Array => aspects.push(ResponseAspect::List),
        _ => {}
    }
    if !field.values.is_empty() && field.kind.value != Kind::Boolean {
        aspects.push(ResponseAspect::UnknownValue);
    }
    aspects
}
