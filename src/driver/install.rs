//! Getting an SDK from its registry into a folder of its own, with a driver beside it.

mod cargo;
mod npm;
mod pip;
mod tool;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ring::digest::{Context, SHA256};

use crate::driver::{Command, Surroundings};
use crate::error::Error;
use crate::wire::encode::hex;

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
    /// Whether its asynchronous methods are called, where it has both.
    pub asynchronous: bool,
    /// How long an installation may take.
    pub within: Duration,
}

/// A registry that SDKs are installed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// Python's.
    Pypi,
    /// Node's.
    Npm,
    /// Rust's.
    Crates,
}

impl Registry {
    const ALL: [Registry; 3] = [Registry::Pypi, Registry::Npm, Registry::Crates];

    /// What stands before a package's name.
    fn prefix(self) -> &'static str {
        match self {
            Registry::Pypi => "pypi",
            Registry::Npm => "npm",
            Registry::Crates => "crate",
        }
    }

    /// What stands between a package's name and its version.
    fn separator(self) -> &'static str {
        match self {
            Registry::Pypi => "==",
            Registry::Npm | Registry::Crates => "@",
        }
    }
}

/// What fills a folder from a registry, and puts the driver into it.
trait Installer {
    /// The version of the language that it installs for.
    fn version(&self) -> &str;
    /// Whether what was once installed in a folder still works.
    fn is_there(&self, folder: &Path) -> bool;
    /// Fills a folder.
    fn install(&self, package: &Package, folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Error>;
    /// Writes the driver into a filled folder, and gives the command that starts it.
    fn driver(&self, package: &Package, folder: &Path) -> Result<Vec<String>, Error>;
}

impl Package {
    /// Reads `pypi:NAME`, `pypi:NAME==VERSION`, `npm:NAME`, `npm:NAME@VERSION`, `crate:NAME` or
    /// `crate:NAME@VERSION`; it may take ten minutes to install.
    pub fn parse(text: &str) -> Result<Package, Error> {
        let Some((registry, package)) = text.split_once(':') else {
            return Err(Error::usage(format!("`{text}` names no registry (say `pypi:{text}` or `npm:{text}`)")));
        };
        let Some(registry) = Registry::ALL.into_iter().find(|known| known.prefix() == registry) else {
            return Err(Error::usage(format!("no registry `{registry}` (there is `pypi`, `npm` and `crate`)")));
        };
        let (name, version) = match registry {
            Registry::Pypi => package.split_once("=="),
            // The name of an npm package may begin with the `@` of its owner.
            Registry::Npm | Registry::Crates => package.rsplit_once('@').filter(|(name, _)| !name.is_empty()),
        }
        .map_or((package, None), |(name, version)| (name, Some(version.to_owned())));
        let is_word = |word: &str, more: &str| {
            word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        let words: Vec<&str> = match registry {
            Registry::Pypi | Registry::Crates => vec![name],
            Registry::Npm => name.strip_prefix('@').unwrap_or(name).splitn(2, '/').collect(),
        };
        // Nothing that an installer could take for an option, a URL or a path.
        let fits = words.iter().all(|word| is_word(word, "._-")) && (words.len() == 2) == name.starts_with('@');
        if !fits || version.as_deref().is_some_and(|v| !is_word(v, ".+!-_")) {
            let form = format!("{}:NAME{}VERSION", registry.prefix(), registry.separator());
            return Err(Error::usage(format!("`{text}` is not of the form `{form}`")));
        }
        let within = Duration::from_secs(600);
        Ok(Package { registry, name: name.into(), version, with: Vec::new(), asynchronous: false, within })
    }

    /// Whether a client is named as one of a registry.
    pub fn is_named(client: &str) -> bool {
        client.split_once(':').is_some_and(|(registry, _)| Registry::ALL.iter().any(|known| known.prefix() == registry))
    }

    /// Whether further requirements can stand beside it. A crate's driver is built with what the crate itself asks for.
    pub fn takes_requirements(&self) -> bool {
        self.registry != Registry::Crates
    }

    /// Whether its driver can call asynchronous methods: that of Python's Tea SDKs, which have both.
    pub fn has_asynchronous(&self) -> bool {
        self.registry == Registry::Pypi && self.name != pip::CORE
    }

    /// That nothing is asked of it that would be passed over in silence.
    fn checked(&self) -> Result<(), Error> {
        if !self.with.is_empty() && !self.takes_requirements() {
            return Err(Error::usage(format!(
                "no `--with` for `{}`: a crate is built with what it asks for itself (a `pypi:` or `npm:` client takes it)",
                self.label()
            )));
        }
        if self.asynchronous && !self.has_asynchronous() {
            return Err(Error::usage(format!(
                "no `--async` for `{}`: its driver has one way to call (a `pypi:alibabacloud-…` client has both)",
                self.label()
            )));
        }
        Ok(())
    }

    /// What the registry is asked for, sorted.
    fn requirements(&self) -> Vec<String> {
        let own = match &self.version {
            Some(version) => format!("{}{}{version}", self.name, self.registry.separator()),
            None => self.name.clone(),
        };
        let mut all: Vec<String> = self.with.iter().cloned().chain([own]).collect();
        all.sort();
        all
    }

    fn label(&self) -> String {
        let version = self.version.iter().map(|version| format!("{}{version}", self.registry.separator()));
        format!("{}:{}{}", self.registry.prefix(), self.name, version.collect::<String>())
    }

    /// That none of our drivers knows it, only those `known`.
    fn no_driver(&self, known: &str) -> Error {
        Error::usage(format!(
            "no driver for `{}:{}` (there is one for {known}; start a driver of your own with `-- COMMAND…`)",
            self.registry.prefix(),
            self.name
        ))
    }
}

/// Installs a package unless it is there already, and gives the command that drives it. What takes long is told to
/// `progress` first. Several processes may ask for the same package at once: one installs, the others wait.
pub fn install(
    package: &Package,
    surroundings: &Surroundings,
    progress: &mut dyn FnMut(&str),
) -> Result<Command, Error> {
    package.checked()?;
    let installer: Box<dyn Installer> = match package.registry {
        Registry::Pypi => Box::new(pip::Python::find(surroundings)?),
        Registry::Npm => Box::new(npm::Node::find(surroundings)?),
        Registry::Crates => Box::new(cargo::Cargo::find(surroundings)?),
    };
    let folder = surroundings.cache.join("sdks").join(folder_name(package, installer.version()));
    fs::create_dir_all(&folder).map_err(|why| cannot("make the folder", &folder, why))?;
    let _lock = lock(&folder, package, progress)?;

    let complete = folder.join("complete");
    if !complete.exists() || !installer.is_there(&folder) {
        let _ = fs::remove_file(&complete);
        installer.install(package, &folder, progress)?;
        write(&complete, &package.requirements().join("\n"))?;
    }
    let mut command = Command::new(installer.driver(package, &folder)?, surroundings);
    command.label = package.label();
    Ok(command)
}

/// Readable, and different whenever the installed files could be.
fn folder_name(package: &Package, language: &str) -> String {
    let mut hash = Context::new(&SHA256);
    for part in package.requirements().iter().map(String::as_str).chain([language]) {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    let hash = hex(&hash.finish().as_ref()[..8]);
    format!("{}-{}-{hash}", package.name.replace(['@', '/'], ""), package.version.as_deref().unwrap_or("any"))
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
        let package = Package::parse("npm:@alicloud/pop-core@1.8.0").unwrap();
        assert_eq!((package.registry, package.name.as_str()), (Registry::Npm, "@alicloud/pop-core"));
        assert_eq!(package.version.as_deref(), Some("1.8.0"));
        assert_eq!(package.label(), "npm:@alicloud/pop-core@1.8.0");
        assert_eq!(Package::parse("npm:@alicloud/pop-core").unwrap().version, None);
    }

    #[test]
    fn what_is_no_package_is_a_usage_error_with_a_way_out() {
        for (text, expected) in [
            ("name==1.0", "say `pypi:name==1.0`"),
            ("npm:../here", "npm:NAME@VERSION"),
            ("npm:@a/b/c", "npm:NAME@VERSION"),
            ("npm:owner/name", "npm:NAME@VERSION"),
            ("npm:@owner", "npm:NAME@VERSION"),
            ("npm:--global", "npm:NAME@VERSION"),
            ("crate:@owner/name", "crate:NAME@VERSION"),
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
