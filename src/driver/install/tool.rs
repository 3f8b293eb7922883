//! The program that installs: run to its end within a time, its output kept for what to say when it could not.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::driver::Surroundings;
use crate::driver::install::{Registry, cannot};
use crate::error::Error;

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

/// A language's program, which packages are installed for.
pub(super) struct Tool {
    /// What it says of itself.
    pub(super) version: String,
    path: String,
}

impl Tool {
    /// The program on the path that says its version when it is called so; `registry` needs it, and it comes with `language`.
    pub(super) fn find(
        surroundings: &Surroundings,
        argv: &[&str],
        registry: Registry,
        language: &str,
    ) -> Result<Tool, Error> {
        let (program, path) = (argv[0], surroundings.path.clone());
        let told = Command::new(program).args(&argv[1..]).env("PATH", &path).stdin(Stdio::null()).output();
        let told = told.map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => Error::client(format!(
                "no `{program}` on the PATH, which `{}:` needs (install {language}, or start a driver with `-- COMMAND…`)",
                registry.prefix()
            )),
            _ => Error::client(format!("cannot start `{program}`: {why}")).because(why),
        })?;
        if !told.status.success() {
            let said = String::from_utf8_lossy(&told.stderr);
            return Err(Error::client(format!("`{program}` does not work ({}):\n{}", told.status, tail(&said))));
        }
        Ok(Tool { version: String::from_utf8_lossy(&told.stdout).trim().to_owned(), path })
    }

    /// Runs a command to its end. Its output goes to the file `log` of a folder: a grandchild may hold a pipe open after it.
    pub(super) fn run(&self, mut command: Command, folder: &Path, until: Instant) -> Result<(), No> {
        let log = folder.join("log");
        let no_log = |why| No::Log(cannot("write", &log, why));
        let out = File::create(&log).map_err(no_log)?;
        let err = out.try_clone().map_err(no_log)?;
        command.env("PATH", &self.path).stdin(Stdio::null()).stdout(out).stderr(err);
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
            false => Err(No::Said(String::from_utf8_lossy(&fs::read(&log).map_err(no_log)?).into_owned())),
        }
    }
}

/// Why a command did not do what it should.
pub(super) enum No {
    /// Its output could not be kept.
    Log(Error),
    /// It did not end in time.
    Time,
    /// What it said.
    Said(String),
}

impl No {
    /// The error of a client: that a command did not end in its time, with a reason, or what `why` makes of its words.
    pub(super) fn error(self, command: &str, within: Duration, late: &str, why: impl FnOnce(&str) -> String) -> Error {
        match self {
            No::Log(error) => error,
            No::Time => Error::client(format!("`{command}` did not end within {} s{late}", within.as_secs_f64())),
            No::Said(said) => Error::client(why(&said)),
        }
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
