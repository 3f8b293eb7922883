//! How to start a driver, and the clean environment that it starts in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{fs, io, process};

use crate::driver::Broken;
use crate::error::Error;

/// What a driver may know of this machine. Nothing else of our environment reaches it: no proxy, no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// Where programs are looked for: `PATH`.
    pub path: String,
    /// The language, such as `C.UTF-8`: `LANG` and `LC_ALL`.
    pub lang: String,
    /// The folder for what lasts as long as a process, such as its scratch home.
    pub temp: PathBuf,
    /// The folder for what lasts, such as installed SDKs.
    pub cache: PathBuf,
}

/// How to start a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments; no shell ever reads them.
    pub argv: Vec<String>,
    /// What messages call it.
    pub label: String,
    /// Further environment. `HOME` here replaces the scratch home that each process gets.
    pub env: Vec<(String, String)>,
    /// The folder to start in; ours if none.
    pub dir: Option<PathBuf>,
    /// What it may know of this machine.
    pub surroundings: Surroundings,
    /// How long it may take to say hello.
    pub hello_within: Duration,
}

impl Command {
    /// A command under its own words as label, with the protocol's 30 s to say hello.
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>, surroundings: &Surroundings) -> Command {
        let argv: Vec<String> = argv.into_iter().map(Into::into).collect();
        Command {
            label: argv.join(" "),
            argv,
            env: Vec::new(),
            dir: None,
            surroundings: surroundings.clone(),
            hello_within: Duration::from_secs(30),
        }
    }

    /// The whole environment of the process.
    pub(super) fn environment(&self, home: &Path) -> BTreeMap<String, String> {
        let Surroundings { path, lang, temp, .. } = &self.surroundings;
        let (home, temp) = (home.to_string_lossy().into_owned(), temp.to_string_lossy().into_owned());
        let lang = if lang.is_empty() { "C.UTF-8" } else { lang };
        let ours = [
            ("PATH", path.as_str()),
            ("HOME", &home),
            ("TMPDIR", &temp),
            ("LANG", lang),
            ("LC_ALL", lang),
            ("FINEPRINT_PROTOCOL", "1"),
            // A Python driver that prints and forgets to flush would look as if it hung.
            ("PYTHONUNBUFFERED", "1"),
        ];
        let ours = ours.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        ours.chain(self.env.iter().cloned()).collect()
    }

    /// What to say when the program cannot be started.
    pub(super) fn cannot_start(&self, why: io::Error) -> Error {
        let program = self.argv.first().map_or("", String::as_str);
        let here = self.dir.clone().unwrap_or_default().join(program);
        let hint = match why.kind() {
            io::ErrorKind::NotFound if self.dir.as_ref().is_some_and(|d| !d.is_dir()) => {
                format!(": no such folder `{}`", self.dir.as_ref().map(|d| d.display().to_string()).unwrap_or_default())
            }
            // A script whose interpreter is missing gives the same error as a missing script.
            io::ErrorKind::NotFound if program.contains('/') && here.exists() => {
                ": the interpreter that its first line names does not exist".into()
            }
            io::ErrorKind::NotFound if program.contains('/') => ": no such file".into(),
            io::ErrorKind::NotFound if here.is_file() => {
                format!(": it is not on the PATH (there is a file of that name: say `./{program}`)")
            }
            io::ErrorKind::NotFound => ": it is not on the PATH".into(),
            io::ErrorKind::PermissionDenied => match interpreter(program) {
                Some(with) => format!(": not executable (say `{with} {program}`)"),
                None => ": not executable".into(),
            },
            _ => format!(": {why}"),
        };
        Error::client(format!("cannot start `{program}`{hint}")).because(why)
    }

    /// What to say when the program was started and says no hello.
    pub(super) fn no_hello(&self, broken: &Broken) -> Error {
        let label = &self.label;
        let (what, stderr) = match broken {
            Broken::Hung { after, stderr } => (format!("said no hello within {} s", after.as_secs_f64()), stderr),
            Broken::Died { status, stderr } => (format!("ended before its hello ({status})"), stderr),
            Broken::Babbled { why, line, stderr } => (format!("said no proper hello: {why}: `{line}`"), stderr),
        };
        let lines: Vec<&str> = stderr.lines().collect();
        let told = &lines[lines.len().saturating_sub(20)..];
        match told.is_empty() {
            true => Error::client(format!("the driver `{label}` {what}, and nothing on its stderr")),
            false => Error::client(format!("the driver `{label}` {what}; its stderr ends:\n{}", told.join("\n"))),
        }
    }
}

fn interpreter(program: &str) -> Option<&'static str> {
    match Path::new(program).extension()?.to_str()? {
        "py" => Some("python3"),
        "js" | "mjs" | "cjs" => Some("node"),
        "rb" => Some("ruby"),
        "php" => Some("php"),
        "sh" => Some("sh"),
        _ => None,
    }
}

/// A folder of its own for one process, removed with it.
#[derive(Debug)]
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(temp: &Path) -> Result<Scratch, Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let n = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = temp.join(format!("fineprint-home-{}-{n}", process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Scratch(path)),
                // Left behind by an earlier process of the same number.
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                Err(why) => {
                    let path = path.display();
                    return Err(Error::internal(format!("cannot make the folder `{path}`: {why}")).because(why));
                }
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A process that is just being killed may still be writing; what is left is a temporary file.
        let _ = fs::remove_dir_all(&self.0);
    }
}
