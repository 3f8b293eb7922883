//! Drivers that misbehave: each gets a verdict in bounded time, and the run goes on.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{command, folder, said};

/// The reports of two clauses: of calls with awkward texts, and of the sample.
fn judged(mode: &str) -> (i32, String, Value) {
    let here = folder(&format!("faulty-{mode}"));
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients/faulty.py");
    let clauses = ["--clause", "*/request/ImageName/text", "--clause", "*/response/sample", "--jobs=1"];
    let run = ["check", "--report", "json=r.json", "--", "python3", driver, mode];
    let from = Instant::now();
    let (code, out) = said(command(&here, &[&run[..1], &clauses, &run[1..]].concat()));
    assert!(from.elapsed() < Duration::from_secs(60), "{mode} took {:?}", from.elapsed());
    let report = std::fs::read_to_string(here.join("r.json")).unwrap_or_else(|_| panic!("{mode} {code}: {out}"));
    (code, out, serde_json::from_str(&report).expect("it is JSON"))
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
        ("star-killed", "signal 9"),
        ("star-exits", "exit status 0"),
        ("star-raises", "RuntimeError: no such luck"),
        ("star-garbage", "DEBUG sending"),
        ("star-latin", "not UTF-8"),
        ("star-nobody", "an id that is not open"),
        ("star-mute", "closed its standard output"),
        ("star-long", "a line over 8 MiB"),
    ] {
        let (code, out, report) = judged(mode);
        let (text, reason) = verdict(&report, "/request/ImageName/text");
        assert_eq!((code, text.as_str()), (3, "errored"), "{mode}: {out}");
        assert!(reason.contains(why), "{mode}: {reason}");
        assert_eq!(verdict(&report, "/response/sample").0, "kept", "{mode}: {out}");
    }
}

#[test]
fn what_happens_with_every_call_leaves_nothing_judged_and_says_why() {
    for (mode, why) in [("itself", "none of your business"), ("killed", "signal 9")] {
        let (code, out, report) = judged(mode);
        let (sample, reason) = verdict(&report, "/response/sample");
        assert_eq!((code, sample.as_str()), (3, "errored"), "{mode}: {out}");
        assert!(reason.contains(why), "{mode}: {reason}");
    }
}

#[test]
fn noise_and_children_are_nobodys_harm() {
    for mode in ["floods", "child", "stays"] {
        let (code, out, report) = judged(mode);
        assert_eq!(code, 0, "{mode}: {out}");
        assert_eq!(verdict(&report, "/request/ImageName/text").0, "kept", "{mode}");
    }
}
