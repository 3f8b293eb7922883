//! The reference client against a tap: honest, and with each of its defects.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fineprint::case::{Answer, Body, Fault, Serve};
use fineprint::driver::{Api, Call, Client as _, ErrorKind, Reply, Target};
use fineprint::reference::{Defect, Page, Reference, defects, find};
use fineprint::tap::{Exchange, Tap};
use fineprint::wire::signature::{Verdict, verify};
use serde_json::{Map, Value, json};

/// Calls of one client, one after the other or at once, and what is served to each.
struct Scene {
    about: &'static str,
    calls: Vec<Planned>,
    max_attempts: Option<u32>,
    parallel: bool,
}

#[derive(Clone)]
struct Planned {
    object: &'static str,
    params: Map<String, Value>,
    serves: Vec<Serve>,
}

fn call(params: Value, serves: Vec<Serve>) -> Planned {
    let Value::Object(params) = params else { panic!("parameters are an object") };
    Planned { object: "a", params, serves }
}

fn scene(about: &'static str, calls: Vec<Planned>) -> Scene {
    Scene { about, calls, max_attempts: None, parallel: false }
}

fn sends(params: Value) -> Scene {
    scene("sends", vec![call(params, vec![ok()])])
}

fn gets(answer: impl Into<Serve>) -> Scene {
    scene("gets", vec![call(all(), vec![answer.into()])])
}

fn tries(max_attempts: u32, serves: Vec<Serve>) -> Scene {
    Scene { max_attempts: Some(max_attempts), ..scene("tries", vec![call(all(), serves)]) }
}

fn success() -> Value {
    json!({
        "Data": {"ImageId": "imgc-1A", "VersionId": "iv-2B", "TaskId": "tid-3C"},
        "Success": true, "Code": 200, "Message": "NULL", "RequestId": "REQ-1"
    })
}

fn with(path: &str, value: Value) -> Serve {
    let mut body = success();
    *body.pointer_mut(path).unwrap() = value;
    Answer::json(200, body).into()
}

fn without(name: &str) -> Serve {
    let mut body = success();
    body.as_object_mut().unwrap().shift_remove(name);
    Answer::json(200, body).into()
}

fn ok() -> Serve {
    Answer::json(200, success()).into()
}

fn text(status: u16, headers: &[(&str, &str)], text: &str) -> Serve {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Answer { status, headers, body: Body::Text { text: text.to_owned(), means: None } }.into()
}

fn error(status: u16, code: &str, message: &str) -> Serve {
    let body = json!({"Code": code, "Message": message, "RequestId": format!("REQ-{code}"), "HostId": "h"});
    Answer::json(status, body).into()
}

fn faulty(fault: Fault) -> Serve {
    Serve { fault: Some(fault), ..ok() }
}

fn all() -> Value {
    json!({
        "ImageName": "name", "Description": "text", "InstanceId": "ws-1", "SubInstanceId": "p-1",
        "InstanceType": "CloudDesktop", "AutoCleanUserdata": true, "DiskType": "SYSTEM", "BizType": 1, "ProductType": "t"
    })
}

