//! Where the parameters on the wire are not the parameters that were meant.

use memchr::memmem::find;
use serde_json::Value;

use super::evidence::{Observed, Step};
use super::transform::{Transform, between};
use super::tree::{self, Reading};
use crate::contract::{Field, Kind, Parameter, Place, Style, escape};
use crate::wire::rpc::{self, Collected, Pair};
use crate::wire::{Request, path, rest};

/// One parameter, or a part of one, that is not on the wire as it was meant.
#[derive(Debug)]
pub struct Difference<'a> {
    /// The call.
    pub step: Step<'a>,
    /// The request.
    pub observed: &'a Observed,
    /// The parameter, or its part, as the page has it; none for what the page does not know.
    pub parameter: Option<&'a Field>,
    /// Its name, by path: `TagList[].Key`.
    pub name: String,
    /// Where it stood, if it was found.
    pub place: Place,
    /// The value that was given; none if it was left out or null.
    pub meant: Option<&'a Value>,
    /// Whether it was given as null.
    pub null: bool,
    /// What is wrong.
    pub what: What<'a>,
}

/// What is wrong with a parameter on the wire.
#[derive(Debug)]
pub enum What<'a> {
    /// It is not there.
    Lost,
    /// It is there under this name, which the page does not know.
    Renamed(String),
    /// It is there, in a place where it does not belong, such as *the header `x-acs-biztype`*.
    Elsewhere(String),
    /// It has the value of that other parameter.
    Swapped(&'a str),
    /// Its text is not that of the value.
    Altered {
        /// The text that the value should have.
        expected: String,
        /// The text it has.
        got: String,
        /// What was done to it.
        transform: Transform,
    },
    /// A list that has lost or gained items, or has them in another order.
    List(&'static str),
    /// A list or an object that was empty and is not any more.
    Filled(String),
    /// A list or an object that is spelled in another style: its first pair.
    Styled(String),
    /// A list or an object that is not the one that was given.
    Reshaped {
        /// The leaves as text, as they arrived.
        got: Value,
    },
    /// It cannot be read.
    Malformed(String),
    /// It is there more than once.
    Twice(usize),
    /// It was not given, and is there.
    Invented(String),
    /// The page knows no such parameter.
    Undocumented(&'a Pair),
}

impl Difference<'_> {
    /// The clauses about this parameter that the case exercises.
    pub fn clauses(&self) -> Vec<String> {
        if self.parameter.is_none() {
            return vec![self.step.evidence.clause("request/undocumented")];
        }
        let absent = self.meant.is_none();
        let name = escape(&self.name);
        let all = self.step.evidence.clauses_at(&format!("request/{name}/"), if absent { "absent" } else { "sent" });
        let narrow: Vec<String> = all
            .iter()
            .filter(|c| match c.rsplit('/').next() {
                Some("absent") => absent && !self.null,
                Some("null") => self.null,
                _ => !absent,
            })
            .cloned()
            .collect();
        if narrow.is_empty() { all } else { narrow }
    }
}

/// All differences of one request, in the order of the page's parameters.
pub(super) fn differences<'a>(step: Step<'a>, observed: &'a Observed) -> Vec<Difference<'a>> {
    let (Some(sent), Ok(request)) = (&observed.sent, &observed.exchange.request) else { return Vec::new() };
    let parameters = &step.operation().parameters;
    let given = &step.seen().call.params;
    let strangers: Vec<&Pair> = sent
        .pairs
        .iter()
        .filter(|pair| !parameters.iter().any(|p| belongs(&pair.name, &p.field)) && !given.contains_key(&pair.name))
        .collect();
    let mut walk = Walk { step, observed, sent, request, strangers, found: Vec::new() };
    for parameter in parameters {
        let value = given.get(&parameter.field.name);
        match value.filter(|v| !v.is_null()) {
            None => walk.absent(parameter, value.is_some()),
            Some(value) => walk.given(parameter, value),
        }
    }
    for pair in std::mem::take(&mut walk.strangers) {
        let (name, place, what) = (pair.name.clone(), pair.place, What::Undocumented(pair));
        walk.found.push(Difference { step, observed, parameter: None, name, place, meant: None, null: false, what });
    }
    walk.found
}

/// Whether a pair's name is the parameter's, or that of a part of it (`Tag.1.Key`).
fn belongs(pair: &str, field: &Field) -> bool {
    pair.strip_prefix(field.name.as_str())
        .is_some_and(|rest| rest.is_empty() || (rest.starts_with('.') && !is_scalar(field)))
}

fn is_scalar(field: &Field) -> bool {
    !matches!(field.kind.value, Kind::Array | Kind::Object | Kind::Map | Kind::Any)
}

struct Walk<'a> {
    step: Step<'a>,
    observed: &'a Observed,
    sent: &'a rpc::Sent,
    request: &'a Request,
    /// Pairs that belong to no parameter, and were not found to be one under another name.
    strangers: Vec<&'a Pair>,
    found: Vec<Difference<'a>>,
}

