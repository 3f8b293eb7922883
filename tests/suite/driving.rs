//! A driver is held to the protocol, and ends whatever it does.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fineprint::driver::{Broken, Call, Command, Link, Reply, Source, Surroundings, Target};
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

const DEADLINE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(1);

fn surroundings() -> Surroundings {
    Surroundings {
        path: std::env::var("PATH").unwrap(),
        lang: String::new(),
        temp: std::env::temp_dir(),
        cache: std::env::temp_dir(),
    }
}

fn shell(arguments: &[&str]) -> Command {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/drivers/driver.sh");
    Command::new(["/bin/sh", script].iter().chain(arguments).copied(), &surroundings())
}

async fn link(mode: &str) -> Link {
    Link::start(&Source::Command(shell(&[mode]))).await.unwrap()
}

fn call_with(params: Value) -> Call {
    let Value::Object(params) = params else { panic!("parameters are an object") };
    let client = Target {
        key: "lane-1-a".into(),
        endpoint: "http://127.0.0.1:1".into(),
        region: "cn-hangzhou".into(),
        access_key_id: "id".into(),
        access_key_secret: "secret".into(),
        connect_timeout_ms: 1000,
        read_timeout_ms: 1000,
        max_attempts: None,
        ca_file: None,
        security_token: None,
        bearer_token: None,
    };
    Call { operation: "CreateImage".into(), params, api: Default::default(), client }
}

fn call() -> Call {
    call_with(Value::Object(Map::new()))
}

fn ok(reply: Result<Reply, Broken>) -> Value {
    match reply {
        Ok(Reply::Ok { value, .. }) => value,
        other => panic!("no ok: {other:?}"),
    }
}

async fn broken(mode: &str) -> Broken {
    let mut link = link(mode).await;
    let broken = link.call(&call(), DEADLINE).await.unwrap_err();
    assert_eq!(link.call(&call(), DEADLINE).await.unwrap_err(), broken, "after that the process is dead");
    broken
}

async fn babbles(mode: &str, expected: &str, said: &str) {
    match broken(mode).await {
        Broken::Babbled { why, line, .. } => {
            assert!(why.contains(expected), "{why}");
            assert!(line.starts_with(said), "{line}");
            assert!(line.chars().count() <= 201);
        }
        other => panic!("{other:?}"),
    }
}

async fn does_not_start(command: Command) -> String {
    match Link::start(&Source::Command(command)).await {
        Ok(_) => panic!("it started"),
        Err(error) => {
            assert!(error.is_client());
            error.to_string()
        }
    }
}

#[tokio::test]
async fn an_honest_driver_is_heard_from_hello_to_bye() {
    let mut link = link("honest").await;
    assert_eq!(link.hello().driver.name, "shell");
    assert!(link.hello().can("null") && !link.hello().can("headers"));
    link.echo_check().await.unwrap();
    let described = link.describe("CreateImage").await.unwrap();
    assert_eq!((described.request[0].as_str(), described.response[0].as_str()), ("ImageName", "Data.ImageId"));
    for n in 3..10 {
        assert_eq!(ok(link.call(&call(), DEADLINE).await), json!({ "Answers": format!("c{n}") }));
    }
    link.settle().await.unwrap();
    link.stop().await;
}

#[tokio::test]
async fn parameters_arrive_as_they_were_given() {
    let mut link = link("params").await;
    for params in [
        json!({"ImageName": "a+b ~* 😀\n", "AutoCleanUserdata": true, "BizType": 1, "None": null}),
        json!({"Big": i64::MAX, "Bigger": {"$int": "123456789012345678901234567890"}, "Odd": {"$int": 1}}),
    ] {
        assert_eq!(ok(link.call(&call_with(params.clone()), DEADLINE).await), params);
    }
}

#[tokio::test]
async fn a_closed_object_is_told_with_the_next_message() {
    let mut link = link("closed").await;
    link.close_object("lane-1-a");
    link.close_object("lane-1-b");
    assert_eq!(ok(link.call(&call(), DEADLINE).await), json!(" lane-1-a lane-1-b"));
}

