//! A field that is still open for members, and what the sample shows of it.

use std::collections::HashSet;

use serde_json::Value;

use crate::contract::{Field, Kind};

/// Most values of one field that are looked at in a sample.
const MOST_VALUES: usize = 64;

/// A field that is still open for members, with what the sample shows of it.
pub(super) struct Frame<'a> {
    pub(super) field: Field,
    pub(super) values: Vec<&'a Value>,
    pub(super) names: HashSet<String>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(field: Field, values: Vec<&'a Value>) -> Frame<'a> {
        Frame { field, values, names: HashSet::new() }
    }

    /// Whether the sample shows nothing of what is inside.
    pub(super) fn blind(&self) -> bool {
        !self.values.iter().any(|value| match value {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        })
    }

    /// What the sample shows under a name.
    pub(super) fn under(&self, name: &str) -> Vec<&'a Value> {
        self.values.iter().filter_map(|v| v.get(name)).take(MOST_VALUES).collect()
    }

    /// What the sample shows of the items, or of a map's values.
    pub(super) fn inside(&self) -> Vec<&'a Value> {
        let of = |value: &'a Value| -> Box<dyn Iterator<Item = &'a Value>> {
            match value {
                Value::Array(items) => Box::new(items.iter()),
                Value::Object(members) if self.field.kind.value == Kind::Map => Box::new(members.values()),
                _ => Box::new(std::iter::empty()),
            }
        };
        self.values.iter().flat_map(|value| of(value)).take(MOST_VALUES).collect()
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.field.kind.value, Kind::Array | Kind::Map)
    }

    /// Whether a row without a name can stand for what is inside.
    pub(super) fn takes_item(&self) -> bool {
        self.field.items.is_none() && (self.is_list() || self.takes_members() && self.field.fields.is_empty())
    }

    /// Whether it is an object, or something untyped that may be one.
    pub(super) fn takes_members(&self) -> bool {
        self.field.kind.value == Kind::Object || self.field.kind.value == Kind::Any && self.field.spelled.is_empty()
    }

    /// Containers that the page leaves out between this one and the members with this name.
    pub(super) fn way(&self, name: &str, open: bool) -> Option<Vec<Step>> {
        let mut way = Vec::new();
        let mut values = self.values.clone();
        let entered = open || self.is_list() && self.field.items.is_some() || !self.field.fields.is_empty();
        for _ in 0..4 {
            if values.iter().any(|v| v.get(name).is_some()) {
                let taken = way.is_empty() && self.names.contains(name);
                return (!(taken || way.is_empty() && self.is_list())).then_some(way);
            }
            if entered {
                return None;
            }
            let first = values.first()?;
            match first {
                Value::Array(_) => {
                    way.push(Step::Item);
                    values = values.iter().filter_map(|v| v.as_array()).flatten().take(MOST_VALUES).collect();
                }
                Value::Object(members) if members.len() == 1 => {
                    let (key, _) = members.iter().next()?;
                    way.push(match self.field.kind.value {
                        Kind::Map if way.is_empty() => Step::Item,
                        _ => Step::Member(key.clone()),
                    });
                    values = values.iter().filter_map(|v| v.get(key)).take(MOST_VALUES).collect();
                }
                _ => return None,
            }
        }
        None
    }
}

/// One container that the sample shows and the table leaves out.
#[derive(Debug)]
pub(super) enum Step {
    Item,
    Member(String),
}