fn requests() -> Vec<Scene> {
    let some = |name: &str, value: Value| sends(json!({ name: value }));
    let mut scenes = vec![
        sends(all()),
        sends(json!({})),
        some("InstanceId", json!("other-1")),
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
    scenes.push(scene("after an error", vec![failed, plain(json!({"InstanceId": "ws-new"}))]));
    scenes.push(scene("two objects", vec![plain(all()), Planned { object: "b", ..plain(all()) }]));
    scenes
}

fn successes() -> Vec<Scene> {
    let long = "y".repeat(41);
    let mut scenes = vec![
        gets(ok()),
        gets(with("/Data/VersionId", json!(long))),
        gets(with("/Data/VersionId", json!(" ünï "))),
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

fn errors() -> Vec<Scene> {
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

fn transports() -> Vec<Scene> {
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
        gets(faulty(Fault::Stall { after: 0, ms: 800 })),
        gets(faulty(Fault::Drip { bytes: 1, every_ms: 120, most: 5 })),
    ]
}

/// Plays a scene and tells all that can be seen from outside, without what differs from run to run.
async fn play(scene: &Scene, defect: Option<Defect>) -> String {
    let reference = Arc::new(Reference::new(defect));
    let (tap, other) = (Tap::open().unwrap(), Tap::open().unwrap());
    let mut story = String::new();
    let mut nonces = Vec::new();
    let serves: Vec<Vec<Serve>> =
        scene.calls.iter().map(|c| c.serves.iter().map(|s| aimed(s, &other)).collect()).collect();
    let steps: Vec<Vec<usize>> = match scene.parallel {
        true => vec![(0..scene.calls.len()).collect()],
        false => (0..scene.calls.len()).map(|at| vec![at]).collect(),
    };
    for step in steps {
        let plans: Vec<Vec<Arc<Serve>>> =
            step.iter().map(|at| serves[*at].iter().cloned().map(Arc::new).collect()).collect();
        tap.begin(Arc::new(move |request, nth| {
            // Parallel calls are told apart by their value.
            let body = String::from_utf8_lossy(&request.body);
            let plan = if plans.len() > 1 && body.contains("ImageName=2") { &plans[1] } else { &plans[0] };
            Arc::clone(&plan[nth.min(plan.len() - 1)])
        }));
        let running: Vec<_> = step
            .iter()
            .map(|at| {
                let made = made(&scene.calls[*at], &tap, scene.max_attempts);
                let reference = Arc::clone(&reference);
                tokio::spawn(
                    async move { tokio::time::timeout(Duration::from_millis(2000), reference.call(made)).await },
                )
            })
            .collect();
        for running in running {
            match running.await.unwrap() {
                Ok(reply) => writeln!(story, "{reply:?}").unwrap(),
                Err(_) => writeln!(story, "hung").unwrap(),
            }
        }
        if defect.is_none_or(|d| d.id == "T13") && scene.about == "two calls" {
            tap.quiet(Duration::from_millis(50)).await;
        }
        let mut record = tap.take();
        if scene.parallel {
            record.sort_by_key(|e| e.request.as_ref().map(|r| r.body.clone()).unwrap_or_default());
        }
        tell(&record, scene.parallel, &mut nonces, &mut story);
    }
    tell(&other.strays(), false, &mut nonces, &mut story);
    story.replace(&tap.endpoint()["http://".len()..], "HERE").replace(&other.endpoint()["http://".len()..], "THERE")
}

fn aimed(serve: &Serve, other: &Tap) -> Serve {
    let mut serve = serve.clone();
    for (_, value) in &mut serve.answer.headers {
        *value = value.replace("OTHER", &other.endpoint());
    }
    serve
}

fn made(planned: &Planned, tap: &Tap, max_attempts: Option<u32>) -> Call {
    Call {
        operation: "CreateImageByInstance".into(),
        params: planned.params.clone(),
        api: Api { version: Some("2021-09-01".into()), style: Some("rpc".into()), ..Api::default() },
        client: Target {
            key: planned.object.into(),
            endpoint: tap.endpoint(),
            region: "cn-hangzhou".into(),
            access_key_id: format!("id-{}", planned.object),
            access_key_secret: format!("canary-{}", planned.object),
            connect_timeout_ms: 1000,
            read_timeout_ms: 400,
            max_attempts,
            ca_file: None,
            security_token: None,
            bearer_token: None,
        },
    }
}

fn tell(record: &[Exchange], parallel: bool, nonces: &mut Vec<String>, story: &mut String) {
    let mut before: Option<Duration> = None;
    for exchange in record {
        // Nobody plans how parallel calls follow each other.
        let waited = !parallel && before.is_some_and(|before| exchange.at - before >= Duration::from_millis(60));
        before = Some(exchange.at);
        let request = match &exchange.request {
            Ok(request) => request,
            Err(bad) => {
                writeln!(story, "bad: {} {:?}", bad.why, String::from_utf8_lossy(&bad.raw)).unwrap();
                continue;
            }
        };
        let found = verify(request, &|id| id.strip_prefix("id-").map(|object| format!("canary-{object}")));
        let nonce = found.nonce.clone().unwrap_or_default();
        let nth = nonces.iter().position(|n| *n == nonce).unwrap_or(nonces.len());
        nonces.push(nonce);
        let mut headers = request.headers.clone();
        let fresh = ["authorization", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];
        headers.retain(|h| !fresh.contains(&h.name.as_str()));
        let (body, verdict) = (String::from_utf8_lossy(&request.body), found.verdict);
        writeln!(
            story,
            "{} {} {headers:?} {body:?} {:?} {:?} {verdict:?} nonce {nth} waited {waited} framing {:?}",
            request.method, request.target, found.key_id, exchange.answered, request.framing
        )
        .unwrap();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Defects that take a run to show: they need another page, several attempts, or what a scene leaves out of its story.
const OF_A_RUN: [&str; 33] = [
    "P01-error",
    "P01-parallel",
    "R01-parallel",
    "R26-token",
    "R26-token-kept",
    "R26-token-query",
    "R26-token-stale",
    "T12",
    "T12-again",
    "T12-empty",
    "T12-kind",
    "P05-escapes",
    "P16-chunks",
    "R01-retry",
    "R03-three",
    "R09-groups",
    "R13-zero",
    "R19-seventh",
    "R23-other",
    "R24-port",
    "R24-region",
    "R25-date",
    "R29-cache",
    "R29-listed",
    "R36-json",
    "T11-shown",
    "T13-error",
    "T14-body",
    "T14-date",
    "T16-one",
    "T17",
    "T17-port",
    "T18-after",
];

/// Checks that the honest client is at peace in every scene, and each defect of these classes shows in one.
fn show(letter: char, scenes: Vec<Scene>) {
    runtime().block_on(async {
        let mut honest = Vec::new();
        for scene in &scenes {
            let story = play(scene, None).await;
            let again = play(scene, None).await;
            assert!(story == again, "twice the same scene, {}:\n{story:.2000}\n{again:.2000}", scene.about);
            assert!(!["canary", "Wrong", "hung"].iter().any(|bad| story.contains(bad)), "{story:.2000}");
            honest.push(story);
        }
        let is_here = |d: &&Defect| d.page == Page::Instance && !OF_A_RUN.contains(&d.id);
        for defect in defects().iter().filter(|d| d.class.starts_with(letter)).filter(is_here) {
            let mut shows = false;
            for (story, scene) in honest.iter().zip(&scenes) {
                shows = *story != play(scene, Some(*defect)).await;
                if shows {
                    break;
                }
            }
            assert!(shows, "{} does not show: {}", defect.id, defect.what);
        }
    });
}

#[test]
fn every_defect_in_requests_shows() {
    show('R', requests());
}

#[test]
fn every_defect_in_successes_shows() {
    show('P', successes());
}

#[test]
fn every_defect_in_errors_shows() {
    show('E', errors());
}

#[test]
fn every_defect_in_transport_shows() {
    show('T', transports());
}

/// Plays one call of the honest client.
fn honest(planned: Planned, max_attempts: Option<u32>) -> (Reply, Vec<Exchange>) {
    runtime().block_on(async {
        let tap = Tap::open().unwrap();
        let serves: Vec<Arc<Serve>> = planned.serves.iter().cloned().map(Arc::new).collect();
        tap.begin(Arc::new(move |_, nth| Arc::clone(&serves[nth.min(serves.len() - 1)])));
        let reply = Reference::new(None).call(made(&planned, &tap, max_attempts)).await;
        (reply, tap.take())
    })
}

fn kind_of(serve: Serve) -> Option<ErrorKind> {
    match honest(call(all(), vec![serve]), None).0 {
        Reply::Error(error) => Some(error.kind),
        _ => None,
    }
}

#[test]
fn the_honest_client_tells_faults_apart() {
    assert_eq!(kind_of(ok()), None);
    assert_eq!(kind_of(faulty(Fault::Drip { bytes: 50, every_ms: 1, most: 200 })), None);
    assert_eq!(kind_of(error(400, "A.B", "m")), Some(ErrorKind::Service));
    assert_eq!(kind_of(text(302, &[("Location", "/x")], "")), Some(ErrorKind::Service));
    assert_eq!(kind_of(faulty(Fault::Reset { after: 20 })), Some(ErrorKind::Transport));
    assert_eq!(kind_of(faulty(Fault::Close { after: 20 })), Some(ErrorKind::Transport));
    assert_eq!(kind_of(faulty(Fault::Truncate { body: -1 })), Some(ErrorKind::Transport));
    assert_eq!(kind_of(faulty(Fault::Stall { after: 20, ms: 800 })), Some(ErrorKind::Timeout));
    assert_eq!(kind_of(faulty(Fault::Drip { bytes: 1, every_ms: 120, most: 5 })), Some(ErrorKind::Timeout));
    assert_eq!(kind_of(text(200, &[], "<html>")), Some(ErrorKind::Decode));
    assert_eq!(kind_of(text(204, &[], "")), Some(ErrorKind::Decode));
    let chunked = text(200, &[("Transfer-Encoding", "chunked")], &success().to_string());
    assert_eq!(kind_of(chunked.clone()), None);
    assert_eq!(kind_of(Serve { fault: Some(Fault::Truncate { body: -3 }), ..chunked }), Some(ErrorKind::Transport));
}

#[test]
fn throttling_is_retried_only_when_asked_and_the_first_error_stays_visible() {
    let busy = || text(429, &[("Retry-After", "0")], r#"{"Code":"Throttling","Message":"slow down"}"#);
    let (reply, record) = honest(call(all(), vec![busy(), ok()]), None);
    assert!(matches!(reply, Reply::Error(_)) && record.len() == 1);
    let (reply, record) = honest(call(all(), vec![busy(), ok()]), Some(3));
    assert!(matches!(reply, Reply::Ok { .. }) && record.len() == 2);
    let nonce = |e: &Exchange| e.request.as_ref().unwrap().header("x-acs-signature-nonce").unwrap().to_owned();
    assert_ne!(nonce(&record[0]), nonce(&record[1]));
    let (reply, record) = honest(call(all(), vec![busy(), error(400, "A.B", "m")]), Some(3));
    let Reply::Error(error) = reply else { panic!("{reply:?}") };
    assert_eq!(record.len(), 2);
    assert_eq!(error.cause.as_deref(), Some("attempt 1 of 2: Throttling: slow down (HTTP 429)"));
}

#[test]
fn refused_connections_are_transport_errors() {
    let reply = runtime().block_on(async {
        let tap = Tap::open().unwrap();
        let made = made(&call(all(), vec![]), &tap, None);
        drop(tap);
        tokio::task::yield_now().await;
        Reference::new(None).call(made).await
    });
    assert!(matches!(reply, Reply::Error(error) if error.kind == ErrorKind::Transport));
}

#[test]
fn a_security_token_is_sent_and_signed() {
    let verdict = runtime().block_on(async {
        let tap = Tap::open().unwrap();
        tap.begin(Arc::new(|_, _| Arc::new(ok())));
        let mut made = made(&call(all(), vec![]), &tap, None);
        made.client.security_token = Some("token".into());
        Reference::new(None).call(made).await;
        let request = tap.take().remove(0).request.unwrap();
        assert_eq!(request.header("x-acs-security-token"), Some("token"));
        verify(&request, &|_| Some("canary-a".into())).verdict
    });
    assert_eq!(verdict, Verdict::Verified);
}

#[test]
fn a_call_may_travel_in_the_query_or_name_its_path() {
    runtime().block_on(async {
        let tap = Tap::open().unwrap();
        tap.begin(Arc::new(|_, _| Arc::new(ok())));
        let reference = Reference::new(None);
        let mut made = made(&call(json!({"Id": "a/b", "Name": "c d"}), vec![]), &tap, None);
        made.api.method = Some("GET".into());
        reference.call(made.clone()).await;
        made.api.style = Some("rest".into());
        made.api.path = Some("/images/{Id}/name".into());
        made.api.method = Some("PUT".into());
        reference.call(made).await;
        let requests: Vec<_> = tap.take().into_iter().map(|e| e.request.unwrap()).collect();
        let lines: Vec<_> =
            requests.iter().map(|r| (r.method.as_str(), r.target.as_str(), r.body.as_slice())).collect();
        let expected: [(&str, &str, &[u8]); 2] =
            [("GET", "/?Id=a%2Fb&Name=c%20d", b""), ("PUT", "/images/a%2Fb/name", b"Name=c%20d")];
        assert_eq!(lines, expected);
        for request in &requests {
            assert_eq!(verify(request, &|_| Some("canary-a".into())).verdict, Verdict::Verified);
        }
    });
}

#[test]
fn an_unknown_defect_is_not_found() {
    assert_eq!(find("R99"), None);
    assert_eq!(find("R01-zero").map(|d| d.class), Some("R01"));
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is for whoever asks for it with --nocapture")]
fn the_reference_client_is_fast() {
    const TIMES: u32 = if cfg!(debug_assertions) { 500 } else { 50_000 };
    let took = runtime().block_on(async {
        let tap = Tap::open().unwrap();
        let serve = Arc::new(ok());
        let reference = Reference::new(None);
        let made = made(&call(all(), vec![]), &tap, None);
        let start = Instant::now();
        for _ in 0..TIMES {
            let serve = Arc::clone(&serve);
            tap.begin(Arc::new(move |_, _| Arc::clone(&serve)));
            let reply = reference.call(made.clone()).await;
            assert!(matches!(reply, Reply::Ok { .. }));
            let record = tap.take();
            let found = verify(record[0].request.as_ref().unwrap(), &|_| Some("canary-a".into()));
            assert_eq!(found.verdict, Verdict::Verified);
        }
        start.elapsed()
    });
    println!("{:.0} calls a second, each signed, served, recorded and verified", f64::from(TIMES) / took.as_secs_f64());
}
