//! The fake server that lasts, seen from raw sockets and from its command.

mod connection;

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fineprint::extract::{Input, read};
use fineprint::serve::{Server, Setup, Summary, When};
use serde_json::Value;

pub(crate) const CALL: &str =
    "/?Action=CreateImageByInstance&Version=2021-09-01&InstanceId=ws-1&ImageName=a&ProductType=CloudDesktop";
const REST: &str = r#"{"openapi":"3.0.0","info":{"title":"Shelf","version":"1"},"paths":{
  "/shelves/{id}":{"get":{"operationId":"GetShelf",
    "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
    "responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object","properties":
    {"Name":{"type":"string"}}}}}}}}},
  "/rename":{"post":{"operationId":"RenameShelf","responses":{"200":{"description":"ok"}}}},
  "/drop":{"post":{"operationId":"DropShelf",
    "parameters":[{"name":"Shelf","in":"query","required":true,"schema":{"type":"string"}}],
    "responses":{"200":{"description":"ok"}}}}}}"#;

/// A server in this process, with its control port.
pub(crate) struct Here {
    runtime: tokio::runtime::Runtime,
    server: Option<Server>,
    pub(crate) address: SocketAddr,
    control: SocketAddr,
}

impl Here {
    pub(crate) fn with(change: impl FnOnce(&mut Setup)) -> Here {
        let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
        Here::of(&[Input { name: "page.txt", text }], change)
    }

