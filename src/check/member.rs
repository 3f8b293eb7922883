//! Where what was surfaced is not what was served.

use serde_json::Value;

use super::evidence::{Served, Step};
use super::transform::{Transform, between};
use crate::contract::{Field, Kind, escape};

/// One member of the answer that was not surfaced as it was served.
#[derive(Debug)]
pub struct Surfacing<'a> {
    /// The call.
    pub step: Step<'a>,
    /// The member as the page has it.
    pub field: &'a Field,
    /// Its path, with `[]` for items.
    pub path: String,
    /// What was served; none if the member was left out.
    pub served: Option<&'a Value>,
    /// What was surfaced.
    pub surfaced: Option<&'a Value>,
    /// What is wrong.
    pub lapse: Lapse,
}

/// What is wrong with a member.
#[derive(Debug)]
pub enum Lapse {
    /// It is not there.
    Lost,
    /// It is there under this name.
    Misnamed(String),
    /// It has the value of that other member.
    Swapped(String),
    /// It has the value of that header.
    OfHeader(String),
    /// Its text is another.
    Altered(Transform),
    /// It has become another type.
    Coerced,
    /// Its number is another.
    Number,
    /// Its truth value is another.
    Truth,
    /// Null has become something.
    NotNull,
    /// Null stands there, although it was left out.
    NotAbsent,
    /// Something else stands there, although it was left out.
    Invented,
    /// It has another shape: a list for an object, members a level up.
    Reshaped(&'static str),
    /// The list is not the same.
    List(&'static str),
}

impl Surfacing<'_> {
    /// The clauses about this member that the case exercises.
    pub fn clauses(&self) -> Vec<String> {
        self.step.evidence.clauses_at(&format!("response/{}/", escape(&self.path)), "surfaced")
    }
}

/// All that is wrong with a surfaced answer, in the order of the page.
pub(super) fn surfacings<'a>(step: Step<'a>, served: &'a Value, surfaced: &'a Value) -> Vec<Surfacing<'a>> {
    let mut walk = Walk { step, found: Vec::new() };
    if let Some(response) = &step.operation().response {
        walk.members(response, "", served, surfaced);
    }
    walk.found
}

/// How an object is surfaced whose members stand beside it as well.
pub(super) const BESIDE: &str = "members stand a level up, too";

struct Walk<'a> {
    step: Step<'a>,
    found: Vec<Surfacing<'a>>,
}

impl<'a> Walk<'a> {
    fn members(&mut self, parent: &'a Field, path: &str, served: &'a Value, surfaced: &'a Value) {
        for field in &parent.fields {
            let (was, is) = (served.get(&field.name), surfaced.get(&field.name));
            if was == is {
                continue;
            }
            let here = below(path, field);
            let lapse = match (was, is) {
                (Some(was), None) if !was.is_null() => Some(self.lost(parent, field, was, served, surfaced)),
                _ => None,
            };
            match lapse {
                Some(lapse) => self.push(field, here, was, is, lapse),
                None => self.value(parent, field, here, (was, is), (served, surfaced)),
            }
        }
        self.spread(parent, path, served, surfaced);
    }

    /// Objects whose members stand beside them as well, where nothing was served under their names.
    fn spread(&mut self, parent: &'a Field, path: &str, served: &'a Value, surfaced: &'a Value) {
        let (Some(were), Some(are)) = (served.as_object(), surfaced.as_object()) else { return };
        let surplus: Vec<(&String, &Value)> = are.iter().filter(|(name, _)| !were.contains_key(*name)).collect();
        if surplus.is_empty() {
            return;
        }
        for field in &parent.fields {
            let Some(inner) = were.get(&field.name).filter(|inner| inner.is_object()) else { continue };
            let is_inner = |(name, value): &&(&String, &Value)| {
                value.as_str().is_some_and(|text| text.len() > 6)
                    && inner.get(name.as_str()) == Some(*value)
                    && !parent.fields.iter().any(|own| own.name == **name)
            };
            // What stands there instead is found where it is missing.
            if are.get(&field.name) == Some(inner) && surplus.iter().any(|it| is_inner(&it)) {
                let here = below(path, field);
                self.push(field, here, Some(inner), Some(inner), Lapse::Reshaped(BESIDE));
            }
        }
    }

    fn push(
        &mut self,
        field: &'a Field,
        path: String,
        served: Option<&'a Value>,
        surfaced: Option<&'a Value>,
        lapse: Lapse,
    ) {
        self.found.push(Surfacing { step: self.step, field, path, served, surfaced, lapse });
    }

