//! Colours of the terminal.

use anstyle::{AnsiColor, Style};

/// An error, a broken promise.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// A warning, or what is not certain.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What was kept.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// A heading.
pub(super) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(super) const DIM: Style = Style::new().dimmed();
/// No style.
pub(super) const PLAIN: anstyle::Reset = anstyle::Reset;

/// Settles whether colours are used: `auto`, `always` or `never`.
pub(super) fn choose(when: &str) {
    match when {
        "always" => anstream::ColorChoice::Always.write_global(),
        "never" => anstream::ColorChoice::Never.write_global(),
        _ => {}
    }
}
