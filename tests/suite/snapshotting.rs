//! Snapshots of what a client surfaces, driven through the built program.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::program::folder;

fn fineprint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fineprint"))
        .args(["--color", "never", "snapshot"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program is built")
}

const FILE: &str = "snapshots/reference__create-image-by-instance.snap";

#[test]
fn a_snapshot_is_pending_until_it_is_accepted_and_then_unchanged() {
    let folder = folder("snapshot-accept");
    let first = fineprint(&folder, &[]);
    assert_eq!(first.status.code(), Some(1), "{first:?}");
    assert!(!folder.join(FILE).exists());
    let pending = std::fs::read(folder.join(format!("{FILE}.new"))).expect("it is pending");
    assert_eq!(fineprint(&folder, &["--accept"]).status.code(), Some(0));
    assert_eq!(std::fs::read(folder.join(FILE)).expect("it is accepted"), pending);
    assert!(!folder.join(format!("{FILE}.new")).exists());
    let written = std::fs::metadata(folder.join(FILE)).and_then(|m| m.modified()).expect("it is there");
    let again = fineprint(&folder, &[]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(std::fs::read_dir(folder.join("snapshots")).expect("a folder").count(), 1, "nothing else is written");
    assert_eq!(std::fs::metadata(folder.join(FILE)).and_then(|m| m.modified()).expect("it is there"), written);
}

#[test]
fn a_snapshot_holds_the_success_and_every_error() {
    let folder = folder("snapshot-whole");
    assert_eq!(fineprint(&folder, &["--accept"]).status.code(), Some(0));
    let text = std::fs::read_to_string(folder.join(FILE)).expect("it is accepted");
    assert!(text.starts_with("---\nsource: fineprint\n"));
    assert_eq!(text.matches("# 400:").count(), 14);
    assert!(text.contains("# the page's own sample") && text.contains("imgc-07hnjj5fp****"));
    assert!(!text.contains("127.0.0.1:") && !text.contains("fp-canary"), "what names the run is masked");
}

#[test]
fn a_client_that_surfaces_less_shows_as_a_change() {
    let folder = folder("snapshot-change");
    assert_eq!(fineprint(&folder, &["--accept"]).status.code(), Some(0));
    let changed = fineprint(&folder, &["--client", "reference:P01"]);
    assert_eq!(changed.status.code(), Some(1));
    let text = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(text.contains("changed") && text.contains("- ") && text.contains("next:"), "{text}");
    let back = fineprint(&folder, &[]);
    assert_eq!(back.status.code(), Some(0));
    assert!(!folder.join(format!("{FILE}.new")).exists(), "a pending file goes when all is as it was");
}

/// A driver in shell that does this with a call whose id is `$id`.
fn driver(call: &str) -> String {
    format!(
        r#"while IFS= read -r line; do
            id=${{line#*\"id\":\"}}; id=${{id%%\"*}}
            case $line in
            *'"t":"hello"'*) echo '{{"t":"hello","protocol":1,"driver":{{"name":"shell","version":"1"}},"client":{{"name":"odd/..","version":"1"}},"can":[]}}' ;;
            *'"t":"echo"'*) printf '%s\n' "$line" ;;
            *'"t":"call"'*) {call} ;;
            esac
        done"#
    )
}

#[test]
fn a_comparison_writes_nothing() {
    let folder = folder("snapshot-compare");
    let first = fineprint(&folder, &["--check"]);
    assert_eq!(first.status.code(), Some(1), "{first:?}");
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0);
    assert_eq!(fineprint(&folder, &["--accept"]).status.code(), Some(0));
    assert_eq!(fineprint(&folder, &["--check"]).status.code(), Some(0));
    assert_eq!(fineprint(&folder, &["--check", "--client", "reference:P01"]).status.code(), Some(1));
    assert_eq!(std::fs::read_dir(folder.join("snapshots")).expect("a folder").count(), 1);
    assert_eq!(fineprint(&folder, &["--check", "--accept"]).status.code(), Some(2));
}