    /// A member that is missing under its name: under another one, a level up, or nowhere.
    fn lost(&self, parent: &Field, field: &Field, was: &Value, served: &Value, surfaced: &'a Value) -> Lapse {
        let fold = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
        if let Some(members) = surfaced.as_object() {
            let other = members.keys().find(|k| {
                fold(k) == fold(&field.name)
                    && !parent.fields.iter().any(|f| f.name == **k)
                    && served.get(k.as_str()).is_none()
            });
            if let Some(other) = other {
                return Lapse::Misnamed(other.clone());
            }
        }
        let taken = parent.fields.iter().find(|f| {
            f.name != field.name && surfaced.get(&f.name) == Some(was) && served.get(&f.name).is_none_or(Value::is_null)
        });
        if let Some(other) = taken.filter(|_| was.is_string()) {
            return Lapse::Swapped(other.name.clone());
        }
        let inner: Vec<&String> = was.as_object().map(|m| m.keys().collect()).unwrap_or_default();
        if !inner.is_empty()
            && inner.iter().any(|k| surfaced.get(k.as_str()).is_some() && served.get(k.as_str()).is_none())
        {
            return Lapse::Reshaped("members stand a level up");
        }
        Lapse::Lost
    }

    fn value(
        &mut self,
        parent: &'a Field,
        field: &'a Field,
        path: String,
        (was, is): (Option<&'a Value>, Option<&'a Value>),
        (served, surfaced): (&'a Value, &'a Value),
    ) {
        let lapse = match (was, is) {
            (None, Some(Value::Null)) if self.step.evidence.hello.can("null") => Lapse::NotAbsent,
            (None | Some(Value::Null), None | Some(Value::Null)) => return,
            // Where the body has no id of the request, the header's is the one.
            (None | Some(Value::Null), Some(is)) if is_id(field) && self.header(is).is_some() => return,
            (Some(Value::Null), Some(is)) => {
                self.swapped(parent, field, (was, is), served, surfaced).unwrap_or(Lapse::NotNull)
            }
            (None, Some(is)) => self.swapped(parent, field, (was, is), served, surfaced).unwrap_or(Lapse::Invented),
            (Some(_), None) => Lapse::Lost,
            (Some(was), Some(is)) => {
                if let (Value::Object(_), Value::Object(_)) = (was, is)
                    && field.kind.value != Kind::Map
                    && !field.fields.is_empty()
                {
                    return self.members(field, &path, was, is);
                }
                if let (Value::Array(a), Value::Array(b), Some(item)) = (was, is, &field.items) {
                    if a.len() == b.len() {
                        if a != b && a.iter().all(|was| b.contains(was)) {
                            let lapse = Lapse::List("items in another order");
                            return self.push(field, path, Some(was), Some(is), lapse);
                        }
                        let inner = format!("{path}[]");
                        for (was, is) in a.iter().zip(b) {
                            self.value(field, item, inner.clone(), (Some(was), Some(is)), (served, surfaced));
                        }
                        return;
                    }
                    let lapse = Lapse::List(if b.len() < a.len() { "items lost" } else { "items added" });
                    return self.push(field, path, Some(was), Some(is), lapse);
                }
                match compare(field, was, is) {
                    None => return,
                    Some(lapse) => self.swapped(parent, field, (Some(was), is), served, surfaced).unwrap_or(lapse),
                }
            }
        };
        self.push(field, path, was, is, lapse);
    }

    /// Whether the value is that of a neighbour: a text that no other member would have, or the neighbour has ours.
    fn swapped(
        &self,
        parent: &Field,
        field: &Field,
        (was, is): (Option<&Value>, &Value),
        served: &Value,
        surfaced: &Value,
    ) -> Option<Lapse> {
        let text = is.as_str()?;
        let neighbour = parent.fields.iter().find(|f| {
            let its = served.get(&f.name).and_then(Value::as_str) == Some(text);
            f.name != field.name && its && (text.len() > 3 || surfaced.get(&f.name) == was)
        });
        match neighbour {
            Some(neighbour) => Some(Lapse::Swapped(neighbour.name.clone())),
            None => {
                let header = || self.header(is).map(|name| Lapse::OfHeader(name.to_owned()));
                self.elsewhere(field, text).map(Lapse::Swapped).or_else(header)
            }
        }
    }

    /// The header of the answer that has this long text as its value.
    fn header(&self, is: &Value) -> Option<&'a str> {
        let text = is.as_str().filter(|text| text.len() > 6)?;
        let mut headers = self.step.served()?.answer.headers.iter();
        headers.find(|(_, value)| value == text).map(|(name, _)| name.as_str())
    }

    /// The member of another object, or above, that a long text belongs to.
    fn elsewhere(&self, field: &Field, text: &str) -> Option<String> {
        let Served::Success(whole) = self.step.was_served() else { return None };
        let mut found = None;
        self.step.operation().response.as_ref()?.walk("", &mut |path, other| {
            let at = format!("/{}", path.replace('.', "/"));
            let its = text.len() > 6 && whole.pointer(&at).and_then(Value::as_str) == Some(text);
            if its && other.name != field.name && !path.contains("[]") {
                found.get_or_insert_with(|| other.name.clone());
            }
        });
        found.or_else(|| holder(whole, text).filter(|_| text.len() > 6).map(str::to_owned))
    }
}

