//! Real SDKs from their registries, behind our drivers: `cargo test --features sdks --test sdks`.

mod check;
#[path = "../suite/component.rs"]
mod component;
mod corpus;
mod families;
mod validity;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fineprint::driver::install::{Package, install};
use fineprint::driver::{Call, ErrorKind, Link, Reply, Source, Surroundings, Target};
use serde_json::{Map, Value, json};

const DEADLINE: Duration = Duration::from_secs(20);

fn surroundings() -> Surroundings {
    let temp = std::env::temp_dir();
    // Kept between runs: what is tested is the SDK, not the registry.
    let cache = temp.join("fineprint-sdks");
    Surroundings { path: std::env::var("PATH").unwrap(), lang: String::new(), temp, cache }
}

async fn appstream(version: &str) -> Link {
    let package = Package::parse(&format!("pypi:alibabacloud-appstream-center20210901=={version}")).unwrap();
    let command = install(&package, &surroundings(), &mut |_| {}).unwrap();
    let mut link = Link::start(&Source::Command(command)).await.unwrap();
    assert_eq!(link.hello().client.version, version);
    link.echo_check().await.unwrap();
    link
}

/// A server that gives one answer to all, and keeps the bodies of the requests.
struct Server {
    endpoint: String,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn answering(status: u16, body: &str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let bodies: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        let head = format!("HTTP/1.1 {status} -\r\nContent-Type: application/json;charset=utf-8\r\nx-shown: yes\r\n");
        let answer = format!("{head}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).unwrap();
                    match line.to_ascii_lowercase().split_once(':') {
                        Some(("content-length", n)) => length = n.trim().parse().unwrap(),
                        _ if line.trim().is_empty() => break,
                        _ => {}
                    }
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).unwrap();
                kept.lock().unwrap().push(String::from_utf8(body).unwrap());
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        Server { endpoint, bodies }
    }

    fn call(&self, params: Value) -> Call {
        let Value::Object(params) = params else { panic!("parameters are an object") };
        let client = Target {
            key: self.endpoint.clone(),
            endpoint: self.endpoint.clone(),
            region: "cn-hangzhou".into(),
            access_key_id: "testid".into(),
            access_key_secret: "testsecret".into(),
            connect_timeout_ms: 1000,
            read_timeout_ms: 2000,
            max_attempts: None,
            ca_file: None,
            security_token: None,
            bearer_token: None,
        };
        Call { operation: "CreateImageByInstance".into(), params, api: Arc::default(), client }
    }
}

const VERSIONS: [&str; 2] = ["5.9.0", "4.7.3"];

#[tokio::test]
async fn parameters_go_out_and_the_answer_comes_back_under_wire_names() {
    let told =
        json!({"Code": "200", "Success": true, "RequestId": "r-1", "Message": "é😀", "Data": {"ImageId": "i-1"}});
    let server = Server::answering(200, &told.to_string());
    for version in VERSIONS {
        let mut link = appstream(version).await;
        let params = json!({"ImageName": "a+b ~é😀", "BizType": 0, "AutoCleanUserdata": false, "DiskType": null});
        let Reply::Ok { value, http } = link.call(&server.call(params), DEADLINE).await.unwrap() else {
            panic!("no ok")
        };
        assert_eq!(value, told);
        let http = http.unwrap();
        assert_eq!((http.status, &http.headers.unwrap()["x-shown"]), (Some(200), &json!("yes")));
        let body = server.bodies.lock().unwrap().pop().unwrap();
        let mut pairs: Vec<&str> = body.split('&').collect();
        pairs.sort();
        // `False` is the SDK's own doing, and what fineprint is there to find.
        assert_eq!(pairs, ["AutoCleanUserdata=False", "BizType=0", "ImageName=a%2Bb+~%C3%A9%F0%9F%98%80"]);
        link.stop().await;
    }
}