#[tokio::test]
async fn parallel_calls_are_open_at_once_and_matched_whatever_the_order() {
    let mut link = link("reversed").await;
    let replies = link.calls(&[call(), call(), call(), call(), call(), call()], &[], DEADLINE).await;
    let ids: Vec<Value> = replies.into_iter().map(|reply| ok(reply)["Answers"].clone()).collect();
    assert_eq!(json!(ids), json!(["c1", "c2", "c3", "c4", "c5", "c6"]));
}

#[tokio::test]
async fn no_more_calls_are_open_than_the_driver_takes() {
    let mut narrow = link("honest").await;
    assert_eq!(narrow.calls(&[call(), call()], &[], DEADLINE).await.len(), 2);
    // It answers only when a second call is open.
    let mut late = link("late").await;
    assert!(matches!(late.calls(&[call(), call()], &[], SOON).await[0], Err(Broken::Hung { .. })));
}

#[tokio::test]
async fn a_call_that_was_given_up_may_be_answered_late() {
    let mut link = link("late").await;
    let given_up = tokio::time::timeout(SOON, link.call(&call(), DEADLINE)).await;
    assert!(given_up.is_err());
    assert_eq!(ok(link.call(&call(), DEADLINE).await), json!({"Answers": "c2"}));
    link.settle().await.unwrap();
}

#[tokio::test]
async fn what_is_no_answer_is_babble() {
    babbles("noise", "not JSON", "DEBUG sending request").await;
    babbles("list", "sequence, expected an object", "[\"result\",\"c1\"").await;
    babbles("latin", "not UTF-8", "{\"t\":\"result\"").await;
    babbles("both", "exactly one of", "{\"t\":\"result\"").await;
    babbles("nobody", "an id that is not open", "{\"t\":\"result\",\"id\":\"nobody\"").await;
    babbles("earlier", "an id that is not open", "{\"t\":\"result\",\"id\":\"c999\"").await;
}

#[tokio::test]
async fn a_second_answer_is_noticed_at_the_next_call() {
    let mut link = link("twice").await;
    link.call(&call(), DEADLINE).await.unwrap();
    let Err(Broken::Babbled { why, .. }) = link.call(&call(), DEADLINE).await else { panic!("not noticed") };
    assert_eq!(why, "a second answer to `c1`");
}

