//! Defects in what is read from an answer.

use memchr::memmem::find;
use serde_json::{Map, Value, json};

use super::{Flaw, Memory, crash, nothing, refuse, small_first, walk, without_seconds};
use crate::driver::{Call, ClientError, ErrorKind, Http, Reply};
use crate::reference::answer::{self, said};
use crate::reference::connection::Raw;
use crate::wire::json::{self, Leaves};

const BOM: &[u8] = b"\xef\xbb\xbf";
const TOP: [&str; 5] = ["Data", "Success", "Code", "Message", "RequestId"];
const DATA: [&str; 3] = ["ImageId", "VersionId", "TaskId"];
const STATES: [&str; 3] = ["waiting", "moving", "there"];
const USUAL: [u16; 14] = [200, 201, 202, 204, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504];

impl Flaw {
    /// Another reading of an answer's bytes.
    pub(in crate::reference) fn read(&self, raw: &Raw) -> Option<Reply> {
        let is_success = (200..300).contains(&raw.status);
        let body = raw.body.as_slice();
        let reads = || json::read(body.strip_prefix(BOM).unwrap_or(body), Leaves::Exact).is_ok();
        let with = |body: Vec<u8>| answer::read(&Raw { body, ..raw.clone() });
        match self.id {
            "P05-bom" if body.starts_with(BOM) => Some(refuse(ErrorKind::Decode, "no JSON at byte 0")),
            "P14-id" if is_success && raw.header("x-acs-request-id").is_none() => Some(crash("no such header")),
            "P05-escapes" if is_success && reads() && body.windows(3).any(|part| part == b"\\ud") => {
                Some(refuse(ErrorKind::Decode, "an escape that is not known"))
            }
            "P16-chunks" if is_success && raw.header("transfer-encoding").is_some() => {
                Some(refuse(ErrorKind::Decode, "no Content-Length"))
            }
            "E05-any" if raw.status == 400 && reads() => Some(refuse(ErrorKind::Other, "no value under that key")),
            "P05-pairs" => Some(with(without_pairs(body))),
            "P12-empty" if is_success && body.is_empty() => Some(nothing()),
            "P16" if std::str::from_utf8(body).is_err() => {
                Some(with(body.iter().copied().map(char::from).collect::<String>().into_bytes()))
            }
            "P17" if is_success && !reads() => Some(crash("called `Result::unwrap()` on an `Err` value")),
            "P17-empty" if is_success && !reads() => Some(nothing()),
            "P17-more" if is_success && !reads() => first_value(body).map(with),
            "P18" if is_success && body.trim_ascii_start().starts_with(b"<") => Some(nothing()),
            "P18-type" if is_success && !raw.header("content-type").is_some_and(|t| t.contains("json")) => {
                Some(refuse(ErrorKind::Decode, "the answer is not application/json"))
            }
            "P18-error" if raw.status >= 400 && !raw.header("content-type").is_some_and(|t| t.contains("json")) => {
                Some(changed(answer::read(raw), |error| (error.code, error.message) = (None, None)))
            }
            "P19" if depth(body) > 32 => Some(crash("stack overflow")),
            "P19-huge" if body.len() > 1 << 20 => Some(with(mended(&body[..1 << 20]))),
            "E09" if raw.status >= 400 && !reads() => Some(crash("called `Result::unwrap()` on an `Err` value")),
            "E09-empty" if raw.status >= 500 && body.is_empty() => Some(nothing()),
            "E09-status" if raw.status >= 400 && !reads() => {
                Some(refuse(ErrorKind::Decode, "the answer cannot be read"))
            }
            "E10-status" if !USUAL.contains(&raw.status) => Some(nothing()),
            "E11" if !is_success && !contains(body, b"\"Code\"") => {
                Some(changed(answer::read(raw), |error| error.code = None))
            }
            "E11-undefined" if !is_success && contains(body, b"\"code\"") => {
                Some(changed(answer::read(raw), |error| error.code = Some("undefined".into())))
            }
            "E03-header" => {
                let id = raw.header("x-acs-request-id").map(Value::from);
                Some(changed(answer::read(raw), |error| error.request_id = id))
            }
            _ => None,
        }
    }

