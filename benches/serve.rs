//! The fake server beside bare hyper with the same validation: throughput, the slowest hundredth, start to first answer, memory.
//!
//! `cargo bench --bench serve`; with `-- 5000000`, so many requests for the memory. Only the ratios mean something: client and server share the machine.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fineprint::contract::Contract;
use fineprint::extract::{Input, read};
use fineprint::fake::{Plan, Say, answer};
use fineprint::wire::{Framing, Header, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages/create-image-by-instance.txt");
const BODY: &str = "InstanceId=ws-1&ImageName=abc+def&BizType=1&AutoCleanUserdata=true&DiskType=ALL";
/// Requests that a measurement of throughput makes.
const MANY: usize = 200_000;

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if arguments == ["bare"] {
        return bare();
    }
    let total = arguments.first().and_then(|n| n.parse().ok()).unwrap_or(300_000);
    start();
    for round in 1..=3 {
        let bare = Server::bare();
        let (bare_rate, bare_slow) = load(bare.address, 32, MANY);
        drop(bare);
        let serve = Server::serve();
        let (rate, slow) = load(serve.address, 32, MANY);
        drop(serve);
        println!(
            "round {round}: 32 connections: bare hyper {bare_rate:.0}/s, p99 {bare_slow:?}; serve {rate:.0}/s ({:.2} of it), p99 {slow:?}",
            rate / bare_rate
        );
    }
    let serve = Server::serve();
    for connections in [1, 64, 1_000] {
        let before = serve.resident();
        let (rate, slow) = load(serve.address, connections, total);
        println!(
            "{total} requests on {connections} connections: {rate:.0}/s, p99 {slow:?}, memory {:.1} MiB before, {:.1} MiB after",
            before,
            serve.resident()
        );
    }
}

/// The command, as cargo built it beside this bench.
fn program() -> &'static str {
    env!("CARGO_BIN_EXE_fineprint")
}

/// From the start of the process to its first answer: one page, and a contract of a thousand operations.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn start() {
    let contract = contract();
    let mut many = Contract::clone(&contract);
    let one = many.operations[0].clone();
    many.operations =
        (0..1_000).map(|n| fineprint::contract::Operation { name: format!("Op{n}"), ..one.clone() }).collect();
    many.operations[0].name = one.name;
    let file = std::env::temp_dir().join(format!("fineprint-bench-{}.json", std::process::id()));
    std::fs::write(&file, fineprint::contract::to_json(&many)).expect("it can be written");
    for (what, page) in [("one page", PAGE), ("1,000 operations", file.to_str().expect("it is a name"))] {
        let mut took: Vec<Duration> = (0..11)
            .map(|_| {
                let start = Instant::now();
                let server = Server::start(Command::new(program()).args(["serve", page]));
                ask_once(server.address);
                start.elapsed()
            })
            .collect();
        took.sort();
        println!("start to first answer, {what}: {:?} (median of 11)", took[5]);
    }
    let _ = std::fs::remove_file(file);
}

fn contract() -> Arc<Contract> {
    let text = std::fs::read_to_string(PAGE).expect("the page is there");
    Arc::new(read(&[Input { name: "page.txt", text: &text }]))
}

/// A server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    _out: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn serve() -> Server {
        Server::start(Command::new(program()).args(["serve", PAGE]))
    }

    fn bare() -> Server {
        Server::start(Command::new(std::env::current_exe().expect("it runs")).arg("bare"))
    }

    fn start(command: &mut Command) -> Server {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut first = String::new();
        out.read_line(&mut first).expect("it says where it listens");
        let address = first.trim().strip_prefix("http://").and_then(|a| a.parse().ok()).expect("it is an address");
        Server { child, address, _out: out }
    }

    /// MiB that the process holds.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call() -> Vec<u8> {
    let length = BODY.len();
    format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nx-acs-action: CreateImageByInstance\r\nx-acs-version: 2021-09-01\r\nuser-agent: x\r\n\
         x-acs-date: 2026-11-24T03:24:57Z\r\nx-acs-signature-nonce: 67227e03c2714a7fe0fc83adc186572b\r\naccept: application/json\r\n\
         content-type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{BODY}"
    )
    .into_bytes()
}

