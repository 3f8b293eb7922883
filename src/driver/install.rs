//! Getting an SDK from its registry into a folder of its own, with a driver beside it.

mod pip;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::driver::{Command, Surroundings};
use crate::error::Error;

/// An SDK to be had from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Where it is published.
    pub registry: Registry,
    /// Its name there.
    pub name: String,
    /// The version; none takes what the registry offers first.
    pub version: Option<String>,
    /// Further requirements, such as `alibabacloud-tea-openapi==0.3.16`.
    pub with: Vec<String>,
    /// How long an installation may take.
    pub within: Duration,
}

/// A registry that SDKs are installed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// Python's.
    Pypi,
}

impl Package {
    /// Reads `pypi:NAME` or `pypi:NAME==VERSION`; it may take ten minutes to install.
    pub fn parse(text: &str) -> Result<Package, Error> {
        let Some((registry, package)) = text.split_once(':') else {
            return Err(Error::usage(format!("`{text}` names no registry (say `pypi:{text}`)")));
        };
        match registry {
            "pypi" => {}
            "npm" | "crate" => {
                let way_out = "start a driver of your own with `-- COMMAND…`";
                return Err(Error::usage(format!("`{registry}:` is not supported yet ({way_out})")));
            }
            _ => return Err(Error::usage(format!("no registry `{registry}` (there is `pypi`)"))),
        }
        let (name, version) = match package.split_once("==") {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (package, None),
        };
        let is_word = |word: &str, more: &str| {
            word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        // Nothing that pip could take for an option, a URL or a path.
        if !is_word(name, "._-") || version.as_deref().is_some_and(|v| !is_word(v, ".+!-_")) {
            return Err(Error::usage(format!("`{text}` is not of the form `pypi:NAME==VERSION`")));
        }
        let within = Duration::from_secs(600);
        Ok(Package { registry: Registry::Pypi, name: name.into(), version, with: Vec::new(), within })
    }

    /// What the registry is asked for, sorted.
    fn requirements(&self) -> Vec<String> {
        let own = match &self.version {
            Some(version) => format!("{}=={version}", self.name),
            None => self.name.clone(),
        };
        let mut all: Vec<String> = self.with.iter().cloned().chain([own]).collect();
        all.sort();
        all
    }

    fn label(&self) -> String {
        match &self.version {
            Some(version) => format!("pypi:{}=={version}", self.name),
            None => format!("pypi:{}", self.name),
        }
    }
}

/// Installs a package unless it is there already, and gives the command that drives it. What takes long is told to
/// `progress` first. Several processes may ask for the same package at once: one installs, the others wait.
pub fn install(
    package: &Package,
    surroundings: &Surroundings,
    progress: &mut dyn FnMut(&str),
) -> Result<Command, Error> {
    if let Some(bad) = package.with.iter().find(|requirement| requirement.starts_with('-')) {
        return Err(Error::usage(format!("`{bad}` is an option of pip, not a requirement such as `NAME==VERSION`")));
    }
    let python = pip::Python::find(surroundings)?;
    let folder = surroundings.cache.join("sdks").join(folder_name(package, &python.version));
    fs::create_dir_all(&folder).map_err(|why| cannot("make the folder", &folder, why))?;
    let _lock = lock(&folder, package, progress)?;

    let complete = folder.join("complete");
    let interpreter = folder.join("venv/bin/python");
    // A virtual environment dies with the Python that it was made from.
    if !complete.exists() || !interpreter.exists() {
        let _ = fs::remove_file(&complete);
        python.install(package, &folder, progress)?;
        write(&complete, &package.requirements().join("\n"))?;
    }
    let driver = folder.join("tea.py");
    write(&driver, include_str!("../../drivers/python/tea.py"))?;
    let argv = [interpreter.as_path(), &driver].map(|path| path.to_string_lossy().into_owned());
    let mut command = Command::new(argv.into_iter().chain(["--package".into(), package.name.clone()]), surroundings);
    command.label = package.label();
    Ok(command)
}

/// Readable, and different whenever the installed files could be.
fn folder_name(package: &Package, python: &str) -> String {
    let mut hash = Sha256::new();
    for part in package.requirements().iter().map(String::as_str).chain([python]) {
        hash.update(part);
        hash.update([0]);
    }
    let hash: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{hash}", package.name, package.version.as_deref().unwrap_or("any"))
}

/// Holds off other processes for as long as it lives, even if this one is killed.
fn lock(folder: &Path, package: &Package, progress: &mut dyn FnMut(&str)) -> Result<File, Error> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(|why| cannot("write", &path, why))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => progress(&format!("waiting for another job to install {}", package.label())),
        Err(TryLockError::Error(why)) => return Err(cannot("lock", &path, why)),
    }
    file.lock().map_err(|why| cannot("lock", &path, why))?;
    Ok(file)
}

/// Writes a file whole or not at all: another job may be reading it.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let new: PathBuf = path.with_extension("new");
    fs::write(&new, text).and_then(|()| fs::rename(&new, path)).map_err(|why| cannot("write", path, why))
}

fn cannot(act: &str, path: &Path, why: io::Error) -> Error {
    Error::internal(format!("cannot {act} `{}`: {why}", path.display())).because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_by_registry_name_and_version() {
        let package = Package::parse("pypi:alibabacloud-appstream-center20210901==5.9.0").unwrap();
        assert_eq!(package.name, "alibabacloud-appstream-center20210901");
        assert_eq!(package.version.as_deref(), Some("5.9.0"));
        assert_eq!(Package::parse("pypi:name").unwrap().version, None);
    }

    #[test]
    fn what_is_no_package_is_a_usage_error_with_a_way_out() {
        for (text, expected) in [
            ("name==1.0", "say `pypi:name==1.0`"),
            ("npm:@alicloud/pop-core@1.8.0", "`-- COMMAND…`"),
            ("crate:aliyun", "`-- COMMAND…`"),
            ("gem:name", "there is `pypi`"),
            ("pypi:", "pypi:NAME==VERSION"),
            ("pypi:--index-url=x", "pypi:NAME==VERSION"),
            ("pypi:../here", "pypi:NAME==VERSION"),
            ("pypi:name@1.0", "pypi:NAME==VERSION"),
        ] {
            let error = Package::parse(text).unwrap_err();
            assert!(error.is_usage() && error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn the_folder_is_another_for_other_requirements_and_another_python() {
        let package = Package::parse("pypi:name==1.0").unwrap();
        let mut more = package.clone();
        more.with = vec!["b==1".into(), "a==1".into()];
        let mut turned = more.clone();
        turned.with.reverse();
        let name = folder_name(&package, "3.11");
        assert!(name.starts_with("name-1.0-"));
        assert_ne!(name, folder_name(&package, "3.12"));
        assert_ne!(name, folder_name(&more, "3.11"));
        assert_eq!(folder_name(&turned, "3.11"), folder_name(&more, "3.11"));
    }
}
