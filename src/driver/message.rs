//! What goes over the channel, both ways: written without a copy, and read strictly.

mod result;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::error::Category;
use serde_json::{Map, Value};

pub(super) use self::result::result;
use crate::driver::{Api, Call, Hello, Named, Target, value};

/// The version of the protocol.
pub(super) const PROTOCOL: u64 = 1;
/// What is wrong with an answer that nobody waits for.
pub(super) const NOT_OPEN: &str = "an answer to an id that is not open";

/// The id of a message that wants an answer, such as `c17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub(super) char, pub(super) u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0, self.1)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl Id {
    fn parse(text: &str) -> Option<Id> {
        let letter = text.chars().next()?;
        let digits = &text[letter.len_utf8()..];
        // `c+1` and `c01` parse as numbers, but are not what we said.
        let number = digits.parse().ok()?;
        (Id(letter, number).to_string() == text).then_some(Id(letter, number))
    }
}

/// From us to a driver.
#[derive(Debug, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum Say<'a> {
    Hello { protocol: u64, fineprint: &'a str },
    Echo { id: Id, value: &'a Value },
    Describe { id: Id, operation: &'a str },
    Call { id: Id, operation: &'a str, params: &'a Map<String, Value>, api: &'a Api, client: &'a Target },
    Cancel { id: Id },
    Close { key: &'a str },
    Bye,
}

impl<'a> Say<'a> {
    /// A call, given parameters that are spelled as the channel needs them.
    pub(super) fn call(id: Id, call: &'a Call, params: &'a Map<String, Value>) -> Say<'a> {
        Say::Call { id, operation: &call.operation, params, api: &call.api, client: &call.client }
    }
}

/// An answer, the id it is for, or what is wrong with the line.
type Read<T> = Result<(Id, T), String>;

/// The leaves of what an SDK sends and shows for an operation, such as `TagList[].Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What it can send.
    pub request: Vec<String>,
    /// What it can show.
    pub response: Vec<String>,
}

/// Reads the answer to a hello.
pub(super) fn hello(line: &[u8]) -> Result<Hello, String> {
    #[derive(Deserialize)]
    struct Line {
        protocol: u64,
        driver: Object<Named>,
        client: Object<Named>,
        #[serde(default)]
        operations: Option<Vec<String>>,
        #[serde(default = "super::one")]
        max_in_flight: u32,
        #[serde(default)]
        can: Vec<String>,
    }
    let Line { protocol, driver, client, operations, max_in_flight, can } = read(line, "hello")?;
    if protocol != PROTOCOL {
        return Err(format!("it speaks version {protocol} of the protocol, fineprint speaks {PROTOCOL}"));
    }
    if max_in_flight == 0 {
        return Err("`max_in_flight` is 0".into());
    }
    Ok(Hello { driver: driver.0, client: client.0, operations, max_in_flight, can })
}

/// Reads the answer to an echo.
pub(super) fn echo(line: &[u8]) -> Read<Value> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
        #[serde(deserialize_with = "present")]
        value: Option<Value>,
    }
    let Line { id, value } = read(line, "echo")?;
    let value = value.ok_or("an echo without `value`")?;
    Ok((known(&id)?, value::decode(value)))
}

/// Reads the answer to a describe.
pub(super) fn describe(line: &[u8]) -> Read<Described> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
        request: Vec<String>,
        response: Vec<String>,
    }
    let Line { id, request, response } = read(line, "describe")?;
    Ok((known(&id)?, Described { request, response }))
}

/// Reads the answer to a bye.
pub(super) fn bye(line: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Line {}
    read::<Line>(line, "bye").map(|_| ())
}

/// Reads one line as a message of one type, whose unknown members are nobody's business.
fn read<'a, T: Deserialize<'a>>(line: &'a [u8], expected: &str) -> Result<T, String> {
    let text = std::str::from_utf8(line).map_err(|_| "a line that is not UTF-8")?;
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        t: Cow<'a, str>,
    }
    let malformed = |why: serde_json::Error| match why.classify() {
        Category::Data => format!("a malformed `{expected}`: {why}"),
        _ => format!("a line that is not JSON: {why}"),
    };
    let Object(Head { t }) = serde_json::from_str(text).map_err(malformed)?;
    if t != expected {
        return Err(format!("a `{}` where a `{expected}` was asked for", excerpt(t.as_bytes())));
    }
    serde_json::from_str(text).map_err(malformed)
}

/// An id that we may have given out.
fn known(id: &str) -> Result<Id, String> {
    Id::parse(id).ok_or_else(|| NOT_OPEN.to_owned())
}

/// A struct that has to be said as an object: serde would take an array for its members in order.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Object<T>, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        d.deserialize_map(Members(PhantomData)).map(Object)
    }
}

/// Tells a member that is null from one that is left out.
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(d).map(Some)
}

