//! What happens on a connection to the server: odd requests, faults, many clients and the end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{CALL, Here, connect, got};

#[test]
fn what_is_no_request_gets_a_clear_answer_and_disturbs_nobody() {
    let here = Here::with(|_| ());
    let hello = "Host: x\r\nConnection: close\r\n";
    let nul = format!("GET {CALL} HTTP/1.1\r\n{hello}X: a\0b\r\n\r\n");
    let both =
        format!("POST {CALL} HTTP/1.1\r\n{hello}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    let cases = [
        (400, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", "a tunnel is asked for, and this is no proxy"),
        (400, nul.as_str(), "a raw control byte in the header `X`"),
        (400, both.as_str(), "both Content-Length and Transfer-Encoding"),
        (413, "POST / HTTP/1.1\r\nContent-Length: 1073741824\r\n\r\n", "the body is over 64 MiB"),
        (400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "a chunk without a proper size"),
        (400, "\x16\x03\x01", "not an HTTP/1 request: invalid token"),
        (400, "GET / HTTP/2.0\r\n\r\n", "no request line of HTTP/1: invalid HTTP version"),
    ];
    for (status, request, why) in cases {
        let got = here.ask(request.as_bytes());
        assert_eq!((got.status(), got.wrong().as_str()), (status, why), "{request:?}: {}", got.text());
    }
    let huge = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(70_000));
    let large = here.ask(huge.as_bytes());
    assert_eq!((large.status(), large.wrong().as_str()), (431, "the head is over 64 KiB"));
    let long = format!("GET {CALL} HTTP/1.1\r\n{hello}X: {}\r\n\r\n", "a".repeat(60_000));
    assert_eq!(here.ask(long.as_bytes()).status(), 200);
    let absolute = format!("GET http://x:99999{CALL} HTTP/1.1\r\n{hello}\r\n");
    assert_eq!(here.ask(absolute.as_bytes()).status(), 200);
    drop(here.connect().write_all(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc"));
    assert_eq!(here.get("").status(), 200);
}

#[test]
fn old_and_odd_ways_of_http_are_right() {
    let here = Here::with(|_| ());
    let old = here.ask(format!("GET {CALL} HTTP/1.0\r\n\r\n").as_bytes());
    assert!(old.status() == 200 && old.header("connection") == "close");
    let chunked = here.ask(format!("GET {CALL} HTTP/1.0\r\nPrefer: fault=chunked\r\n\r\n").as_bytes());
    assert!(chunked.header("transfer-encoding").is_empty() && chunked.json()["Success"] == true, "{}", chunked.text());
    let head = here.ask(format!("HEAD {CALL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
    assert!(head.body().is_empty() && head.header("content-length").parse::<usize>().unwrap() > 100);
    let one = format!("GET {CALL} HTTP/1.1\r\nHost: x\r\n\r\n");
    let three = here.ask(format!("{one}{one}GET {CALL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
    assert_eq!(three.text().matches("HTTP/1.1 200 OK").count(), 3);
    let form = "Action=CreateImageByInstance&InstanceId=ws-1&ImageName=a&ProductType=CloudDesktop";
    let mut stream = here.connect();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    stream
        .write_all(format!("{head}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n", form.len()).as_bytes())
        .unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(form.as_bytes()).unwrap();
    assert_eq!(got(stream).status(), 200);
    let (a, b) = form.split_at(20);
    let chunks = format!("{:x}\r\n{a}\r\n{:x};x=y\r\n{b}\r\n0\r\nT: t\r\n\r\n", a.len(), b.len());
    assert_eq!(here.ask(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}").as_bytes()).status(), 200);
    let answer = here.get("fault=chunked");
    let size = usize::from_str_radix(String::from_utf8_lossy(answer.body()).lines().next().unwrap(), 16).unwrap();
    assert!(size > 100 && answer.bytes.ends_with(b"\r\n0\r\n\r\n"));
}

#[test]
fn every_fault_of_the_connection_happens() {
    let here = Here::with(|_| ());
    let whole = here.get("");
    let truncated = here.get("fault=truncate:10");
    assert_eq!((truncated.body(), truncated.error), (&whole.body()[..10], None));
    let unframed = here.get("fault=truncate-unframed:10");
    assert!(unframed.header("content-length").is_empty() && unframed.body().len() == 10);
    let chunked = here.get("fault=truncate-chunked:10");
    assert!(chunked.header("transfer-encoding") == "chunked" && !chunked.bytes.ends_with(b"0\r\n\r\n"));
    let reset = here.get("fault=reset:20");
    assert_eq!((reset.bytes.len(), reset.error), (20, Some(ErrorKind::ConnectionReset)));
    let closed = here.get("fault=close");
    assert_eq!((closed.bytes.len(), closed.error), (0, None));
    let start = Instant::now();
    assert_eq!(here.get("fault=stall:100").status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(100));
    let start = Instant::now();
    assert_eq!(here.get("fault=drip:3000").json(), whole.json());
    assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
    assert!(here.get("fault=garbage").bytes.starts_with(b"\xff\xfe"));
    let bad = here.get("fault=bad-chunk");
    assert!(bad.header("transfer-encoding") == "chunked" && bad.body().starts_with(b"\xff\xfe"));
    let (_, received) = here.steer("GET /requests?limit=4", "");
    for request in received["requests"].as_array().unwrap() {
        assert_eq!(request["fate"], "fault-done", "{request}");
    }
    assert_eq!(here.get("").json(), whole.json());
}

#[test]
fn a_port_may_refuse_for_a_while() {
    let here = Here::with(|_| ());
    let start = Instant::now();
    let closed = here.get("fault=refuse:400");
    assert_eq!((closed.bytes.len(), closed.error), (0, None));
    let refused = TcpStream::connect(here.address).map(drop).map_err(|e| e.kind());
    assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
    while TcpStream::connect(here.address).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "it opens again");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(start.elapsed() >= Duration::from_millis(400));
    assert_eq!(here.get("").status(), 200);
}

#[test]
fn no_exchange_is_lost_or_crossed_with_many_clients() {
    let here = Here::with(|_| ());
    let (threads, times) = (16, 50);
    let address = here.address;
    let clients: Vec<_> = (0..threads)
        .map(|client| {
            std::thread::spawn(move || {
                let mut stream = connect(address);
                for call in 0..times {
                    let code = format!("Mine.{client}.{call}");
                    let prefer = format!("Prefer: code=409, error={code}\r\n");
                    stream.write_all(format!("GET {CALL} HTTP/1.1\r\nHost: x\r\n{prefer}\r\n").as_bytes()).unwrap();
                    let answer = one(&mut stream);
                    assert!(answer.contains(&format!("\"Code\":\"{code}\"")), "{answer}");
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert_eq!(here.stop().received, threads * times);
}

/// One answer of a kept connection.
fn one(stream: &mut TcpStream) -> String {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "the server closed: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.strip_prefix("Content-Length: ")).unwrap().parse::<usize>().unwrap();
        if body.len() >= length {
            return text;
        }
    }
}

#[test]
fn answers_under_way_end_when_the_server_stops() {
    let here = Here::with(|_| ());
    let mut slow = here.connect();
    let idle = here.connect();
    slow.write_all(format!("GET {CALL} HTTP/1.1\r\nHost: x\r\nPrefer: delay=300\r\n\r\n").as_bytes()).unwrap();
    let arrived = (0..10_000).any(|_| here.steer("GET /requests", "").1["received"] == 1);
    assert!(arrived, "the request is under way");
    let start = Instant::now();
    let summary = here.stop();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!((summary.received, got(slow).status(), got(idle).bytes.len()), (1, 200, 0));
}
