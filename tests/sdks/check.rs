//! The main job on a real SDK, and its snapshots under the real `cargo insta`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fineprint::snapshot::{Change, Snapshot, settle};
use serde_json::Value;

const CLIENT: &str = "pypi:alibabacloud-appstream-center20210901";

fn fineprint(folder: &Path, arguments: &[&str]) -> Output {
    let cache = std::env::temp_dir().join("fineprint-sdks");
    Command::new(env!("CARGO_BIN_EXE_fineprint"))
        .args(arguments)
        .args(["--color", "never", "--cache"])
        .arg(cache)
        .current_dir(folder)
        .output()
        .expect("the program is built")
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sdks-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("it can be made");
    folder
}

fn report(version: &str, more: &[&str]) -> (Option<i32>, Value) {
    let folder = folder(&format!("check-{}-{}", version, more.len()));
    let client = format!("{CLIENT}=={version}");
    let output = fineprint(&folder, &[&["check", "--client", &client, "--report", "json=report.json"], more].concat());
    let text = std::fs::read_to_string(folder.join("report.json"));
    let text = text.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), serde_json::from_str(&text).expect("JSON"))
}

fn finds(report: &Value, rule: &str, transform: &str) -> bool {
    let findings = report["findings"].as_array().expect("a list");
    findings.iter().any(|f| f["rule"] == rule && f["transform"].as_str().is_some_and(|t| t.contains(transform)))
}

#[test]
fn a_real_sdk_is_held_to_every_clause_and_its_known_defects_are_found() {
    for version in ["5.9.0", "4.7.3"] {
        let (code, report) = report(version, &[]);
        assert_eq!(code, Some(1), "{version}");
        assert_eq!(report["client"]["client"]["version"], version);
        let verdicts = report["verdicts"].as_array().expect("a list");
        assert_eq!(
            verdicts.iter().filter(|v| v["clause"].as_str().is_some_and(|c| c.contains("/error/400:"))).count(),
            14 * 6
        );
        assert_eq!(report["coverage"]["errored"], 0, "{version}: all is judged");
        // Seen in the raw bytes: the form holds `AutoCleanUserdata=True`, and the message has the status around it.
        assert!(finds(&report, "boolean-misspelt", "sent as True"), "{version}");
        assert!(finds(&report, "error-message-changed", "{message}"), "{version}");
        // What every caller relies on is kept.
        for clause in [
            "response/Data.ImageId/surfaced",
            "request/ImageName/text",
            "signature/verifies",
            "error/400:Image.NotExist/code",
        ] {
            let id = format!("CreateImageByInstance/{clause}");
            let verdict = verdicts.iter().find(|v| v["clause"] == id.as_str()).expect("it is a clause");
            assert_eq!(verdict["verdict"], "kept", "{version} {id}");
        }
    }
}

/// Each of these takes a certificate authority, by a way of its own.
#[test]
fn real_clients_trust_the_authority_that_they_are_given_and_no_other() {
    for (client, more) in [
        ("pypi:alibabacloud-appstream-center20210901==5.9.0", &[][..]),
        ("pypi:alibabacloud-appstream-center20210901==5.9.0", &["--async"]),
        ("pypi:aliyun-python-sdk-core==2.16.1", &[]),
        ("npm:@alicloud/pop-core@1.8.0", &[]),
        ("npm:@alicloud/openapi-core@1.0.8", &[]),
    ] {
        let folder = folder("certificates");
        let check = ["check", "--clause", "*/transport/certificate", "--require-tested", "--client", client];
        let output = fineprint(&folder, &[&check, more].concat());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{client}: {said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("1 clauses: 1 kept"), "{client}: {said}");
    }
}

