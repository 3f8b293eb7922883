//! Where processes have no groups, a driver could not be ended with all that it started: so none is.

use std::time::Duration;

use crate::driver::{Broken, Call, Command, Described, Hello, Reply, When};
use crate::error::Error;

/// No driver runs here.
#[derive(Debug)]
pub enum Process {}

/// Kills nothing, since nothing runs.
pub fn kill_all() {}

#[expect(missing_docs, reason = "they are those of the process on Unix, and never called")]
impl Process {
    /// Says that only Unix can.
    pub async fn start(command: &Command) -> Result<Process, Error> {
        let label = &command.label;
        Err(Error::client(format!("cannot start `{label}`: drivers run on Unix only (here, test clients in Rust)")))
    }

    pub fn hello(&self) -> &Hello {
        match *self {}
    }

    pub fn id(&self) -> Option<u32> {
        match *self {}
    }

    pub async fn call(&mut self, _: &Call, _: Duration) -> Result<Reply, Broken> {
        match *self {}
    }

    pub async fn call_and_cancel(&mut self, _: &Call, _: Duration, _: Duration) -> Result<Reply, Broken> {
        match *self {}
    }

    pub async fn calls(&mut self, _: &[Call], _: &[When], _: Duration) -> Vec<Result<Reply, Broken>> {
        match *self {}
    }

    pub async fn echo_check(&mut self) -> Result<(), Broken> {
        match *self {}
    }

    pub async fn describe(&mut self, _: &str) -> Option<Described> {
        match *self {}
    }

    pub async fn settle(&mut self) -> Result<(), Broken> {
        match *self {}
    }

    pub fn logged(&self, _: &str) -> bool {
        match *self {}
    }

    pub fn close_object(&mut self, _: &str) {
        match *self {}
    }

    pub async fn stop(self) {
        match self {}
    }

    pub async fn kill(&mut self) {
        match *self {}
    }
}
