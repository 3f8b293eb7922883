//! Node packages: a folder of their own, filled by npm, and what to say when npm cannot.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::driver::Surroundings;
use crate::driver::install::tool::{Tool, tail};
use crate::driver::install::{Installer, Package, Registry, write};
use crate::error::Error;

/// The drivers, each with the packages that it knows.
const DRIVERS: [(&str, &str, &[&str]); 2] = [
    ("pop.js", include_str!("../../../drivers/node/pop.js"), &["@alicloud/pop-core", "@alicloud/rpc-client"]),
    (
        "openapi.js",
        include_str!("../../../drivers/node/openapi.js"),
        &["@alicloud/openapi-core", "@alicloud/openapi-client"],
    ),
];
const CHANNEL: &str = include_str!("../../../drivers/node/channel.js");

/// The Node to install for.
pub(super) struct Node(Tool);

impl Node {
    pub(super) fn find(surroundings: &Surroundings) -> Result<Node, Error> {
        Tool::find(surroundings, &["node", "--version"], Registry::Npm, "Node.js").map(Node)
    }
}

impl Installer for Node {
    fn version(&self) -> &str {
        &self.0.version
    }

    fn is_there(&self, folder: &Path) -> bool {
        folder.join("node_modules").is_dir()
    }

    fn install(&self, package: &Package, folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        driver(package)?;
        write(&folder.join("package.json"), "{ \"private\": true }\n")?;
        let requirements = package.requirements();
        progress(&format!("installing {} from npm", requirements.join(" ")));
        let mut fill = Command::new("npm");
        // A package's own scripts are of no use to a client that is only called.
        fill.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--"]);
        fill.args(&requirements).current_dir(folder);
        self.0.run(fill, folder, Instant::now() + package.within).map_err(|no| {
            let command = format!("npm install {}", requirements.join(" "));
            let late = ": the registry is slow or does not answer";
            no.error(&command, package.within, late, |said| why_not(said, package))
        })
    }

    fn driver(&self, package: &Package, folder: &Path) -> Result<Vec<String>, Error> {
        let (name, text) = driver(package)?;
        write(&folder.join("channel.js"), CHANNEL)?;
        let path = folder.join(name);
        write(&path, text)?;
        Ok(vec!["node".into(), path.to_string_lossy().into_owned(), "--package".into(), package.name.clone()])
    }
}

/// The driver that knows a package: its file's name and its text.
fn driver(package: &Package) -> Result<(&'static str, &'static str), Error> {
    let knows = |(_, _, packages): &&(&str, &str, &[&str])| packages.contains(&package.name.as_str());
    let Some((name, text, _)) = DRIVERS.iter().find(knows) else {
        let all: Vec<&str> = DRIVERS.iter().flat_map(|(_, _, packages)| *packages).copied().collect();
        return Err(package.no_driver(&all.join(", ")));
    };
    Ok((name, text))
}

/// Says in one line why npm could not, with the nearest way out, and shows npm's last lines.
fn why_not(said: &str, package: &Package) -> String {
    let asked = package.requirements().join(" ");
    let unreachable = ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH"];
    let reason = match () {
        () if said.contains("code ETARGET") => format!("no such version on npm: {asked}"),
        () if said.contains("code E404") => format!("no package on npm of that name: {asked} (is it spelled right?)"),
        () if unreachable.iter().any(|sign| said.contains(sign)) => {
            format!("cannot install {asked}: the registry cannot be reached (is this machine offline?)")
        }
        () if said.contains("No such file or directory") => "no `npm` on the PATH, which `npm:` needs".into(),
        () => format!("npm could not install {asked}"),
    };
    format!("{reason}; npm says:\n{}", tail(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npms_words_become_one_line_with_a_way_out() {
        let package = Package::parse("npm:@alicloud/pop-core@1.8.0").unwrap();
        for (said, expected) in [
            (
                "npm error code ETARGET\nnpm error notarget No matching version",
                "no such version on npm: @alicloud/pop-core@1.8.0",
            ),
            (
                "npm error code E404\n",
                "no package on npm of that name: @alicloud/pop-core@1.8.0 (is it spelled right?)",
            ),
            ("npm error code ENOTFOUND", "the registry cannot be reached"),
            ("npm error code EWHAT", "npm could not install @alicloud/pop-core@1.8.0"),
        ] {
            let why = why_not(said, &package);
            assert!(why.lines().next().unwrap().contains(expected), "{why}");
        }
    }

    #[test]
    fn a_package_without_a_driver_is_a_usage_error_that_names_those_with_one() {
        let error = driver(&Package::parse("npm:left-pad@1.0.0").unwrap()).unwrap_err();
        assert!(error.is_usage() && error.to_string().contains("@alicloud/pop-core"), "{error}");
    }
}