#[test]
fn one_seed_gives_one_report_whatever_the_lanes() {
    let [first, others @ ..] = ["1", "3", "5"].map(|jobs| report("5.9.0", &["--jobs", jobs]).1);
    let list = |r: &Value, of: &str| r[of].as_array().expect("a list").clone();
    let named = |f: &Value| ["rule", "transform", "clauses"].map(|name| f[name].clone());
    for other in others {
        let (ours, theirs) = (list(&first, "verdicts"), list(&other, "verdicts"));
        assert_eq!(ours.len(), theirs.len());
        let differ: Vec<_> = ours.iter().zip(&theirs).filter(|(a, b)| a != b).collect();
        assert!(differ.is_empty(), "{differ:#?}");
        let findings = |r: &Value| list(r, "findings").iter().map(named).collect::<Vec<_>>();
        assert_eq!(findings(&first), findings(&other));
        assert_eq!(first["cases"], other["cases"]);
    }
}

#[test]
fn a_runtime_can_be_pinned() {
    let (code, report) = report("4.7.3", &["--with", "alibabacloud-tea-openapi<0.4", "--clause", "*/response/*"]);
    assert!(matches!(code, Some(0 | 1)), "{code:?}");
    let runtime = &report["client"]["client"]["runtime"]["alibabacloud-tea-openapi"];
    assert!(runtime.as_str().is_some_and(|v| v.starts_with("0.3")), "{runtime}");
}

#[test]
fn a_package_that_cannot_be_had_is_an_error_with_the_way_out() {
    let folder = folder("nothing");
    let output = fineprint(&folder, &["check", "--client", "pypi:alibabacloud-appstream-center20210901==0.0.0"]);
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("0.0.0") && !text.contains("panicked"), "{text}");
}

#[test]
fn cargo_insta_accepts_a_snapshot_and_leaves_its_bytes() {
    let folder = folder("insta");
    std::fs::create_dir_all(folder.join("src")).expect("it can be made");
    std::fs::write(folder.join("src/lib.rs"), "").expect("it can be written");
    let manifest = "[package]\nname = \"holder\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("it can be written");
    let client = format!("{CLIENT}==5.9.0");
    let first = fineprint(&folder, &["snapshot", "--client", &client]);
    assert_eq!(first.status.code(), Some(1), "{first:?}");
    assert!(String::from_utf8_lossy(&first.stdout).contains("next: cargo insta review"));
    let file = folder.join("snapshots/alibabacloud-appstream-center20210901__create-image-by-instance.snap");
    let pending = std::fs::read(file.with_extension("snap.new")).expect("it is pending");
    // What a driver calls its client is free; insta quotes some of it.
    let odd = ["@scope/name 1.0.0+build", "odd: {a} \"b\"", "wéird (x) 1", "1.5", "a\\b\t#c"];
    let odd = odd.iter().enumerate().map(|(n, description)| {
        let path = folder.join(format!("snapshots/odd-{n}.snap"));
        let (description, expression) = ((*description).to_owned(), "what it surfaces".to_owned());
        let snapshot = Snapshot { description, expression, body: "# a\n---\n{}".into() };
        assert_eq!(settle(&path, &snapshot).expect("it can be written"), Change::New);
        let bytes = std::fs::read(path.with_extension("snap.new")).expect("it is pending");
        (path, snapshot, bytes)
    });
    let odd: Vec<_> = odd.collect();
    let insta = |verb: &str| {
        let output = Command::new("cargo-insta")
            .args(["insta", verb])
            .current_dir(&folder)
            .output()
            .expect("cargo-insta is installed");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    assert!(insta("pending-snapshots").contains("create-image-by-instance.snap"));
    insta("accept");
    let accepted = std::fs::read(&file).expect("it is accepted");
    assert!(accepted == pending, "the bytes stay as they are");
    for (path, snapshot, bytes) in odd {
        let accepted = std::fs::read(&path).expect("it is accepted");
        assert_eq!(String::from_utf8_lossy(&accepted), String::from_utf8_lossy(&bytes), "the bytes stay as they are");
        assert_eq!(settle(&path, &snapshot).expect("it can be read"), Change::Same);
    }
    let again = fineprint(&folder, &["snapshot", "--client", &client]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert!(!file.with_extension("snap.new").exists());
}