impl<'a> Walk<'a> {
    fn push(&mut self, field: &'a Field, place: Place, meant: Option<&'a Value>, null: bool, what: What<'a>) {
        let (step, observed) = (self.step, self.observed);
        let name = field.name.clone();
        self.found.push(Difference { step, observed, parameter: Some(field), name, place, meant, null, what });
    }

    fn collect(&self, parameter: &Parameter) -> (Collected, Place) {
        match self.step.evidence.contract.style {
            Style::Rpc => (rpc::collect(self.sent, &parameter.field), Place::Unsaid),
            Style::Rest => rest::collect(self.request, self.sent, self.step.operation(), parameter),
        }
    }

    fn absent(&mut self, parameter: &'a Parameter, null: bool) {
        let (collected, place) = self.collect(parameter);
        let got = match collected {
            Collected::Absent => return,
            Collected::Value(Value::String(text), _) => text,
            Collected::Value(value, _) => value.to_string(),
            Collected::Malformed(why) => why,
        };
        self.push(&parameter.field, place, None, null, What::Invented(got));
    }

    fn given(&mut self, parameter: &'a Parameter, value: &'a Value) {
        let field = &parameter.field;
        let (collected, place) = self.collect(parameter);
        let template = self.step.operation().path.as_ref().map(|p| p.value.as_str());
        if parameter.place == Place::Path && template.is_some_and(|t| !path::fits(t, self.request.path())) {
            // What is wrong with the path as a whole is said once.
            return;
        }
        if place != Place::Body && tree::is_hollow(value) {
            // Clients that flatten cannot say it, and the vendor's style is to flatten.
            return;
        }
        let (got, occurrences) = match collected {
            Collected::Absent if tree::is_empty(value) && place != Place::Body => return,
            Collected::Absent => {
                let what = self.missing(parameter, value);
                return self.push(field, parameter.place, Some(value), false, what);
            }
            Collected::Malformed(why) if tree::is_empty(value) => {
                return self.push(field, place, Some(value), false, What::Filled(why));
            }
            Collected::Malformed(why) => return self.push(field, place, Some(value), false, What::Malformed(why)),
            Collected::Value(value, occurrences) => (value, occurrences),
        };
        if let Some(what) = misplaced(parameter.place, place) {
            return self.push(field, place, Some(value), false, What::Elsewhere(what.into()));
        }
        if occurrences > 1 {
            return self.push(field, place, Some(value), false, What::Twice(occurrences));
        }
        let reading = if place == Place::Body { Reading::Typed } else { Reading::Texts };
        for part in tree::compare(field, value, &got, reading) {
            let what = match part.what {
                What::Altered { expected, got, .. } if self.swapped(field, &expected, &got).is_some() => {
                    What::Swapped(self.swapped(field, &expected, &got).unwrap_or_default())
                }
                other => other,
            };
            let (step, observed, parameter, name) = (self.step, self.observed, part.field, part.path);
            self.found.push(Difference {
                step,
                observed,
                parameter,
                name,
                place,
                meant: part.meant,
                null: false,
                what,
            });
        }
    }

