//! Calls of a client and what is served to each, made up so that a defect shows.

use fineprint::case::{Answer, Body, Fault, Serve};
use serde_json::{Map, Value, json};

/// Calls of one client, one after the other or at once, and what is served to each.
pub(crate) struct Scene {
    pub(crate) about: &'static str,
    pub(crate) calls: Vec<Planned>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) parallel: bool,
}

#[derive(Clone)]
pub(crate) struct Planned {
    pub(crate) object: &'static str,
    pub(crate) params: Map<String, Value>,
    pub(crate) serves: Vec<Serve>,
}

pub(crate) fn call(params: Value, serves: Vec<Serve>) -> Planned {
    let Value::Object(params) = params else { panic!("parameters are an object") };
    Planned { object: "a", params, serves }
}

pub(crate) fn scene(about: &'static str, calls: Vec<Planned>) -> Scene {
    Scene { about, calls, max_attempts: None, parallel: false }
}

pub(crate) fn sends(params: Value) -> Scene {
    scene("sends", vec![call(params, vec![ok()])])
}

pub(crate) fn gets(answer: impl Into<Serve>) -> Scene {
    scene("gets", vec![call(all(), vec![answer.into()])])
}

pub(crate) fn tries(max_attempts: u32, serves: Vec<Serve>) -> Scene {
    Scene { max_attempts: Some(max_attempts), ..scene("tries", vec![call(all(), serves)]) }
}

pub(crate) fn success() -> Value {
    json!({
        "Data": {"ImageId": "imgc-1A", "VersionId": "iv-2B", "TaskId": "tid-3C"},
        "Success": true, "Code": 200, "Message": "NULL", "RequestId": "REQ-1"
    })
}

pub(crate) fn with(path: &str, value: Value) -> Serve {
    let mut body = success();
    *body.pointer_mut(path).unwrap() = value;
    Answer::json(200, body).into()
}

/// A success that stands behind other bytes on the wire.
fn behind(first: &str, body: &str) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    Answer { status: 200, headers: vec![], body: Body::Wire { text: [first, &head, body].concat(), means: None } }
}

pub(crate) fn without(name: &str) -> Serve {
    let mut body = success();
    body.as_object_mut().unwrap().shift_remove(name);
    Answer::json(200, body).into()
}

pub(crate) fn ok() -> Serve {
    Answer::json(200, success()).into()
}