#[tokio::test]
async fn a_null_is_left_out_since_the_models_cannot_tell_it_from_absent() {
    let server = Server::answering(200, r#"{"Code":null,"Data":null,"RequestId":"r"}"#);
    for version in VERSIONS {
        let mut link = appstream(version).await;
        assert!(!link.hello().can("null"));
        let reply = link.call(&server.call(json!({})), DEADLINE).await.unwrap();
        assert!(matches!(reply, Reply::Ok { value, .. } if value == json!({"RequestId": "r"})));
        link.stop().await;
    }
}

#[tokio::test]
async fn an_error_is_told_as_the_sdk_shows_it() {
    let body = r#"{"Code":"Instance.NotFound","Message":"not here","RequestId":"r-2","HostId":"h"}"#;
    let server = Server::answering(404, body);
    for version in VERSIONS {
        let mut link = appstream(version).await;
        let Reply::Error(error) = link.call(&server.call(json!({})), DEADLINE).await.unwrap() else {
            panic!("no error")
        };
        assert_eq!((error.kind, error.http_status), (ErrorKind::Service, Some(404)));
        assert_eq!((error.code, error.request_id), (Some(json!("Instance.NotFound")), Some(json!("r-2"))));
        // The SDK's own doing, and what fineprint is there to find.
        assert_eq!(error.message, Some(json!("code: 404, not here request id: r-2")));
        assert_eq!(error.more.unwrap()["HostId"], json!("h"));
        link.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_json_is_a_decode_error() {
    let server = Server::answering(502, "<html>bad gateway</html>");
    for version in VERSIONS {
        let mut link = appstream(version).await;
        let Reply::Error(error) = link.call(&server.call(json!({})), DEADLINE).await.unwrap() else {
            panic!("no error")
        };
        assert_eq!(error.kind, ErrorKind::Decode);
        link.stop().await;
    }
}

#[tokio::test]
async fn what_the_sdk_has_no_member_for_is_unsupported() {
    let server = Server::answering(200, "{}");
    let mut link = appstream("4.7.3").await;
    let reply = link.call(&server.call(json!({"TagList": []})), DEADLINE).await.unwrap();
    assert!(matches!(reply, Reply::Unsupported(it) if it.param.as_deref() == Some("TagList")));
    let mut other = server.call(Value::Object(Map::new()));
    other.operation = "CreateImageByInstanceX".into();
    let reply = link.call(&other, DEADLINE).await.unwrap();
    assert!(matches!(reply, Reply::Unsupported(it) if it.operation.is_some()));
    assert_eq!(server.bodies.lock().unwrap().len(), 0);
    link.stop().await;
}

#[tokio::test]
async fn its_members_are_described_by_wire_name() {
    let mut link = appstream("5.9.0").await;
    let described = link.describe("CreateImageByInstance").await.unwrap();
    assert!(described.request.iter().any(|path| path == "TagList[].Key"));
    assert!(described.response.iter().any(|path| path == "Data.ImageId"));
    assert_eq!(link.describe("NoSuchOperation").await, None);
    link.stop().await;
}

#[tokio::test]
async fn parallel_calls_get_their_own_answers() {
    let server = Server::answering(200, r#"{"RequestId":"r"}"#);
    let mut link = appstream("5.9.0").await;
    let calls: Vec<Call> = (0..8).map(|n| server.call(json!({"ImageName": n.to_string()}))).collect();
    for reply in link.calls(&calls, &[], DEADLINE).await {
        assert!(matches!(reply.unwrap(), Reply::Ok { .. }));
    }
    assert_eq!(server.bodies.lock().unwrap().len(), 8);
    link.stop().await;
}

#[test]
fn a_version_that_does_not_exist_is_told_with_those_near_it() {
    let package = Package::parse("pypi:alibabacloud-appstream-center20210901==5.8.5").unwrap();
    let error = install(&package, &surroundings(), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("near it are 5.8.0 and 5.9.0"), "{error}");
}
