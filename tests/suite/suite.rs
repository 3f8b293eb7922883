//! The Rust face: a client held to a page over a test's own wiremock server.

use std::sync::Arc;

use fineprint::driver::ErrorKind;
use fineprint::outcome::Verdict;
use fineprint::reference::{self, Reference};
use fineprint::{Call, Client as _, Fake, Outcome, Reply, Suite};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

fn suite() -> Suite {
    Suite::of_page("page.txt", PAGE)
}

/// The reference client as an async closure, as a user would write one around an SDK.
async fn run(suite: Suite, server: &MockServer, defect: Option<&str>) -> Outcome {
    let client = Arc::new(Reference::new(defect.map(|id| reference::find(id).expect("there is such a defect"))));
    let call = move |call: Call| {
        let client = Arc::clone(&client);
        async move { client.call(call).await }
    };
    suite.run(server, call).await
}

#[tokio::test]
async fn an_honest_client_is_kept_and_what_needs_the_tap_is_untested() {
    let server = MockServer::start().await;
    let outcome = run(suite(), &server, None).await;
    outcome.assert_kept();
    let untested: Vec<&str> =
        outcome.verdicts.iter().filter(|v| v.verdict == Verdict::Untested).map(|v| v.clause.as_str()).collect();
    let expected = [
        "transport/truncated",
        "transport/reset",
        "transport/closed",
        "transport/refused",
        "transport/stall",
        "transport/drip",
        "transport/late",
        "transport/chunked",
        "transport/garbage",
        "transport/redirect-foreign",
        "wire/framing",
    ];
    assert_eq!(untested, expected.map(|rest| format!("CreateImageByInstance/{rest}")));
    let reasons = outcome.verdicts.iter().filter(|v| v.verdict == Verdict::Untested).map(|v| v.reason.as_deref());
    assert!(reasons.into_iter().all(|r| r == Some("needs the tap")));
    assert_eq!(outcome.coverage.of(Verdict::Kept), outcome.verdicts.len() - expected.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoilt_client_is_found_on_any_runtime() {
    for (defect, rule) in [("P01", "member-dropped"), ("E01", "error-code-changed"), ("R02", "misnamed-parameter")] {
        let server = MockServer::start().await;
        let outcome = run(suite(), &server, Some(defect)).await;
        assert!(outcome.findings.iter().any(|f| f.rule == rule), "{defect}: {:?}", outcome.findings);
    }
}

#[tokio::test]
#[should_panic(expected = "parameter-dropped")]
async fn assert_kept_says_what_is_broken() {
    let server = MockServer::start().await;
    let only = suite().clauses("*/request/BizType/*");
    run(only, &server, Some("R01")).await.assert_kept();
}

#[tokio::test]
#[should_panic(expected = "no API operation")]
async fn a_page_without_an_operation_is_not_kept() {
    let server = MockServer::start().await;
    run(Suite::of_page("page.txt", "nothing"), &server, None).await.assert_kept();
}

#[tokio::test]
async fn a_users_own_mocks_stay() {
    let server = MockServer::start().await;
    Mock::given(path("/health")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let outcome = run(suite().clauses("*/error/400:Image.NotExist/*"), &server, None).await;
    outcome.assert_kept();
    assert!(get(&server, "/health").await.starts_with("HTTP/1.1 204"));
}

async fn get(server: &MockServer, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(server.address()).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.address());
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    answer
}

#[tokio::test]
async fn a_client_that_panics_or_hangs_gets_a_verdict() {
    let server = MockServer::start().await;
    let only = || suite().clauses("*/response/sample");
    let panics = only().run(&server, |_: Call| async move { panic!("no such luck") }).await;
    assert_eq!(panics.verdicts[0].verdict, Verdict::Errored);
    assert!(panics.verdicts[0].reason.as_deref().is_some_and(|r| r.contains("no such luck")), "{:?}", panics.verdicts);
    let refuses = only().run(&server, |_: Call| async move { Reply::error(ErrorKind::Validation, "I will not") }).await;
    assert_eq!(refuses.findings[0].rule, "stricter-than-page");
    let invents = only().run(&server, |_: Call| async move { Reply::ok(200, json!({})) }).await;
    assert_eq!(invents.findings[0].rule, "success-without-request");
}

#[tokio::test]
async fn the_fake_says_what_it_is_told() {
    let server = MockServer::start().await;
    let contract = Arc::new(fineprint::read(&[fineprint::extract::Input { name: "page.txt", text: PAGE }]));
    let fake = Fake::mount(Arc::clone(&contract), &server).await;
    let target = "/?Action=CreateImageByInstance&Version=2021-09-01";
    for error in &contract.operations[0].errors {
        fake.say(fineprint::fake::Say::Error(error.code.clone()), 1);
        let answer = get(&server, target).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(&error.code) && answer.contains(&error.message));
    }
    fake.say(fineprint::fake::Say::Sample, 1);
    let answer = get(&server, target).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("imgc-07hnjj5fp****"));
    assert_eq!(fake.requests().len(), 1);
    assert!(
        get(&server, "/?Action=SomethingElse").await.starts_with("HTTP/1.1 404"),
        "other calls are for other mocks"
    );
}