fn ask_once(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(&call()).expect("it reads");
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).expect("it answers");
    assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
}

/// Requests a second, and what the slowest hundredth takes at least. One thread asks on many connections at once, each with one call under way.
fn load(address: SocketAddr, connections: usize, total: usize) -> (f64, Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let left = Arc::new(AtomicUsize::new(total));
    let start = Instant::now();
    let mut times: Vec<Duration> = runtime.block_on(async {
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(tokio::spawn(client(address, Arc::clone(&left))));
        }
        let mut times = Vec::with_capacity(total);
        for client in clients {
            times.extend(client.await.expect("it ends"));
        }
        times
    });
    let took = start.elapsed();
    assert_eq!(times.len(), total, "every request has its answer");
    times.sort();
    (total as f64 / took.as_secs_f64(), times[total * 99 / 100])
}

async fn client(address: SocketAddr, left: Arc<AtomicUsize>) -> Vec<Duration> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    stream.set_nodelay(true).expect("it is a socket");
    let (call, mut times, mut answer) = (call(), Vec::new(), vec![0; 16 << 10]);
    let take = |n: usize| n.checked_sub(1);
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
        let start = Instant::now();
        stream.write_all(&call).await.expect("it reads");
        let mut got = 0;
        loop {
            got += stream.read(&mut answer[got..]).await.expect("it answers");
            if is_whole(&answer[..got]) {
                break;
            }
        }
        times.push(start.elapsed());
    }
    times
}

/// Whether an answer is all there; anything but a success ends the bench.
fn is_whole(answer: &[u8]) -> bool {
    assert!(!answer.is_empty(), "the server closed");
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("it has a length");
    answer.len() == end + 4 + length.parse::<usize>().expect("it is a number")
}

/// hyper with the same reading, validation and answer, and nothing else.
#[expect(clippy::print_stdout, reason = "the bench reads where it listens")]
fn bare() {
    let plan = Plan { contract: contract(), say: Say::Sample, secrets: Default::default(), seed: 0 };
    let plan = Arc::new(plan);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("it is a socket");
        let listener = tokio::net::TcpListener::from_std(listener).expect("it is a socket");
        println!("http://{}", listener.local_addr().expect("it has one"));
        loop {
            let (stream, _) = listener.accept().await.expect("a client");
            stream.set_nodelay(true).expect("it is a socket");
            let plan = Arc::clone(&plan);
            tokio::spawn(async move {
                let service = hyper::service::service_fn(move |request| said(request, Arc::clone(&plan)));
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(hyper_util::rt::TokioIo::new(stream), service);
                // A client that leaves is no error of the bench.
                let _ = served.await;
            });
        }
    });
}

async fn said(request: hyper::Request<Incoming>, plan: Arc<Plan>) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|b| b.to_bytes().to_vec()).unwrap_or_default();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| Header {
        name: name.as_str().to_owned(),
        value: value.to_str().unwrap_or_default().to_owned(),
    };
    let request = Request {
        method: parts.method.as_str().to_owned(),
        target: parts.uri.to_string(),
        minor: 1,
        headers: parts.headers.iter().map(header).collect(),
        framing: Framing::Length(body.len() as u64),
        body,
        raw: Vec::new(),
    };
    let serve = answer(&request, 0, &plan);
    let mut response = hyper::Response::builder().status(serve.answer.status);
    response = response.header("content-type", "application/json;charset=utf-8");
    for (name, value) in &serve.answer.headers {
        response = response.header(name.as_str(), value.as_str());
    }
    Ok(response.body(Full::new(Bytes::from(serve.answer.body.bytes()))).expect("the headers are fine"))
}
