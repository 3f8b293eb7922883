//! A call into the bytes of a signed request.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::flaw::{Flaw, Memory};
use super::object::Object;
use crate::driver::Call;
use crate::wire::encode::pe_into;
use crate::wire::signature::{ToSign, hash, sign_v3};

/// A request while it is put together.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) form: Vec<(String, String)>,
    /// Names are in lower case; what begins with `x-acs-`, and `host` and `content-type`, is signed.
    pub(super) headers: Vec<(Cow<'static, str>, String)>,
    pub(super) body: Vec<u8>,
    pub(super) key_id: String,
    pub(super) secret: String,
}

impl Draft {
    /// Sets a header in its place, or adds it.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.headers.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.headers.push((name.to_owned().into(), value)),
        }
    }

    pub(super) fn drop(&mut self, name: &str) {
        self.headers.retain(|(n, _)| n != name);
    }
}

/// The bytes of a request.
///
/// # Errors
/// Why the call is refused before it is sent.
pub(super) fn request(
    flaw: &Flaw,
    object: &Object,
    call: &Call,
    params: &Map<String, Value>,
    memory: &Memory,
) -> Result<Vec<u8>, String> {
    let (json, params) = json_body(call, params);
    let mut pairs = flatten(flaw, &params)?;
    flaw.pairs(&mut pairs, &params, memory);
    let mut draft = draft(flaw, object, call, pairs)?;
    if let Some(mut body) = json {
        flaw.json(&mut body);
        draft.body = self::json(&body)?.into_bytes();
        draft.set("content-type", "application/json");
        draft.set("x-acs-content-sha256", hash(&draft.body));
    }
    flaw.unsigned(&mut draft, object, memory);
    if !flaw.vary(&mut draft) {
        sign(&mut draft);
    }
    flaw.signed(&mut draft, memory);
    Ok(bytes(flaw, &draft))
}

/// What belongs into a JSON body, and what is left: a parameter that is called `body` is all of it, others are members.
fn json_body<'a>(call: &Call, params: &'a Map<String, Value>) -> (Option<Value>, Cow<'a, Map<String, Value>>) {
    let in_body = |name: &String| call.api.places.get(name).is_some_and(|place| place == "body");
    if !call.api.places.values().any(|place| place == "body") {
        return (None, Cow::Borrowed(params));
    }
    let (body, rest): (Map<_, _>, Map<_, _>) =
        params.clone().into_iter().filter(|(_, v)| !v.is_null()).partition(|(name, _)| in_body(name));
    if body.is_empty() {
        return (None, Cow::Borrowed(params));
    }
    let alone = call.api.places.values().filter(|place| *place == "body").count() == 1;
    let whole = body.get("body").filter(|_| alone).cloned();
    (Some(whole.unwrap_or(Value::Object(body))), Cow::Owned(rest))
}

/// Nested values as `Name.1.Key`; what that cannot say is one JSON text.
fn flatten(flaw: &Flaw, params: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::with_capacity(params.len());
    for (name, value) in params {
        spread(flaw, name.clone(), value, &mut pairs).map_err(|why| format!("`{name}` {why}"))?;
    }
    Ok(pairs)
}

fn spread(flaw: &Flaw, name: String, value: &Value, pairs: &mut Vec<(String, String)>) -> Result<(), String> {
    match value {
        Value::Null => {}
        Value::Array(items) if flaw.flattens_all() || is_flat_list(items) => {
            for (at, item) in items.iter().enumerate() {
                spread(flaw, format!("{name}.{}", at + 1), item, pairs)?;
            }
        }
        Value::Object(members) if special(members).is_none() && (flaw.flattens_all() || is_flat_object(members)) => {
            for (key, member) in members {
                spread(flaw, format!("{name}.{key}"), member, pairs)?;
            }
        }
        Value::Array(_) => pairs.push((name, json(value)?)),
        Value::Object(members) if special(members).is_none() => pairs.push((name, json(value)?)),
        scalar => pairs.push((name, flaw.leaf(scalar, text(scalar)?))),
    }
    Ok(())
}

/// An empty list would vanish, and a null in a list would leave a gap.
fn is_flat_list(items: &[Value]) -> bool {
    !items.is_empty() && !items.contains(&Value::Null)
}

fn is_flat_object(members: &Map<String, Value>) -> bool {
    !members.is_empty() && members.keys().all(|key| !key.is_empty() && !key.contains('.'))
}

