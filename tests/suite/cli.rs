//! The command line: what it prints, what it refuses, and how it ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::program::{command, folder, said};

fn fineprint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fineprint"));
    command.stdin(Stdio::null()).args(["--color", "never"]);
    command
}

fn ended(arguments: &[&str]) -> (i32, String, String) {
    read(fineprint().args(arguments).output().expect("the program is built"))
}

fn read(output: Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("it ends by itself"), text(&output.stdout), text(&output.stderr))
}

/// A file in a folder of this test's own.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    let path = folder.join(name);
    std::fs::write(&path, content).expect("it can be written");
    path
}

/// Ends with this code and a message that says all of this, and without a panic.
fn refuses(arguments: &[&str], code: i32, says: &[&str]) {
    let (got, out, err) = ended(arguments);
    assert_eq!(got, code, "{arguments:?}\n{out}\n{err}");
    for word in says {
        assert!(err.contains(word), "{arguments:?} does not say {word:?}:\n{err}");
    }
    assert!(!err.contains("panicked"), "{err}");
}

#[test]
fn the_plain_command_does_the_main_job() {
    let (code, out, _) = ended(&[]);
    assert_eq!(code, 0, "{out}");
    for line in
        ["ImageName", "Data.VersionId", "400:InternalError", "400:Instance.NotFound", "0 errors, 0 warnings, 0 notes"]
    {
        assert!(out.contains(line), "no {line} in\n{out}");
    }
    assert_eq!(out.matches(" 400:").count(), 14);
    assert!(out.lines().count() <= 60, "a summary fits a screen");
    assert!(!out.contains('\u{1b}'), "no colour where it is switched off");
}

#[test]
fn bad_pages_are_refused_with_their_name() {
    let empty = file("empty.txt", b" \n\n");
    let binary = file("binary.bin", b"\x7fELF\0\0\0\x01");
    let prose = file("prose.txt", b"Release notes\n\nThere is news.\n");
    let shown = |path: &Path| path.display().to_string();
    refuses(&["check", &shown(&empty)], 2, &["empty.txt", "empty"]);
    refuses(&["check", &shown(&binary)], 2, &["binary.bin", "binary"]);
    refuses(&["check", &shown(&prose)], 2, &["prose.txt", "no API operation"]);
    refuses(&["check", "no-such-page.txt"], 2, &["no-such-page.txt", "no such file"]);
    refuses(&["check", "https://example.com/page"], 2, &["a URL is not read", "save the page"]);
    refuses(&["read", &shown(&prose)], 2, &["prose.txt"]);
}

#[test]
fn bad_usage_is_refused_with_the_way_out() {
    refuses(&["check", "--operation", "CreateImage"], 2, &["no operation `CreateImage`", "`CreateImageByInstance`"]);
    refuses(&["check", "--clause", "*/nothing/*"], 2, &["no clause fits", "--list"]);
    refuses(&["check", "--client", "nobody"], 2, &["no client `nobody`", "pypi:NAME==VERSION"]);
    refuses(&["check", "--client", "reference:Z99"], 2, &["no defect `Z99`", "R01"]);
    refuses(&["check", "--client", "npm:thing@1"], 2, &["npm"]);
    refuses(&["check", "--report", "xml=a"], 2, &["no report `xml=a`"]);
    refuses(&["explain", "parameter-droped"], 2, &["`parameter-dropped`"]);
    refuses(&["replay", "00000000"], 2, &["no case `00000000`"]);
    refuses(&["chekc"], 2, &["check"]);
}

#[test]
fn a_driver_that_is_none_leaves_nothing_judged() {
    refuses(&["check", "--", "/no/such/driver"], 3, &["/no/such/driver"]);
    refuses(&["check", "--", "sh", "-c", "echo broken >&2; exit 7"], 3, &["broken", "7"]);
    refuses(&["check", "--", "sh", "-c", "echo DEBUG starting; sleep 60"], 3, &["DEBUG starting"]);
    refuses(&["check", "--", "sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x; sleep 60"], 3, &["8 MiB"]);
}

/// Says hello and echoes, then does this with each call.
fn driver(on_call: &str) -> String {
    format!(
        r#"while IFS= read -r line; do case "$line" in
            *'"t":"hello"'*) echo '{{"t":"hello","protocol":1,"driver":{{"name":"sh"}},"client":{{"name":"sh"}},"max_in_flight":1,"can":[]}}';;
            *'"t":"echo"'*) printf '%s\n' "$line";;
            *'"t":"bye"'*) echo '{{"t":"bye"}}'; exit 0;;
            *'"t":"call"'*) {on_call};;
        esac; done"#
    )
}

