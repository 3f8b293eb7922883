//! The facts of an operation, flat: what a score counts.

use serde_json::{Value, json};

use crate::contract::{Field, How, Operation};

/// What the tables say, without containers that only a sample shows: `operation`, `request[]` with path, type, required and enum, `response[]` with path and type, `errors[]`.
pub fn facts(operation: &Operation) -> Value {
    let mut request = Vec::new();
    for parameter in &operation.parameters {
        parameter.field.walk(&parameter.field.name, &mut |path, field| {
            if field.how == How::Said {
                request.push(parameter_fact(path, field));
            }
        });
    }
    let mut response = Vec::new();
    if let Some(answer) = &operation.response {
        answer.walk("", &mut |path, field| {
            if !path.is_empty() && field.how == How::Said {
                response.push(json!({ "path": path, "type": field.spelled }));
            }
        });
    }
    let errors = operation.errors.iter().map(|e| json!({ "status": e.status, "code": e.code, "message": e.message }));
    json!({ "operation": operation.name, "request": request, "response": response, "errors": errors.collect::<Vec<_>>() })
}

fn parameter_fact(path: &str, field: &Field) -> Value {
    let values: Vec<Value> = field.values.iter().map(|v| spelled(&v.value)).collect();
    let mut fact = json!({ "path": path, "type": field.spelled, "required": field.required });
    if !values.is_empty() {
        fact["enum"] = json!(values);
    }
    fact
}

/// A value as the page spells it.
fn spelled(value: &Value) -> Value {
    match value {
        Value::Bool(_) => json!(value.to_string()),
        other => other.clone(),
    }
}