pub(crate) fn text(status: u16, headers: &[(&str, &str)], text: &str) -> Serve {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Answer { status, headers, body: Body::Text { text: text.to_owned(), means: None } }.into()
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Serve {
    let body = json!({"Code": code, "Message": message, "RequestId": format!("REQ-{code}"), "HostId": "h"});
    Answer::json(status, body).into()
}

pub(crate) fn faulty(fault: Fault) -> Serve {
    Serve { fault: Some(fault), ..ok() }
}

pub(crate) fn all() -> Value {
    json!({
        "ImageName": "name", "Description": "text", "InstanceId": "ws-1", "SubInstanceId": "p-1",
        "InstanceType": "CloudDesktop", "AutoCleanUserdata": true, "DiskType": "SYSTEM", "BizType": 1, "ProductType": "t"
    })
}

pub(crate) fn requests() -> Vec<Scene> {
    let some = |name: &str, value: Value| sends(json!({ name: value }));
    let mut scenes = vec![
        sends(all()),
        sends(json!({})),
        some("InstanceId", json!("other-1")),
        some("ImageName", json!({ "$utf16": [97, 0xd83d] })),
        some("InstanceType", json!("WuyingServer")),
        some("InstanceType", json!("CloudDesktop")),
        some("DiskType", json!("ALL")),
        sends(
            json!({"SubInstanceId": "p", "InstanceType": "WuyingServer", "DiskType": "ALL", "AutoCleanUserdata": false}),
        ),
        sends(json!({"ImageName": "", "Description": "", "DiskType": "ALL", "BizType": 0})),
        some("Tags", json!([])),
        some("Since", json!("2026-11-24T03:25:12Z")),
        some("Share", json!({"$num": "-0"})),
        some("Tags", json!([{"Key": "a", "Value": "b"}, {"Key": "c"}])),
    ];
    for text in [
        " a b ",
        "a+b",
        "a&b=c",
        "100%41",
        "~",
        "a/b",
        "*",
        "a#b",
        "<b>",
        "é",
        "中",
        "😀",
        "a\u{200d}b",
        "a\nb",
        "a\r\nb",
        "a\0b",
        "constructor",
        "http://a.example//b",
        "@file",
        "$& $$ $1",
        "{ \"b\": 1,  \"a\": [2] }",
        "a\u{a0}b",
        "",
    ] {
        scenes.push(some("ImageName", json!(text)));
    }
    for length in [65, 256, 800] {
        scenes.push(some("ImageName", json!("x".repeat(length))));
    }
    for value in [json!(0), json!(-7), json!(2_000_000), json!(5_000_000_000_i64), json!(9_007_199_254_740_993_i64)] {
        scenes.push(some("BizType", value));
    }
    for value in [json!(true), json!(false), Value::Null] {
        scenes.push(some("AutoCleanUserdata", value));
    }
    let plain = |params: Value| call(params, vec![ok()]);
    scenes.push(scene("seven calls", vec![plain(all()); 7]));
    scenes.push(scene("after another", vec![plain(all()), plain(json!({"ImageName": "n"}))]));
    let failed = call(json!({"InstanceId": "ws-old"}), vec![error(400, "A.B", "m")]);
    let known = call(json!({"InstanceId": "ws-old"}), vec![error(400, "Image.NotExist", "m")]);
    scenes.push(scene("after an error that is known", vec![known, plain(all())]));
    scenes.push(scene("after an error", vec![failed, plain(json!({"InstanceId": "ws-new"}))]));
    scenes.push(scene("two objects", vec![plain(all()), Planned { object: "b", ..plain(all()) }]));
    scenes
}

pub(crate) fn successes() -> Vec<Scene> {
    let long = "y".repeat(41);
    let mut scenes = vec![
        gets(ok()),
        gets(text(200, &[("x-note", "at 10:20")], &success().to_string())),
        gets(behind("HTTP/1.1 103 Early Hints\r\n\r\n", &success().to_string())),
        gets(with("/Data/VersionId", json!(long))),
        gets(with("/Data/VersionId", json!(" ünï "))),
        gets(with("/Data/VersionId", json!("100%41 NULL"))),
        gets(with("/Data/VersionId", Value::Null)),
        gets(with("/Data/VersionId", json!(["b", "a", "a"]))),
        gets(with("/Data/VersionId", json!("2026-11-24T03:25:12Z"))),
        gets(with("/Data", Value::Null)),
        gets(with("/Data", json!({"ImageId": "i"}))),
        gets(with("/Data", json!({"ImageId": "i", "VersionId": "v", "TaskId": "t", "New": 1}))),
        gets(with("/Success", json!(false))),
        gets(with("/Code", json!("200"))),
        gets(with("/Code", json!(9_007_199_254_740_993_i64))),
        gets(without("Data")),
        gets(without("Code")),
        gets(Answer::json(200, json!({"New": 1}))),
        gets(Answer::json(201, success())),
        gets(text(200, &[], "\u{feff}{\"Code\":\"x\"}")),
        gets(text(200, &[], r#"{"Code":"\ud83d\ude00"}"#)),
        gets(text(200, &[], "")),
        gets(text(204, &[], "")),
        gets(text(200, &[], "{\"Code\":")),
        gets(text(200, &[], "{\"Code\": 200} and more")),
        gets(text(200, &[], "<html></html>")),
        gets(text(200, &[("Content-Type", "text/plain")], &success().to_string())),
        gets(text(200, &[], &format!("{}1{}", "[".repeat(60), "]".repeat(60)))),
        gets(Answer {
            status: 200,
            headers: vec![],
            body: Body::Bytes { bytes: b"{\"Code\":\"\xe9\"}".to_vec(), means: None },
        }),
        gets(Answer {
            status: 200,
            headers: vec![],
            body: Body::Repeat {
                head: "{\"Message\":\"".into(),
                unit: "x".into(),
                times: 1_100_000,
                tail: "\"}".into(),
            },
        }),
        gets(faulty(Fault::Close { after: 0 })),
        gets(faulty(Fault::Truncate { body: -1 })),
        gets(Serve {
            fault: Some(Fault::Truncate { body: 20 }),
            ..text(200, &[("Content-Length", "999")], &success().to_string())
        }),
        gets(text(200, &[("Content-Length", "999"), ("Connection", "close")], &success().to_string())),
        scene("seven calls", vec![call(all(), vec![ok()]); 7]),
    ];
    let late = call(
        all(),
        vec![Serve { fault: Some(Fault::Stall { after: 0, ms: 600 }), ..with("/Data/ImageId", json!("late")) }],
    );
    scenes.push(scene("a late answer", vec![late, call(all(), vec![ok()])]));
    scenes
}

pub(crate) fn errors() -> Vec<Scene> {
    let long = format!("{}.", "m".repeat(80));
    let mut scenes: Vec<Scene> = vec![
        gets(error(400, "Instance.NotFound", "The instance is not found.")),
        gets(error(400, "ExceedBuilderQuota", &long)),
        gets(error(400, "InternalError", "Internal error.")),
        gets(error(500, "InternalError", "Internal error.")),
        gets(error(403, "Forbidden.New", "No.")),
        gets(error(404, "Image.NotExist", "No.")),
        gets(error(418, "Teapot", "I am.")),
        gets(Answer::json(400, json!({"Code": "A.B"}))),
        gets(Answer::json(400, json!({"Message": "m"}))),
        gets(Answer::json(404, json!({"code": "A.B", "message": "m", "requestId": "r"}))),
        gets(text(502, &[], "<html>")),
        gets(text(500, &[], "")),
        gets(with("/Success", json!(false))),
        gets(faulty(Fault::Reset { after: 0 })),
    ];
    let fails = |code: &str| call(all(), vec![error(400, code, "m.")]);
    scenes.push(scene("seven errors", (0..7).map(|_| fails("A.B")).collect()));
    scenes.push(scene("two errors", vec![fails("A.B"), fails("C.D")]));
    scenes
}

pub(crate) fn transports() -> Vec<Scene> {
    let busy = |status| text(status, &[("x-acs-retry-after", "100")], r#"{"Code":"Throttling.User","Message":"m"}"#);
    let moved = |to: &str| text(307, &[("Location", to)], "");
    vec![
        gets(ok()),
        scene("two calls", vec![call(all(), vec![ok()]); 2]),
        gets(error(400, "Image.NotExist", "m.")),
        gets(error(500, "InternalError", "m.")),
        gets(error(503, "ServiceUnavailable", "m.")),
        gets(busy(429)),
        tries(3, vec![busy(429), busy(503), ok()]),
        tries(2, vec![busy(429)]),
        scene("a second chance", vec![call(all(), vec![error(500, "X.Y", "m."), error(400, "A.B", "m.")])]),
        gets(faulty(Fault::Reset { after: 30 })),
        gets(moved("OTHER/x")),
        gets(moved("/x")),
        Scene {
            parallel: true,
            ..scene(
                "at once",
                ["1", "2"].map(|n| call(json!({ "ImageName": n }), vec![with("/RequestId", json!(n))])).into(),
            )
        },
        // What takes its time comes last: most defects show before.
        gets(faulty(Fault::Stall { after: 0, ms: 200 })),
        gets(faulty(Fault::Stall { after: 0, ms: 800 })),
        gets(faulty(Fault::Drip { bytes: 1, every_ms: 120, most: 5 })),
    ]
}
