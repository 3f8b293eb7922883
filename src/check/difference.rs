//! Where the parameters on the wire are not the parameters that were meant.

use serde_json::Value;

use super::evidence::{Observed, Step};
use super::transform::{Transform, between};
use crate::contract::{Field, Kind};
use crate::wire::rpc::{self, Collected, Pair};

/// One parameter that is not on the wire as it was meant.
#[derive(Debug)]
pub struct Difference<'a> {
    /// The call.
    pub step: Step<'a>,
    /// The request.
    pub observed: &'a Observed,
    /// The parameter as the page has it; none for a pair that the page does not know.
    pub parameter: Option<&'a Field>,
    /// Its name.
    pub name: &'a str,
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
    /// It is there under a name that the page does not know.
    Renamed(&'a Pair),
    /// It is there, in a header of this name.
    InHeader(&'a str),
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
        match self.parameter {
            None => vec![self.step.evidence.clause("request/undocumented")],
            Some(field) => {
                let absent = self.meant.is_none();
                let name = crate::contract::escape(&field.name);
                let all =
                    self.step.evidence.clauses_at(&format!("request/{name}/"), if absent { "absent" } else { "sent" });
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
    }
}

/// All differences of one request, in the order of the page's parameters.
pub(super) fn differences<'a>(step: Step<'a>, observed: &'a Observed) -> Vec<Difference<'a>> {
    let Some(sent) = &observed.sent else { return Vec::new() };
    let parameters = &step.operation().parameters;
    let given = &step.seen().call.params;
    let mut strangers: Vec<&Pair> = sent
        .pairs
        .iter()
        .filter(|pair| !parameters.iter().any(|p| belongs(&pair.name, &p.field)) && !given.contains_key(&pair.name))
        .collect();
    let mut found = Vec::new();
    for parameter in parameters {
        let field = &parameter.field;
        let value = given.get(&field.name);
        let meant = value.filter(|v| !v.is_null());
        let null = value.is_some_and(Value::is_null);
        let what = match meant {
            None => invented(sent, field),
            Some(value) => wrong(step, observed, sent, field, value, &mut strangers),
        };
        if let Some(what) = what {
            found.push(Difference { step, observed, parameter: Some(field), name: &field.name, meant, null, what });
        }
    }
    for pair in strangers {
        let what = What::Undocumented(pair);
        found.push(Difference { step, observed, parameter: None, name: &pair.name, meant: None, null: false, what });
    }
    found
}

/// Whether a pair's name is the parameter's, or that of a part of it (`Tag.1.Key`).
fn belongs(pair: &str, field: &Field) -> bool {
    pair.strip_prefix(field.name.as_str())
        .is_some_and(|rest| rest.is_empty() || (rest.starts_with('.') && !is_scalar(field)))
}

fn is_scalar(field: &Field) -> bool {
    !matches!(field.kind.value, Kind::Array | Kind::Object | Kind::Map | Kind::Any)
}

fn invented<'a>(sent: &rpc::Sent, field: &Field) -> Option<What<'a>> {
    match rpc::collect(sent, field) {
        Collected::Absent => None,
        Collected::Value(Value::String(text), _) => Some(What::Invented(text)),
        Collected::Value(value, _) => Some(What::Invented(value.to_string())),
        Collected::Malformed(why) => Some(What::Invented(why)),
    }
}

fn wrong<'a>(
    step: Step<'a>,
    observed: &'a Observed,
    sent: &'a rpc::Sent,
    field: &'a Field,
    value: &'a Value,
    strangers: &mut Vec<&'a Pair>,
) -> Option<What<'a>> {
    let (got, occurrences) = match rpc::collect(sent, field) {
        Collected::Absent if is_empty(value) => return None,
        Collected::Absent => return Some(missing(observed, field, value, strangers)),
        Collected::Malformed(why) => return Some(What::Malformed(why)),
        Collected::Value(value, occurrences) => (value, occurrences),
    };
    if occurrences > 1 {
        return Some(What::Twice(occurrences));
    }
    let (Value::String(text), true) = (&got, !value.is_array() && !is_tree(value)) else {
        return (!same_tree(value, &got)).then_some(What::Reshaped { got });
    };
    let expected = spelled(value)?;
    if *text == expected || same_number(value, text) {
        return None;
    }
    let given = &step.seen().call.params;
    let other = step.operation().parameters.iter().map(|p| &p.field.name).find(|name| {
        let its = given.get(*name).and_then(spelled).is_some_and(|t| t == *text);
        **name != field.name && its && (text.len() > 3 || sent.named(name).any(|p| p.value == expected))
    });
    if let Some(other) = other {
        return Some(What::Swapped(other));
    }
    Some(What::Altered { transform: between(&expected, text), expected, got: text.clone() })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn is_tree(value: &Value) -> bool {
    matches!(value, Value::Object(members) if !members.keys().any(|k| k.starts_with('$')))
}

/// A parameter that is missing under its name: under another one, in a header, or nowhere.
fn missing<'a>(observed: &'a Observed, field: &Field, value: &Value, strangers: &mut Vec<&'a Pair>) -> What<'a> {
    let text = spelled(value);
    let alike = |name: &str| fold(name) == fold(&field.name);
    let near = strangers.iter().position(|p| alike(&p.name));
    let same = || strangers.iter().position(|p| text.as_deref().is_some_and(|t| t.len() > 3 && p.value == t));
    if let Some(at) = near.or_else(same) {
        return What::Renamed(strangers.remove(at));
    }
    let name = fold(&field.name);
    if let Ok(request) = &observed.exchange.request
        && let Some(header) =
            request.headers.iter().find(|h| fold(&h.name).ends_with(&name) && text.as_deref() == Some(&h.value))
    {
        return What::InHeader(&header.name);
    }
    What::Lost
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
        Value::Object(special) => special.get("$int").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

/// Fractions have many spellings; integers have one.
fn same_number(value: &Value, text: &str) -> bool {
    match value {
        Value::Number(n) if n.is_f64() => text.parse::<f64>().is_ok_and(|got| Some(got) == n.as_f64()),
        _ => false,
    }
}

/// Whether a tree of text leaves is what was meant: scalars by their text, no member more or less.
fn same_tree(meant: &Value, got: &Value) -> bool {
    match (meant, got) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_tree(a, b)),
        (Value::Object(a), Value::Object(b)) if is_tree(meant) => {
            // What is empty may be left out, or spelled as JSON.
            let spelled_empty =
                |k: &String, v: &Value| (is_empty(v) || v == "{}" || v == "[]") && a.get(k).is_some_and(is_empty);
            let b: Vec<_> = b.iter().filter(|(k, v)| !spelled_empty(k, v)).collect();
            let a: Vec<_> = a.iter().filter(|(_, v)| !v.is_null() && !is_empty(v)).collect();
            a.len() == b.len() && a.iter().all(|(k, v)| b.iter().any(|(l, g)| l == k && same_tree(v, g)))
        }
        (scalar, Value::String(text)) => spelled(scalar).is_some_and(|t| t == *text) || same_number(scalar, text),
        (a, b) => a == b,
    }
}
