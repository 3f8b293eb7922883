//! What fineprint promises, held as tests; one module an area.

mod amending;
mod besieged;
mod cases;
mod cli;
mod component;
mod conditions;
mod contradictions;
mod covering;
mod documents;
mod driving;
mod faces;
mod faulty;
mod gating;
mod generating;
mod installing;
mod keeping;
mod keywords;
mod layers;
mod linting;
mod markup;
mod program;
mod reading;
mod reference;
mod renderings;
mod scenes;
mod securing;
mod selftest;
mod sequence;
mod serving;
mod shrinking;
mod signing;
mod snapshotting;
mod suite;
mod tap;
mod wire;

/// The folder of real pages and captures, where `FINEPRINT_CORPUS` names one; what needs it is left out elsewhere.
#[expect(clippy::print_stderr, reason = "a test says what it leaves out")]
fn corpus() -> Option<std::path::PathBuf> {
    match std::env::var_os("FINEPRINT_CORPUS") {
        Some(folder) => {
            let folder = std::path::PathBuf::from(folder);
            assert!(folder.is_dir(), "FINEPRINT_CORPUS names no folder: {}", folder.display());
            Some(folder)
        }
        None => {
            eprintln!("FINEPRINT_CORPUS is not set: what needs real pages is left out");
            None
        }
    }
}
