//! `[[amend]]`: a fact, what it truly is, and why.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fact::{self, Area, Fact};
use crate::contract::{
    Amended, Bounds, Contract, DocumentedError, DocumentedValue, Field, How, Kind, Operation, Place, Said, Style,
    is_template,
};
use crate::span::Span;

/// One entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Amendment {
    /// The fact's name, in the form of a clause's id.
    fact: String,
    /// What it truly is.
    value: Value,
    /// Why.
    reason: String,
}

/// Whether a fact is other than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Changed,
    /// The page says it, and says nothing else.
    None,
}

impl Amendment {
    /// Puts the value where the fact is; why not, where that cannot be.
    pub(super) fn settle(
        &self,
        contracts: &mut [Contract],
        doubted: &BTreeSet<String>,
        at: &str,
    ) -> Result<(), String> {
        if self.reason.trim().is_empty() {
            return Err(format!("the amendment of `{}` gives no reason", self.fact));
        }
        let fact = Fact::read(&self.fact)?;
        let contract = match (&fact, &mut *contracts) {
            (Fact::Product(_), [contract]) => contract,
            (Fact::Product(what), _) => return Err(format!("`{what}` is a fact of each of several products")),
            (Fact::Operation(name, _) | Fact::Of { operation: name, .. }, contracts) => {
                fact::contract(contracts, name)?
            }
        };
        if contract.amended.iter().any(|a| a.fact == self.fact) {
            return Err(format!("`{}` is amended twice", self.fact));
        }
        let change = self.put(contract, fact)?;
        if change == Change::None && !doubted.contains(&self.fact) {
            return Err(format!(
                "the amendment of `{}` no longer applies: the page says {} and nothing against it (take it out)",
                self.fact, self.value
            ));
        }
        contract.amended.push(Amended { fact: self.fact.clone(), reason: self.reason.clone(), at: at.to_owned() });
        Ok(())
    }

    fn put(&self, contract: &mut Contract, fact: Fact) -> Result<Change, String> {
        match fact {
            Fact::Product(what) => self.product(contract, &what),
            Fact::Operation(name, what) => self.operation(fact::operation(contract, &name)?, &what),
            Fact::Of { operation, area, subject, what } => {
                let operation = fact::operation(contract, &operation)?;
                match (area, what.as_str()) {
                    (Area::Error, what) => self.error(fact::error(operation, &subject)?, what),
                    (Area::Request, "place") => {
                        let place: Place = self.value()?;
                        let parameter = fact::parameter(operation, &subject)?;
                        let before = std::mem::replace(&mut parameter.place, place);
                        Ok(if before == place { Change::None } else { Change::Changed })
                    }
                    (area, what) => self.field(fact::field(operation, area, &subject)?, what),
                }
            }
        }
    }

    fn product(&self, contract: &mut Contract, what: &str) -> Result<Change, String> {
        Ok(match what {
            "product" => said(&mut contract.product, self.value()?, None),
            "code" => said(&mut contract.code, self.value()?, None),
            "version" => said(&mut contract.version, self.value()?, None),
            "style" => plain(&mut contract.style, self.value::<Style>()?),
            _ => return Err(self.unknown(&["product", "code", "version", "style"])),
        })
    }

    fn operation(&self, operation: &mut Operation, what: &str) -> Result<Change, String> {
        let span = Some(operation.span);
        Ok(match what {
            "method" => said(&mut operation.method, self.value::<String>()?.to_uppercase(), span),
            "path" => said(&mut operation.path, self.value()?, span),
            "access-level" => match &mut operation.authorization {
                Some(access) => said(&mut access.access_level, self.value()?, span),
                None => return Err(format!("`{}` has no authorization on its page", operation.name)),
            },
            _ => return Err(self.unknown(&["method", "path", "access-level"])),
        })
    }