/// The path of a member of what stands at a path.
fn below(path: &str, field: &Field) -> String {
    if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) }
}

/// Whether a member is the id of the request.
fn is_id(field: &Field) -> bool {
    field.name.eq_ignore_ascii_case("RequestId")
}

/// The name of a member anywhere within the value whose text this is.
fn holder<'v>(value: &'v Value, text: &str) -> Option<&'v str> {
    value.as_object()?.iter().find_map(|(name, inner)| match inner {
        Value::String(own) if own == text => Some(name.as_str()),
        inner => holder(inner, text),
    })
}

/// Compares a scalar, or a tree that the page does not describe further.
fn compare(field: &Field, was: &Value, is: &Value) -> Option<Lapse> {
    if was == is || digest_fits(was, is) {
        return None;
    }
    let text_is_fine = documented(field, Kind::String) || field.kind.value == Kind::Any;
    match (was, is) {
        (Value::String(a), Value::String(b)) => Some(Lapse::Altered(between(a, b))),
        (Value::Bool(_), Value::Bool(_)) => Some(Lapse::Truth),
        (Value::Number(a), Value::Number(b)) => {
            let same = !(a.is_f64() ^ b.is_f64()) && a == b
                || (a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64()) && small(a));
            (!same).then_some(Lapse::Number)
        }
        (number, Value::String(text)) if is_number(number) && text_is_fine => {
            (number_text(number) != *text).then_some(Lapse::Number)
        }
        (Value::String(text), number) if is_number(number) && !documented(field, Kind::String) => {
            (number_text(number) != *text).then_some(Lapse::Coerced)
        }
        (a, b) if is_number(a) && is_number(b) => (number_text(a) != number_text(b)).then_some(Lapse::Number),
        // Whoever reads the word as what it says does more than the page asks.
        (Value::String(text), Value::Bool(is)) if field.kind.value == Kind::Boolean => {
            (!text.eq_ignore_ascii_case(&is.to_string())).then_some(Lapse::Truth)
        }
        (Value::Object(_), Value::Array(_)) => Some(Lapse::Reshaped("a list stands for an object")),
        (Value::Array(_), Value::Object(_)) => Some(Lapse::Reshaped("an object stands for a list")),
        (Value::Object(_) | Value::Array(_), Value::Object(_) | Value::Array(_)) => tree(was, is),
        (Value::Object(_) | Value::Array(_), _) => Some(Lapse::Reshaped("a scalar stands for a structure")),
        _ => Some(Lapse::Coerced),
    }
}

/// Whether the page gives the member this type, in its table or in its sample.
fn documented(field: &Field, kind: Kind) -> bool {
    field.kind.value == kind
}

/// Numbers up to 2^53 look the same as a fraction.
fn small(n: &serde_json::Number) -> bool {
    n.as_f64().is_some_and(|f| f.abs() <= 9_007_199_254_740_992.0)
}

fn is_number(value: &Value) -> bool {
    value.is_number() || value.get("$int").is_some() || value.get("$num").is_some()
}

fn number_text(value: &Value) -> String {
    let spelled = value.get("$int").or_else(|| value.get("$num")).and_then(Value::as_str);
    spelled.map_or_else(|| value.to_string(), str::to_owned)
}

/// Maps and undescribed trees: every member and item must be there.
fn tree(was: &Value, is: &Value) -> Option<Lapse> {
    match (was, is) {
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.iter().any(|(k, v)| !v.is_null() && !b.contains_key(k));
            if lost {
                return Some(Lapse::List("members lost"));
            }
            a.iter().filter_map(|(k, v)| b.get(k).and_then(|w| if v == w { None } else { tree(v, w) })).next()
        }
        (Value::Array(a), Value::Array(b)) if a.len() != b.len() => Some(Lapse::List("items lost")),
        (Value::Array(a), Value::Array(b)) => {
            if a.iter().all(|v| b.contains(v)) && a != b {
                return Some(Lapse::List("items in another order"));
            }
            a.iter().zip(b).filter_map(|(v, w)| if v == w { None } else { tree(v, w) }).next()
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, Value::String(text)) if is_number(a) && number_text(a) == *text => None,
        (Value::String(a), Value::String(b)) => Some(Lapse::Altered(between(a, b))),
        _ => Some(Lapse::Coerced),
    }
}

/// A text over 64 KiB may be surfaced as its digest.
fn digest_fits(was: &Value, is: &Value) -> bool {
    let (Some(text), Some(digest)) = (was.as_str(), is.get("$digest")) else { return false };
    let hash = crate::wire::signature::hash(text.as_bytes());
    digest.get("bytes").and_then(Value::as_u64) == Some(text.len() as u64)
        && digest.get("sha256").and_then(Value::as_str).is_some_and(|s| s.eq_ignore_ascii_case(&hash))
}
