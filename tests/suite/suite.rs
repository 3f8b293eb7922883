//! The Rust face: a client held to a page over a test's own wiremock server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fineprint::driver::ErrorKind;
use fineprint::fake::Say;
use fineprint::outcome::Verdict;
use fineprint::reference::{self, Reference};
use fineprint::{Call, Client as _, Fake, Outcome, Reply, Suite};
use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::faces;

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

fn suite() -> Suite {
    Suite::of_page("page.txt", PAGE)
}

/// The reference client as an async closure, as a user would write one around an SDK.
async fn run(suite: Suite, server: &MockServer, defect: Option<&str>) -> Outcome {
    let client = Arc::new(Reference::new(defect.map(|id| reference::find(id).expect("there is such a defect"))));
    let call = move |call: Call| {
        let client = Arc::clone(&client);
        async move { client.call(&call).await }
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
        "transport/slow",
        "transport/drip",
        "transport/late",
        "transport/chunked",
        "transport/interim",
        "transport/garbage",
        "transport/redirect-foreign",
        "transport/certificate",
        "wire/framing",
        "session/cancel",
        "session/security-token",
    ];
    assert_eq!(untested, expected.map(|rest| format!("CreateImageByInstance/{rest}")));
    let reasons =
        outcome.verdicts.iter().filter(|v| v.verdict == Verdict::Untested).filter_map(|v| v.reason.as_deref());
    let own = [
        "the client takes no certificate authority",
        "the client cannot be told to cancel",
        "the client takes no security token",
    ];
    assert!(reasons.into_iter().all(|r| r == "needs the tap" || own.contains(&r)));
    assert_eq!(outcome.coverage.of(Verdict::Kept), outcome.verdicts.len() - expected.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoilt_client_is_found_on_any_runtime() {
    for (defect, area, rule) in [
        ("P01", "*/response/*", "member-dropped"),
        ("E01", "*/error/*", "error-code-changed"),
        ("R02", "*/request/*/sent", "misnamed-parameter"),
    ] {
        let server = MockServer::start().await;
        let outcome = run(suite().clauses(area), &server, Some(defect)).await;
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
async fn assert_kept_shows_the_page_the_call_and_what_was_served() {
    let server = MockServer::start().await;
    let outcome = run(suite().clauses("*/error/400:ExceedBuilderQuota/code"), &server, Some("E01")).await;
    let panic = std::panic::catch_unwind(|| outcome.assert_kept()).expect_err("the code is changed");
    let text = panic.downcast_ref::<String>().expect("a text").clone();
    let line = PAGE.lines().position(|l| l.contains("ExceedBuilderQuota")).expect("the page has it") + 1;
    for part in [
        "error[error-code-changed]",
        "breaks CreateImageByInstance/error/400:ExceedBuilderQuota/code",
        &format!("page   page.txt:{line}: "),
        "call   {\"operation\":\"CreateImageByInstance\"",
        "sent   POST",
        "served HTTP/1.1 400 Bad Request",
        "\"Code\":\"ExceedBuilderQuota\"",
        "got    {\"error\":",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

#[tokio::test]
async fn a_secret_anywhere_in_the_request_is_seen() {
    let server = MockServer::start().await;
    let leaks = async |call: Call| {
        let address = call.client.endpoint.trim_start_matches("http://").to_owned();
        let target = format!("/?Action={}&Debug={}", call.operation, call.client.access_key_secret);
        let (status, _, body) = faces::get(&address, &target).await.expect("it answers");
        Reply::from_http(status, &body)
    };
    let outcome = suite().clauses("*/session/secrecy").clauses("*/wire/action").run(&server, leaks).await;
    assert!(outcome.findings.iter().any(|f| f.rule == "secret-shown"), "{outcome:?}");
}

#[tokio::test]
async fn a_users_own_mocks_stay() {
    let server = MockServer::start().await;
    Mock::given(path("/health")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(418)).mount(&server).await;
    let client = |call: Call| async move {
        let address = call.client.endpoint.trim_start_matches("http://").to_owned();
        // The user's own mock answers in the middle of a run, too.
        assert_eq!(faces::get(&address, "/health").await.expect("it answers").0, 204);
        bare(call).await
    };
    suite().clauses("*/error/400:Image.NotExist/code").run(&server, client).await.assert_kept();
    for (target, status) in [("/health", 204), (TARGET, 418)] {
        assert_eq!(status_of(&server, target).await, status, "{target} after the run");
    }
}

#[tokio::test]
async fn one_server_takes_one_run_after_the_other() {
    let server = MockServer::start().await;
    for seed in 0..3 {
        let only = suite().clauses("*/error/400:Image.NotExist/*").seed(seed);
        run(only, &server, None).await.assert_kept();
    }
}

#[tokio::test]
async fn two_runs_at_once_do_not_meet() {
    let (one, other) = (MockServer::start().await, MockServer::start().await);
    let only = || suite().clauses("*/error/*");
    let (kept, broken) = tokio::join!(run(only(), &one, None), run(only(), &other, Some("E01")));
    kept.assert_kept();
    assert!(broken.findings.iter().any(|f| f.rule == "error-code-changed"), "{:?}", broken.findings);
}

#[tokio::test]
async fn a_closure_may_hold_its_client() {
    let server = MockServer::start().await;
    let held = Arc::new(Reference::new(None));
    let only = suite().clauses("*/error/*").random(0).strength(1);
    let outcome = only
        .run(&server, move |call| {
            let held = Arc::clone(&held);
            async move { held.call(&call).await }
        })
        .await;
    outcome.assert_kept();
}

/// What a client without signature or parameters surfaces: enough for the errors of a page.
async fn bare(call: Call) -> Reply {
    let version = call.api.version.as_deref().unwrap_or_default();
    let target = format!("/?Action={}&Version={version}", call.operation);
    match faces::get(call.client.endpoint.trim_start_matches("http://"), &target).await {
        Ok((status, _, body)) => Reply::from_http(status, &body),
        Err(error) => Reply::error(ErrorKind::Transport, error.to_string()),
    }
}

const TARGET: &str = "/?Action=CreateImageByInstance&Version=2021-09-01";

async fn status_of(server: &MockServer, target: &str) -> u16 {
    faces::get(&server.address().to_string(), target).await.expect("it answers").0
}

#[tokio::test]
async fn an_async_closure_and_a_function_are_clients() {
    let server = MockServer::start().await;
    let only = || suite().clauses("*/error/400:Image.NotExist/*");
    only().run(&server, async |call: Call| bare(call).await).await.assert_kept();
    only().run(&server, bare).await.assert_kept();
}

#[tokio::test]
async fn a_request_that_names_another_operation_is_seen_by_its_key() {
    let server = MockServer::start().await;
    let misspelt = |call: Call| async move {
        let key = &call.client.access_key_id;
        let address = call.client.endpoint.trim_start_matches("http://").to_owned();
        let (status, _, body) =
            faces::get(&address, &format!("/?Action=MakeImage&AccessKeyId={key}")).await.expect("it answers");
        Reply::from_http(status, &body)
    };
    let only = suite().clauses("*/wire/action").clauses("*/session/hidden-traffic");
    let outcome = only.run(&server, misspelt).await;
    let finding = outcome.findings.iter().find(|f| f.rule == "wrong-action");
    assert!(finding.is_some_and(|f| f.message.contains("MakeImage")), "{outcome:?}");
    assert_eq!(outcome.verdict("CreateImageByInstance/wire/action"), Some(Verdict::Broken));
}

#[tokio::test]
async fn a_client_that_panics_or_refuses_or_invents_gets_a_verdict() {
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

/// Counts the calls that were given up.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_client_that_hangs_gets_a_verdict_and_its_calls_are_given_up() {
    let server = MockServer::start().await;
    let (begun, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, guards) = (Arc::clone(&begun), Arc::clone(&dropped));
    let hangs = move |_: Call| {
        count.fetch_add(1, Ordering::SeqCst);
        let guard = Dropped(Arc::clone(&guards));
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    };
    let outcome = suite().clauses("*/response/sample").run(&server, hangs).await;
    assert_eq!(outcome.verdicts[0].verdict, Verdict::Errored);
    assert!(outcome.verdicts[0].reason.as_deref().is_some_and(|r| r.contains("no reply within")), "{outcome:?}");
    // What is aborted is dropped when the runtime comes to it.
    tokio::task::yield_now().await;
    assert_eq!(dropped.load(Ordering::SeqCst), begun.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_test_that_gives_up_ends_the_run_and_gets_its_server_back() {
    let server = MockServer::start().await;
    let (call_made, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let client = move |call: Call| {
        // After the test has given up nobody hears.
        let _ = call_made.send(());
        bare(call)
    };
    let only = suite();
    tokio::select! {
        _ = only.run(&server, client) => panic!("a whole run is longer than a call"),
        _ = heard.recv() => {}
    }
    // The run drops the closure at its end, and with it the sender.
    while heard.recv().await.is_some() {}
    while status_of(&server, TARGET).await != 404 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_fake_says_what_it_is_told() {
    let server = MockServer::start().await;
    let contract = Arc::new(fineprint::read(&[fineprint::extract::Input { name: "page.txt", text: PAGE }]));
    let fake = Fake::mount(Arc::clone(&contract), &server).await;
    let address = server.address().to_string();
    for error in &contract.operations[0].errors {
        fake.say(Say::Error(error.code.clone()), 1);
        let (status, _, body) = faces::get(&address, TARGET).await.expect("it answers");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!((status, &body["Code"], &body["Message"]), (400, &json!(error.code), &json!(error.message)));
    }
    fake.say(Say::Sample, 1);
    let (status, _, body) = faces::get(&address, TARGET).await.expect("it answers");
    assert!(status == 200 && String::from_utf8_lossy(&body).contains("imgc-07hnjj5fp****"));
    assert_eq!(fake.requests().len(), 1);
    assert_eq!(status_of(&server, "/?Action=SomethingElse").await, 404, "other calls are for other mocks");
}
