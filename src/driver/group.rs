//! A driver's process with all that it started, to be killed as one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// The groups of all drivers that run.
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Kills all drivers with all that they started: for a program that ends at once.
pub fn kill_all() {
    for group in lock().drain(..) {
        // The error is that there is no such group any more.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn lock() -> MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A group, as long as it may be signalled: its number belongs to others once the process is reaped. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The group that a process leads which was just started.
    pub(super) fn of(leader: &Child) -> Group {
        let group = leader.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        lock().extend(group);
        Group(group)
    }

    /// Kills the group, once.
    pub(super) fn kill(&mut self) {
        if let Some(group) = self.0.take() {
            // The error is that there is no such group any more.
            let _ = kill_process_group(group, Signal::KILL);
            lock().retain(|other| *other != group);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
