//! The tap seen from raw sockets: what is planned is what arrives, byte for byte.

mod fault;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fineprint::case::{Answer, Body, Fault, Serve};
use fineprint::tap::{Answers, Exchange, Fate, Tap, render};
use fineprint::wire::Framing;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const GET: &str = "GET /?a=1 HTTP/1.1\r\nHost: x\r\n\r\n";

/// Runs a client in a thread of its own against a tap that serves these answers, the last one for ever.
fn against<T: Send + 'static>(
    serves: Vec<Serve>,
    client: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (T, Vec<Exchange>, Tap) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = runtime.block_on(async {
        let tap = Tap::open().unwrap();
        tap.begin(answers(serves));
        let stream = connect(&tap);
        let seen = tokio::task::spawn_blocking(move || client(stream)).await.unwrap();
        // A client that left is noticed a moment later.
        tap.quiet(Duration::from_millis(20)).await;
        (seen, tap.take(), tap)
    });
    drop(runtime);
    seen
}

fn answers(serves: Vec<Serve>) -> Answers {
    let serves: Vec<Arc<Serve>> = serves.into_iter().map(Arc::new).collect();
    Arc::new(move |_, nth| Arc::clone(&serves[nth.min(serves.len() - 1)]))
}

fn connect(tap: &Tap) -> TcpStream {
    let stream = TcpStream::connect(tap.endpoint().strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream
}

fn answer() -> Answer {
    Answer::json(200, json!({"Data": {"Id": "0123456789"}}))
}

fn faulty(fault: Fault) -> Serve {
    Serve { answer: answer(), fault: Some(fault) }
}

fn ask(stream: &mut TcpStream, request: &str) {
    stream.write_all(request.as_bytes()).unwrap();
}

/// Reads as many bytes as the answer has.
fn read_one(stream: &mut TcpStream, expected: &[u8]) {
    let mut got = vec![0; expected.len()];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(expected));
}

fn read_all(mut stream: TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut got = Vec::new();
    let error = stream.read_to_end(&mut got).err().map(|e| e.kind());
    (got, error)
}

fn ask_and_read_all(mut stream: TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    ask(&mut stream, GET);
    read_all(stream)
}

#[test]
fn a_kept_connection_serves_one_request_after_the_other() {
    let expected = render(&answer(), true);
    let (_, record, _) = against(vec![answer().into()], move |mut stream| {
        for _ in 0..3 {
            ask(&mut stream, GET);
            read_one(&mut stream, &expected);
        }
    });
    let shape: Vec<_> = record.iter().map(|e| (e.connection, e.reused, e.answered, e.fate)).collect();
    assert_eq!(shape, [(0, false, 0, Fate::Answered), (0, true, 1, Fate::Answered), (0, true, 2, Fate::Answered)]);
    let first = &record[0];
    assert_eq!(first.request.as_ref().unwrap().raw, GET.as_bytes());
    assert_eq!(first.sent, render(&answer(), true));
    assert!(record[0].at <= record[1].at);
}

#[test]
fn a_head_of_sixty_kilobytes_and_chunks_of_the_client_are_read() {
    let request = format!(
        "POST / HTTP/1.1\r\nX: {}\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n",
        "x".repeat(60_000)
    );
    let (_, record, _) = against(vec![answer().into()], move |mut stream| {
        ask(&mut stream, &request);
        read_one(&mut stream, &render(&answer(), true));
    });
    let request = record[0].request.as_ref().unwrap();
    assert_eq!((request.body.as_slice(), request.header("x").map(str::len)), (&b"abcde"[..], Some(60_000)));
}

#[test]
fn no_stalled_answer_outlives_a_reset_and_kept_connections_do() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tap = Tap::open().unwrap();
        tap.begin(answers(vec![answer().into(), faulty(Fault::Stall { after: 0, ms: 60_000 })]));
        let expected = render(&answer(), true);
        let (mut kept, mut stalled) = (connect(&tap), connect(&tap));
        let (kept, stalled, expected) = tokio::task::spawn_blocking(move || {
            ask(&mut kept, GET);
            read_one(&mut kept, &expected);
            ask(&mut stalled, GET);
            (kept, stalled, expected)
        })
        .await
        .unwrap();
        tap.quiet(Duration::from_millis(20)).await;
        let record = tap.take();
        assert_eq!([record[0].fate, record[1].fate], [Fate::Answered, Fate::InProgress]);
        tap.reset_connections();
        tap.begin(answers(vec![answer().into()]));
        let mut kept = kept;
        tokio::task::spawn_blocking(move || {
            assert_eq!(read_all(stalled).0, b"");
            ask(&mut kept, GET);
            read_one(&mut kept, &expected);
        })
        .await
        .unwrap();
        assert_eq!(tap.take().len(), 1);
    });
}

#[test]
fn garbage_is_refused_and_kept() {
    let (got, record, _) = against(vec![answer().into()], |mut stream| {
        stream.write_all(b"\x16\x03\x01\x02\x00\x01").unwrap();
        read_all(stream)
    });
    assert!(got.0.starts_with(b"HTTP/1.1 400 Bad Request\r\n") && got.1.is_none());
    let bad = record[0].request.as_ref().unwrap_err();
    assert_eq!((bad.raw.as_slice(), record[0].fate), (&b"\x16\x03\x01\x02\x00\x01"[..], Fate::Answered));
}