/// The first 200 characters of a line.
pub(super) fn excerpt(line: &[u8]) -> String {
    let head = String::from_utf8_lossy(&line[..line.len().min(1 << 10)]);
    match head.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &head[..at]),
        None => head.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jsonschema::Validator;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::driver::Reply;

    fn schema(part: &str) -> Validator {
        let mut schema: Value = serde_json::from_str(include_str!("../../schemas/driver.schema.json")).unwrap();
        schema["oneOf"] = json!([{ "$ref": format!("#/$defs/{part}") }]);
        jsonschema::validator_for(&schema).unwrap()
    }

    /// Whether our own reading takes a line; the schema has to agree.
    fn taken(line: &Value) -> bool {
        let bytes = line.to_string().into_bytes();
        match line["t"].as_str() {
            Some("hello") => hello(&bytes).is_ok(),
            Some("echo") => echo(&bytes).is_ok(),
            Some("describe") => describe(&bytes).is_ok(),
            Some("bye") => bye(&bytes).is_ok(),
            _ => result(&bytes).is_ok(),
        }
    }

    #[test]
    fn what_a_driver_says_is_taken_exactly_if_the_schema_takes_it() {
        let schema = schema("fromDriver");
        let who = json!({"name": "n"});
        let full = json!({"name": "n", "version": "1", "runtime": {"python": "3.11.7"}});
        let right = [
            json!({"t": "hello", "protocol": 1, "driver": who, "client": full}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": who, "operations": null, "max_in_flight": 4}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": who, "operations": ["A"], "can": ["null"], "x": 1}),
            json!({"t": "echo", "id": "e1", "value": null}),
            json!({"t": "describe", "id": "d1", "request": [], "response": ["Data.ImageId"]}),
            json!({"t": "bye"}),
            json!({"t": "bye", "more": true}),
            json!({"t": "result", "id": "c17", "ok": {}}),
            json!({"t": "result", "id": "c17", "ok": null, "http": null}),
            json!({"t": "result", "id": "c17", "ok": [], "error": null, "http": {"status": 200, "headers": {"a": "b"}}}),
            json!({"t": "result", "id": "c17", "ok": 1, "value": 1, "request": 5}),
            json!({"t": "result", "id": "c1", "error": {"kind": "service"}}),
            json!({"t": "result", "id": "c1", "error": {"kind": "decode", "code": null, "text": {"$utf16": [55296]}}}),
            json!({"t": "result", "id": "c1", "error": {"kind": "other", "http_status": 502, "more": {"HostId": "h"}}}),
            json!({"t": "result", "id": "c1", "unsupported": {"operation": "A"}, "why": "none"}),
            json!({"t": "result", "id": "c1", "unsupported": {"param": "A", "value": null}}),
            json!({"t": "result", "id": "c1", "driver_error": ""}),
        ];
        let wrong = [
            json!({}),
            json!({"t": "log", "text": "x"}),
            json!({"t": 1}),
            json!({"t": "hello", "protocol": 2, "driver": who, "client": who}),
            json!({"t": "hello", "protocol": "1", "driver": who, "client": who}),
            json!({"t": "hello", "protocol": 1, "driver": who}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": {"version": "1"}}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": who, "operations": "A"}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": who, "max_in_flight": 0}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": who, "max_in_flight": null}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": who, "can": [1]}),
            json!({"t": "hello", "protocol": 1, "driver": who, "client": {"name": "n", "runtime": {"python": 3}}}),
            json!({"t": "echo", "id": "e1"}),
            json!({"t": "echo", "value": 1}),
            json!({"t": "describe", "id": "d1", "request": []}),
            json!({"t": "describe", "id": "d1", "request": [1], "response": []}),
            json!({"t": "result", "ok": {}}),
            json!({"t": "result", "id": 17, "ok": {}}),
            json!({"t": "result", "id": "nobody", "ok": {}}),
            json!({"t": "result", "id": "c01", "ok": {}}),
            json!({"t": "result", "id": "c17"}),
            json!({"t": "result", "id": "c17", "ok": {}, "driver_error": "x"}),
            json!({"t": "result", "id": "c17", "ok": null, "error": {"kind": "other"}}),
            json!({"t": "result", "id": "c17", "error": null}),
            json!({"t": "result", "id": "c17", "error": "x"}),
            json!({"t": "result", "id": "c17", "error": {}}),
            json!({"t": "result", "id": "c17", "error": {"kind": "bad"}}),
            json!({"t": "result", "id": "c17", "error": {"kind": "other", "http_status": "502"}}),
            json!({"t": "result", "id": "c17", "error": {"kind": "other", "http_status": -1}}),
            json!({"t": "result", "id": "c17", "error": {"kind": "other", "more": []}}),
            json!({"t": "result", "id": "c17", "ok": 1, "http": {"status": 1.5}}),
            json!({"t": "result", "id": "c17", "ok": 1, "http": []}),
            json!({"t": "result", "id": "c17", "error": ["other"]}),
            json!({"t": "result", "id": "c17", "unsupported": ["A"]}),
            json!({"t": "hello", "protocol": 1, "driver": ["n"], "client": who}),
            json!({"t": "result", "id": "c17", "unsupported": {}}),
            json!({"t": "result", "id": "c17", "unsupported": {"value": 1}}),
            json!({"t": "result", "id": "c17", "unsupported": {"param": 1}}),
            json!({"t": "result", "id": "c17", "unsupported": {"param": "A"}, "why": 1}),
            json!({"t": "result", "id": "c17", "driver_error": {}}),
        ];
        for line in &right {
            assert!(schema.is_valid(line), "{line}: {}", schema.validate(line).unwrap_err());
            assert!(taken(line), "{line}");
        }
        for line in &wrong {
            assert!(!schema.is_valid(line), "{line}");
            assert!(!taken(line), "{line}");
        }
        assert!(!schema.is_valid(&json!([])) && result(b"[]").is_err());
    }

    #[test]
    fn what_we_say_fits_the_schema() {
        let schema = schema("toDriver");
        let params = json!({"A": 1});
        let call: Call = serde_json::from_value(json!({
            "operation": "CreateImage",
            "params": params,
            "api": {"product": "ecs"},
            "client": {
                "key": "a", "endpoint": "http://127.0.0.1:1", "region": "r", "access_key_id": "i",
                "access_key_secret": "s", "connect_timeout_ms": 1, "read_timeout_ms": 2, "max_attempts": null,
            },
        }))
        .unwrap();
        for said in [
            Say::Hello { protocol: PROTOCOL, fineprint: "0.1.0" },
            Say::Echo { id: Id('e', 1), value: &params },
            Say::Describe { id: Id('d', 2), operation: "CreateImage" },
            Say::call(Id('c', 3), &call, &call.params),
            Say::Close { key: "a" },
            Say::Bye,
        ] {
            let line = serde_json::to_value(&said).unwrap();
            assert!(schema.is_valid(&line), "{line}: {}", schema.validate(&line).unwrap_err());
        }
        let line = serde_json::to_string(&Say::call(Id('c', 3), &call, &call.params)).unwrap();
        assert!(line.starts_with(r#"{"t":"call","id":"c3","operation":"CreateImage","params":{"A":1},"#));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_in_its_terms() {
        for (line, expected) in [
            (&b"DEBUG"[..], "a line that is not JSON"),
            (b"{\"t\":\"result\",", "a line that is not JSON: EOF while parsing"),
            (b"[1]", "a malformed `result`: invalid type: sequence, expected an object"),
            (b"", "a line that is not JSON"),
            (b"\xef\xbb\xbf{}", "a line that is not JSON"),
            (b"{\"t\":\"result\",\"id\":\"\xff\"}", "a line that is not UTF-8"),
            (b"{\"id\":\"c1\"}", "a malformed `result`: missing field `t`"),
            (b"{\"t\":\"log\"}", "a `log` where a `result` was asked for"),
            (b"{\"t\":\"result\",\"id\":\"c1\",\"error\":{}}", "a malformed `result`: missing field `kind`"),
            (b"{\"t\":\"result\",\"id\":\"c1\",\"ok\":\"\\ud800\"}", "a line that is not JSON: "),
        ] {
            let why = result(line).unwrap_err();
            assert!(why.starts_with(expected), "{why}");
        }
    }

    #[test]
    fn an_answer_nested_too_deep_is_not_babble() {
        let line = format!(r#"{{"t":"result","ok":{}{},"id":"c1"}}"#, "[".repeat(5000), "]".repeat(5000));
        let Ok((Id('c', 1), Reply::DriverError(why))) = result(line.as_bytes()) else { panic!("not taken") };
        assert!(why.contains("nested deeper"));
    }

    #[test]
    fn an_answer_is_decoded_from_its_spelling() {
        let line = json!({"t": "result", "id": "c1", "ok": {"N": {"$int": "9223372036854775807"}, "O": {"$obj": [["$a", 1]]}}});
        let Ok((Id('c', 1), Reply::Ok { value, .. })) = result(line.to_string().as_bytes()) else {
            panic!("not taken")
        };
        assert_eq!(value, json!({"N": i64::MAX, "O": {"$a": 1}}));
        let line = json!({"t": "result", "id": "c1", "error": {
            "kind": "service", "code": {"$int": "9007199254740993"}, "more": {"N": {"$int": "1"}}, "text": {"$utf16": [104, 55296]},
        }});
        let Ok((_, Reply::Error(error))) = result(line.to_string().as_bytes()) else { panic!("not taken") };
        assert_eq!(error.code, Some(json!(9007199254740993_i64)));
        assert_eq!(error.more.unwrap()["N"], json!(1));
        assert_eq!(error.text.as_deref(), Some("h\u{fffd}"));
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd_to_be_read(line in prop_oneof![
            any::<Vec<u8>>(),
            r#"(\{|\}|\[|"t":|"result"|"id":|"c1"|"ok":|"error":|"kind":|"other"|"\$int":|"\$obj":|"\$utf16":|[0-9]|,|null|\\ud800){0,20}"#
                .prop_map(String::into_bytes),
        ]) {
            for read in [&(|line: &[u8]| drop(result(line))) as &dyn Fn(&[u8]), &|line| drop(hello(line)), &|line| drop(echo(line))] {
                read(&line);
            }
            prop_assert!(excerpt(&line).chars().count() <= 201);
        }
    }
}
