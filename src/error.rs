//! What stops us.

use std::fmt;

/// Why fineprint could not go on. Lower case, no final stop, names the file or the way out.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usage,
    Input,
    Client,
    Interrupted,
    Internal,
}

impl Error {
    /// The command line or a setting is wrong.
    pub fn usage(message: impl Into<String>) -> Error {
        Error { kind: Kind::Usage, message: message.into(), source: None }
    }

    /// A file cannot be read or is not what it should be.
    pub fn input(message: impl Into<String>) -> Error {
        Error { kind: Kind::Input, message: message.into(), source: None }
    }

    /// The client under test cannot be had: it does not install, start or say hello.
    pub fn client(message: impl Into<String>) -> Error {
        Error { kind: Kind::Client, message: message.into(), source: None }
    }

    /// The user asked to stop.
    pub fn interrupted() -> Error {
        Error { kind: Kind::Interrupted, message: "interrupted".into(), source: None }
    }

    /// The machine let us down: no port, no thread, no pipe.
    pub fn internal(message: impl Into<String>) -> Error {
        Error { kind: Kind::Internal, message: message.into(), source: None }
    }

    /// The same error with what lay behind it.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.source = Some(source.into());
        self
    }

    /// Usage or unreadable input: the user can mend it (exit 2).
    pub fn is_usage(&self) -> bool {
        matches!(self.kind, Kind::Usage | Kind::Input)
    }

    /// The client could not be had, so nothing was judged (exit 3).
    pub fn is_client(&self) -> bool {
        self.kind == Kind::Client
    }

    /// The user asked to stop.
    pub fn is_interrupted(&self) -> bool {
        self.kind == Kind::Interrupted
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| e.as_ref() as _)
    }
}
