//! `[[constraint]]`: what holds between the parameters of a call.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::fact::{self, Area};
use crate::contract::{Asks, Condition, Contract, How, Said};

/// One entry: a parameter, what is asked of it, and the values of another one for which that holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Constraint {
    operation: String,
    parameter: String,
    /// It must be given.
    required_when: Option<BTreeMap<String, Values>>,
    /// It must not be given.
    forbidden_when: Option<BTreeMap<String, Values>>,
    /// It has an effect.
    applies_when: Option<BTreeMap<String, Values>>,
    /// It, or this one, must be given.
    one_of_with: Option<String>,
    reason: String,
}

/// One value, or several; none is any.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    Several(Vec<Value>),
    One(Value),
}

impl Constraint {
    /// Adds it to the conditions of its parameter; why not, where that cannot be.
    pub(super) fn add(&self, contracts: &mut [Contract], at: &str) -> Result<(), String> {
        let condition = self.condition(at)?;
        let other = condition.parameter.clone().unwrap_or_default();
        let operation = fact::operation(fact::contract(contracts, &self.operation)?, &self.operation)?;
        let known = fact::parameter(operation, &other)?;
        let kind = known.field.kind.value;
        if let Some(wrong) = condition.values.iter().find(|v| kind.against(v).is_some()) {
            return Err(format!("{wrong} is not {}, which `{other}` is", kind.article()));
        }
        let field = fact::field(operation, Area::Request, &self.parameter)?;
        if field.name == other {
            return Err(format!("`{other}` is set against itself"));
        }
        let same = |c: &&Said<Condition>| {
            (c.value.asks, &c.value.parameter, &c.value.values)
                == (condition.asks, &condition.parameter, &condition.values)
        };
        if field.conditions.iter().any(|c| same(&c)) {
            return Err(format!(
                "the constraint of `{}` no longer applies: it is there already (take it out)",
                self.parameter
            ));
        }
        field.conditions.push(Said { value: condition, span: None, how: How::Amended });
        Ok(())
    }

    fn condition(&self, at: &str) -> Result<Condition, String> {
        if self.reason.trim().is_empty() {
            return Err(format!("the constraint of `{}` gives no reason", self.parameter));
        }
        let when = [
            (Asks::RequiredWhen, &self.required_when),
            (Asks::ForbiddenWhen, &self.forbidden_when),
            (Asks::AppliesWhen, &self.applies_when),
        ];
        let given: Vec<_> = when.into_iter().filter_map(|(asks, when)| Some((asks, when.as_ref()?))).collect();
        let text = format!("{} ({at})", self.reason);
        match (given.as_slice(), &self.one_of_with) {
            ([], Some(other)) => {
                Ok(Condition { text, asks: Asks::OneOf, parameter: Some(other.clone()), values: Vec::new() })
            }
            ([(asks, when)], None) if when.len() == 1 => {
                let (other, values) = when.iter().next().expect("the guard counted one");
                let values = match values {
                    Values::Several(values) => values.clone(),
                    Values::One(value) => vec![value.clone()],
                };
                Ok(Condition { text, asks: *asks, parameter: Some(other.clone()), values })
            }
            _ => Err(format!(
                "the constraint of `{}` takes one of `required-when`, `forbidden-when`, `applies-when` (each with one \
                 other parameter) and `one-of-with`",
                self.parameter
            )),
        }
    }
}
