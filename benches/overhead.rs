//! fineprint's own cost: calls a second of a run, beside a bare loop over the same SDK objects against the same kind of tap.
//!
//! `cargo bench --bench overhead`; needs Python and a registry, or what an earlier run has installed.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fineprint::case::{Answer, Serve};
use fineprint::contract::Contract;
use fineprint::driver::install::{Package, install};
use fineprint::driver::{Source, Surroundings};
use fineprint::extract::{Input, read};
use fineprint::outcome::Event;
use fineprint::run::{Choice, Run};
use fineprint::tap::Tap;
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() {
    let temp = std::env::temp_dir();
    let path = std::env::var("PATH").unwrap_or_default();
    let surroundings = Surroundings { path, lang: String::new(), cache: temp.join("fineprint-sdks"), temp };
    let package = Package::parse("pypi:alibabacloud-appstream-center20210901==5.9.0").expect("it is a package");
    let command = install(&package, &surroundings, &mut |_| {}).expect("the SDK can be installed");
    let python = command.argv[0].clone();
    for round in 1..=3 {
        let bare = bare(&python);
        let one = run(Source::Command(command.clone()), 1);
        let four = run(Source::Command(command.clone()), 4);
        println!(
            "round {round}: bare loop {bare:.0} calls/s; fineprint {one:.0} on one lane ({:.2} of it), {four:.0} on four ({:.2})",
            one / bare,
            four / bare
        );
    }
}

/// The cases about parameters: none of them waits by plan.
fn choice() -> Choice {
    Choice { clauses: vec!["*/request/*/*".into()], random: 0, strength: 1, ..Choice::default() }
}

fn contract() -> Arc<Contract> {
    let text = include_str!("../fixtures/pages/create-image-by-instance.txt");
    Arc::new(read(&[Input { name: "page.txt", text }]))
}

/// The same calls as a run makes, as often as it takes to measure.
fn calls() -> Vec<Value> {
    let (contract, choice) = (contract(), choice());
    let cases = fineprint::run::cases(&contract, &choice).expect("the page has an operation");
    let steps = cases.flat_map(|(_, cases)| cases).flat_map(|case| case.steps);
    let once: Vec<Value> = steps.map(|step| Value::Object(step.params)).collect();
    once.iter().cycle().take(2 * once.len()).cloned().collect()
}

/// Calls a second of the SDK alone, answered by a tap that always says the same.
fn bare(python: &str) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let tap = Tap::open().expect("a port");
        let answer: Arc<Serve> =
            Arc::new(Answer::json(200, json!({ "RequestId": "A", "Success": true, "Code": 200 })).into());
        tap.begin(Arc::new(move |_, _| Arc::clone(&answer)));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/bare.py");
        let arguments = [script.to_owned(), tap.endpoint()];
        let python = python.to_owned();
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = Command::new(python)
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("python starts");
            let mut input = child.stdin.take().expect("it is piped");
            std::thread::spawn(move || {
                for params in calls() {
                    // A loop that ended early shows in its output.
                    let _ = writeln!(input, "{params}");
                }
            });
            child.wait_with_output().expect("it ends")
        });
        let output = ended.await.expect("it ends");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.trim().parse().unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    })
}

/// Calls a second of a run, from its first case to its last; what waits by plan is left out.
fn run(source: Source, jobs: usize) -> f64 {
    let run = Run { choice: choice(), jobs, ..Run::new(contract(), source) };
    let (mut calls, mut first, mut last) = (0, None, Instant::now());
    run.go(&mut |event| {
        if let Event::Case(entry) = event {
            // The first cases warm the client up, as the bare loop does.
            calls += entry.calls;
            if calls > 50 && first.is_none() {
                (calls, first) = (0, Some(Instant::now()));
            }
            last = Instant::now();
        }
    })
    .expect("the client is there");
    let took = first.map_or(Duration::MAX, |first| last - first);
    f64::from(u32::try_from(calls).expect("few")) / took.as_secs_f64()
}
