//! An SDK is installed once, whole or not at all, and what stands in the way is said with a way out.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use fineprint::driver::install::{Package, install};
use fineprint::driver::{Command, Link, Source, Surroundings};
use fineprint::error::Error;

/// A machine whose `python3` is a stand-in, and whose cache is empty.
struct Machine(Surroundings);

impl Machine {
    fn new() -> Machine {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let cache = std::env::temp_dir().join(format!("fineprint-cache-{}-{n}", std::process::id()));
        Machine(Surroundings {
            path: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/drivers/python:/usr/bin:/bin").into(),
            lang: String::new(),
            temp: std::env::temp_dir(),
            cache,
        })
    }

    fn install(&self, package: &str, said: &mut Vec<String>) -> Result<Command, Error> {
        install(&Package::parse(package).unwrap(), &self.0, &mut |line| said.push(line.to_owned()))
    }

    /// How often a virtual environment was made, over all packages.
    fn made(&self) -> usize {
        let folders: Vec<PathBuf> =
            fs::read_dir(self.0.cache.join("sdks")).unwrap().map(|f| f.unwrap().path()).collect();
        folders.iter().map(|f| fs::read_to_string(f.join("made")).unwrap_or_default().lines().count()).sum()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0.cache);
    }
}

#[tokio::test]
async fn a_package_is_installed_once_and_its_driver_says_hello() {
    let (machine, mut said) = (Machine::new(), Vec::new());
    let command = machine.install("pypi:good==1.0", &mut said).unwrap();
    assert_eq!(said, ["making a virtual environment", "installing good==1.0 from PyPI"]);
    assert_eq!(command.label, "pypi:good==1.0");
    let link = Link::start(&Source::Command(command.clone())).await.unwrap();
    assert_eq!(link.hello().client.name, "good");
    link.stop().await;

    said.clear();
    assert_eq!(machine.install("pypi:good==1.0", &mut said).unwrap(), command);
    assert!(said.is_empty());
    machine.install("pypi:good==2.0", &mut said).unwrap();
    assert_eq!(machine.made(), 2);
}

#[test]
fn of_jobs_that_ask_at_once_one_installs() {
    let machine = Machine::new();
    std::thread::scope(|jobs| {
        for _ in 0..8 {
            jobs.spawn(|| machine.install("pypi:good==1.0", &mut Vec::new()).unwrap());
        }
    });
    assert_eq!(machine.made(), 1);
}

#[test]
fn what_was_left_half_made_is_made_anew() {
    let (machine, mut said) = (Machine::new(), Vec::new());
    let error = machine.install("pypi:flaky==1.0", &mut said).unwrap_err();
    assert!(error.is_client() && error.to_string().ends_with("out of luck"), "{error}");
    machine.install("pypi:flaky==1.0", &mut said).unwrap();
    assert_eq!(machine.made(), 2);
}

#[test]
fn what_stands_in_the_way_is_named() {
    let mut machine = Machine::new();
    let missing = machine.install("pypi:missing==1.0", &mut Vec::new()).unwrap_err();
    assert!(missing.is_client() && missing.to_string().starts_with("no package `missing` on the index"), "{missing}");

    let mut slow = Package::parse("pypi:slow").unwrap();
    slow.within = Duration::from_millis(300);
    let started = Instant::now();
    let error = install(&slow, &machine.0, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("`pip install slow` did not end within 0.3 s"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(20));

    let mut option = Package::parse("pypi:good").unwrap();
    option.with = vec!["--index-url=elsewhere".into()];
    assert!(install(&option, &machine.0, &mut |_| {}).unwrap_err().is_usage());

    machine.0.path = "/nowhere".into();
    let error = machine.install("pypi:good==1.0", &mut Vec::new()).unwrap_err();
    assert!(error.is_client() && error.to_string().starts_with("no `python3` on the PATH"), "{error}");
}
