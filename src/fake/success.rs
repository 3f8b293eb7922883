//! Successes: the page's sample, and answers with fresh values.

use serde_json::{Value, json};

use super::REQUEST_ID_HEADER;
use crate::case::{Answer, Body};
use crate::contract::{Field, Kind, Operation};
use crate::generate::fresh::Fresh;

/// A code that a refusal inside HTTP 200 carries.
pub const REFUSAL_CODE: &str = "Refused.ByFake";

/// The page's own sample of a success, if it has one that parses.
pub fn sample(operation: &Operation) -> Option<Answer> {
    let sample = operation.success_sample()?;
    let value = sample.value.clone()?;
    Some(with_request_id(Answer { status: sample.status.unwrap_or(200), headers: Vec::new(), body: Body::Json(value) }))
}

/// A success with fresh values for every documented member.
///
/// What says that the call succeeded keeps saying so: `Success` is true, and `Code` is what the sample shows, since a
/// client may rightly go by either.
pub fn success(operation: &Operation, fresh: &mut Fresh) -> Answer {
    let mut value = operation.response.as_ref().map_or_else(|| json!({}), |response| fresh.value(response));
    if let (Some(members), Some(response)) = (value.as_object_mut(), &operation.response) {
        for field in &response.fields {
            if let Some(fixed) = fixed(operation, field) {
                members.insert(field.name.clone(), fixed);
            }
            if is_request_id(&field.name) {
                members.insert(field.name.clone(), json!(fresh.id()));
            }
        }
    }
    with_request_id(Answer::json(200, value))
}

/// What members are called that hold a code.
const CODES: [&str; 5] = ["Code", "ErrorCode", "ErrCode", "HttpStatusCode", "StatusCode"];

/// The value that says *success*, for the members that say it.
fn fixed(operation: &Operation, field: &Field) -> Option<Value> {
    let sampled = || {
        let sample = operation.success_sample()?.value.as_ref()?;
        sample.get(&field.name).cloned()
    };
    let is = |name: &&str| field.name.eq_ignore_ascii_case(name);
    match field.kind.value {
        Kind::Boolean if is(&"success") => Some(json!(true)),
        kind if CODES.iter().any(is) => {
            sampled().or_else(|| Some(if kind == Kind::Integer { json!(200) } else { json!("200") }))
        }
        _ => None,
    }
}

fn is_request_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("requestid")
}

fn with_request_id(mut answer: Answer) -> Answer {
    let id = match &answer.body {
        Body::Json(Value::Object(members)) => {
            members.iter().find(|(name, _)| is_request_id(name)).and_then(|(_, v)| v.as_str()).map(str::to_owned)
        }
        _ => None,
    };
    if let Some(id) = id.filter(|id| id.bytes().all(|b| b.is_ascii_graphic())) {
        answer.headers.push((REQUEST_ID_HEADER.into(), id));
    }
    answer
}