#[test]
fn what_is_odd_but_readable_is_recorded_and_answered() {
    let request = "POST /?a=b c HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let (_, record, _) = against(vec![answer().into()], move |mut stream| {
        ask(&mut stream, request);
        read_one(&mut stream, &render(&answer(), true));
    });
    let request = record[0].request.as_ref().unwrap();
    assert_eq!((request.target.as_str(), request.framing), ("/?a=b c", Framing::Both));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let second = Answer::json(404, json!({"Code": "x"}));
    let expected = [render(&answer(), true), render(&second, true)].concat();
    let (_, record, _) = against(vec![answer().into(), second.into()], move |mut stream| {
        ask(&mut stream, &format!("{GET}{GET}"));
        read_one(&mut stream, &expected);
    });
    assert_eq!(record.len(), 2);
}

#[test]
fn a_client_that_asks_whether_to_go_on_is_told_so() {
    let (_, record, _) = against(vec![answer().into()], |mut stream| {
        ask(&mut stream, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        read_one(&mut stream, b"HTTP/1.1 100 Continue\r\n\r\n");
        ask(&mut stream, "abc");
        read_one(&mut stream, &render(&answer(), true));
    });
    assert_eq!(record[0].request.as_ref().unwrap().body, b"abc");
}

#[test]
fn old_http_and_clients_that_say_so_get_a_close() {
    for request in ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"] {
        let (got, record, _) = against(vec![answer().into()], move |mut stream| {
            ask(&mut stream, request);
            read_all(stream)
        });
        assert_eq!(got, (render(&answer(), false), None));
        assert_eq!(record[0].fate, Fate::Answered);
    }
}

#[test]
fn a_head_request_gets_no_body() {
    let (got, _, _) = against(vec![answer().into()], |mut stream| {
        ask(&mut stream, "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
        read_all(stream)
    });
    assert!(got.0.ends_with(b"\r\n\r\n"));
}

#[test]
fn what_nobody_planned_is_a_stray() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tap = Tap::open().unwrap();
        let stream = connect(&tap);
        tokio::task::spawn_blocking(move || {
            let mut stream = stream;
            ask(&mut stream, GET);
            read_one(&mut stream, b"HTTP/1.1 500 ");
        })
        .await
        .unwrap();
        assert!(tap.take().is_empty());
        assert_eq!((tap.strays().len(), tap.strays().len()), (1, 0));
        tap.begin(answers(vec![answer().into()]));
        let stream = connect(&tap);
        tokio::task::spawn_blocking(move || {
            let mut stream = stream;
            ask(&mut stream, GET);
            read_one(&mut stream, b"HTTP/1.1 200 ");
        })
        .await
        .unwrap();
        tap.begin(answers(vec![answer().into()]));
        assert_eq!((tap.take().len(), tap.strays().len()), (0, 1));
    });
}

#[test]
fn a_request_that_is_not_all_there_is_shown() {
    let (_stream, record, _) = against(vec![answer().into()], |mut stream| {
        ask(&mut stream, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc");
        stream
    });
    let bad = record[0].request.as_ref().unwrap_err();
    assert_eq!((bad.why.as_str(), record[0].fate), ("the request is not all there", Fate::InProgress));
}

#[test]
fn empty_lines_between_requests_are_nothing() {
    let expected = render(&answer(), true);
    let (_, record, _) = against(vec![answer().into()], move |mut stream| {
        for _ in 0..2 {
            ask(&mut stream, &format!("{GET}\r\n"));
            read_one(&mut stream, &expected);
        }
    });
    assert_eq!(record.iter().map(|e| e.fate).collect::<Vec<_>>(), [Fate::Answered; 2]);
}

#[test]
fn a_torn_request_is_recorded() {
    let (_, record, _) = against(vec![answer().into()], |mut stream| ask(&mut stream, "GET / HT"));
    let bad = record[0].request.as_ref().unwrap_err();
    assert_eq!((bad.why.as_str(), record[0].fate), ("the connection ended within the request", Fate::ClientLeft));
}

#[test]
fn a_large_answer_arrives_whole_and_is_kept_in_part() {
    let body = Body::Repeat { head: "[".into(), unit: "0,".into(), times: 2_000_000, tail: "0]".into() };
    let large = Answer { status: 200, headers: vec![], body };
    let expected = render(&large, false);
    let request = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    let (got, record, _) = against(vec![large.into()], move |mut stream| {
        ask(&mut stream, request);
        read_all(stream)
    });
    assert!(got.0 == expected && got.1.is_none());
    let head = expected.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    assert_eq!((record[0].sent.len(), record[0].sent_total), (head + 4096, expected.len()));
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is for whoever asks for it with --nocapture")]
fn one_connection_is_fast() {
    const TIMES: u32 = if cfg!(debug_assertions) { 2_000 } else { 100_000 };
    let expected = render(&answer(), true);
    let body = "InstanceId=ws-1&ImageName=abc+def&BizType=1&AutoCleanUserdata=true";
    let length = body.len();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nx-acs-action: CreateImage\r\nx-acs-version: 2021-09-01\r\nuser-agent: x\r\nx-acs-date: 2026-11-24T03:24:57Z\r\nx-acs-signature-nonce: 67227e03c2714a7fe0fc83adc186572b\r\naccept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let took = runtime.block_on(async {
        let tap = Tap::open().unwrap();
        let mut stream = tokio::net::TcpStream::connect(tap.endpoint().strip_prefix("http://").unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut got = vec![0; expected.len()];
        let start = Instant::now();
        for _ in 0..TIMES {
            tap.begin(answers(vec![answer().into()]));
            stream.write_all(request.as_bytes()).await.unwrap();
            stream.read_exact(&mut got).await.unwrap();
            assert_eq!(tap.take().len(), 1);
        }
        start.elapsed()
    });
    println!("{:.0} exchanges a second", f64::from(TIMES) / took.as_secs_f64());
}
