//! A run on disk: cut anywhere, gone on with, divided and put together again.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{command, folder, said};

/// A run over a few hundred quick cases, that ends with this code.
fn check(folder: &Path, client: &[&str], more: &[&str], code: i32) -> String {
    let few = ["check", "--clause", "*/error/400:*", "--clause", "*/response/*", "--random=0", "--strength=1"];
    let (got, out) = said(command(folder, &[&few[..], more, client].concat()));
    assert_eq!(got, code, "{more:?}: {out}");
    out
}

/// A report, with what the order of its cases decides masked: how often a finding was tried again.
fn report(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("it is written");
    let mut report: Value = serde_json::from_str(&text).expect("it is JSON");
    report["calls"] = Value::Null;
    report
}

/// The verdicts and findings of a report.
fn judged(path: &Path) -> (Value, Value) {
    let report = report(path);
    (report["verdicts"].clone(), report["findings"].clone())
}

const SPOILT: [&str; 2] = ["--client", "reference:E02"];

#[test]
fn shards_put_together_are_the_whole_run() {
    let here = folder("keeping-shards");
    check(&here, &SPOILT, &["--report", "json=whole.json"], 1);
    let mut files = Vec::new();
    for k in 1..=8 {
        let (shard, file) = (format!("{k}/8"), format!("{k}.ndjson"));
        let few = ["check", "--clause", "*/error/400:*", "--clause", "*/response/*", "--random=0", "--strength=1"];
        let part = ["--shard", &shard, "--journal", &file];
        let (code, out) = said(command(&here, &[&few[..], &part, &SPOILT].concat()));
        assert!(code <= 1 && out.contains(&format!("shard {shard}: `fineprint merge`")), "{code} {out}");
        files.push(file);
    }
    let merge = |files: &[&str], more: &[&str]| said(command(&here, &[&["merge"], files, more].concat()));
    let all: Vec<&str> = files.iter().map(String::as_str).collect();
    let (code, out) = merge(&all, &["--report", "json=merged.json"]);
    assert_eq!(code, 1, "{out}");
    let bytes = |name: &str| format!("{:#}", report(&here.join(name)));
    assert_eq!(bytes("merged.json"), bytes("whole.json"));

    let refuses = |files: &[&str], more: &[&str], says: &str| {
        let (code, out) = merge(files, more);
        assert_eq!(code, 2, "{out}");
        assert!(out.contains(says), "no {says:?} in {out}");
    };
    refuses(&all[..7], &[], "shard 8/8 is missing");
    refuses(&[all[0], all[2]], &[], "shards 2/8, 4/8, 5/8, 6/8, 7/8, 8/8 are missing");
    refuses(&[&all[..], &["3.ndjson"]].concat(), &[], "shard 3/8 is there twice: 3.ndjson and 3.ndjson");
    check(&here, &SPOILT, &["--journal", "whole.ndjson"], 1);
    refuses(&[&all[..7], &["whole.ndjson"]].concat(), &[], "whole.ndjson: a whole run, no shard of one");
    check(&here, &["--seed=7"], &["--shard=8/8", "--journal", "other.ndjson"], 0);
    refuses(
        &[&all[..7], &["other.ndjson"]].concat(),
        &[],
        "other.ndjson: of another run than 1.ndjson: its seed is 7, not 20210901",
    );

    let text = std::fs::read_to_string(here.join("5.ndjson")).expect("it is there");
    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(here.join("cut.ndjson"), lines[..lines.len() - 1].join("\n") + "\n").expect("it can be written");
    let with = |file| [&all[..4], &[file], &all[5..]].concat();
    refuses(&with("cut.ndjson"), &[], "cut.ndjson: shard 5/8 was cut off");
    let short: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with("{\"case\"")).collect();
    std::fs::write(here.join("short.ndjson"), short.join("\n") + "\n").expect("it can be written");
    refuses(&with("short.ndjson"), &[], "short.ndjson: shard 5/8 has not run case");
    let page = PAGE.replace("ImageName", "ImageTitle");
    std::fs::write(here.join("page.txt"), page).expect("it can be written");
    refuses(&all, &["--page", "page.txt"], "1.ndjson: of other pages than these");
}

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

