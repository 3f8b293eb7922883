//! The client that the user names: the reference, a package, a program.

use std::path::PathBuf;
use std::sync::Arc;

use crate::driver::install::{Package, install};
use crate::driver::{Command, Source, Surroundings};
use crate::error::Error;
use crate::reference::{self, Reference};

/// Which client is held to the page.
#[derive(Debug, clap::Args, Default)]
pub(super) struct Named {
    /// The client: `reference`, `reference:DEFECT`, `pypi:NAME==VERSION`, `npm:NAME@VERSION`,
    /// `crate:NAME@VERSION`, or the path of a driver
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// A further requirement beside a package, such as 'alibabacloud-tea-openapi<0.4'
    #[arg(long = "with", value_name = "REQUIREMENT")]
    with: Vec<String>,
    /// Call a package's asynchronous methods, where it has both
    #[arg(long = "async")]
    asynchronous: bool,
    /// The folder that installed SDKs are kept in
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// A driver to start, with its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Named {
    /// How the user named it, for a command to run next.
    pub(super) fn shown(&self) -> String {
        let with: String = self.with.iter().map(|w| format!(" --with '{w}'")).collect();
        match (self.command.is_empty(), self.client.as_deref()) {
            (false, _) => format!(" -- {}", self.command.join(" ")),
            (true, None) => String::new(),
            (true, Some(client)) => {
                format!(" --client {client}{with}{}", if self.asynchronous { " --async" } else { "" })
            }
        }
    }

    /// Another client, got ready in the same way as far as it can be.
    pub(super) fn other(&self, client: &str) -> Named {
        let package = Package::parse(client).ok();
        let of_mine = |package: &Package| {
            let mine = self.client.as_deref().and_then(|own| Package::parse(own).ok());
            mine.is_some_and(|mine| mine.registry == package.registry)
        };
        let with = if package.as_ref().is_some_and(of_mine) { self.with.clone() } else { Vec::new() };
        Named {
            client: Some(client.to_owned()),
            with,
            asynchronous: self.asynchronous && package.is_some_and(|package| package.has_asynchronous()),
            cache: self.cache.clone(),
            command: Vec::new(),
        }
    }

    /// Whether the client runs in this process.
    pub(super) fn is_here(&self) -> bool {
        self.command.is_empty() && self.client.as_deref().is_none_or(|c| c.starts_with("reference"))
    }

    /// Gets the client ready; a package is installed first.
    pub(super) fn source(&self, progress: &mut dyn FnMut(&str)) -> Result<Source, Error> {
        let surroundings = self.surroundings();
        let client = self.client.as_deref().unwrap_or("reference");
        if self.command.is_empty() && Package::is_named(client) {
            let mut package = Package::parse(client)?;
            package.with.extend(self.with.iter().cloned());
            package.asynchronous = self.asynchronous;
            return install(&package, &surroundings, progress).map(Source::Command);
        }
        for (option, is_given) in [("--with", !self.with.is_empty()), ("--async", self.asynchronous)] {
            if is_given {
                return Err(Error::usage(format!(
                    "`{option}` is for a client that is installed: name one with `--client pypi:NAME==VERSION`"
                )));
            }
        }
        if !self.command.is_empty() {
            return Ok(Source::Command(Command::new(self.command.clone(), &surroundings)));
        }
        if client == "reference" {
            return Ok(Source::Each(Arc::new(|| Arc::new(Reference::new(None)))));
        }
        if let Some(id) = client.strip_prefix("reference:") {
            let defect = reference::find(id).ok_or_else(|| {
                let all = reference::defects().iter().map(|d| d.id).collect::<Vec<_>>().join(", ");
                Error::usage(format!("no defect `{id}` (the reference client has {all})"))
            })?;
            return Ok(Source::Each(Arc::new(move || Arc::new(Reference::new(Some(defect))))));
        }
        let path = PathBuf::from(client);
        if path.is_file() {
            let program = path.canonicalize().unwrap_or(path).display().to_string();
            return Ok(Source::Command(Command::new([program], &surroundings)));
        }
        Err(Error::usage(format!(
            "no client `{client}` (name `reference`, `pypi:NAME==VERSION`, `npm:NAME@VERSION`, `crate:NAME@VERSION` or the path of a driver, or give its command after `--`)"
        )))
    }

    fn surroundings(&self) -> Surroundings {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let cache = self.cache.clone().or_else(|| folder("FINEPRINT_CACHE")).unwrap_or_else(|| {
            let caches = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
            caches.unwrap_or_else(std::env::temp_dir).join("fineprint")
        });
        Surroundings { path: var("PATH"), lang: var("LANG"), temp: std::env::temp_dir(), cache }
    }
}
