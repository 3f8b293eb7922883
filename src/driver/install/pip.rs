//! Python packages: a virtual environment, filled by pip, and what to say when pip cannot.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::driver::Surroundings;
use crate::driver::install::{Package, cannot};
use crate::error::Error;

/// The environment that would make pip install elsewhere, and the credentials that a package's own build script has
/// no business with. The rest it needs: proxies, certificates, a company's index.
const NOT_FOR_PIP: [&str; 14] = [
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

/// The Python to make virtual environments from.
pub(super) struct Python {
    pub(super) version: String,
    path: String,
}

impl Python {
    pub(super) fn find(surroundings: &Surroundings) -> Result<Python, Error> {
        let mut ask = Command::new("python3");
        ask.args(["-c", "import sys; print(sys.version.split()[0], sys.prefix)"]).env("PATH", &surroundings.path);
        let told = ask.stdin(Stdio::null()).output().map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => Error::client(
                "no `python3` on the PATH, which `pypi:` needs (install Python 3, or start a driver with `-- COMMAND…`)",
            ),
            _ => Error::client(format!("cannot start `python3`: {why}")).because(why),
        })?;
        if !told.status.success() {
            let said = String::from_utf8_lossy(&told.stderr);
            return Err(Error::client(format!("`python3` does not work ({}):\n{}", told.status, tail(&said))));
        }
        let version = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        Ok(Python { version, path: surroundings.path.clone() })
    }

    /// Makes the virtual environment anew and fills it.
    pub(super) fn install(
        &self,
        package: &Package,
        folder: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let venv = folder.join("venv");
        match fs::remove_dir_all(&venv) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(cannot("remove", &venv, why)),
            _ => {}
        }
        let log = folder.join("log");
        let until = Instant::now() + package.within;

        progress("making a virtual environment");
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(&venv);
        self.run(make, &log, until).map_err(|no| match no {
            No::Log(why) => cannot("write", &log, why),
            No::Time => Error::client(format!("`python3 -m venv` did not end within {}", seconds(package.within))),
            No::Said(said) if said.contains("ensurepip") => {
                Error::client("this Python makes no virtual environments (on Debian: `apt install python3-venv`)")
            }
            No::Said(said) => Error::client(format!("`python3 -m venv` failed:\n{}", tail(&said))),
        })?;

        let requirements = package.requirements();
        progress(&format!("installing {} from PyPI", requirements.join(" ")));
        let mut fill = Command::new(venv.join("bin/python"));
        fill.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q", "--"]);
        fill.args(&requirements);
        self.run(fill, &log, until).map_err(|no| match no {
            No::Log(why) => cannot("write", &log, why),
            No::Time => Error::client(format!(
                "`pip install {}` did not end within {}: the package index is slow or does not answer",
                requirements.join(" "),
                seconds(package.within)
            )),
            No::Said(said) => Error::client(why_not(&said, package)),
        })
    }

    /// Runs a command to its end. Its output goes to a file: a grandchild may hold a pipe open after it.
    fn run(&self, mut command: Command, log: &Path, until: Instant) -> Result<(), No> {
        let out = File::create(log).map_err(No::Log)?;
        let err = out.try_clone().map_err(No::Log)?;
        command.env("PATH", &self.path).stdin(Stdio::null()).stdout(out).stderr(err);
        for name in NOT_FOR_PIP {
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
}

/// Why a command did not do what it should.
enum No {
    Log(io::Error),
    Time,
    Said(String),
}

fn stopped(mut child: Child) -> No {
    // Either it is dead now, or it was already.
    let _ = child.kill();
    let _ = child.wait();
    No::Time
}

/// Says in one line why pip could not, with the nearest way out, and shows pip's last lines.
fn why_not(said: &str, package: &Package) -> String {
    let asked = package.requirements().join(" ");
    let unreachable =
        ["NewConnectionError", "name resolution", "Max retries", "ConnectTimeout", "Read timed out", "ProxyError"];
    let reason = if unreachable.iter().any(|sign| said.contains(sign)) {
        format!("cannot install {asked}: the package index cannot be reached (is this machine offline?)")
    } else if let Some((requirement, versions)) = not_found(said) {
        let (name, wanted) = requirement.split_once("==").unwrap_or((requirement, ""));
        match versions.as_slice() {
            [] => format!("no package `{name}` on the index (is it spelled right?)"),
            _ if wanted.is_empty() => format!("no version of `{name}` fits `{requirement}`"),
            [.., last] => {
                let near = nearest(wanted, &versions);
                format!("no version {wanted} of `{name}` (near it are {near}; the last is {last})")
            }
        }
    } else {
        format!("pip could not install {asked}")
    };
    format!("{reason}; pip says:\n{}", tail(said))
}

/// Reads `Could not find a version that satisfies the requirement R (from versions: …)`.
fn not_found(said: &str) -> Option<(&str, Vec<&str>)> {
    let (_, rest) = said.split_once("satisfies the requirement ")?;
    let (requirement, rest) = rest.split_once(" (from")?;
    let (_, rest) = rest.split_once("versions: ")?;
    let (versions, _) = rest.split_once(')')?;
    let versions = versions.split(", ").filter(|v| *v != "none").collect();
    Some((requirement.trim(), versions))
}

/// The versions just below and above.
fn nearest(wanted: &str, versions: &[&str]) -> String {
    let numbers = |v: &str| v.split('.').map(|n| n.parse().unwrap_or(0)).collect::<Vec<u64>>();
    let at = versions.iter().filter(|v| numbers(v) < numbers(wanted)).count();
    versions[at.saturating_sub(1)..(at + 1).min(versions.len())].join(" and ")
}

/// The last lines, each cut: pip lists every version there is in one.
fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let cut = |line: &str| match line.char_indices().nth(200) {
        Some((at, _)) => format!("  {}…", &line[..at]),
        None => format!("  {line}"),
    };
    lines[lines.len().saturating_sub(5)..].iter().map(|line| cut(line)).collect::<Vec<_>>().join("\n")
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn explains(said: &str, expected: &str) {
        let package = Package::parse("pypi:name==4.7").unwrap();
        let why = why_not(said, &package);
        assert_eq!(why.lines().next().unwrap(), expected);
    }

    #[test]
    fn pips_words_become_one_line_with_a_way_out() {
        let none = "ERROR: Could not find a version that satisfies the requirement name==4.7 (from versions: none)\n";
        explains(none, "no package `name` on the index (is it spelled right?); pip says:");
        explains(
            &none.replace("none", "1.0, 4.6, 4.10, 5.0"),
            "no version 4.7 of `name` (near it are 4.6 and 4.10; the last is 5.0); pip says:",
        );
        explains(
            &format!("WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'\n{none}"),
            "cannot install name==4.7: the package index cannot be reached (is this machine offline?); pip says:",
        );
        explains("error: subprocess-exited-with-error", "pip could not install name==4.7; pip says:");
    }

    #[test]
    fn the_ends_of_the_list_have_one_neighbour() {
        assert_eq!(nearest("0.1", &["1.0", "2.0"]), "1.0");
        assert_eq!(nearest("9.0", &["1.0", "2.0"]), "2.0");
    }

    #[test]
    fn of_pips_words_the_last_lines_are_shown_cut() {
        let shown = tail(&format!("1\n2\n3\n4\n5\n\n{}\n", "x".repeat(300)));
        assert_eq!(shown.lines().count(), 5);
        assert!(shown.ends_with("x…"));
    }
}