    /// The request id of the header, where it is shown as the body's.
    fn request_id(&self, value: &mut Value, http: Option<&Http>) {
        let Some(members) = value.as_object_mut() else { return };
        let is_shown = self.is("P02-header") || (self.is("clean-header-id") && !members.contains_key("RequestId"));
        let headers = http.and_then(|http| http.headers.as_ref()).filter(|_| is_shown);
        if let Some(id) = headers.and_then(|headers| headers.get("x-acs-request-id")) {
            members.insert("RequestId".into(), id.clone());
        }
    }

    /// A success, before the caller sees it.
    pub(super) fn success(&self, mut value: Value, http: Option<Http>, call: &Call, memory: &Memory) -> Reply {
        let code = value.get("Code").cloned();
        let refused = match (self.id, &code) {
            ("P06", _) if has_unknown(&value, &TOP) => Some(crash("no such member")),
            ("P06-inner", _) if value.get("Data").is_some_and(|data| has_unknown(data, &DATA)) => {
                Some(crash("no such member"))
            }
            ("P08-crash", _) if has_null(&mut value) => Some(crash("called `Option::unwrap()` on a `None` value")),
            ("P09", _) if value.get("Data").is_none() => Some(crash("no member `Data`")),
            ("P09-task", _)
                if value.get("Data").is_some_and(|data| data.is_object() && data.get("TaskId").is_none()) =>
            {
                Some(crash("no member `TaskId`"))
            }
            ("P07", _) if has_other_state(&mut value) => Some(crash("no such state")),
            ("P20", Some(Value::Number(_))) => Some(refuse(ErrorKind::Decode, "`Code` must be a text")),
            ("P20-text", Some(Value::String(_))) => Some(refuse(ErrorKind::Decode, "`Code` must be a number")),
            ("P21", Some(code)) if *code == 200 || code == "200" => Some(taken_for_an_error(&value)),
            ("P21-none", None) => Some(taken_for_an_error(&value)),
            _ => None,
        };
        if let Some(refused) = refused {
            return refused;
        }
        self.request_id(&mut value, http.as_ref());
        self.without_nulls(&mut value);
        self.members(&mut value, call, memory);
        walk(&mut value, &mut |value| self.scalar(value));
        let http = match self.id {
            "P14" => None,
            "T11-shown" => http.map(|mut http| {
                let secret = call.client.access_key_secret.as_str().into();
                http.headers.get_or_insert_default().insert("x-debug".into(), secret);
                http
            }),
            "P14-cut" => http.map(|http| Http { headers: http.headers.map(cut), ..http }),
            "P14-status" => http.map(|http| Http { status: Some(200), ..http }),
            _ => http,
        };
        Reply::Ok { value, http }
    }