#[test]
fn a_journal_is_read_wherever_it_is_cut() {
    let here = folder("keeping-cut");
    let few = ["check", "--clause", "*/error/400:Image*", "--random=0", "--strength=1", "--client", "reference:E01"];
    let run = |more: &[&str]| said(command(&here, &[&few[..], more].concat()));
    let (code, out) = run(&["--journal", "whole.ndjson", "--report", "json=whole.json"]);
    let whole = std::fs::read(here.join("whole.ndjson")).expect("it is written");
    assert!(whole.len() > 2_000, "{out}");
    // Every kind of place: in the header, between lines, in the middle of a line, a byte before the end of one.
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
    let middle = ends[ends.len() / 2];
    for cut in [0, 1, ends[0], ends[0] + 1, ends[1] + 7, middle, middle + 1, middle + 200, whole.len() - 1, whole.len()]
    {
        let path = here.join("cut.ndjson");
        std::fs::write(&path, &whole[..cut.min(whole.len())]).expect("it can be written");
        let (again, out) = run(&["--resume", "cut.ndjson", "--report", "json=cut.json"]);
        assert_eq!(again, code, "cut at {cut}: {out}");
        assert_eq!(judged(&here.join("cut.json")), judged(&here.join("whole.json")), "cut at {cut}");
        let text = std::fs::read_to_string(&path).expect("it is text");
        assert!(
            text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
            "cut at {cut}: a torn line is left"
        );
    }
    let refuses = |more: &[&str], says: &str| {
        let (code, out) = run(more);
        assert!(code == 2 && out.contains(says), "{code} {out}");
    };
    refuses(&["--resume", "none.ndjson"], "none.ndjson: no such file");
    refuses(&["--resume", "whole.json"], "whole.json: no journal of a run");
    refuses(&["--resume", "whole.ndjson", "--seed=7"], "of another run: its seed is 20210901, not 7");
    refuses(&["--resume", "whole.ndjson", "--shard=1/2"], "it is a whole run, not 1/2");
    let mut torn = whole.clone();
    torn[ends[1] + 1] = b'x';
    std::fs::write(here.join("torn.ndjson"), torn).expect("it can be written");
    refuses(&["--resume", "torn.ndjson"], "torn.ndjson:3: no line of a journal");
}

/// A number that no run draws twice: when the kill comes is not for a seed to say.
fn dice(most: u64) -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later than that");
    u64::from(now.subsec_nanos()) % most.max(1)
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_as_an_unbroken_one() {
    let here = folder("keeping-killed");
    let few = ["check", "--clause", "*/error/400:*", "--clause", "*/response/*", "--random=0", "--strength=1"];
    let from = Instant::now();
    check(&here, &SPOILT, &["--report", "json=whole.json"], 1);
    let took = u64::try_from(from.elapsed().as_micros()).expect("not that long");
    let journal = here.join("run.ndjson");
    let (mut killed, mut lines) = (0, 0);
    while killed < 20 {
        let place = if journal.exists() { "--resume" } else { "--journal" };
        let to = [place, "run.ndjson", "--report", "json=end.json"];
        let mut child = command(&here, &[&few[..], &SPOILT, &to].concat())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program is built");
        sleep(Duration::from_micros(dice(took)));
        child.kill().expect("it can be killed");
        let ended = child.wait().expect("it ends");
        let kept = std::fs::read_to_string(&journal).unwrap_or_default().matches("{\"case\"").count();
        assert!(kept >= lines, "what was judged is kept");
        lines = kept;
        if ended.signal() == Some(9) {
            killed += 1;
            continue;
        }
        // It was faster than the kill; the next one begins anew.
        assert_eq!(ended.code(), Some(1));
        assert_eq!(judged(&here.join("end.json")), judged(&here.join("whole.json")));
        std::fs::remove_file(&journal).expect("it was written");
        lines = 0;
    }
    let place = if journal.exists() { "--resume" } else { "--journal" };
    check(&here, &SPOILT, &[place, "run.ndjson", "--report", "json=end.json"], 1);
    assert_eq!(judged(&here.join("end.json")), judged(&here.join("whole.json")));
}

