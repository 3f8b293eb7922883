//! Crates: a small program around the crate, built by cargo, and what to say when cargo cannot.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::driver::Surroundings;
use crate::driver::install::tool::{No, ask, run, seconds, tail};
use crate::driver::install::{Installer, Package, cannot, write};
use crate::error::Error;

/// The crate that there is a driver for.
const KNOWN: &str = "aliyun-openapi-core-rust-sdk";
const DRIVER: &str = include_str!("../../../drivers/rust/core.rs");
const PROGRAM: &str = "target/release/driver";

/// The cargo to build with.
pub(super) struct Cargo {
    version: String,
    path: String,
}

impl Cargo {
    pub(super) fn find(surroundings: &Surroundings) -> Result<Cargo, Error> {
        let path = surroundings.path.clone();
        match ask(&path, &["cargo", "--version"]) {
            Ok(version) => Ok(Cargo { version, path }),
            Err(No::Log(why)) if why.kind() == io::ErrorKind::NotFound => Err(Error::client(
                "no `cargo` on the PATH, which `crate:` needs (install Rust, or start a driver with `-- COMMAND…`)",
            )),
            Err(No::Log(why)) => Err(Error::client(format!("cannot start `cargo`: {why}")).because(why)),
            Err(No::Said(said)) => Err(Error::client(format!("`cargo` does not work {said}"))),
            Err(No::Time) => Err(Error::client("`cargo` does not answer")),
        }
    }
}

impl Installer for Cargo {
    fn version(&self) -> &str {
        &self.version
    }

    /// What was built around another driver is built anew.
    fn is_there(&self, folder: &Path) -> bool {
        folder.join(PROGRAM).exists() && fs::read_to_string(folder.join("core.rs")).is_ok_and(|text| text == DRIVER)
    }

    fn install(&self, package: &Package, folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        if package.name != KNOWN {
            return Err(Error::usage(format!(
                "no driver for `crate:{}` (there is one for {KNOWN}; start a driver of your own with `-- COMMAND…`)",
                package.name
            )));
        }
        let version = package.version.as_ref().map_or("*".into(), |version| format!("={version}"));
        let manifest = include_str!("../../../drivers/rust/core.toml").replace("{version}", &version);
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("core.rs"), DRIVER)?;
        progress(&format!("building a driver around {}", package.label()));
        let log = folder.join("log");
        let mut build = Command::new("cargo");
        build
            .args(["build", "--release", "--quiet"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", folder.join("target"));
        run(build, &self.path, &log, Instant::now() + package.within).map_err(|no| match no {
            No::Log(why) => cannot("write", &log, why),
            No::Time => Error::client(format!("`cargo build` did not end within {}", seconds(package.within))),
            No::Said(said) => Error::client(why_not(&said, package)),
        })
    }

    fn driver(&self, package: &Package, folder: &Path) -> Result<Vec<String>, Error> {
        let lock = folder.join("Cargo.lock");
        let locked = fs::read_to_string(&lock).map_err(|why| cannot("read", &lock, why))?;
        let version = resolved(&locked, &package.name).unwrap_or("unknown");
        Ok(vec![folder.join(PROGRAM).to_string_lossy().into_owned(), version.into()])
    }
}

/// The version of a crate in a lock file.
fn resolved<'a>(locked: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = locked.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}

/// Says in one line why cargo could not, with the nearest way out, and shows its last lines.
fn why_not(said: &str, package: &Package) -> String {
    let asked = package.label();
    let reason = match () {
        () if said.contains("failed to select a version") => format!("no such version on the registry: {asked}"),
        () if said.contains("failed to download") || said.contains("Could not resolve host") => {
            format!("cannot build around {asked}: the registry cannot be reached (is this machine offline?)")
        }
        () if said.contains("openssl") => {
            format!("cannot build around {asked}: it needs OpenSSL (on Debian: `apt install libssl-dev pkg-config`)")
        }
        () => format!("cargo could not build around {asked}"),
    };
    format!("{reason}; cargo says:\n{}", tail(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_words_become_one_line_with_a_way_out() {
        let package = Package::parse("crate:aliyun-openapi-core-rust-sdk@9.9.9").unwrap();
        for (said, expected) in [
            ("error: failed to select a version for the requirement `x = \"=9.9.9\"`", "no such version"),
            ("error: failed to download from `https://…`", "cannot be reached"),
            ("Could not find openssl via pkg-config", "apt install libssl-dev"),
            ("error: linker `cc` not found", "cargo could not build"),
        ] {
            let why = why_not(said, &package);
            assert!(why.lines().next().unwrap().contains(expected), "{why}");
        }
    }

    #[test]
    fn the_version_that_was_taken_stands_in_the_lock_file() {
        let locked =
            "[[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"2.1.0\"\n";
        assert_eq!(resolved(locked, "b"), Some("2.1.0"));
        assert_eq!(resolved(locked, "c"), None);
    }
}
