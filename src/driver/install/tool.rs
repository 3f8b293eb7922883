//! The program that installs: run to its end within a time, its output kept for what to say when it could not.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The environment that would make an installer install elsewhere, and the credentials that a package's own build
/// script has no business with. The rest it needs: proxies, certificates, a company's index.
const NOT_FOR_INSTALLERS: [&str; 14] = [
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALICLOUD_ACCESS_KEY",
    "ALICLOUD_SECRET_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
];

/// Why a command did not do what it should.
pub(super) enum No {
    /// Its output could not be kept.
    Log(io::Error),
    /// It did not end in time.
    Time,
    /// What it said.
    Said(String),
}

/// Asks a program for a line about itself; none if it is not on the path or does not work.
pub(super) fn ask(path: &str, argv: &[&str]) -> Result<String, No> {
    let [program, arguments @ ..] = argv else { return Err(No::Said("no program".into())) };
    let told = Command::new(program).args(arguments).env("PATH", path).stdin(Stdio::null()).output();
    let told = told.map_err(No::Log)?;
    match told.status.success() {
        true => Ok(String::from_utf8_lossy(&told.stdout).trim().to_owned()),
        false => Err(No::Said(format!("({}):\n{}", told.status, tail(&String::from_utf8_lossy(&told.stderr))))),
    }
}

/// Runs a command to its end. Its output goes to a file: a grandchild may hold a pipe open after it.
pub(super) fn run(mut command: Command, path: &str, log: &Path, until: Instant) -> Result<(), No> {
    let out = File::create(log).map_err(No::Log)?;
    let err = out.try_clone().map_err(No::Log)?;
    command.env("PATH", path).stdin(Stdio::null()).stdout(out).stderr(err);
    for name in NOT_FOR_INSTALLERS {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|why| No::Said(why.to_string()))?;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(20)),
            Ok(None) => return Err(stopped(child)),
            Err(why) => return Err(No::Said(why.to_string())),
        }
    };
    match status.success() {
        true => Ok(()),
        false => Err(No::Said(String::from_utf8_lossy(&fs::read(log).map_err(No::Log)?).into_owned())),
    }
}

fn stopped(mut child: Child) -> No {
    // Either it is dead now, or it was already.
    let _ = child.kill();
    let _ = child.wait();
    No::Time
}

/// The last lines, each cut: pip lists every version there is in one.
pub(super) fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let cut = |line: &str| match line.char_indices().nth(200) {
        Some((at, _)) => format!("  {}…", &line[..at]),
        None => format!("  {line}"),
    };
    lines[lines.len().saturating_sub(5)..].iter().map(|line| cut(line)).collect::<Vec<_>>().join("\n")
}

pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_installers_words_the_last_lines_are_shown_cut() {
        let shown = tail(&format!("1\n2\n3\n4\n5\n\n{}\n", "x".repeat(300)));
        assert_eq!(shown.lines().count(), 5);
        assert!(shown.ends_with("x…"));
    }
}
