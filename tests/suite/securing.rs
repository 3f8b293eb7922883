//! TLS at our ports: a plain client of rustls, which trusts what it should and nothing else, says what it sees.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use fineprint::case::{Answer, Certificate, Fault, Serve};
use fineprint::driver::Source;
use fineprint::extract::{Input, read};
use fineprint::outcome::{Outcome, Verdict};
use fineprint::reference::{self, Reference};
use fineprint::run::{Choice, Run};
use fineprint::serve::Protection;
use fineprint::tap::{Fate, Tap};
use fineprint::tls::Authority;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned};

use crate::program::{command, folder};
use crate::serving::{CALL, Here};

/// A client that trusts this authority, and expects a server of that name.
fn client(pem: &[u8], name: &'static str) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap()
}

/// A handshake as a careful client makes it, and the connection that comes of it.
fn shake(address: SocketAddr, authority: &Authority) -> Result<StreamOwned<ClientConnection, TcpStream>, Error> {
    let mut connection = client(authority.pem().as_bytes(), "127.0.0.1");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    while connection.is_handshaking() {
        if let Err(e) = connection.complete_io(&mut stream) {
            let inner = e.into_inner().expect("rustls says why");
            return Err(*inner.downcast::<Error>().expect("it is an error of rustls"));
        }
    }
    Ok(StreamOwned::new(connection, stream))
}

fn temporary() -> Arc<Authority> {
    Arc::new(Authority::temporary(&std::env::temp_dir(), &["127.0.0.1", "localhost"]).unwrap())
}

fn protected(certificate: Certificate) -> (Arc<Authority>, Here) {
    let authority = temporary();
    let protection = Protection { authority: Arc::clone(&authority), certificate };
    (authority, Here::with(|setup| setup.tls = Some(protection)))
}

#[test]
fn each_certificate_is_what_it_is_called() {
    for certificate in Certificate::ALL {
        let (authority, here) = protected(certificate);
        let shaken = shake(here.address, &authority);
        let is_told = |why: &CertificateError| match certificate {
            Certificate::Good => false,
            Certificate::OtherHost => matches!(why, CertificateError::NotValidForNameContext { .. }),
            Certificate::Expired => matches!(why, CertificateError::ExpiredContext { .. }),
            Certificate::NotYetValid => matches!(why, CertificateError::NotValidYetContext { .. }),
            Certificate::UnknownAuthority | Certificate::SelfSigned => *why == CertificateError::UnknownIssuer,
        };
        let said = match &shaken {
            Ok(_) => certificate == Certificate::Good,
            Err(Error::InvalidCertificate(why)) => is_told(why),
            Err(_) => false,
        };
        assert!(said, "{certificate:?}: {:?}", shaken.err());
        drop(shaken);
        assert_eq!(here.stop().received, 0, "{certificate:?}: a handshake is no request");
    }
}

#[test]
fn requests_come_through_tls_as_they_do_without() {
    let (authority, here) = protected(Certificate::Good);
    let mut stream = shake(here.address, &authority).unwrap();
    for _ in 0..3 {
        write!(stream, "GET {CALL} HTTP/1.1\r\nHost: x\r\nPrefer: error=Instance.NotFound\r\n\r\n").unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 400");
        let mut rest = Vec::new();
        while !rest.ends_with(b"}") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            rest.push(byte[0]);
        }
        assert!(String::from_utf8_lossy(&rest).contains("Instance.NotFound"));
    }
    drop(stream);
    assert_eq!(here.stop().received, 3);
}

#[test]
fn a_request_without_tls_is_told_so_and_noise_harms_nobody() {
    let (authority, here) = protected(Certificate::Good);
    let got = here.get("");
    assert_eq!(got.status(), 400);
    assert!(got.header("x-fineprint-fault").contains("without TLS"), "{}", got.text());
    // What begins like a handshake and is none, what stops within one, and who says nothing at all.
    let mut open = Vec::new();
    for bytes in [&b"\x16\x03\x01\xff\xff\xff\xff\xff garbage"[..], b"\x16\x03", b"\x16", b""] {
        let mut stream = TcpStream::connect(here.address).unwrap();
        stream.write_all(bytes).unwrap();
        open.push(stream);
    }
    assert!(shake(here.address, &authority).is_ok());
    let summary = here.stop();
    assert_eq!((summary.received, summary.refused), (1, 1));
}

