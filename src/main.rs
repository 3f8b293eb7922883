//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    fineprint::cli::main()
}
