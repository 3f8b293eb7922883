//! Answers that say what no page says, for clients that must live with a later server: what `variant=NAME` names.

use serde_json::{Map, Value, json};

use super::envelope;
use crate::case::{Answer, Body};
use crate::contract::{Field, Kind, Operation};
use crate::generate::fresh::Fresh;

/// A way in which an answer may differ from the page's and still be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// A member more in every object.
    UnknownMember,
    /// Values that the page does not list, where it lists any.
    UnknownValue,
    /// Null for documented members, or for one.
    Null,
    /// Documented members left out, or one.
    Absent,
    /// The answer within another object.
    Envelope,
    /// Members with a small first letter.
    CamelCase,
    /// An error with a code that the page does not list.
    UnknownCode,
}

impl Variant {
    /// All of them, by name.
    pub(crate) const ALL: [(&'static str, Variant); 7] = [
        ("unknown-member", Variant::UnknownMember),
        ("unknown-value", Variant::UnknownValue),
        ("null", Variant::Null),
        ("absent", Variant::Absent),
        ("envelope", Variant::Envelope),
        ("camel-case", Variant::CamelCase),
        ("unknown-code", Variant::UnknownCode),
    ];

    /// Whether it may be about one member: `null:Data.ImageId`.
    pub(crate) fn takes_path(self) -> bool {
        matches!(self, Variant::Null | Variant::Absent)
    }
}

/// The answer in this variant; `path` is the one member that it is about.
///
/// # Errors
/// When the answer has nothing that could differ so.
pub(crate) fn varied(
    variant: Variant,
    path: Option<&str>,
    answer: Answer,
    operation: &Operation,
    fresh: &mut Fresh,
) -> Result<Answer, String> {
    if variant == Variant::UnknownCode {
        let status = if answer.status < 400 { 400 } else { answer.status };
        return Ok(envelope(status, &format!("Unheard.{}", fresh.text(None)), "A code that no page lists.", fresh));
    }
    let mut value = answer.body.means().cloned().unwrap_or_else(|| json!({}));
    match variant {
        Variant::UnknownMember => each_object(&mut value, &mut |members| {
            members.insert(format!("Unheard{}", fresh.integer()), json!(fresh.text(None)));
        }),
        Variant::Envelope => {
            let name = if answer.status < 400 { "result" } else { "error" };
            value = json!({ name: value });
        }
        Variant::CamelCase => each_object(&mut value, &mut |members| {
            *members = std::mem::take(members).into_iter().map(|(name, value)| (small(&name), value)).collect();
        }),
        Variant::UnknownValue | Variant::Null | Variant::Absent | Variant::UnknownCode => {
            let paths = match path {
                Some(path) => vec![path.to_owned()],
                None => paths(operation, variant),
            };
            let mut change = |members: &mut Map<String, Value>, name: &str| match variant {
                Variant::Null => drop(members.insert(name.to_owned(), Value::Null)),
                Variant::Absent => drop(members.remove(name)),
                _ => drop(members.insert(name.to_owned(), json!(fresh.text(None)))),
            };
            let changed = paths.iter().filter(|path| at(&mut value, path, &mut change)).count();
            if changed == 0 {
                return Err(match path {
                    Some(path) => format!("the answer of {} has no member `{path}`", operation.name),
                    None => format!("the answer of {} has no member that could be so", operation.name),
                });
            }
        }
    }
    Ok(Answer { body: Body::Json(value), ..answer })
}

/// The members that a variant is about, where none is named. What says that the call succeeded stays.
fn paths(operation: &Operation, variant: Variant) -> Vec<String> {
    let keeps = |path: &str| ["requestid", "success", "code"].contains(&path.to_ascii_lowercase().as_str());
    let mut found = Vec::new();
    let mut look = |path: &str, field: &Field| {
        let listed = !field.values.is_empty() && field.kind.value != Kind::Boolean;
        let is_meant = if variant == Variant::UnknownValue { listed } else { field.is_leaf() };
        if is_meant && !path.is_empty() && !path.ends_with("[]") && !keeps(path) {
            found.push(path.to_owned());
        }
    };
    if let Some(response) = &operation.response {
        response.walk("", &mut look);
    }
    found
}

/// Changes what stands at a path such as `Data.Items[].Id`; whether anything stands there.
fn at(value: &mut Value, path: &str, change: &mut dyn FnMut(&mut Map<String, Value>, &str)) -> bool {
    if let Value::Array(items) = value {
        return items.iter_mut().filter_map(|item| at(item, path, change).then_some(())).count() > 0;
    }
    let Value::Object(members) = value else { return false };
    match path.split_once('.') {
        Some((first, rest)) => {
            members.get_mut(first.trim_end_matches("[]")).is_some_and(|inner| at(inner, rest, change))
        }
        None if members.contains_key(path) => {
            change(members, path);
            true
        }
        None => false,
    }
}

fn each_object(value: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        Value::Object(members) => {
            members.values_mut().for_each(|inner| each_object(inner, change));
            change(members);
        }
        _ => {}
    }
}

fn small(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::sample;

    fn varied_as(variant: Variant, path: Option<&str>) -> Result<Value, String> {
        let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
        let contract = crate::extract::read(&[crate::extract::Input { name: "page.txt", text }]);
        let operation = &contract.operations[0];
        let answer = sample(operation).expect("the page has one");
        varied(variant, path, answer, operation, &mut Fresh::new(1)).map(|answer| answer.body.means().unwrap().clone())
    }

    #[test]
    fn each_variant_differs_as_it_says() {
        let said = |variant: Variant| varied_as(variant, None).unwrap();
        let more = said(Variant::UnknownMember);
        let unheard = |value: &Value| value.as_object().unwrap().keys().any(|name| name.starts_with("Unheard"));
        assert!(unheard(&more) && unheard(&more["Data"]));
        let null = said(Variant::Null);
        assert!(null["Data"]["ImageId"].is_null() && null["RequestId"].is_string() && null["Success"] == true);
        assert_eq!(said(Variant::Absent)["Data"], json!({}));
        assert!(said(Variant::Envelope)["result"]["Data"].is_object());
        assert!(said(Variant::CamelCase)["data"]["imageId"].is_string());
        assert!(said(Variant::UnknownCode)["Code"].as_str().unwrap().starts_with("Unheard."));
        let one = varied_as(Variant::Null, Some("Data.ImageId")).unwrap();
        assert!(one["Data"]["ImageId"].is_null() && one["Message"].is_string());
        assert_eq!(
            varied_as(Variant::Null, Some("Data.Nope")).unwrap_err(),
            "the answer of CreateImageByInstance has no member `Data.Nope`"
        );
        assert!(varied_as(Variant::UnknownValue, None).unwrap_err().contains("no member that could be so"));
    }

    #[test]
    fn items_of_lists_are_reached() {
        let mut value = json!({ "A": [{ "B": 1 }, { "C": 2 }, { "B": 3 }] });
        assert!(at(&mut value, "A[].B", &mut |members, name| drop(members.remove(name))));
        assert_eq!(value, json!({ "A": [{}, { "C": 2 }, {}] }));
    }
}