#[test]
fn a_driver_that_dies_at_every_call_is_judged_as_far_as_it_goes() {
    let script = driver("exit 3");
    let (code, out, err) = ended(&["check", "--clause", "*/response/sample", "--jobs", "1", "--", "sh", "-c", &script]);
    assert_eq!(code, 3, "{out}\n{err}");
    assert!(out.contains("1 errored") && out.contains("started again"), "{out}");
}

#[test]
fn a_run_that_is_interrupted_ends_its_drivers_and_keeps_what_was_judged() {
    let report = file("interrupted.json", b"");
    let marker = format!("fineprint-orphan-{}", std::process::id());
    let script = format!(": {marker}; {}", driver("sleep 60"));
    let report_to = format!("json={}", report.display());
    let mut child = fineprint()
        .args(["check", "--report", &report_to, "--jobs", "2", "--", "sh", "-c", &script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    // The driver must be up before the interrupt means anything.
    let up = (0..200).any(|_| {
        std::thread::park_timeout(Duration::from_millis(50));
        processes(&marker) >= 3
    });
    assert!(up, "the drivers did not start");
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is kill");
    assert!(interrupt.success());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(3));
    let gone = (0..100).any(|_| {
        std::thread::park_timeout(Duration::from_millis(20));
        processes(&marker) == 0
    });
    assert!(gone, "a driver was left behind");
    let text = std::fs::read_to_string(report).expect("it is written");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(report["interrupted"], true);
    assert!(report["verdicts"].as_array().is_some_and(|v| v.len() > 200));
}

#[test]
fn a_second_interrupt_ends_at_once_and_its_drivers_with_it() {
    // A report that nobody reads holds a run up that is over already.
    let report = file("unread.json", b"");
    std::fs::remove_file(&report).expect("it is there");
    assert!(Command::new("mkfifo").arg(&report).status().expect("there is mkfifo").success());
    let marker = format!("fineprint-twice-{}", std::process::id());
    let script = format!(": {marker}; {}", driver("sleep 60"));
    let report_to = format!("json={}", report.display());
    let mut child = fineprint()
        .args(["check", "--report", &report_to, "--jobs", "1", "--", "sh", "-c", &script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is built");
    let child_id = child.id().to_string();
    let up = (0..400).any(|_| {
        std::thread::park_timeout(Duration::from_millis(50));
        processes(&marker) >= 2
    });
    assert!(up, "the driver did not start");
    let interrupt = || {
        let status = Command::new("kill").args(["-INT", &child_id]).status();
        assert!(status.expect("there is kill").success());
    };
    interrupt();
    std::thread::park_timeout(Duration::from_millis(500));
    assert!(child.try_wait().expect("it can be asked").is_none(), "the report holds it up");
    let from = std::time::Instant::now();
    interrupt();
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
    assert!(from.elapsed() < Duration::from_secs(10), "{:?}", from.elapsed());
    let gone = (0..200).any(|_| {
        std::thread::park_timeout(Duration::from_millis(20));
        processes(&marker) == 0
    });
    assert!(gone, "a driver was left behind");
}

#[test]
fn a_replay_that_is_interrupted_ends_while_its_case_runs() {
    let (_, out, _) = ended(&["check", "--client", "reference:E01", "--clause", "*/error/400:*/code", "--strength=1"]);
    let id =
        out.split("fineprint replay ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("it says how");
    let marker = format!("fineprint-replayed-{}", std::process::id());
    let script = format!(": {marker}; {}", driver("sleep 60"));
    let mut child = fineprint()
        .args(["replay", id, "--strength=1", "--", "sh", "-c", &script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is built");
    // The driver must be up before the interrupt means anything.
    let up = (0..200).any(|_| {
        std::thread::park_timeout(Duration::from_millis(50));
        processes(&marker) >= 2
    });
    assert!(up, "the driver did not start");
    let from = std::time::Instant::now();
    std::thread::park_timeout(Duration::from_millis(300));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is kill");
    assert!(interrupt.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
    assert!(from.elapsed() < Duration::from_secs(5), "it waited for the case: {:?}", from.elapsed());
}

/// Processes whose command line holds this, ours apart.
fn processes(marker: &str) -> usize {
    let listed = Command::new("sh").args(["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"]).output();
    let listed = listed.expect("there is a shell");
    String::from_utf8_lossy(&listed.stdout).lines().filter(|l| l.contains(marker)).count()
}

#[test]
fn a_report_has_the_members_that_a_gate_reads() {
    let report = file("report.json", b"");
    let to = format!("json={}", report.display());
    let (code, ..) = ended(&["check", "--client", "reference:P01", "--report", &to]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).expect("written")).expect("JSON");
    assert!(report["coverage"]["broken"].as_u64().is_some_and(|n| n > 0) && report["coverage"]["kept"].is_u64());
    let verdict = &report["verdicts"][0];
    assert!(verdict["clause"].is_string() && verdict["verdict"].is_string());
    let finding = &report["findings"][0];
    for member in ["rule", "class", "severity", "transform", "clauses", "message", "page", "exhibit"] {
        assert!(!finding[member].is_null(), "no {member} in {finding}");
    }
    assert_eq!((&finding["rule"], &finding["class"]), (&Value::from("member-dropped"), &Value::from("P01")));
    assert!(finding["page"][0]["text"].as_str().is_some_and(|t| t.contains("VersionId")));
}

#[test]
fn a_finding_can_be_replayed() {
    let (_, out, _) = ended(&["check", "--client", "reference:E01", "--clause", "*/error/400:*/code"]);
    let line = out.lines().find(|l| l.contains("fineprint replay")).expect("it says how");
    let words: Vec<&str> =
        line.split_whitespace().skip_while(|w| *w != "replay").map(|w| w.trim_matches('\'')).collect();
    let (code, out, err) = ended(&words);
    assert_eq!(code, 1, "{out}\n{err}");
    assert!(
        out.contains("error-code-changed") && out.contains("HTTP/1.1 400") && out.contains("POST / HTTP/1.1"),
        "{out}"
    );
}

#[test]
fn listing_runs_nothing_and_names_every_clause() {
    let (code, out, _) = ended(&["check", "--list", "--client", "nobody"]);
    assert_eq!(code, 0);
    assert!(out.contains("CreateImageByInstance/error/400:InternalError/code"));
    assert!(out.lines().last().is_some_and(|l| l.contains("clauses") && l.contains("cases")));
}

#[test]
fn warnings_gate_when_they_are_asked_to() {
    let usual = ["check", "--client", "reference:R03", "--clause", "*/request/*"];
    assert_eq!(ended(&usual).0, 0);
    assert_eq!(ended(&[&usual[..], &["--fail-on", "warning"]].concat()).0, 1);
    let strict = ["check", "--clause", "*/session/*", "--require-tested"];
    assert_eq!(ended(&strict).0, 0);
}

#[test]
fn a_page_is_read_from_standard_input() {
    let page = include_bytes!("../../fixtures/pages/create-image-by-instance.txt");
    let mut child = fineprint()
        .args(["read", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("built");
    child.stdin.take().expect("it is piped").write_all(page).expect("it reads");
    let (code, out, err) = read(child.wait_with_output().expect("it ends"));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("\"fineprint_contract\": 1") && err.contains("both are kept"));
}

#[test]
fn explain_knows_classes_of_defects() {
    let (code, text, _) = ended(&["explain", "t09"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("redirect-followed (T09, error)"), "{text}");
    let (_, text, _) = ended(&["explain", "T11"]);
    assert!(text.contains("secret-shown"), "{text}");
}

#[test]
fn every_rule_explains_itself() {
    let (code, out, _) = ended(&["explain"]);
    assert_eq!(code, 0);
    for line in out.lines() {
        let id = line.split_whitespace().nth(1).expect("it has an id");
        let (code, text, _) = ended(&["explain", id]);
        assert_eq!(code, 0);
        assert!(text.contains("Example:"), "{id} shows no example");
    }
}

#[test]
fn what_a_client_cannot_be_told_is_refused_before_anything_is_installed() {
    let here = folder("cli-refused");
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients/honest.py");
    let run = ["check", "--cache", "cache", "--clause", "*/response/sample"];
    for (client, told) in [
        (&["--with", "a==1", "--client", "crate:aliyun-openapi-core-rust-sdk@1.1.0"][..], "no `--with` for `crate:"),
        (&["--async", "--client", "crate:aliyun-openapi-core-rust-sdk@1.1.0"], "no `--async` for `crate:"),
        (&["--async", "--client", "npm:@alicloud/pop-core@1.8.0"], "no `--async` for `npm:"),
        (&["--async", "--client", "pypi:aliyun-python-sdk-core==2.16.0"], "no `--async` for `pypi:"),
        (&["--async"], "`--async` is for a client that is installed"),
        (&["--with", "a==1", "--client", "reference:R01"], "`--with` is for a client that is installed"),
        (&["--with", "a==1", "--", "python3", driver], "`--with` is for a client that is installed"),
    ] {
        let (code, out) = said(command(&here, &[&run[..], client].concat()));
        assert!(code == 2 && out.contains(told), "{client:?}: {code} {out}");
        assert!(!here.join("cache").exists(), "{client:?}");
    }
}
