//! The fake server among clients that are slow, many, endless, or merely old captures.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::corpus;
use super::serving::{CALL, Here, command, connect, got, started};

#[test]
fn a_client_that_sends_a_byte_now_and_then_is_not_waited_for() {
    let here = Here::with(|setup| setup.whole = Duration::from_millis(300));
    let (start, mut stream) = (Instant::now(), here.connect());
    let mut slow = stream.try_clone().unwrap();
    let drip = std::thread::spawn(move || {
        // A write fails once the server has closed.
        let sent = b"GET / HTTP/1.1\r\nX: ".iter().cycle().take_while(|byte| {
            std::thread::sleep(Duration::from_millis(20));
            slow.write_all(&[**byte]).is_ok()
        });
        sent.take(500).count()
    });
    let mut answer = [0; 1024];
    let read = stream.read(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("did not arrive within"), "{text}");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(drip.join().unwrap() < 500, "the server closes the connection");
    assert_eq!(here.get("").status(), 200);
}

#[test]
fn ten_thousand_idle_connections_leave_the_next_client_its_answer() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    // Where the system allows fewer, that is what is tried; other tests need some too.
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX).saturating_sub(2_000);
    let (mut child, _out, first) = command(&[]);
    let address = first.strip_prefix("http://").unwrap().parse().unwrap();
    let idle: Vec<TcpStream> = (0..most.min(10_000)).map(|_| TcpStream::connect(address).unwrap()).collect();
    assert!(idle.len() >= 100, "the system allows only {} connections", idle.len());
    let call = format!("GET {CALL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let ask = |mut stream: TcpStream| {
        stream.write_all(call.as_bytes()).unwrap();
        got(stream).status()
    };
    assert_eq!(ask(connect(address)), 200);
    // One of the idle ones wakes up.
    assert_eq!(ask(idle.into_iter().next_back().unwrap()), 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_server_without_descriptors_sheds_the_idle() {
    let program = env!("CARGO_BIN_EXE_fineprint");
    let limited = format!("ulimit -n 200; exec {program} serve");
    let (mut child, _out, first) = started(Command::new("sh").args(["-c", &limited]));
    let address = first.strip_prefix("http://").unwrap().parse().unwrap();
    let _idle: Vec<TcpStream> = (0..300).map(|_| connect(address)).collect();
    let mut stream = connect(address);
    stream.write_all(format!("GET {CALL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    assert_eq!(got(stream).status(), 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_request_without_end_is_cut_off() {
    let here = Here::with(|_| ());
    let mut stream = here.connect();
    stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b'a'; 0x10000], b"\r\n"].concat();
    let written = (0..0x4000).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!((200..1_000).contains(&written), "16 MiB are taken, not {written} chunks");
    let mut stream = connect(here.address);
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n").unwrap();
    let sent = (0..0x400).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 0x400, "a long body is cut off too");
    assert_eq!(here.get("").status(), 200);
}

#[test]
fn many_large_requests_at_once_are_all_answered() {
    let here = Here::with(|_| ());
    let address = here.address;
    let clients: Vec<_> = (0..10)
        .map(|_| {
            std::thread::spawn(move || {
                let mut stream = connect(address);
                let head = "POST /?Action=CreateImageByInstance HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
                let body = format!("Filler={}", "a".repeat(1_100_000));
                stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
                let got = got(stream);
                assert_eq!(got.status(), 200, "{}", got.wrong());
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
}

#[test]
fn clients_that_leave_or_never_read_disturb_nobody() {
    let here = Here::with(|_| ());
    let asked = |prefer: &str| {
        let mut stream = here.connect();
        let head = format!("GET {CALL} HTTP/1.1\r\nHost: x\r\nPrefer: {prefer}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let unread: Vec<TcpStream> = (0..8).map(|_| asked("fault=huge-20")).collect();
    drop(asked("fault=huge-20"));
    drop(asked("delay=10s"));
    drop(asked("fault=stall:10000"));
    assert_eq!(here.get("").status(), 200);
    drop(unread);
    let mut half = here.connect();
    half.write_all(b"GET / HTTP/1.1\r\nHo").unwrap();
    half.shutdown(std::net::Shutdown::Write).unwrap();
    let ended = got(half);
    assert!(ended.bytes.is_empty() || ended.status() == 400);
    assert_eq!(here.get("").status(), 200);
}

#[test]
fn every_capture_is_accepted_as_it_was_sent() {
    let Some(corpus) = corpus() else { return };
    let here = Here::with(|setup| {
        setup.credentials.secrets.insert("testid".into(), "testsecret".into());
        setup.credentials.may_be_recorded = true;
    });
    let mut count = 0;
    for entry in std::fs::read_dir(corpus.join("captures")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "http") {
            continue;
        }
        let mut stream = here.connect();
        stream.write_all(&std::fs::read(&path).unwrap()).unwrap();
        // Most of them keep the connection, so that its end is not waited for.
        let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
        while !bytes.ends_with(b"}") {
            match stream.read(&mut piece) {
                Ok(read @ 1..) => bytes.extend_from_slice(&piece[..read]),
                Ok(_) => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => panic!("{}: {e}", path.display()),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.starts_with("HTTP/1.1 200 OK"), "{}: {text}", path.display());
        count += 1;
    }
    assert_eq!(count, 30);
    let summary = here.stop();
    assert_eq!((summary.received, summary.refused), (30, 0));
    assert!(summary.called[0].exercised.contains(&"CreateImageByInstance/signature/verifies".to_owned()));
}