    /// Members of the answer, lost or moved.
    fn members(&self, value: &mut Value, call: &Call, memory: &Memory) {
        let sent = |name: &str, text: &str| call.params.get(name).is_some_and(|v| v == text);
        let Value::Object(top) = value else { return };
        match self.id {
            "P01-id" => drop(top.shift_remove("RequestId")),
            "P01-seventh" if memory.calls.is_multiple_of(7) => drop(top.shift_remove("Message")),
            "P03" if top.contains_key("Success") => drop(top.insert("Success".into(), true.into())),
            "E08" if top.get("Success") == Some(&Value::Bool(false)) => {
                top.insert("Success".into(), true.into());
                top.shift_remove("Code");
                top.shift_remove("Message");
            }
            "R29-id" => {
                let before = memory.answer.as_ref().and_then(|answer| answer.get("RequestId"));
                top.extend(before.map(|id| ("RequestId".to_owned(), id.clone())));
            }
            "P08-data" if top.get("Data") == Some(&Value::Null) => drop(top.insert("Data".into(), json!({}))),
            "P10-item" => {
                if let Some(Value::Array(items)) = top.get_mut("Parcels") {
                    items.iter_mut().for_each(|item| *item = json!([item.take()]));
                }
            }
            "P10" => {
                if let Some(Value::Object(data)) = top.shift_remove("Data") {
                    top.extend(data);
                }
            }
            "P10-both" => {
                if let Some(Value::Object(data)) = top.get("Data").cloned() {
                    top.extend(data.into_iter().filter(|(name, _)| DATA.contains(&name.as_str())));
                }
            }
            "P10-list" => {
                if let Some(data) = top.get_mut("Data") {
                    *data = json!([data.take()]);
                }
            }
            _ => {}
        }
        let Some(Value::Object(data)) = top.get_mut("Data") else { return };
        match self.id {
            "P01" => drop(data.shift_remove("VersionId")),
            "P01-error" if memory.failed => drop(data.shift_remove("VersionId")),
            "P01-parallel" if self.is_busy() => drop(data.shift_remove("VersionId")),
            "P01-with" if sent("InstanceType", "CloudDesktop") && sent("DiskType", "SYSTEM") => {
                data.shift_remove("VersionId");
            }
            "P02" => {
                let [image, task] = ["ImageId", "TaskId"].map(|name| data.get(name).cloned());
                data.extend(task.map(|task| ("ImageId".to_owned(), task)));
                data.extend(image.map(|image| ("TaskId".to_owned(), image)));
            }
            "R29-member" => {
                for name in DATA {
                    let before = memory.answer.as_ref().and_then(|answer| answer.get("Data")?.get(name));
                    if let (None, Some(before)) = (data.get(name), before) {
                        data.insert(name.into(), before.clone());
                    }
                }
            }
            "P09-empty" => {
                for name in DATA {
                    data.entry(name).or_insert("".into());
                }
            }
            "P09-null" => {
                for name in DATA {
                    data.entry(name).or_insert(Value::Null);
                }
            }
            _ => {}
        }
    }

    /// Each value of the answer.
    fn scalar(&self, value: &mut Value) {
        match (self.id, &mut *value) {
            ("P01-long", Value::Object(members)) => {
                members.retain(|_, v| v.as_str().is_none_or(|text| text.chars().count() <= 40));
            }
            ("P07-first", Value::Object(members))
                if members.get("Status").and_then(Value::as_str).is_some_and(|s| !STATES.contains(&s)) =>
            {
                members.insert("Status".into(), STATES[0].into());
            }
            ("P07-list", Value::Object(members)) => {
                if let Some(Value::Array(states)) = members.get_mut("states") {
                    states.retain(|s| s.as_str().is_none_or(|s| STATES.contains(&s)));
                }
            }
            ("P13-zone", Value::String(text)) if without_seconds(text).is_some() => {
                *text = text.trim_end_matches('Z').to_owned();
            }
            ("P13-number", Value::String(text)) if without_seconds(text).is_some() => {
                *value = text.bytes().map(u64::from).sum::<u64>().into();
            }
            ("P11-hundred", Value::Array(items)) => items.truncate(200),
            ("P02-camel", Value::Object(members)) => {
                *members = std::mem::take(members).into_iter().map(|(name, v)| (small_first(&name), v)).collect();
            }
            ("P03-text", Value::Bool(truth)) => *value = truth.to_string().into(),
            ("P03-number", Value::String(text)) if text.bytes().all(|b| b.is_ascii_digit()) => {
                if let Ok(number) = text.parse::<u64>() {
                    *value = number.into();
                }
            }
            ("P13-text", Value::String(text)) if without_seconds(text).is_some() => *text = text.replace('Z', ".000Z"),
            ("P05-percent", Value::String(text)) => {
                *text = percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            }
            ("P03-null", Value::String(text)) if text == "NULL" => *value = Value::Null,
            ("P04", Value::Number(number)) if !number.is_f64() => {
                let double = number.as_f64().unwrap_or_default();
                *value = (double as i64).into();
            }
            ("P04-int", Value::Number(number)) if !number.is_f64() => {
                *value = (number.as_i64().unwrap_or(-1) as i32).into();
            }
            ("P05", Value::String(text)) => {
                *text = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
            }
            ("P05-lower", Value::String(text)) => *text = text.to_lowercase(),
            ("P05-trim", Value::String(text)) => *text = text.trim().to_owned(),
            ("P13", Value::String(text)) => {
                if let Some(coarse) = without_seconds(text) {
                    *text = coarse;
                }
            }
            ("P08", Value::Null) => *value = "".into(),
            ("P08-text", Value::Null) => *value = "None".into(),
            ("P11", Value::Array(items)) => drop(items.pop()),
            ("P11-order", Value::Array(items)) => items.reverse(),
            ("P11-twice", Value::Array(items)) => {
                let mut seen = Vec::new();
                items.retain(|item| {
                    let is_new = !seen.contains(item);
                    seen.push(item.clone());
                    is_new
                });
            }
            _ => {}
        }
    }
}

