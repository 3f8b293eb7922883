//! Python packages: a virtual environment, filled by pip, and what to say when pip cannot.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::driver::Surroundings;
use crate::driver::install::tool::{Tool, tail};
use crate::driver::install::{Installer, Package, Registry, cannot, write};
use crate::error::Error;

/// The older core, which has a driver of its own.
pub(super) const CORE: &str = "aliyun-python-sdk-core";
const INTERPRETER: &str = "venv/bin/python";

/// The Python to make virtual environments from.
pub(super) struct Python(Tool);

impl Python {
    pub(super) fn find(surroundings: &Surroundings) -> Result<Python, Error> {
        Tool::find(
            surroundings,
            &["python3", "-c", "import sys; print(sys.version.split()[0], sys.prefix)"],
            Registry::Pypi,
            "Python 3",
        )
        .map(Python)
    }
}

impl Installer for Python {
    fn version(&self) -> &str {
        &self.0.version
    }

    /// A virtual environment dies with the Python that it was made from.
    fn is_there(&self, folder: &Path) -> bool {
        folder.join(INTERPRETER).exists()
    }

    /// Makes the virtual environment anew and fills it.
    fn install(&self, package: &Package, folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        if let Some(bad) = package.with.iter().find(|requirement| requirement.starts_with('-')) {
            return Err(Error::usage(format!(
                "`{bad}` is an option of pip, not a requirement such as `NAME==VERSION`"
            )));
        }
        let venv = folder.join("venv");
        match fs::remove_dir_all(&venv) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(cannot("remove", &venv, why)),
            _ => {}
        }
        let until = Instant::now() + package.within;

        progress("making a virtual environment");
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(&venv);
        self.0.run(make, folder, until).map_err(|no| {
            no.error("python3 -m venv", package.within, "", |said| match said.contains("ensurepip") {
                true => "this Python makes no virtual environments (on Debian: `apt install python3-venv`)".into(),
                false => format!("`python3 -m venv` failed:\n{}", tail(said)),
            })
        })?;

        let requirements = package.requirements();
        progress(&format!("installing {} from PyPI", requirements.join(" ")));
        let mut fill = Command::new(venv.join("bin/python"));
        fill.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q", "--"]);
        fill.args(&requirements);
        self.0.run(fill, folder, until).map_err(|no| {
            let command = format!("pip install {}", requirements.join(" "));
            let late = ": the package index is slow or does not answer";
            no.error(&command, package.within, late, |said| why_not(said, package))
        })
    }

    fn driver(&self, package: &Package, folder: &Path) -> Result<Vec<String>, Error> {
        let (name, text) = match package.name.as_str() {
            CORE => ("core.py", include_str!("../../../drivers/python/core.py")),
            _ => ("tea.py", include_str!("../../../drivers/python/tea.py")),
        };
        write(&folder.join("channel.py"), include_str!("../../../drivers/python/channel.py"))?;
        let path = folder.join(name);
        write(&path, text)?;
        let argv = [folder.join(INTERPRETER).as_path(), &path].map(|path| path.to_string_lossy().into_owned());
        let argv = argv.into_iter().chain(["--package".into(), package.name.clone()]);
        Ok(argv.chain(package.asynchronous.then(|| "--async".into())).collect())
    }
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
}
