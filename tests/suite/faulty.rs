//! Drivers that misbehave: each gets a verdict in bounded time, and the run goes on.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{command, folder, said};

const VALUES: &str = "*/request/InstanceType/value=*";
const SAMPLE: &str = "*/response/sample";

/// A run over these clauses, after which no process is left.
fn judged(mode: &str, clauses: &[&str]) -> (i32, String, Value) {
    let (here, code, out) = ran(mode, clauses);
    let report = std::fs::read_to_string(here.join("r.json")).unwrap_or_else(|_| panic!("{mode} {code}: {out}"));
    (code, out, serde_json::from_str(&report).expect("it is JSON"))
}

fn ran(mode: &str, clauses: &[&str]) -> (PathBuf, i32, String) {
    let here = folder(&format!("faulty-{mode}"));
    // By this word of its command a process of this run is known.
    let mark = here.display().to_string();
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients/faulty.py");
    let clauses: Vec<&str> = clauses.iter().flat_map(|glob| ["--clause", glob]).chain(["--jobs=1"]).collect();
    let run = ["check", "--report", "json=r.json", "--", "python3", driver, mode, &mark];
    let from = Instant::now();
    let (code, out) = said(command(&here, &[&run[..1], &clauses, &run[1..]].concat()));
    assert!(from.elapsed() < Duration::from_secs(60), "{mode} took {:?}", from.elapsed());
    // What was killed may take a moment to be gone.
    while !living(&mark).is_empty() {
        assert!(from.elapsed() < Duration::from_secs(60), "{mode} leaves {:?}", living(&mark));
        std::thread::yield_now();
    }
    (here, code, out)
}

/// The processes that have this word in their command, where the system shows them as files.
fn living(mark: &str) -> Vec<String> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let commands = all.filter_map(|process| std::fs::read_to_string(process.path().join("cmdline")).ok());
    commands.filter(|command| command.split('\0').any(|word| word == mark)).collect()
}

/// The verdict on a clause and why.
fn verdict(report: &Value, clause: &str) -> (String, String) {
    let verdicts = report["verdicts"].as_array().expect("there are some");
    let found = verdicts.iter().find(|v| v["clause"].as_str().is_some_and(|id| id.ends_with(clause)));
    let found = found.unwrap_or_else(|| panic!("no {clause}"));
    (found["verdict"].as_str().unwrap_or_default().into(), found["reason"].as_str().unwrap_or_default().into())
}

#[test]
fn what_happens_with_one_value_is_laid_to_it_and_the_run_goes_on() {
    for (mode, why) in [
        ("one-killed", "signal 9"),
        ("one-raises", "RuntimeError: no such luck"),
        ("one-garbage", "DEBUG sending"),
        ("one-nobody", "an id that is not open"),
        ("one-mute", "closed its standard output"),
        ("one-long", "a line over 8 MiB"),
        ("one-grows", "MemoryError"),
    ] {
        let (code, out, report) = judged(mode, &[VALUES, SAMPLE]);
        let (text, reason) = verdict(&report, "/request/InstanceType/value=WuyingServer");
        assert_eq!((code, text.as_str()), (3, "errored"), "{mode}: {out}");
        assert!(reason.contains(why), "{mode}: {reason}");
        for other in ["/response/sample", "/request/InstanceType/value=CloudDesktop"] {
            assert_eq!(verdict(&report, other).0, "kept", "{mode}: {out}");
        }
    }
}

#[test]
fn what_happens_with_every_call_leaves_nothing_judged_and_says_why() {
    let (code, out, report) = judged("itself", &[SAMPLE]);
    let (sample, reason) = verdict(&report, "/response/sample");
    assert_eq!((code, sample.as_str()), (3, "errored"), "{out}");
    assert!(reason.contains("none of your business"), "{reason}");
}

#[test]
fn noise_and_children_are_nobodys_harm() {
    for mode in ["floods", "child", "stays", "late", "can-null"] {
        let (code, out, report) = judged(mode, &[VALUES, SAMPLE]);
        assert_eq!(code, 0, "{mode}: {out}");
        assert_eq!(verdict(&report, "/request/InstanceType/value=WuyingServer").0, "kept", "{mode}");
    }
}

#[test]
fn a_driver_that_reads_no_more_is_started_again() {
    let (code, out, report) = judged("one-deaf", &[VALUES, SAMPLE]);
    assert_eq!(code, 0, "{out}");
    for clause in ["/response/sample", "/request/InstanceType/value=WuyingServer"] {
        assert_eq!(verdict(&report, clause).0, "kept", "{out}");
    }
    assert!(noted(&report, "the client's process was started again: no reply within"), "{report}");

    let (_, code, out) = ran("deaf-at-once", &[SAMPLE]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("the driver does not echo what it is told") && out.contains("no reply within 2.0 s"), "{out}");
}

#[test]
fn a_driver_that_cannot_describe_what_it_says_it_can_is_judged_by_its_calls() {
    for (mode, why) in [("describes-nothing", "no reply within 2.0 s"), ("describes-badly", "a malformed `describe`")] {
        let (code, out, report) = judged(mode, &[VALUES, SAMPLE]);
        assert_eq!((code, verdict(&report, SAMPLE.trim_start_matches('*')).0.as_str()), (0, "kept"), "{mode}: {out}");
        assert!(noted(&report, "says that it can `describe`") && noted(&report, why), "{mode}: {out}");
    }
}

#[test]
fn gzip_comes_to_a_client_that_takes_it_and_must_be_read_whole() {
    for (mode, clause, rule, ends) in [
        ("honestly", "/transport/compressed", "", 0),
        ("gzip-unread", "/transport/compressed", "compressed-answer-refused", 1),
        ("gzip-unchecked", "/transport/mislabelled", "", 0),
    ] {
        let (code, out, report) = judged(mode, &["*/transport/compressed", "*/transport/mislabelled"]);
        let expected = if rule.is_empty() { "kept" } else { "broken" };
        assert_eq!((code, verdict(&report, clause).0.as_str()), (ends, expected), "{mode}: {out}");
        let findings = report["findings"].as_array().expect("there are some").iter();
        let rules: Vec<&Value> = findings.filter(|f| f["severity"] != "note").map(|f| &f["rule"]).collect();
        let noted = out.contains("a compressed body is taken without its end or its checksum");
        assert_eq!(noted, mode == "gzip-unchecked", "{mode}: {out}");
        assert_eq!(rules, if rule.is_empty() { vec![] } else { vec![rule] }, "{mode}: {out}");
    }
}

#[test]
fn a_client_that_cannot_what_it_says_it_can_is_found_out() {
    for (mode, clause, rule, ends) in [
        ("can-headers", "/response/status", "status-unavailable", 0),
        ("can-cancel", "/session/cancel", "cancel-ignored", 1),
        ("can-token", "/session/security-token", "wrong-token", 1),
        ("can-retries", "/transport/throttled", "retry-ignored", 1),
    ] {
        let (code, out, report) = judged(mode, &[&format!("*{clause}"), SAMPLE]);
        assert_eq!((code, verdict(&report, clause).0.as_str()), (ends, "broken"), "{mode}: {out}");
        let findings = report["findings"].as_array().expect("there are some");
        assert!(findings.iter().all(|f| f["rule"] == rule), "{mode}: {out}");
        assert_eq!(verdict(&report, "/response/sample").0, "kept", "{mode}: {out}");
    }
}

fn noted(report: &Value, text: &str) -> bool {
    report["notes"].as_array().is_some_and(|all| all.iter().any(|n| n.as_str().is_some_and(|n| n.contains(text))))
}