    fn error(&self, error: &mut DocumentedError, what: &str) -> Result<Change, String> {
        Ok(match what {
            "status" => match self.value::<u16>()? {
                status @ 100..=599 => plain(&mut error.status, Some(status)),
                other => return Err(format!("{other} is no HTTP status")),
            },
            "message" => {
                let change = plain(&mut error.message, self.value()?);
                error.message_template = is_template(&error.message);
                change
            }
            "description" => plain(&mut error.description, Some(self.value()?)),
            _ => return Err(self.unknown(&["status", "message", "description"])),
        })
    }

    fn field(&self, field: &mut Field, what: &str) -> Result<Change, String> {
        let span = Some(field.span);
        Ok(match what {
            "name" => plain(&mut field.name, self.value()?),
            "type" => retype(field, self.value()?),
            "required" => plain(&mut field.required, Some(self.value()?)),
            "nullable" => said(&mut field.nullable, self.value()?, span),
            "values" => self.values(field)?,
            "range" => said(&mut field.range, self.value::<Bounds>()?, span),
            "length" => said(&mut field.length, self.value::<Bounds>()?, span),
            "pattern" => said(&mut field.pattern, self.value()?, span),
            "format" => said(&mut field.format, self.value()?, span),
            "default" => said(&mut field.default, self.value.clone(), span),
            "example" => said(&mut field.example, self.value()?, span),
            _ => {
                return Err(self.unknown(&[
                    "name", "type", "required", "nullable", "values", "range", "length", "pattern", "format",
                    "default", "example", "place",
                ]));
            }
        })
    }

    /// A closed list; an empty one opens it.
    fn values(&self, field: &mut Field) -> Result<Change, String> {
        let wanted: Vec<Value> = self.value()?;
        let kind = field.kind.value;
        if let Some(wrong) = wanted.iter().find(|v| kind.against(v).is_some()) {
            return Err(format!("{wrong} is not {}, which `{}` is", kind.article(), field.name));
        }
        if field.values.iter().map(|v| &v.value).eq(&wanted) {
            return Ok(Change::None);
        }
        let known = std::mem::take(&mut field.values);
        field.values = wanted
            .into_iter()
            .map(|value| match known.iter().find(|k| k.value == value) {
                Some(known) => known.clone(),
                None => DocumentedValue { value, meaning: None, span: field.span },
            })
            .collect();
        Ok(Change::Changed)
    }

    /// The value, in the type that the fact has.
    fn value<T: DeserializeOwned>(&self) -> Result<T, String> {
        T::deserialize(&self.value).map_err(|e| format!("the value of `{}`: {e}", self.fact))
    }

    fn unknown(&self, known: &[&str]) -> String {
        format!("`{}` ends in none of {}", self.fact, known.join(", "))
    }
}

/// Changes the type, and with it the spelling of what the page lists as text.
fn retype(field: &mut Field, kind: Kind) -> Change {
    let same = field.kind.value == kind && field.kind.how == How::Said && field.also.is_empty();
    field.also.clear();
    field.kind = Said { value: kind, span: field.kind.span, how: How::Amended };
    let respell = |value: &mut Value| {
        if let Some(other) = kind.respelled(value) {
            *value = other;
        }
    };
    field.values.iter_mut().for_each(|v| respell(&mut v.value));
    field.default.iter_mut().for_each(|d| respell(&mut d.value));
    if same { Change::None } else { Change::Changed }
}

/// What is only guessed, or read off a sample, is made sure by the same value.
fn said<T, S>(slot: &mut Option<S>, value: T, span: Option<Span>) -> Change
where
    T: PartialEq,
    S: Borrow<Said<T>> + From<Said<T>>,
{
    let known = slot.as_ref().map(Borrow::borrow);
    let same = known.is_some_and(|s| s.value == value && s.how == How::Said);
    let span = known.map_or(span, |s| s.span);
    *slot = Some(Said { value, span, how: How::Amended }.into());
    if same { Change::None } else { Change::Changed }
}

fn plain<T: PartialEq>(slot: &mut T, value: T) -> Change {
    let same = *slot == value;
    *slot = value;
    if same { Change::None } else { Change::Changed }
}
