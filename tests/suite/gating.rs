//! What a gate lets through: known findings, and the difference of two clients.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{command, folder, said};

/// fineprint in a folder: its exit code and all that it says.
fn fineprint(folder: &Path, arguments: &[&str]) -> (i32, String) {
    said(command(folder, arguments))
}

/// A client that drops a parameter, held to the clauses of two parameters.
const DROPS: [&str; 8] = [
    "--client",
    "reference:R01",
    "--clause",
    "*/request/BizType/*",
    "--clause",
    "*/request/DiskType/*",
    "--random=0",
    "--strength=1",
];

fn drops<'a>(verb: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[verb], &DROPS[..], more].concat()
}

const FILE: &str = "fineprint.expect.toml";

#[test]
fn known_findings_do_not_gate_once_they_are_written_down() {
    let here = folder("gating-known");
    assert_eq!(fineprint(&here, &drops("check", &[])).0, 1);
    let (code, out) = fineprint(&here, &drops("expect", &["--write"]));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("say why in 1 entry"), "{out}");
    let file = std::fs::read_to_string(here.join(FILE)).expect("it is written");
    assert!(file.contains("rule = \"parameter-dropped\"\nclause = \"CreateImageByInstance/request/BizType/"), "{file}");

    let (code, out) = fineprint(&here, &drops("check", &["--report", "json=report.json"]));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("known error[parameter-dropped]") && out.contains("nothing says why"), "{out}");
    let report = std::fs::read_to_string(here.join("report.json")).expect("it is written");
    let report: Value = serde_json::from_str(&report).expect("it is JSON");
    assert_eq!(report["findings"][0]["expected"]["at"], format!("{FILE}:3"));
    assert!(report["coverage"]["broken"].as_u64() > Some(0), "a known finding breaks its clauses still");

    let other = fineprint(
        &here,
        &["check", "--client", "reference:E01", "--clause", "*/error/400:*/code", "--random=0", "--strength=1"],
    );
    assert_eq!(other.0, 1, "another finding gates: {}", other.1);
}

#[test]
fn entries_that_do_not_hold_gate() {
    let here = folder("gating-wrong");
    let write = |text: &str| std::fs::write(here.join(FILE), text).expect("it can be written");
    let gates = |arguments: &[&str], says: &str| {
        let (code, out) = fineprint(&here, arguments);
        assert_eq!(code, 1, "{out}");
        assert!(out.contains(says), "no {says:?} in\n{out}");
    };
    let known = "[[expect]]\nrule = \"parameter-dropped\"\nclause = \"*/request/BizType/*\"\nwhy = \"w\"\n";
    write(&format!("{known}count = 9\n"));
    assert_eq!(fineprint(&here, &drops("check", &[])).0, 0);
    let honest = ["check", "--clause", "*/request/BizType/*", "--random=0", "--strength=1"];
    gates(&honest, "fineprint.expect.toml:1: `parameter-dropped` is not found any more");
    assert_eq!(
        fineprint(&here, &["check", "--clause", "*/wire/*", "--random=0", "--strength=1"]).0,
        0,
        "it was not looked for"
    );
    write(known);
    gates(&drops("check", &[]), "is expected to break 1 of `*/request/BizType/*`");
    write(&format!("{known}count = 9\nuntil = 2026-11-23\n"));
    gates(&drops("check", &["--today", "2026-11-24"]), "until 2026-11-23, which is over");
    assert_eq!(fineprint(&here, &drops("check", &["--today", "2026-11-23"])).0, 0);
    write(&known.replace("BizType", "BizTypo"));
    gates(&honest, "no clause of the page fits");
}

#[test]
fn a_file_that_is_none_is_refused_before_anything_runs() {
    let here = folder("gating-refused");
    let refuses = |text: &str, says: &str| {
        std::fs::write(here.join("e.toml"), text).expect("it can be written");
        let (code, out) = fineprint(&here, &["check", "--expect", "e.toml"]);
        assert_eq!(code, 2, "{out}");
        assert!(out.contains(says), "{out}");
    };
    refuses("[[expect]]\nrule = \"parameter-droped\"\nclause = \"*\"\n", "e.toml:1: no rule `parameter-droped`");
    refuses("[[expect]]\nclause = \"*\"\n", "e.toml:1: missing field `rule`");
    let (code, out) = fineprint(&here, &["check", "--expect", "nowhere.toml"]);
    assert_eq!(code, 2);
    assert!(out.contains("nowhere.toml: no such file") && out.contains("fineprint expect --write"), "{out}");
}

#[test]
fn a_gate_does_not_write_its_own_excuses() {
    let here = folder("gating-ci");
    let mut command = command(&here, &drops("expect", &["--write"]));
    let (code, out) = said(std::mem::replace(command.env("CI", "true"), Command::new("true")));
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("the variable CI is set"), "{out}");
    assert!(!here.join(FILE).exists());
}

