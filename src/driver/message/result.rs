//! The answer to a call, as a driver says it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Object, Read, known, present, read};
use crate::driver::{ClientError, ErrorKind, Http, Reply, Unsupported, value};

/// Reads the answer to a call.
pub(in crate::driver) fn result(line: &[u8]) -> Read<Reply> {
    let mut said: ResultLine = match read(line, "result") {
        // Our own limit, and nothing that the protocol forbids.
        Err(why) if why.contains("recursion limit") => return too_deep(line),
        said => said?,
    };
    let id = known(&said.id)?;
    // Few answers hold a spelling, and the look for one is cheaper than the walk that would decode it.
    if line.windows(2).any(|pair| pair == b"\"$") {
        said.decode();
    }
    let answers = [said.ok.is_some(), said.error.is_some(), said.unsupported.is_some(), said.driver_error.is_some()];
    if answers.iter().filter(|a| **a).count() != 1 {
        return Err("a result has exactly one of `ok`, `error`, `unsupported` and `driver_error`".into());
    }
    let reply = match said {
        ResultLine { ok: Some(value), http, .. } => Reply::Ok { value, http: http.map(|Object(http)| http) },
        ResultLine { error: Some(Object(error)), .. } => Reply::Error(Box::new(error.into())),
        ResultLine { unsupported: Some(Object(it)), why, .. } if it.operation.is_some() || it.param.is_some() => {
            Reply::Unsupported(Unsupported { why, ..it })
        }
        ResultLine { unsupported: Some(_), .. } => {
            return Err("`unsupported` names neither an operation nor a param".into());
        }
        ResultLine { driver_error, .. } => Reply::DriverError(driver_error.unwrap_or_default()),
    };
    Ok((id, reply))
}

fn too_deep(line: &[u8]) -> Read<Reply> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
    }
    let Line { id } = read(line, "result")?;
    Ok((known(&id)?, Reply::DriverError("not read: the answer is nested deeper than 100 levels".into())))
}

#[derive(Deserialize)]
struct ResultLine {
    id: String,
    #[serde(default, deserialize_with = "present")]
    ok: Option<Value>,
    #[serde(default)]
    http: Option<Object<Http>>,
    #[serde(default)]
    error: Option<Object<ErrorLine>>,
    #[serde(default)]
    unsupported: Option<Object<Unsupported>>,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    driver_error: Option<String>,
}

/// An error as it is said: any text in it may be spelled, when it is not Unicode or very long.
#[derive(Deserialize)]
struct ErrorLine {
    kind: ErrorKind,
    #[serde(default)]
    class: Option<Value>,
    #[serde(default)]
    code: Option<Value>,
    #[serde(default)]
    message: Option<Value>,
    #[serde(default)]
    request_id: Option<Value>,
    #[serde(default)]
    http_status: Option<u16>,
    #[serde(default)]
    more: Option<Map<String, Value>>,
    #[serde(default)]
    cause: Option<Value>,
    #[serde(default)]
    text: Option<Value>,
    #[serde(default)]
    http: Option<Object<Http>>,
}

impl ResultLine {
    fn decode(&mut self) {
        let error = self.error.as_mut().map(|Object(error)| error);
        let texts = error.map(|e| [&mut e.code, &mut e.message, &mut e.request_id].into_iter().flatten());
        let given = self.unsupported.as_mut().and_then(|Object(it)| it.value.as_mut());
        for value in self.ok.as_mut().into_iter().chain(given).chain(texts.into_iter().flatten()) {
            *value = value::decode(value.take());
        }
        for value in
            self.error.as_mut().and_then(|Object(error)| error.more.as_mut()).into_iter().flat_map(|m| m.values_mut())
        {
            *value = value::decode(value.take());
        }
    }
}

impl From<ErrorLine> for ClientError {
    fn from(said: ErrorLine) -> ClientError {
        let ErrorLine { kind, class, code, message, request_id, http_status, more, cause, text, http } = said;
        let (class, cause, text) = (class.map(shown), cause.map(shown), text.map(shown));
        let http = http.map(|Object(http)| http);
        ClientError { kind, class, code, message, request_id, http_status, more, cause, text, http }
    }
}

/// Text for people and for the search for secrets.
fn shown(value: Value) -> String {
    if let Some(units) = value.get("$utf16").and_then(Value::as_array) {
        let units = units.iter().filter_map(Value::as_u64).filter_map(|u| u16::try_from(u).ok());
        return String::from_utf16_lossy(&units.collect::<Vec<u16>>());
    }
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
