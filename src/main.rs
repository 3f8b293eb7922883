//! The command line.

use std::process::ExitCode;

/// A case is many small pieces of memory, and a fifth of its time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fineprint::cli::main()
}