/// The processes below this one.
fn children(of: &Child) -> Vec<u32> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("there is /proc").flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let words: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        if words.first() != Some(&"Z") && words.get(1).and_then(|parent| parent.parse().ok()) == Some(of.id()) {
            all.push(id);
        }
    }
    all
}

/// How many bytes a process has written so far.
fn said_by(id: u32) -> u64 {
    let counted = std::fs::read_to_string(format!("/proc/{id}/io")).unwrap_or_default();
    let written = counted.lines().find_map(|line| line.strip_prefix("wchar: "));
    written.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}

#[test]
fn a_driver_that_is_killed_again_and_again_changes_no_verdict() {
    let here = folder("keeping-drivers");
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients/honest.py");
    // What stands in the path may be a script that looks for the program, which takes its time.
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let python = String::from_utf8(asked.expect("there is Python").stdout).expect("it is text");
    let client = ["--jobs=2", "--", python.trim(), driver];
    check(&here, &client, &["--report", "json=whole.json"], 0);
    let few = ["check", "--clause", "*/error/400:*", "--clause", "*/response/*", "--random=0", "--strength=1"];
    let mut killed = 0;
    for _ in 0..40 {
        let before = killed;
        let mut child = command(&here, &[&few[..], &["--report", "json=killed.json"], &client].concat())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program is built");
        while child.try_wait().expect("it can be asked").is_none() {
            sleep(Duration::from_micros(dice(20_000)));
            // One that is killed before it could say much would be started in vain for ever, on a busy machine.
            let mut drivers = children(&child);
            drivers.retain(|id| said_by(*id) > 4_000 + dice(20_000));
            let Some(one) = drivers.get(usize::try_from(dice(drivers.len() as u64)).expect("few")) else { continue };
            let kill = Command::new("kill").args(["-9", &one.to_string()]).stderr(Stdio::null()).status();
            killed += usize::from(kill.expect("there is kill").success());
        }
        let ended = child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(0), "{} drivers were killed", killed - before);
        assert_eq!(judged(&here.join("killed.json")), judged(&here.join("whole.json")));
        if killed >= 20 {
            return;
        }
    }
    panic!("only {killed} drivers were there to be killed");
}

#[test]
fn a_budget_is_spent_on_what_the_page_promises_and_the_rest_is_told() {
    let here = folder("keeping-budget");
    let (_, out) =
        said(command(&here, &["check", "--budget=1ms", "--jobs=1", "--strength=1", "--report", "json=r.json"]));
    assert!(out.contains("were left out") && out.contains("equal to no other"), "{out}");
    let report = report(&here.join("r.json"));
    assert_eq!(report["budget"], 0.001);
    assert!(report["left_out"].as_u64() > Some(100), "{out}");
    let verdicts = report["verdicts"].as_array().expect("there are some");
    assert_eq!(report["coverage"]["clauses"].as_u64(), Some(verdicts.len() as u64), "each clause has its verdict");
    assert!(verdicts.iter().any(|v| v["reason"] == "budget: there was no time for it"));
    let (code, out) = said(command(&here, &["check", "--budget=soon"]));
    assert!(code == 2 && out.contains("no time `soon`"), "{out}");
}

/// The scripts of a job's file: the blocks that call fineprint.
fn scripts(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(file);
    let text = std::fs::read_to_string(path).expect("it is there");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let starts = (0..lines.len()).filter(|at| lines[*at].ends_with('|'));
    let block = |at: usize| {
        let inside = lines[at + 1..].iter().take_while(|line| indent(line) > indent(lines[at]));
        inside.map(|line| line.trim_start().to_owned() + "\n").collect::<String>()
    };
    starts.map(block).filter(|script| script.contains("fineprint ")).collect()
}

