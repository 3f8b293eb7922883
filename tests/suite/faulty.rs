//! Drivers that misbehave: each gets a verdict in bounded time, and the run goes on.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{command, folder, said};

const VALUES: &str = "*/request/InstanceType/value=*";
const SAMPLE: &str = "*/response/sample";

/// A run over these clauses.
fn judged(mode: &str, clauses: &[&str]) -> (i32, String, Value) {
    let here = folder(&format!("faulty-{mode}"));
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients/faulty.py");
    let clauses: Vec<&str> = clauses.iter().flat_map(|glob| ["--clause", glob]).chain(["--jobs=1"]).collect();
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
        ("one-killed", "signal 9"),
        ("one-raises", "RuntimeError: no such luck"),
        ("one-garbage", "DEBUG sending"),
        ("one-nobody", "an id that is not open"),
        ("one-mute", "closed its standard output"),
        ("one-long", "a line over 8 MiB"),
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
    for mode in ["floods", "child", "stays"] {
        let (code, out, report) = judged(mode, &[VALUES, SAMPLE]);
        assert_eq!(code, 0, "{mode}: {out}");
        assert_eq!(verdict(&report, "/request/InstanceType/value=WuyingServer").0, "kept", "{mode}");
    }
}