/// `{"$int":"1"}` and the like: what JSON cannot say, as the driver protocol spells it.
fn special(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    const SPELLINGS: [&str; 5] = ["$int", "$num", "$bytes", "$utf16", "$obj"];
    let (name, value) = members.iter().next().filter(|_| members.len() == 1)?;
    SPELLINGS.contains(&name.as_str()).then_some((name, value))
}

/// A scalar as the wire spells it.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Object(members) => match special(members) {
            Some(("$num", Value::String(text))) if text.contains(['N', 'I']) => Err(format!("cannot be {text}")),
            Some(("$int" | "$num" | "$bytes", Value::String(text))) => Ok(text.clone()),
            Some(("$utf16", Value::Array(units))) => utf16(units),
            _ => json(value),
        },
        other => Ok(other.to_string()),
    }
}

fn utf16(units: &[Value]) -> Result<String, String> {
    let units: Option<Vec<u16>> = units.iter().map(|u| u.as_u64().and_then(|u| u.try_into().ok())).collect();
    units.and_then(|units| String::from_utf16(&units).ok()).ok_or_else(|| "is not valid Unicode".into())
}

/// A value as JSON text, with what JSON can say but a double cannot.
fn json(value: &Value) -> Result<String, String> {
    let joined = |parts: Result<Vec<String>, String>| parts.map(|parts| parts.join(","));
    let member = |key: &str, value: &Value| Ok(format!("{}:{}", Value::from(key), json(value)?));
    match value {
        Value::Array(items) => Ok(format!("[{}]", joined(items.iter().map(json).collect())?)),
        Value::Object(members) => match special(members) {
            Some(("$int" | "$num", _)) => text(value),
            Some(("$bytes" | "$utf16", _)) => Ok(Value::from(text(value)?).to_string()),
            Some((_, Value::Array(pairs))) => {
                let pairs = pairs.iter().filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?)));
                Ok(format!("{{{}}}", joined(pairs.map(|(k, v)| member(k, v)).collect())?))
            }
            _ => Ok(format!("{{{}}}", joined(members.iter().map(|(k, v)| member(k, v)).collect())?)),
        },
        other => Ok(other.to_string()),
    }
}

fn draft(flaw: &Flaw, object: &Object, call: &Call, mut pairs: Vec<(String, String)>) -> Result<Draft, String> {
    let api = &call.api;
    // A page may say `GET|POST`.
    let methods = api.method.as_deref().unwrap_or("POST");
    let method = if methods.contains("POST") { "POST" } else { methods };
    let mut path = "/".to_owned();
    let mut extra = Vec::new();
    let place = |name: &str| api.places.get(name).map_or("", String::as_str);
    if api.style.as_deref() == Some("rest") {
        path = api.path.clone().unwrap_or(path);
        let mut kept = Vec::new();
        for (name, value) in pairs {
            let open = format!("{{{name}}}");
            match (path.contains(&open), place(&name)) {
                (true, _) if value.is_empty() => return Err(format!("`{name}` is empty, and stands in the path")),
                (true, _) => path = path.replace(&open, &flaw.segment(&value)),
                (false, "header") => extra.push((name.to_ascii_lowercase().into(), value)),
                (false, _) => kept.push((name, value)),
            }
        }
        pairs = kept;
        if let Some(open) = flaw.open(&mut path) {
            return Err(format!("`{open}` is required, since it stands in the path"));
        }
    }
    let bodiless = matches!(method, "GET" | "DELETE" | "HEAD");
    let (query, form): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| bodiless || place(name) == "query");
    let body = encoded(flaw, &form);
    let mut headers: Vec<(Cow<'static, str>, String)> = vec![
        ("host".into(), object.authority.clone()),
        ("user-agent".into(), concat!("fineprint-reference/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("accept".into(), "application/json".to_owned()),
        ("x-acs-action".into(), call.operation.clone()),
        ("x-acs-date".into(), now()),
        ("x-acs-signature-nonce".into(), object.nonce()),
        ("x-acs-content-sha256".into(), hash(&body)),
    ];
    let mut optional = |name: &'static str, value: Option<&str>| {
        headers.extend(value.map(|value| (name.into(), value.to_owned())));
    };
    let target = &object.target;
    optional("x-acs-version", api.version.as_deref());
    optional("x-acs-security-token", target.security_token.as_deref());
    optional("x-acs-accesskey-id", target.security_token.as_ref().map(|_| target.access_key_id.as_str()));
    headers.extend(extra);
    if !form.is_empty() {
        headers.push(("content-type".into(), "application/x-www-form-urlencoded".to_owned()));
    }
    if let Some((name, _)) = headers.iter().find(|(_, value)| value.contains(|c: char| c.is_control() || !c.is_ascii()))
    {
        return Err(format!("a value does not fit the header `{name}`"));
    }
    let (key_id, secret) = (target.access_key_id.clone(), target.access_key_secret.clone());
    Ok(Draft { method: method.to_owned(), path, query, form, headers, body, key_id, secret })
}