#[test]
fn other_line_ends_are_no_change() {
    let folder = folder("snapshot-line-ends");
    assert_eq!(fineprint(&folder, &["--accept"]).status.code(), Some(0));
    let checked_out = std::fs::read_to_string(folder.join(FILE)).expect("it is accepted").replace('\n', "\r\n");
    std::fs::write(folder.join(FILE), &checked_out).expect("it can be written");
    let again = fineprint(&folder, &[]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(std::fs::read_to_string(folder.join(FILE)).expect("it is there"), checked_out);
}

#[test]
fn what_a_client_draws_itself_is_no_change_and_a_client_that_ends_shows_as_one_that_ended() {
    let folder = folder("snapshot-drawn");
    // The process number and the time stand for all that is new in every run.
    let error = r#"n=$((n+1)); [ $n = 3 ] && exit 7
        now=$(date -u +%Y-%m-%dT%H:%M:%SZ); drawn=$(printf '%08x-0000-4000-8000-%012x' $$ $n)
        printf '{"t":"result","id":"%s","error":{"kind":"other","text":"at %s, nonce %s, <E at 0x7f%08x>"}}\n' "$id" "$now" "$drawn" $$"#;
    let script = driver(error);
    let arguments = |verb: &'static str| [verb, "--dir", "kept", "--", "sh", "-c"].map(String::from).to_vec();
    let run = |verb: &'static str| {
        let all: Vec<String> = arguments(verb).into_iter().chain([script.clone()]).collect();
        fineprint(&folder, &all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let first = run("--accept");
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let text = std::fs::read_to_string(folder.join("kept/odd---__create-image-by-instance.snap")).expect("accepted");
    assert!(text.contains("at [time], nonce [uuid], <E at [address]>"), "{text}");
    assert!(text.contains("the process ended: exit status 7"), "{text}");
    let again = run("--check");
    assert_eq!(again.status.code(), Some(0), "{again:?}");
}

#[test]
fn a_driver_that_fails_is_not_judged() {
    let folder = folder("snapshot-driver");
    let script = driver(r#"printf '{"t":"result","id":"%s","driver_error":"no such class"}\n' "$id""#);
    let output = fineprint(&folder, &["--accept", "--", "sh", "-c", &script]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[test]
fn the_next_command_is_one_that_finds_what_is_pending() {
    let folder = folder("snapshot-next");
    let next = |at: &str, arguments: &[&str]| {
        let output = fineprint(&folder.join(at), &[arguments, &["--client", "reference"]].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find_map(|l| l.strip_prefix("next: ").map(str::to_owned)).unwrap_or(text)
    };
    std::fs::create_dir_all(folder.join("member/src")).expect("it can be made");
    std::fs::write(folder.join("Cargo.toml"), "[workspace]\nmembers = [\"member\"]\n").expect("it can be written");
    std::fs::write(folder.join("member/Cargo.toml"), "[package]\nname = \"member\"\n").expect("it can be written");
    let accept = "--accept --client reference";
    assert_eq!(next("member", &[]), "cargo insta review");
    assert_eq!(next("member/src", &["--dir", "../snaps"]), "cargo insta review");
    assert_eq!(next("member", &["--check"]), format!("fineprint snapshot {accept}"));
    let elsewhere = next("", &["--dir", "member/snaps"]);
    assert!(elsewhere.starts_with("cargo insta review --manifest-path /"), "{elsewhere}");
    assert!(elsewhere.ends_with("/member/Cargo.toml"), "{elsewhere}");
    // `cargo insta` looks into none of these.
    assert_eq!(next("", &["--seed", "7"]), format!("fineprint snapshot --seed 7 {accept}"));
    for hidden in ["member/target/snaps", "member/.kept"] {
        assert_eq!(next("", &["--dir", hidden]), format!("fineprint snapshot --dir {hidden} {accept}"));
    }
    assert_eq!(next("", &["--dir", "a b"]), format!("fineprint snapshot --dir 'a b' {accept}"));
}

#[test]
fn an_interrupt_ends_it_and_writes_nothing() {
    let folder = folder("snapshot-interrupt");
    let up = folder.join("up");
    let script = driver(&format!("touch {}; exec sleep 60", up.display()));
    let mut child = Command::new(env!("CARGO_BIN_EXE_fineprint"))
        .args(["snapshot", "--", "sh", "-c", &script])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is built");
    // A call must be open before the interrupt means anything.
    let is_up = (0..200).any(|_| {
        std::thread::park_timeout(Duration::from_millis(50));
        up.exists()
    });
    assert!(is_up, "the driver did not start");
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is kill");
    assert!(interrupt.success());
    // Without the interrupt, the call's deadline and those of the calls after it would take minutes.
    let ended = (0..100).find_map(|_| {
        std::thread::park_timeout(Duration::from_millis(50));
        child.try_wait().expect("it is ours")
    });
    if ended.is_none() {
        child.kill().expect("it is ours");
    }
    assert_eq!(ended.and_then(|status| status.code()), Some(3));
    assert!(!folder.join("snapshots").exists());
}