#[tokio::test]
async fn a_second_answer_is_noticed_between_calls() {
    let mut link = link("twice").await;
    link.call(&call(), DEADLINE).await.unwrap();
    let until = Instant::now() + DEADLINE;
    while link.settle().await.is_ok() {
        assert!(Instant::now() < until);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_line_over_the_limit_is_not_read_to_its_end() {
    let started = Instant::now();
    babbles("flood", "a line over 8 MiB", "xxxx").await;
    assert!(started.elapsed() < DEADLINE);
    let mut large = link("large").await;
    assert_eq!(ok(large.call(&call(), DEADLINE).await).as_str().unwrap().len(), 8_000_000);
}

#[tokio::test]
async fn a_call_over_the_limit_is_not_sent() {
    let mut link = link("params").await;
    let reply = link.call(&call_with(json!({"Text": "x".repeat(9 << 20)})), DEADLINE).await;
    assert!(matches!(reply, Ok(Reply::DriverError(why)) if why.contains("8 MiB")));
    let text = json!({"Text": "x".repeat(200_000)});
    assert_eq!(ok(link.call(&call_with(text.clone()), DEADLINE).await), text, "more than a pipe holds");
}

#[tokio::test]
async fn a_death_is_told_with_its_status_and_last_words() {
    assert_eq!(broken("dies").await, Broken::Died { status: "exit status 3".into(), stderr: "out of luck\n".into() });
    assert_eq!(broken("exits").await, Broken::Died { status: "exit status 0".into(), stderr: "".into() });
    assert_eq!(broken("killed").await, Broken::Died { status: "signal 9".into(), stderr: "".into() });
    assert!(matches!(broken("mute").await, Broken::Died { status, .. } if status.contains("closed")));
}

#[tokio::test]
async fn a_hang_is_told_with_its_deadline() {
    let mut link = link("hangs").await;
    let hung = link.call(&call(), SOON).await.unwrap_err();
    assert_eq!(hung, Broken::Hung { after: SOON, stderr: "waiting\n".into() });
}

#[tokio::test]
async fn a_driver_that_reads_no_more_holds_nobody_up() {
    let (deaf, mut link) = (link("deaf"), link("deaf").await);
    link.call(&call(), DEADLINE).await.unwrap();
    // More than a pipe holds.
    let large = call_with(json!({"Text": "x".repeat(1 << 20)}));
    assert!(matches!(link.call(&large, SOON).await, Err(Broken::Hung { after: SOON, .. })));
    assert_eq!(link.id(), None, "its process is gone");

    let mut link = deaf.await;
    link.call(&call(), DEADLINE).await.unwrap();
    let given_up = tokio::time::timeout(SOON, link.call(&large, DEADLINE)).await;
    assert!(given_up.is_err());
    tokio::time::timeout(DEADLINE, link.stop()).await.expect("nobody waits for it to read its bye");
}

#[tokio::test]
async fn a_driver_that_hoards_memory_is_ended_by_its_deadline() {
    let hoards = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients/faulty.py");
    let command = Command::new(["python3", hoards, "hoards"], &surroundings());
    let mut link = Link::start(&Source::Command(command)).await.unwrap();
    assert!(link.id().is_some());
    assert!(matches!(link.call(&call(), SOON).await, Err(Broken::Hung { after: SOON, .. })));
    assert_eq!(link.id(), None, "its process is gone, and its memory with it");
}

#[tokio::test]
async fn of_a_long_log_the_end_is_kept() {
    let mut link = link("chatty").await;
    let Err(Broken::Hung { stderr, .. }) = link.call(&call(), SOON).await else { panic!("no hang") };
    assert_eq!(stderr.len(), 64 << 10);
    assert!(stderr.ends_with("xxxwaiting\n"));
}

#[tokio::test]
async fn an_echo_that_changes_a_value_says_which() {
    for (mode, expected) in
        [("echo", "integers come back as floats: 7 as 7.0"), ("lossy", "\"😀\" comes back as \"?\"")]
    {
        let Err(Broken::Babbled { why, .. }) = link(mode).await.echo_check().await else { panic!("{mode} passes") };
        assert!(why.contains(expected), "{why}");
    }
}

#[tokio::test]
async fn a_driver_without_a_hello_is_told_apart_from_one_that_dies() {
    let mut silent = shell(&["silent"]);
    silent.hello_within = SOON;
    assert!(does_not_start(silent).await.contains("said no hello within 1 s"));
    let mut slow = shell(&["slow"]);
    slow.hello_within = Duration::from_millis(100);
    assert!(does_not_start(slow).await.contains("said no hello within 0.1 s"));
    assert_eq!(link("slow").await.hello().driver.name, "shell", "late, and still in time");
    let stillborn = does_not_start(shell(&["stillborn"])).await;
    assert!(stillborn.contains("exit status 4") && stillborn.ends_with("cannot load the SDK"), "{stillborn}");
    assert!(does_not_start(shell(&["noisy"])).await.contains("`starting up ...`"));
    assert!(does_not_start(shell(&["future"])).await.contains("version 2 of the protocol"));
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_named_with_a_way_out() {
    let here = |argv: &[&str]| {
        let mut command = Command::new(argv.iter().copied(), &surroundings());
        command.dir = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/drivers").into());
        command
    };
    let told = does_not_start(here(&["no-such-program"])).await;
    assert_eq!(told, "cannot start `no-such-program`: it is not on the PATH");
    assert!(does_not_start(here(&["driver.sh"])).await.contains("say `./driver.sh`"));
    let mut nowhere = here(&["/bin/sh"]);
    nowhere.dir = Some("/no/such/folder".into());
    assert!(does_not_start(nowhere).await.contains("no such folder `/no/such/folder`"));
    let nothing = Link::start(&Source::Command(here(&[]))).await.err().unwrap();
    assert!(nothing.is_usage());
}

#[tokio::test]
async fn the_environment_is_clean_and_the_home_its_own() {
    let mut command = shell(&["environment"]);
    command.env.push(("EXTRA".into(), "1".into()));
    let names = ok(Link::start(&Source::Command(command)).await.unwrap().call(&call(), DEADLINE).await);
    let theirs: Vec<&str> =
        names.as_str().unwrap().split_whitespace().filter(|n| !["PWD", "_", "OLDPWD", "SHLVL"].contains(n)).collect();
    assert_eq!(theirs, ["EXTRA", "FINEPRINT_PROTOCOL", "HOME", "LANG", "LC_ALL", "PATH", "PYTHONUNBUFFERED", "TMPDIR"]);

    let mut visitor = link("home").await;
    let home = PathBuf::from(ok(visitor.call(&call(), DEADLINE).await).as_str().unwrap());
    assert!(home.join("visited").exists());
    visitor.stop().await;
    assert!(!home.exists());
}

/// A named pipe that the driver's child holds open: read to its end, everyone is dead.
struct Family(PathBuf);

impl Family {
    fn new() -> Family {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("fineprint-family-{}-{n}", process::id()));
        assert!(process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        Family(path)
    }

    /// Starts the family, and gives what ends when all of it has.
    async fn start(&self) -> (Link, impl Future<Output = ()> + use<>) {
        let mut link = Link::start(&Source::Command(shell(&["family", self.0.to_str().unwrap()]))).await.unwrap();
        let path = self.0.clone();
        let ((alive, start), (dead, end)) = (oneshot::channel(), oneshot::channel());
        // To open the pipe waits for the child, and to read it for the child's end.
        thread::spawn(move || {
            let mut pipe = File::open(path).unwrap();
            alive.send(()).unwrap();
            dead.send(pipe.read_to_end(&mut Vec::new()).unwrap()).unwrap();
        });
        link.call(&call(), DEADLINE).await.unwrap();
        start.await.unwrap();
        (link, async { assert_eq!(tokio::time::timeout(DEADLINE, end).await.expect("an orphan lives on"), Ok(0)) })
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[tokio::test]
async fn however_a_driver_ends_its_children_end_with_it() {
    let family = Family::new();
    let (link, end) = family.start().await;
    drop(link);
    end.await;

    let (link, end) = family.start().await;
    link.stop().await;
    end.await;

    let (mut link, end) = family.start().await;
    link.kill().await;
    end.await;

    let (mut link, end) = family.start().await;
    link.call(&call(), SOON).await.unwrap_err();
    end.await;
}

#[test]
fn a_link_may_outlive_its_runtime() {
    let family = Family::new();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let (link, end) = first.block_on(family.start());
    drop(first);
    drop(link);
    runtime().block_on(end);
}

#[tokio::test]
async fn a_driver_that_ignores_bye_is_killed() {
    let started = Instant::now();
    link("stays").await.stop().await;
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_client_in_this_process_is_called_the_same_way() {
    let client = |call: Call| async move {
        match call.params.get("Do").and_then(Value::as_str) {
            Some("panic") => panic!("no luck"),
            Some("hang") => std::future::pending().await,
            _ => Reply::Ok { value: Value::Object(call.params), http: None },
        }
    };
    let mut link = Link::start(&Source::Here(Arc::new(client))).await.unwrap();
    link.echo_check().await.unwrap();
    assert_eq!(ok(link.call(&call_with(json!({"A": 1})), DEADLINE).await), json!({"A": 1}));
    let panicked = link.call(&call_with(json!({"Do": "panic"})), DEADLINE).await;
    assert_eq!(panicked, Err(Broken::Died { status: "panic: no luck".into(), stderr: String::new() }));
    assert!(matches!(link.call(&call_with(json!({"Do": "hang"})), SOON).await, Err(Broken::Hung { .. })));
    let calls: Vec<Call> = (0..9).map(|n| call_with(json!({"N": n}))).collect();
    let replies: Vec<Value> = link.calls(&calls, &[], DEADLINE).await.into_iter().map(ok).collect();
    assert_eq!(replies[8], json!({"N": 8}));
    link.stop().await;
}
