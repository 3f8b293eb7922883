//! The misbehaving Python client of the corpus, for each way to break the protocol.

use std::time::Duration;

use fineprint::driver::{Broken, Call, Command, Link, Reply, Source};
use serde_json::{Value, json};

use crate::{DEADLINE, Server, surroundings};

#[expect(clippy::print_stderr, reason = "a test says what it leaves out")]
fn client(defect: Option<&str>) -> Option<Command> {
    let Ok(corpus) = std::env::var("FINEPRINT_CORPUS") else {
        eprintln!("FINEPRINT_CORPUS is not set: the client of the corpus is left out");
        return None;
    };
    let script = format!("{corpus}/clients/client.py");
    assert!(std::fs::exists(&script).unwrap(), "no {script}");
    let argv = ["python3", &script].into_iter().chain(defect.iter().flat_map(|id| ["--bug", *id]));
    let mut command = Command::new(argv, &surroundings());
    command.hello_within = Duration::from_secs(3);
    Some(command)
}

/// Makes calls until one breaks, at most thirty.
async fn breaks(defect: &str, params: Value) -> Option<Broken> {
    let server = Server::answering(200, r#"{"Success":true}"#);
    let mut link = Link::start(&Source::Command(client(Some(defect)).unwrap())).await.unwrap();
    for _ in 0..30 {
        if let Err(broken) = link.call(&server.call(params.clone()), Duration::from_secs(3)).await {
            return Some(broken);
        }
    }
    None
}

#[tokio::test]
async fn the_honest_client_passes() {
    let Some(command) = client(None) else { return };
    let mut link = Link::start(&Source::Command(command)).await.unwrap();
    link.echo_check().await.unwrap();
    assert_eq!(link.describe("CreateImageByInstance").await.unwrap().request.len(), 9);
    let server = Server::answering(200, r#"{"Success":true}"#);
    let calls: Vec<Call> = (0..50).map(|n| server.call(json!({"ImageName": n.to_string()}))).collect();
    for reply in link.calls(&calls, &[], DEADLINE).await {
        assert!(matches!(reply.unwrap(), Reply::Ok { value, .. } if value == json!({"Success": true})));
    }
    link.settle().await.unwrap();
    link.stop().await;
}

#[tokio::test]
async fn each_way_to_misbehave_is_told_for_what_it_is() {
    let Some(silent) = client(Some("X-silent")) else { return };
    assert!(Link::start(&Source::Command(silent)).await.is_err());
    let mut echo = Link::start(&Source::Command(client(Some("X-echo")).unwrap())).await.unwrap();
    let Err(Broken::Babbled { why, .. }) = echo.echo_check().await else { panic!("X-echo passes") };
    assert!(why.contains("integers come back as floats"), "{why}");

    for (defect, expected) in [
        ("X-noise", "not JSON"),
        ("X-unknown-id", "an id that is not open"),
        ("X-twice", "a second answer"),
        ("X-flood", "a line over 8 MiB"),
    ] {
        let Some(Broken::Babbled { why, .. }) = breaks(defect, json!({})).await else { panic!("{defect} passes") };
        assert!(why.contains(expected), "{defect}: {why}");
    }
    let died = breaks("X-dies-on-value", json!({"DiskType": "ALL"})).await;
    assert!(matches!(died, Some(Broken::Died { status, .. }) if status == "exit status 3"));
    let ended = breaks("X-exit-zero", json!({})).await;
    assert!(matches!(ended, Some(Broken::Died { status, .. }) if status == "exit status 0"));
    let hung = breaks("X-hangs-on-value", json!({"AutoCleanUserdata": true})).await;
    assert!(matches!(hung, Some(Broken::Hung { .. })));
}