fn changed(reply: Reply, change: impl FnOnce(&mut ClientError)) -> Reply {
    match reply {
        Reply::Error(mut error) => {
            change(&mut error);
            error.text = Some(said(&error));
            Reply::Error(error)
        }
        other => other,
    }
}

fn taken_for_an_error(value: &Value) -> Reply {
    let [code, message, request_id] = ["Code", "Message", "RequestId"].map(|name| value.get(name).cloned());
    let text = Some("the call failed".to_owned());
    let class = Some("ServiceError".into());
    let error = ClientError { kind: ErrorKind::Service, class, code, message, request_id, text, ..Default::default() };
    Reply::Error(Box::new(error))
}

fn has_unknown(value: &Value, known: &[&str]) -> bool {
    value.as_object().is_some_and(|members| members.keys().any(|name| !known.contains(&name.as_str())))
}

fn has_other_state(value: &mut Value) -> bool {
    let mut found = false;
    walk(value, &mut |value| {
        let state = value.get("Status").and_then(Value::as_str);
        found |= state.is_some_and(|s| !STATES.contains(&s));
    });
    found
}

fn has_null(value: &mut Value) -> bool {
    let mut found = false;
    walk(value, &mut |value| found |= value.is_null());
    found
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    find(body, text).is_some()
}

/// The JSON that a text begins with.
fn first_value(body: &[u8]) -> Option<Vec<u8>> {
    let first = serde_json::Deserializer::from_slice(body).into_iter::<Value>().next()?.ok()?;
    Some(first.to_string().into_bytes())
}

fn depth(body: &[u8]) -> i64 {
    let steps = body.iter().map(|b| i64::from(matches!(b, b'[' | b'{')) - i64::from(matches!(b, b']' | b'}')));
    steps
        .scan(0, |depth, step| {
            *depth += step;
            Some(*depth)
        })
        .max()
        .unwrap_or(0)
}

/// Replaces `\ud83d\ude00` by `\ufffd`.
fn without_pairs(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        let rest = &body[at..];
        let is_high = rest.len() >= 12 && rest.starts_with(b"\\u") && rest[2..4].eq_ignore_ascii_case(b"d8");
        if is_high && rest[6..8] == *b"\\u" {
            out.extend_from_slice(b"\\ufffd");
            at += 12;
        } else {
            out.push(body[at]);
            at += 1;
        }
    }
    out
}

/// Ends what is open in a JSON text that was cut.
pub(super) fn mended(body: &[u8]) -> Vec<u8> {
    let mut out = body.to_vec();
    let (mut open, mut in_text, mut escaped) = (Vec::new(), false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => drop(open.pop()),
            _ => {}
        }
    }
    if in_text {
        out.push(b'"');
    }
    let end = out.trim_ascii_end();
    let end = end.strip_suffix(b",").unwrap_or(end).len();
    out.truncate(end);
    if out.ends_with(b":") {
        out.extend_from_slice(b"null");
    }
    out.extend(open.iter().rev());
    out
}

/// The values of headers up to their first colon.
fn cut(headers: Map<String, Value>) -> Map<String, Value> {
    let up_to_colon =
        |value: Value| value.as_str().and_then(|text| text.split(':').next()).map_or(Value::Null, Value::from);
    headers.into_iter().map(|(name, value)| (name, up_to_colon(value))).collect()
}
