//! Which values of a call together make a finding show.

use serde_json::{Map, Value};

use super::shrink::{Trial, Tried};
use crate::case::Case;
use crate::contract::{Field, Kind};
use crate::error::Error;
use crate::generate::Calls;
use crate::generate::fresh::Fresh;

/// Parameters that are not given are looked at up to this many.
const ABSENT: usize = 24;
/// Values of a closed list that are tried in place of one.
const LISTED: usize = 8;

/// What matters about one parameter.
enum Part {
    Value(String, Value),
    Given(String),
    LeftOut(String),
}

/// A line that names the smallest combination of values, where it takes more than one: each is there because without
/// it, or with another value in its place, the finding does not show.
pub(super) async fn together(
    trial: &mut Trial<'_, '_>,
    calls: &Calls,
    case: &Case,
    unsupported: &[String],
) -> Result<Option<String>, Error> {
    let params = case.steps[0].params.clone();
    let mut fresh = Fresh::new(case.seed);
    let mut parts = Vec::new();
    let mut absent = 0;
    for parameter in &trial.subject.operation.parameters {
        let field = &parameter.field;
        let name = field.name.clone();
        match params.get(&name) {
            Some(value) => {
                if hides(trial, calls, case, &params, &name, others(field, value, &mut fresh)).await? {
                    parts.push(Part::Value(name, value.clone()));
                } else if field.required != Some(true) {
                    // It could not be taken away, or the case would be smaller.
                    parts.push(Part::Given(name));
                }
            }
            None if absent < ABSENT && !unsupported.contains(&name) => {
                absent += 1;
                let value = fresh.value(field);
                if hides(trial, calls, case, &params, &name, vec![value]).await? {
                    parts.push(Part::LeftOut(name));
                }
            }
            None => {}
        }
    }
    let given = parts.iter().filter(|part| !matches!(part, Part::LeftOut(_))).count();
    Ok((given > 0 && parts.len() > 1).then(|| sentence(&parts)))
}

/// Whether some value in that place makes the finding go away.
async fn hides(
    trial: &mut Trial<'_, '_>,
    calls: &Calls,
    case: &Case,
    params: &Map<String, Value>,
    name: &str,
    values: Vec<Value>,
) -> Result<bool, Error> {
    for value in values {
        let mut with = params.clone();
        with.insert(name.to_owned(), value);
        if !calls.accepts(&Value::Object(with.clone())) {
            continue;
        }
        match trial.with(case, with).await? {
            Tried::Shows(_) | Tried::Untold => {}
            Tried::Hides => return Ok(true),
            Tried::Spent => break,
        }
    }
    Ok(false)
}

/// Values to try in place of one: the others of a closed list, or one that nobody has thought of.
fn others(field: &Field, value: &Value, fresh: &mut Fresh) -> Vec<Value> {
    match field.kind.value {
        _ if !field.values.is_empty() => {
            field.values.iter().map(|v| v.value.clone()).filter(|v| v != value).take(LISTED).collect()
        }
        Kind::Boolean => value.as_bool().map(|truth| Value::Bool(!truth)).into_iter().collect(),
        Kind::Integer if field.range.is_none() => vec![Value::from(fresh.integer())],
        _ => vec![fresh.value(field)],
    }
}

fn sentence(parts: &[Part]) -> String {
    let of = |choose: fn(&Part) -> Option<String>| parts.iter().filter_map(choose).collect::<Vec<_>>();
    let values = of(|part| match part {
        Part::Value(name, value) => Some(format!("`{name}` = {}", shown(value))),
        _ => None,
    });
    let given = of(|part| if let Part::Given(name) = part { Some(format!("`{name}`")) } else { None });
    let without = of(|part| if let Part::LeftOut(name) = part { Some(format!("`{name}`")) } else { None });
    let mut line = match (values.len(), given.len()) {
        (0, 1) => format!("only when {} is given", given[0]),
        (0, _) => format!("only when {} are given together", joined(&given)),
        (1, _) => format!("only when {}", values[0]),
        _ => format!("only when {} together", joined(&values)),
    };
    if !values.is_empty() && !given.is_empty() {
        line.push_str(&format!(", beside {}", joined(&given)));
    }
    if !without.is_empty() {
        line.push_str(&format!(", without {}", joined(&without)));
    }
    line
}

fn joined(words: &[String]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_combination_is_said_in_a_line() {
        let value = |name: &str, value: Value| Part::Value(name.into(), value);
        let given = |name: &str| Part::Given(name.into());
        let cases = [
            (vec![value("A", json!("")), value("B", json!(0))], "only when `A` = \"\" and `B` = 0 together"),
            (vec![value("A", json!(1)), given("B"), given("C")], "only when `A` = 1, beside `B` and `C`"),
            (vec![given("A"), given("B")], "only when `A` and `B` are given together"),
            (vec![value("A", json!(1)), Part::LeftOut("B".into())], "only when `A` = 1, without `B`"),
            (vec![given("A"), Part::LeftOut("B".into())], "only when `A` is given, without `B`"),
        ];
        for (parts, line) in cases {
            assert_eq!(sentence(&parts), line);
        }
    }
}
