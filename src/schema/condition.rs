//! What the page says in prose about parameters that depend on one another, as schemas.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::contract::{Asks, Condition, Field};

/// One schema a condition, in the page's order. A condition that names no member of the same object constrains nothing.
pub(super) fn schemas(fields: &[&Field]) -> Vec<Value> {
    let known = |name: &str| fields.iter().any(|f| f.name == name);
    let mut out: Vec<Value> = Vec::new();
    for field in fields {
        let mut choices = BTreeSet::from([field.name.as_str()]);
        for condition in field.conditions.iter().map(|c| &c.value) {
            let Some(other) = condition.parameter.as_deref().filter(|o| known(o) && *o != field.name) else { continue };
            match condition.asks {
                Asks::RequiredWhen => out.push(when(other, condition, json!({ "required": [field.name] }))),
                Asks::ForbiddenWhen => {
                    out.push(when(other, condition, json!({ "properties": { (&field.name): false } })));
                }
                Asks::OneOf => {
                    choices.insert(other);
                }
                Asks::AppliesWhen | Asks::Unclear => {}
            }
        }
        let one_of = json!({ "anyOf": choices.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() });
        // Each side of a *one of* says it about the other: once is enough.
        if choices.len() > 1 && !out.contains(&one_of) {
            out.push(one_of);
        }
    }
    out
}

fn when(other: &str, condition: &Condition, then: Value) -> Value {
    let given = match condition.values.as_slice() {
        [] => json!({ "required": [other] }),
        values => json!({ "properties": { other: { "enum": values } }, "required": [other] }),
    };
    json!({ "if": given, "then": then })
}