/// Held against another client over a few clauses: the exit code and all that is said.
fn against(client: &str, other: &str) -> (i32, String) {
    let here = folder("gating-against");
    let clauses =
        ["--clause", "*/request/BizType/*", "--clause", "*/request/AutoCleanUserdata/*", "--random=0", "--strength=1"];
    fineprint(&here, &[&["check", "--client", client, "--against", other], &clauses[..]].concat())
}

#[test]
fn against_another_client_only_what_is_otherwise_counts() {
    let (code, out) = against("reference:R01", "reference");
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("newly broken CreateImageByInstance/request/BizType/sent  parameter-dropped"), "{out}");
    assert!(out.contains("0 newly kept, 0 changed"), "{out}");

    let (code, out) = against("reference:R01", "reference:R01");
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("0 newly broken, 0 newly kept, 0 changed") && !out.contains("error["), "{out}");

    let (code, out) = against("reference", "reference:R01");
    assert_eq!(code, 0, "what is newly kept stops nobody: {out}");
    assert!(out.contains("newly kept   CreateImageByInstance/request/BizType/sent  parameter-dropped"), "{out}");
}

#[test]
fn an_operation_that_a_client_does_not_offer_is_skipped_with_the_reason() {
    let here = folder("gating-few");
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages");
    let other = std::fs::read_to_string(Path::new(pages).join("everything.txt")).expect("it is there");
    std::fs::write(here.join("other.txt"), other.replace("Parcel Works", "App Streaming")).expect("it can be written");
    let page = format!("{pages}/create-image-by-instance.txt");
    for (client, why) in [
        ("reference:clean-few", "the client does not offer this operation"),
        ("reference:clean-fewer", "this release has no such operation"),
    ] {
        let clauses = ["--clause", "*/response/*", "--clause", "*/wire/*", "--random=0", "--strength=1"];
        let run = ["check", &page, "other.txt", "--client", client, "--report", "json=r.json", "--fail-on=warning"];
        let run = [&run[..], &clauses].concat();
        let (code, out) = fineprint(&here, &run);
        assert_eq!(code, 0, "{client}: {out}");
        let report = std::fs::read_to_string(here.join("r.json")).expect("it is written");
        let report: Value = serde_json::from_str(&report).expect("it is JSON");
        let verdicts = report["verdicts"].as_array().expect("there are some");
        let of = |operation: &str| -> Vec<&Value> {
            verdicts.iter().filter(|v| v["clause"].as_str().is_some_and(|c| c.starts_with(operation))).collect()
        };
        let (offered, other) = (of("CreateImageByInstance/"), of("ListParcels/"));
        assert!(offered.len() > 10 && offered.iter().all(|v| v["verdict"] == "kept"), "{client}: {offered:?}");
        let skipped = |v: &&Value| v["verdict"] == "skipped" && v["reason"] == why;
        assert!(other.len() > 10 && other.iter().all(skipped), "{client}: {other:?}");

        let (code, out) = fineprint(&here, &[&run[..], &["--require-tested"]].concat());
        assert_eq!(code, 3, "{client}: {out}");
    }
}

#[test]
fn what_shows_a_finding_again_names_only_the_page_of_its_operation() {
    let here = folder("gating-again");
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages");
    let text = |name: &str| std::fs::read_to_string(Path::new(pages).join(name)).expect("it is there");
    let (own, other) = (text("create-image-by-instance.txt"), text("everything.txt"));
    let keep = |name: &str, text: &str| std::fs::write(here.join(name), text).expect("it can be written");
    std::fs::create_dir(here.join("all")).expect("it can be made");
    keep("all/a b.txt", &own);
    keep("other.txt", &other.replace("Parcel Works", "App Streaming"));
    let usual = ["--client", "reference:E01", "--clause", "CreateImageByInstance/error/400:*/code", "--strength=1"];
    let again = |named: &[&str]| {
        let (_, out) = fineprint(&here, &[&["check"], named, &usual].concat());
        let line = out.lines().find_map(|line| line.split_once("fineprint replay ")).expect("it says how").1.to_owned();
        let shell = format!("{} --color never replay {line}", env!("CARGO_BIN_EXE_fineprint"));
        let (code, out) = said({
            let mut command = Command::new("sh");
            command.args(["-c", &shell]).current_dir(&here);
            command
        });
        assert!(code == 1 && out.contains("error-code-changed"), "{line}: {out}");
        line.split_once(" --params '{}' ").expect("the id, the parameters and more").1.to_owned()
    };
    let rest = "--strength 1 --client reference:E01";
    assert_eq!(again(&["all", "other.txt"]), format!("'all/a b.txt' {rest}"));
    assert_eq!(again(&["all/a b.txt"]), format!("'all/a b.txt' {rest}"));
    // What the file says of the other page does not hold on this one alone.
    keep(
        "all/fineprint.toml",
        "[[amend]]\nfact = \"ListParcels/request/PageSize/required\"\nvalue = true\nreason = \"asked\"\n",
    );
    assert_eq!(again(&["all", "other.txt"]), format!("all other.txt {rest}"));
}
