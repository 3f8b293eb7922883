//! The reference client against a tap: honest, and with each of its defects.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fineprint::case::{Fault, Serve};
use fineprint::driver::{Api, Call, Client as _, ErrorKind, Reply, Target};
use fineprint::reference::{Defect, Page, Reference, defects, find};
use fineprint::tap::{Exchange, Tap};
use fineprint::wire::signature::{Verdict, verify};
use serde_json::json;

use super::scenes::{
    Planned, Scene, all, call, error, errors, faulty, ok, requests, success, successes, text, transports,
};

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
                    async move { tokio::time::timeout(Duration::from_millis(2000), reference.call(&made)).await },
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
        api: Arc::new(Api { version: Some("2021-09-01".into()), style: Some("rpc".into()), ..Api::default() }),
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
const OF_A_RUN: [&str; 67] = [
    "E12-silence",
    "P02-header",
    "P18-error",
    "T06-error",
    "T16-third",
    "T16-timeout",
    "R31-hours",
    "R31-minutes",
    "E01-parallel",
    "P22-breaker",
    "P22-hang",
    "P22-large",
    "T01-busy",
    "T04-code",
    "T05-hint",
    "T06-seventh",
    "T16-cancel",
    "T16-headers",
    "T16-once",
    "E03-made-up",
    "R29-null",
    "R29-shared",
    "R37-said",
    "T11-token",
    "T13-server",
    "T10",
    "T10-host",
    "T10-plain",
    "T10-second",
    "T10-time",
    "T17-authority",
    "P01-error",
    "P01-parallel",
    "R01-parallel",
    "R29-id",
    "R29-member",
    "R01-hung",
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
        let reply = Reference::new(None).call(&made(&planned, &tap, max_attempts)).await;
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
        Reference::new(None).call(&made).await
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
        Reference::new(None).call(&made).await;
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
        Arc::make_mut(&mut made.api).method = Some("GET".into());
        reference.call(&made).await;
        let (style, path) = (Some("rest".into()), Some("/images/{Id}/name".into()));
        made.api = Arc::new(Api { style, path, method: Some("PUT".into()), ..(*made.api).clone() });
        reference.call(&made).await;
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
            let reply = reference.call(&made).await;
            assert!(matches!(reply, Reply::Ok { .. }));
            let record = tap.take();
            let found = verify(record[0].request.as_ref().unwrap(), &|_| Some("canary-a".into()));
            assert_eq!(found.verdict, Verdict::Verified);
        }
        start.elapsed()
    });
    println!("{:.0} calls a second, each signed, served, recorded and verified", f64::from(TIMES) / took.as_secs_f64());
}