/// The pairs of a form or query, joined.
pub(super) fn encoded(flaw: &Flaw, pairs: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pairs.iter().map(|(name, value)| name.len() + 2 * value.len() + 2).sum());
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        pe_into(name.as_bytes(), &mut out);
        out.push(b'=');
        out.extend_from_slice(&flaw.encode(value));
    }
    out
}

fn sign(draft: &mut Draft) {
    let is_signed = |name: &str| name.starts_with("x-acs-") || matches!(name, "host" | "content-type");
    let headers = draft.headers.iter().map(|(name, value)| (&**name, value.as_str()));
    let mut headers: Vec<(&str, &str)> = headers.filter(|(name, _)| is_signed(name)).collect();
    headers.sort_unstable();
    let hash = headers.iter().find(|(name, _)| *name == "x-acs-content-sha256").map_or("", |(_, value)| value);
    let query = borrowed(&draft.query);
    let call = ToSign { method: &draft.method, path: &draft.path, query: &query, headers: &headers, hash };
    let authorization = sign_v3(&call, &draft.key_id, &draft.secret);
    draft.headers.push(("authorization".into(), authorization));
    draft.headers.push(("content-length".into(), draft.body.len().to_string()));
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn bytes(flaw: &Flaw, draft: &Draft) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024 + draft.body.len());
    let mut add = |parts: &[&[u8]]| parts.iter().for_each(|part| out.extend_from_slice(part));
    add(&[draft.method.as_bytes(), b" ", draft.path.as_bytes()]);
    if !draft.query.is_empty() {
        add(&[b"?", &encoded(flaw, &draft.query)]);
    }
    add(&[b" HTTP/1.1\r\n"]);
    for (name, value) in &draft.headers {
        add(&[name.as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
    }
    add(&[b"\r\n", &draft.body]);
    out
}

fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date(since.as_secs())
}

/// Seconds since 1970 as `2026-11-24T03:25:12Z`.
fn date(seconds: u64) -> String {
    let (mut days, time) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairs(params: Value) -> Vec<(String, String)> {
        let Value::Object(params) = params else { panic!("an object") };
        flatten(&Flaw::new(None), &params).unwrap()
    }

    fn seen(params: Value) -> String {
        pairs(params).into_iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn values_are_spelled_as_the_wire_wants_them() {
        assert_eq!(seen(json!({"A": true, "B": -7, "C": "", "D": null, "E": 1.5})), "A=true B=-7 C= E=1.5");
        assert_eq!(
            seen(json!({"A": {"$int": "99999999999999999999"}, "B": {"$num": "-0"}})),
            "A=99999999999999999999 B=-0"
        );
        assert_eq!(seen(json!({"A": {"$utf16": [65]}, "B": {"$bytes": "AA=="}})), "A=A B=AA==");
    }

    #[test]
    fn lists_and_objects_are_flattened_where_that_loses_nothing() {
        assert_eq!(seen(json!({"T": [{"K": "a", "V": null}, {"K": 1}]})), "T.1.K=a T.2.K=1");
        assert_eq!(
            seen(json!({"T": [], "M": {}, "N": [null, 1], "O": {"a.b": 1}})),
            r#"T=[] M={} N=[null,1] O={"a.b":1}"#
        );
        assert_eq!(seen(json!({"N": [null, {"$int": "12"}, {"$obj": [["$int", 1]]}]})), r#"N=[null,12,{"$int":1}]"#);
    }

    #[test]
    fn what_the_wire_cannot_say_is_refused() {
        for value in [json!({"$num": "NaN"}), json!({"$num": "-Infinity"}), json!({"$utf16": [0xd800]})] {
            let Value::Object(params) = json!({ "A": value }) else { panic!("an object") };
            assert!(flatten(&Flaw::new(None), &params).is_err());
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(date(1_795_490_712), "2026-11-24T03:25:12Z");
        assert_eq!(date(4_107_542_399), "2100-02-28T23:59:59Z");
    }
}
