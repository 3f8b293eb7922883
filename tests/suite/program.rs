//! The program as a user runs it, and folders for it to run in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of one test's own, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("it can be made");
    folder
}

/// fineprint in a folder, without colour and outside CI.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fineprint"));
    command.current_dir(folder).env_remove("CI").stdin(Stdio::null()).args(["--color", "never"]).args(arguments);
    command
}

/// A command's exit code and all that it says.
pub(crate) fn said(mut command: Command) -> (i32, String) {
    let output = command.output().expect("the program is built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("it ends by itself"), text(&output.stdout) + &text(&output.stderr))
}