    /// The parameter whose value stands there.
    fn swapped(&self, field: &Field, expected: &str, got: &str) -> Option<&'a str> {
        let given = &self.step.seen().call.params;
        let names = self.step.operation().parameters.iter().map(|p| p.field.name.as_str());
        names.into_iter().find(|name| {
            let its = given.get(*name).and_then(spelled).is_some_and(|t| t == got);
            let tells = got.len() > 3 && !matches!(got, "true" | "false");
            **name != field.name && its && (tells || self.sent.named(name).any(|p| p.value == expected))
        })
    }

    /// A parameter that is missing under its name: under another one, in another place, in another style, or nowhere.
    fn missing(&mut self, parameter: &Parameter, value: &Value) -> What<'a> {
        let name = parameter.field.name.as_str();
        let text = spelled(value);
        if text.is_none()
            && let Some(at) = self.strangers.iter().position(|p| is_styled(&p.name, name))
        {
            let first = self.strangers[at].name.clone();
            self.strangers.retain(|p| !is_styled(&p.name, name));
            return What::Styled(first);
        }
        if text.is_none()
            && let Some(first) =
                self.strangers.iter().find(|p| is_inner(&p.name, &parameter.field)).map(|p| p.name.clone())
        {
            self.strangers.retain(|p| !is_inner(&p.name, &parameter.field));
            return What::Styled(first);
        }
        let near = self.strangers.iter().position(|p| fold(&p.name) == fold(name));
        let same = || self.strangers.iter().position(|p| text.as_deref().is_some_and(|t| t.len() > 3 && p.value == t));
        if let Some(at) = near.or_else(same) {
            return What::Renamed(self.strangers.remove(at).name.clone());
        }
        match elsewhere(self.request, self.sent, name, text.as_deref()) {
            Some(place) => What::Elsewhere(place),
            None => What::Lost,
        }
    }
}

/// Where a parameter stood that belongs somewhere else.
fn misplaced(own: Place, found: Place) -> Option<&'static str> {
    if own == Place::Unsaid || own == found {
        return None;
    }
    Some(match found {
        Place::Query => "the query",
        Place::Form => "a form",
        Place::Header => "a header",
        Place::Path => "the path",
        Place::Body => "the JSON body",
        Place::Unsaid => return None,
    })
}

/// Whether a pair's name is that of a member somewhere inside a parameter, without its parent's.
fn is_inner(pair: &str, field: &Field) -> bool {
    let mut found = false;
    field.walk("", &mut |path, inner| found |= !path.is_empty() && !inner.name.is_empty() && inner.name == pair);
    found
}

/// Whether a pair's name is a part of a list or an object in a style that is not the vendor's: `Tag[0]`, `Tag_1`, `Tag1`.
fn is_styled(pair: &str, name: &str) -> bool {
    let rest = pair.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name)).map(|_| &pair[name.len()..]);
    rest.is_some_and(|rest| {
        rest.starts_with(['[', '_', ':', '/', '.', '-']) || rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Where a request has a parameter that is neither in its query nor in its form.
fn elsewhere(request: &Request, sent: &rpc::Sent, name: &str, text: Option<&str>) -> Option<String> {
    let folded = fold(name);
    let header = request.headers.iter().find(|h| fold(&h.name).ends_with(&folded) && text == Some(&h.value));
    if let Some(header) = header {
        return Some(format!("the header `{}`", header.name));
    }
    if sent.json.as_ref().is_some_and(|json| json.get(name).is_some()) {
        return Some("a JSON body".into());
    }
    let cookie =
        request.header("cookie").is_some_and(|c| c.split(';').any(|c| c.trim().starts_with(&format!("{name}="))));
    if cookie {
        return Some("a cookie".into());
    }
    let part = format!("name=\"{name}\"");
    if find(&request.body, part.as_bytes()).is_some() {
        return Some("a multipart body".into());
    }
    let in_path = |text: &str| text.len() > 3 && path::decoded(request.path()).split('/').any(|piece| piece == text);
    text.is_some_and(in_path).then(|| "the path".into())
}

/// A name without its case and punctuation.
fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The text that a scalar should have on the wire; none for what has no certain one.
pub(super) fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::Object(special) => {
            let text = ["$int", "$num", "$bytes"].iter().find_map(|k| special.get(*k)).and_then(Value::as_str);
            text.map(str::to_owned).or_else(|| Some(special.get("$utf16")?.to_string()))
        }
        _ => None,
    }
}

/// An altered text, and what was done to it.
pub(super) fn altered<'a>(expected: String, got: String) -> What<'a> {
    What::Altered { transform: between(&expected, &got), expected, got }
}