#[test]
fn faults_happen_under_tls() {
    let authority = temporary();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (tap, address) = runtime.block_on(async {
        let mut tap = Tap::open().unwrap();
        let endpoint = tap.secure(&authority, Certificate::Good).unwrap();
        (tap, endpoint.strip_prefix("https://").unwrap().parse::<SocketAddr>().unwrap())
    });
    let answer = Answer::json(200, serde_json::json!({ "Data": "0123456789" }));
    for (fault, whole) in [
        (Some(Fault::Reset { after: 20 }), false),
        (Some(Fault::Truncate { body: -4 }), false),
        (Some(Fault::Drip { bytes: 40, every_ms: 1, most: 200 }), true),
        (None, true),
    ] {
        let serve = Arc::new(Serve { answer: answer.clone(), fault });
        tap.begin(Arc::new(move |_, _| Arc::clone(&serve)));
        let mut stream = shake(address, &authority).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut got = Vec::new();
        let read = stream.read_to_end(&mut got);
        assert_eq!(got.ends_with(b"0123456789\"}"), whole, "{fault:?}: {}", String::from_utf8_lossy(&got));
        assert_eq!(read.is_err(), matches!(fault, Some(Fault::Reset { .. })), "{fault:?}: {read:?}");
        let taken = tap.take();
        tap.end();
        let [exchange] = &taken[..] else { panic!("{fault:?}: {} exchanges", taken.len()) };
        assert!(exchange.secure, "{fault:?}");
        assert_eq!(exchange.fate, if fault.is_some() { Fate::FaultDone } else { Fate::Answered }, "{fault:?}");
        assert_eq!(exchange.sent, got, "{fault:?}: what is on record is what arrived");
    }
    drop(runtime);
}

#[test]
fn the_file_of_a_run_is_gone_with_it_and_that_of_a_server_stays() {
    let here = folder("authority");
    let temporary = Authority::temporary(&here, &["127.0.0.1"]).unwrap();
    let file = temporary.file().to_owned();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), temporary.pem());
    drop(temporary);
    assert!(!file.exists());
    let kept = Authority::kept(&here.join("ca.pem"), &["127.0.0.1"]).unwrap();
    drop(kept);
    assert!(here.join("ca.pem").exists());
    let error = Authority::kept(&here.join("none/ca.pem"), &["127.0.0.1"]).unwrap_err();
    assert!(error.to_string().contains("none/ca.pem"), "{error}");
}

#[test]
fn the_command_serves_tls_and_writes_whom_to_trust() {
    let here = folder("serve-tls");
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages/create-image-by-instance.txt");
    let serve = |more: &[&str]| {
        let mut command = command(&here, &[&["serve", page, "--tls", "--ca-file", "ca.pem"], more].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    for (kind, is_trusted) in [("good", true), ("expired", false)] {
        let mut child = serve(&["--certificate", kind]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address: SocketAddr = line.trim().strip_prefix("https://").expect("it is https").parse().unwrap();
        let mut connection = client(&std::fs::read(here.join("ca.pem")).unwrap(), "localhost");
        let mut stream = TcpStream::connect(address).unwrap();
        let mut stream = tokio_rustls::rustls::Stream::new(&mut connection, &mut stream);
        let sent = write!(stream, "GET {CALL} HTTP/1.0\r\n\r\n");
        assert_eq!(sent.is_ok(), is_trusted, "{kind}: {sent:?}");
        if is_trusted {
            let mut got = String::new();
            stream.read_to_string(&mut got).unwrap();
            assert!(got.starts_with("HTTP/1.1 200"), "{got}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let wrong = serve(&["--certificate", "golden"]).output().unwrap();
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && said.contains("other-host"), "{said}");
    let alone = command(&here, &["serve", page, "--certificate", "good"]).output().unwrap();
    assert!(!alone.status.success() && String::from_utf8_lossy(&alone.stderr).contains("--tls"));
}

fn judged(defect: Option<&str>) -> Outcome {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    let contract = Arc::new(read(&[Input { name: "page.txt", text }]));
    let defect = defect.map(|id| reference::find(id).unwrap());
    let source = Source::Each(Arc::new(move || Arc::new(Reference::new(defect))));
    let choice = Choice { clauses: vec!["*/transport/certificate".into()], ..Choice::default() };
    Run { choice, ..Run::new(contract, source) }.outcome().unwrap()
}

#[test]
fn who_trusts_too_many_or_nobody_is_found() {
    assert!(judged(None).verdicts.iter().all(|v| v.verdict == Verdict::Kept));
    for (defect, class, transforms) in [
        (
            "T10",
            "T10",
            &[
                "a certificate of another host is trusted",
                "a certificate that has expired is trusted",
                "a certificate that is not yet good is trusted",
                "a certificate of an unknown authority is trusted",
                "a certificate that vouches for itself is trusted",
            ][..],
        ),
        (
            "T10-second",
            "T10",
            &[
                "a certificate of another host is trusted",
                "a certificate that has expired is trusted",
                "a certificate that is not yet good is trusted",
                "a certificate of an unknown authority is trusted",
                "a certificate that vouches for itself is trusted",
            ],
        ),
        ("T10-host", "T10", &["a certificate of another host is trusted"]),
        ("T10-time", "T10", &["a certificate that has expired is trusted"]),
        ("T10-plain", "T10", &["an https endpoint is called without TLS"]),
        ("T17-authority", "T17", &["the certificate authority is ignored"]),
    ] {
        let outcome = judged(Some(defect));
        let mut found: Vec<&str> = outcome.findings.iter().map(|f| f.transform.as_str()).collect();
        found.sort_by_key(|transform| transforms.iter().position(|t| t == transform));
        assert_eq!(found, transforms, "{defect}");
        assert!(outcome.findings.iter().all(|f| f.class.as_deref() == Some(class)), "{defect}");
        assert!(outcome.findings.iter().all(|f| !f.message.contains("fineprint-ca")), "{defect}");
    }
}