/// Runs a job's shell lines as its system does: each part with these variables, then the gate.
fn job_works(file: &str, part: impl Fn(u32) -> Vec<(&'static str, String)>) {
    let here = folder(&format!("keeping-{file}"));
    let program = Path::new(env!("CARGO_BIN_EXE_fineprint"));
    let path = format!(
        "{}:{}",
        program.parent().expect("it lies in a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    std::fs::write(here.join("page.txt"), PAGE).expect("it can be written");
    let run = |script: &str, variables: Vec<(&str, String)>| {
        let mut shell = Command::new("sh");
        shell.current_dir(&here).args(["-ec", script]).env("PATH", &path).env("CI", "true").env("WORK", &here);
        shell.env("PAGES", "page.txt").env("CLIENT", "reference").envs(variables);
        said(shell)
    };
    let [check, gate] = scripts(file).try_into().expect("a script that checks, and one that gates");
    // A short run is enough to show that the lines work.
    let check = check.replace("fineprint check", "fineprint check --clause '*/error/400:*' --random 0 --strength 1");
    for k in 0..4 {
        let (code, out) = run(&check, part(k));
        assert_eq!(code, 0, "{file} {k}: {out}");
    }
    let (code, out) = run(&gate, Vec::new());
    assert_eq!(code, 0, "{file}: {out}");
    assert!(out.contains("84 clauses") && here.join("report.json").is_file(), "{file}: {out}");
}

#[test]
fn the_jobs_in_the_documentation_work() {
    job_works("github.yml", |k| vec![("SHARD", (k + 1).to_string())]);
    job_works("gitlab.yml", |k| vec![("CI_NODE_INDEX", (k + 1).to_string()), ("CI_NODE_TOTAL", "4".into())]);
    job_works("kubernetes.yml", |k| vec![("JOB_COMPLETION_INDEX", k.to_string()), ("JOB_COMPLETIONS", "4".into())]);
}

/// A contract of so many operations, each of two parameters and one error.
fn product(operations: usize) -> Value {
    let (code, out) = said(command(Path::new("."), &["read"]));
    assert_eq!(code, 0, "{out}");
    // Its notes come after it.
    let mut said = serde_json::Deserializer::from_str(&out).into_iter::<Value>();
    let mut contract = said.next().expect("there is one").expect("it is JSON");
    let one = contract["operations"][0].clone();
    let named = |number: usize| {
        let mut operation = one.clone();
        operation["name"] = format!("CreateImage{number:04}").into();
        operation["errors"].as_array_mut().expect("it has errors").truncate(1);
        operation["parameters"].as_array_mut().expect("it has parameters").truncate(2);
        operation
    };
    contract["operations"] = (0..operations).map(named).collect();
    contract
}

/// Peak memory in MiB, and processor seconds, of a run over a product.
fn measured(folder: &Path, operations: usize) -> (f64, f64) {
    let file = format!("{operations}.json");
    std::fs::write(folder.join(&file), product(operations).to_string()).expect("it can be written");
    let few = ["--clause", "*/error/400:*", "--random=0", "--strength=1", "--jobs=2"];
    let mut child = command(folder, &[&["check", &file], &few[..]].concat())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program is built");
    let (mut peak, mut ticks) = (0.0_f64, 0.0);
    while child.try_wait().expect("it can be asked").is_none() {
        let read = |what: &str| std::fs::read_to_string(format!("/proc/{}/{what}", child.id())).unwrap_or_default();
        let status = read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = peak.max(kib.unwrap_or(0.0) / 1024.0);
        let stat = read("stat");
        let times = stat
            .rsplit(") ")
            .next()
            .map(|rest| rest.split(' ').skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum());
        ticks = f64::max(ticks, times.unwrap_or(0.0));
        sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    (peak, ticks / 100.0)
}

#[test]
fn a_thousand_operations_take_bounded_memory_and_linear_time() {
    let here = folder("keeping-thousand");
    let (_, quarter) = measured(&here, 250);
    let (peak, whole) = measured(&here, 1_000);
    assert!(peak > 1.0 && peak <= 256.0, "{peak:.0} MiB");
    assert!(whole <= 2.0 * 4.0 * quarter + 0.5, "{quarter:.2} s for 250, {whole:.2} s for 1,000");
}
