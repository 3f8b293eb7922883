//! Crates: a small program around the crate, built by cargo, and what to say when cargo cannot.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::driver::Surroundings;
use crate::driver::install::tool::{Tool, tail};
use crate::driver::install::{Installer, Package, Registry, cannot, write};
use crate::error::Error;

/// The crate that there is a driver for.
const KNOWN: &str = "aliyun-openapi-core-rust-sdk";
const DRIVER: &str = include_str!("../../../drivers/rust/core.rs");
const PROGRAM: &str = "target/release/driver";

/// The cargo to build with.
pub(super) struct Cargo(Tool);

impl Cargo {
    pub(super) fn find(surroundings: &Surroundings) -> Result<Cargo, Error> {
        Tool::find(surroundings, &["cargo", "--version"], Registry::Crates, "Rust").map(Cargo)
    }
}

impl Installer for Cargo {
    fn version(&self) -> &str {
        &self.0.version
    }

    /// What was built around another driver is built anew.
    fn is_there(&self, folder: &Path) -> bool {
        folder.join(PROGRAM).exists() && fs::read_to_string(folder.join("core.rs")).is_ok_and(|text| text == DRIVER)
    }

    fn install(&self, package: &Package, folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        if package.name != KNOWN {
            return Err(package.no_driver(KNOWN));
        }
        let version = package.version.as_ref().map_or("*".into(), |version| format!("={version}"));
        let manifest = include_str!("../../../drivers/rust/core.toml").replace("{version}", &version);
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("core.rs"), DRIVER)?;
        progress(&format!("building a driver around {}", package.label()));
        let mut build = Command::new("cargo");
        build
            .args(["build", "--release", "--quiet"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", folder.join("target"));
        let until = Instant::now() + package.within;
        self.0
            .run(build, folder, until)
            .map_err(|no| no.error("cargo build", package.within, "", |said| why_not(said, package)))
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