    fn of(pages: &[Input<'_>], change: impl FnOnce(&mut Setup)) -> Here {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut setup = Setup { seed: 1, ..Setup::new(Arc::new(read(pages))) };
        change(&mut setup);
        let port = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (server, control) = runtime.block_on(async {
            let mut server = Server::start(setup, port()).unwrap();
            let control = server.control(port()).unwrap();
            (server, control)
        });
        Here { runtime, address: server.address(), control, server: Some(server) }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// One request on a connection of its own, and all that came back.
    pub(crate) fn ask(&self, request: &[u8]) -> Got {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        got(stream)
    }

    pub(crate) fn get(&self, prefer: &str) -> Got {
        let prefer = if prefer.is_empty() { String::new() } else { format!("Prefer: {prefer}\r\n") };
        self.ask(format!("GET {CALL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{prefer}\r\n").as_bytes())
    }

    fn steer(&self, request: &str, body: &str) -> (u16, Value) {
        let mut stream = connect(self.control);
        let length = body.len();
        let head = format!("{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.control);
        stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes()).unwrap();
        let got = got(stream);
        (got.status(), got.json())
    }

    pub(crate) fn stop(mut self) -> Summary {
        self.runtime.block_on(self.server.take().unwrap().stop())
    }
}

/// What came back on a connection until it ended.
pub(crate) struct Got {
    pub(crate) bytes: Vec<u8>,
    error: Option<ErrorKind>,
}

impl Got {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn status(&self) -> u16 {
        self.text().split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default()
    }

    fn head(&self) -> String {
        self.text().split("\r\n\r\n").next().unwrap_or_default().to_owned()
    }

    fn body(&self) -> &[u8] {
        let at = self.bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(self.bytes.len(), |at| at + 4);
        &self.bytes[at..]
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.body()).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let start = format!("{}: ", name.to_ascii_lowercase());
        let head = self.head();
        let found = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&start));
        found.map(|line| line[start.len()..].to_owned()).unwrap_or_default()
    }

    /// What the fake says is wrong.
    pub(crate) fn wrong(&self) -> String {
        self.header("x-fineprint-fault")
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

pub(crate) fn got(mut stream: TcpStream) -> Got {
    let mut bytes = Vec::new();
    let error = stream.read_to_end(&mut bytes).err().map(|e| e.kind());
    Got { bytes, error }
}

#[test]
fn the_pages_sample_is_the_usual_answer_and_a_request_may_ask_for_another() {
    let here = Here::with(|_| ());
    let sample = here.get("");
    assert_eq!((sample.status(), sample.json()["Data"]["ImageId"].as_str()), (200, Some("imgc-07hnjj5fp****")));
    let fresh = [here.get("dynamic=true"), here.get("dynamic=true")].map(|got| got.json()["Data"]["ImageId"].clone());
    assert!(fresh[0] != fresh[1] && fresh[0] != sample.json()["Data"]["ImageId"]);
    let error = here.get("code=400, error=Instance.NotFound");
    assert_eq!((error.status(), error.json()["Code"].as_str()), (400, Some("Instance.NotFound")));
    assert_eq!(error.json()["Message"], "The instance is not found.");
    assert_eq!(here.get("code=503, error=ServiceUnavailable").status(), 503);
    assert_eq!((here.get("code=204").status(), here.get("code=204").body().len()), (204, 0));
    assert_eq!(here.get("example=1").json(), sample.json());
    let start = Instant::now();
    assert_eq!(here.get("delay=150ms").status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(150));
    for unknown in ["respond-async", "fault=nope", "error=Nope", "code=418", "example=9", "delay=1h"] {
        let got = here.get(unknown);
        assert_eq!(got.status(), 400, "{unknown}");
        assert!(!got.wrong().is_empty() && got.json()["Code"] == "UnknownPreference", "{}", got.text());
    }
}

#[test]
fn an_invalid_request_is_told_what_is_wrong_with_it() {
    let here = Here::with(|_| ());
    let ask =
        |target: &str| here.ask(format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
    let nobody = ask("/");
    assert_eq!((nobody.status(), nobody.wrong().as_str()), (404, "the request names no operation"));
    let other = ask("/?Action=Nope");
    assert_eq!(other.wrong(), "the page has no operation Nope");
    let bad = ask(&format!("{CALL}&AutoCleanUserdata=perhaps"));
    assert_eq!((bad.status(), bad.wrong().as_str()), (400, "`AutoCleanUserdata` is no boolean"));
    let summary = here.stop();
    assert_eq!((summary.received, summary.refused), (3, 3));
    let here = Here::of(&[Input { name: "shelf.json", text: REST }], |_| ());
    let missing = here.ask(b"POST /drop?Shelves=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((missing.status(), missing.wrong().as_str()), (400, "the required parameter Shelf is missing"));
}

#[test]
fn a_signature_that_is_wrong_is_shown_with_all_that_was_signed() {
    let here = Here::of(&[Input { name: "shelf.json", text: REST }], |setup| {
        setup.credentials.secrets.insert("testid".into(), "testsecret".into());
        setup.credentials.may_be_recorded = true;
    });
    let page = include_bytes!("../../fixtures/requests/v1-get-query.http");
    let right = here.ask(&closing(page));
    assert_eq!(right.status(), 200, "{}", right.text());
    let text = String::from_utf8_lossy(page).replace("SignatureNonce=", "SignatureNonce=x");
    let wrong = here.ask(&closing(text.as_bytes()));
    assert_eq!(
        (wrong.status(), wrong.json()["Code"].as_str()),
        (400, Some("SignatureDoesNotMatch")),
        "{}",
        wrong.text()
    );
    for member in ["CanonicalRequest", "StringToSign", "SignatureExpected", "FirstDifference"] {
        assert!(!wrong.json()[member].is_null(), "no {member}");
    }
    assert!(wrong.wrong().contains("from byte"), "{}", wrong.wrong());
    let other = String::from_utf8_lossy(page).replacen("GET ", "POST ", 1);
    let other = here.ask(&closing(other.as_bytes()));
    assert!(other.wrong().contains("another method is signed, from byte 0"), "{}", other.wrong());
    assert!(other.json()["Signed"].as_str().is_some_and(|signed| signed.starts_with("GET&")));
}

/// The request with `Connection: close`, which no signature covers here.
fn closing(request: &[u8]) -> Vec<u8> {
    let at = request.windows(2).position(|w| w == b"\r\n").unwrap() + 2;
    [&request[..at], b"Connection: close\r\n", &request[at..]].concat()
}

#[test]
fn a_script_is_followed_and_the_control_port_tells_what_is_unmet() {
    let here = Here::with(|_| ());
    let (status, said) = here.steer("POST /script", "error=Throttling.User, code=429\nsample\ncode=400\n");
    assert_eq!((status, said["lines"].as_u64()), (200, Some(3)));
    assert_eq!([here.get("").status(), here.get("").status()], [429, 200]);
    let (_, expected) = here.steer("GET /expected", "");
    assert_eq!((expected["unmet"].as_u64(), &expected["expected"][2]["met"]), (Some(1), &Value::from(false)));
    assert_eq!([here.get("").status(), here.get("").status()], [400, 400]);
    let (_, received) = here.steer("GET /requests?operation=CreateImageByInstance&limit=2", "");
    assert_eq!((received["received"].as_u64(), received["requests"].as_array().unwrap().len()), (Some(4), 2));
    assert_eq!(received["requests"][1]["target"], CALL);
    assert_eq!(here.steer("GET /requests?contains=nowhere", "").1["requests"].as_array().unwrap().len(), 0);
    let (status, said) = here.steer("POST /script", "sample\nfault=nope");
    assert!(status == 400 && said["error"].as_str().unwrap().starts_with("line 2: no fault"), "{said}");
    assert_eq!(here.steer("GET /nope", "").0, 404);
    assert_eq!(here.steer("POST /reset", "").0, 200);
    assert_eq!(here.steer("GET /requests", "").1["received"], 0);
    assert_eq!(here.get("").status(), 429);
    let mut stream = connect(here.control);
    stream.write_all(b"POST /reset HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(got(stream).status(), 403);
}

#[test]
fn some_requests_are_answered_otherwise() {
    let here = Here::with(|setup| {
        let answer = |text: &str| text.parse().unwrap();
        let key = When { key: Some("poor".into()), answer: answer("code=403, error=NoBalance"), ..When::default() };
        let parameter = Some(("InstanceId".into(), "ws-none".into()));
        let value = When { parameter, answer: answer("error=Instance.NotFound"), ..When::default() };
        setup.whens = vec![key, value];
    });
    let ask = |more: &str| {
        let target = format!("/?Action=CreateImageByInstance&{more}");
        here.ask(format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).status()
    };
    let said = ["InstanceId=ws-1", "InstanceId=ws-none", "AccessKeyId=poor", "AccessKeyId=rich"].map(ask);
    assert_eq!(said, [200, 400, 403, 200]);
    here.steer("POST /script", "dynamic=true");
    assert_eq!(ask("AccessKeyId=poor"), 200, "a script goes before");
}

#[test]
fn the_summary_says_what_was_exercised_and_what_never() {
    let here = Here::with(|_| ());
    here.get("");
    here.get("error=Instance.NotFound");
    here.get("fault=bom");
    let summary = here.stop();
    let called = &summary.called[0];
    let is = |id: &str| called.exercised.iter().any(|clause| *clause == format!("CreateImageByInstance/{id}"));
    for id in [
        "request/ImageName/sent",
        "request/AutoCleanUserdata/absent",
        "response/Data.ImageId/surfaced",
        "response/sample",
        "error/400:Instance.NotFound/code",
        "transport/bom",
    ] {
        assert!(is(id), "{id} was exercised: {:?}", called.exercised);
    }
    assert!(!is("error/400:InternalError/code") && !is("request/AutoCleanUserdata/sent") && !is("transport/reset"));
    assert!(called.never.contains(&"CreateImageByInstance/error/400:InternalError/code".to_owned()));
    assert_eq!((summary.received, called.requests, summary.uncalled), (3, 3, 0));
}

#[test]
fn a_path_names_an_operation_where_the_page_gives_one() {
    let here = Here::of(&[Input { name: "shelf.json", text: REST }], |_| ());
    let ask = |first: &str| here.ask(format!("{first} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
    for first in ["GET /shelves/7", "GET /shelves/7/", "GET http://x:99999/shelves/7?a=b"] {
        let got = ask(first);
        assert!(got.status() == 200 && got.json()["Name"].is_string(), "{first}: {}", got.text());
    }
    for first in ["POST /shelves/7", "GET /shelves", "GET /shelves/"] {
        assert_eq!(ask(first).status(), 404, "{first}");
    }
}

#[test]
fn every_odd_answer_is_as_odd_as_it_says() {
    let here = Here::with(|_| ());
    let whole = here.get("");
    let length = |name: &str| here.get(name).header("content-length");
    assert_eq!(length("fault=bad-length"), "many");
    let off = |name: &str| length(name).parse::<usize>().unwrap() as i64 - whole.body().len() as i64;
    assert_eq!((off("fault=short-length"), off("fault=long-length")), (-5, 5));
    let no_content = here.get("fault=no-content-body");
    assert_eq!((no_content.status(), no_content.body()), (204, whole.body()));
    assert_eq!(here.get("fault=no-content").body().len(), 0);
    let gzip = here.get("fault=gzip");
    assert_eq!((gzip.header("content-encoding").as_str(), gzip.body()), ("gzip", whole.body()));
    let unsaid = here.get("fault=gzip-unsaid");
    assert!(unsaid.body().starts_with(&[0x1f, 0x8b]) && unsaid.header("content-encoding").is_empty());
    assert!(here.get("fault=bom").body().starts_with("\u{feff}{".as_bytes()));
    assert!(String::from_utf8(here.get("fault=invalid-utf8").body().to_vec()).is_err());
    assert!(here.get("fault=deep").body().len() > 100_000);
    assert_eq!(here.get("fault=huge-20").body().len() >> 20, 20);
    assert_eq!(here.get("fault=redirect-loop:302").header("location"), CALL);
    assert_eq!(here.get("fault=redirect").status(), 307);
    assert_eq!(here.get("fault=redirect-foreign:302").header("location"), "http://localhost:80/elsewhere");
    let limit = here.get("fault=throttled-limit:7");
    assert_eq!(["limit", "remaining", "reset"].map(|n| limit.header(&format!("x-ratelimit-{n}"))), ["1", "0", "7"]);
    assert_eq!(here.get("fault=content-type").header("content-type"), "text/plain");
    assert_eq!(here.get("fault=throttled:250").header("x-acs-retry-after"), "250");
    assert_eq!(here.get("fault=throttled-seconds:2").header("retry-after"), "2");
    assert!(here.get("fault=throttled-date").header("retry-after").ends_with("GMT"));
    assert_eq!(here.get("fault=throttled-body").json()["RetryAfter"], "1");
    assert_eq!((here.get("fault=unavailable").status(), here.get("fault=throttled-bare").status()), (503, 429));
    assert!(here.get("fault=not-json").text().contains("nope"));
    assert_eq!((here.get("fault=empty").status(), here.get("fault=empty-error").status()), (200, 500));
    assert_eq!((here.get("fault=html").status(), here.get("fault=html-error").status()), (200, 502));
}

#[test]
fn an_answer_may_say_what_no_page_says() {
    let here = Here::with(|_| ());
    let said = |prefer: &str| here.get(prefer).json();
    assert!(said("variant=unknown-member").to_string().matches("\"Unheard").count() >= 2);
    assert!(said("variant=null:Data.ImageId")["Data"]["ImageId"].is_null());
    assert!(said("variant=absent")["Data"].as_object().unwrap().is_empty());
    assert!(said("variant=camel-case")["data"]["imageId"].is_string());
    let nested = here.get("error=Instance.NotFound, variant=envelope");
    assert_eq!((nested.status(), nested.json()["error"]["Code"].as_str()), (400, Some("Instance.NotFound")));
    let small = here.get("error=Instance.NotFound, variant=camel-case");
    assert_eq!(small.json()["code"], "Instance.NotFound");
    let unknown = here.get("variant=unknown-code");
    assert!(unknown.status() == 400 && unknown.json()["Code"].as_str().unwrap().starts_with("Unheard."));
    for unknown in ["variant=nope", "variant=null:Nope", "variant=unknown-value"] {
        assert_eq!(here.get(unknown).json()["Code"], "UnknownPreference", "{unknown}");
    }
}

/// The command, with what it prints first.
pub(crate) fn command(arguments: &[&str]) -> (Child, BufReader<ChildStdout>, String) {
    started(Command::new(env!("CARGO_BIN_EXE_fineprint")).args(["--color", "never", "serve"]).args(arguments))
}

/// A process, with what it prints first.
pub(crate) fn started(command: &mut Command) -> (Child, BufReader<ChildStdout>, String) {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program is built");
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    (child, out, first.trim().to_owned())
}

#[test]
fn the_command_says_where_it_listens_and_ends_when_it_is_told_to() {
    let (mut child, mut out, first) = command(&["--control", "127.0.0.1:0", "--answer", "error=Instance.NotFound"]);
    let address: SocketAddr = first.strip_prefix("http://").expect("it is an address").parse().unwrap();
    let mut stream = connect(address);
    stream.write_all(format!("GET {CALL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    assert_eq!(got(stream).json()["Code"], "Instance.NotFound");
    let taken =
        Command::new(env!("CARGO_BIN_EXE_fineprint")).args(["serve", "--listen", &address.to_string()]).output();
    let taken = taken.unwrap();
    let err = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert_eq!(taken.status.code(), Some(2), "{err}");
    assert!(err.contains(&format!("{address} is in use")), "{err}");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(rest.starts_with("control http://127.0.0.1:"), "{rest}");
    assert!(rest.contains("1 requests, 0 refused") && rest.contains("clauses exercised"), "{rest}");
}

#[test]
fn what_cannot_be_served_is_refused_before_anything_listens() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("serving.script");
    std::fs::write(&folder, "sample\nfault=nope\n").unwrap();
    let script = folder.display().to_string();
    for (arguments, says) in [
        (vec!["--answer", "fault=nope"], "--answer: no fault `nope`"),
        (vec!["--script", script.as_str()], "line 2: no fault `nope`"),
        (vec!["--script", "/nowhere"], "/nowhere: cannot be read"),
        (vec!["--secret", "x"], "ID=SECRET"),
    ] {
        let ended = Command::new(env!("CARGO_BIN_EXE_fineprint")).arg("serve").args(&arguments).output().unwrap();
        let err = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.contains(says), "{arguments:?}: {err}");
    }
}
