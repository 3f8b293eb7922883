//! The end of what a process says on its stderr, kept for reports.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use memchr::memmem::find;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How much is kept.
const KEPT: usize = 64 << 10;
/// How long to wait for what a dead process left in the pipe.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// What is kept, and the task that keeps it.
#[derive(Debug)]
pub(super) struct Log {
    text: Arc<Mutex<VecDeque<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Log {
    pub(super) fn of(stderr: Option<ChildStderr>) -> Log {
        let text: Arc<Mutex<VecDeque<u8>>> = Arc::default();
        let kept = Arc::clone(&text);
        let reader = stderr.map(|mut stderr| {
            tokio::spawn(async move {
                let mut chunk = [0; 4096];
                while let Ok(n @ 1..) = stderr.read(&mut chunk).await {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.extend(&chunk[..n]);
                    let over = kept.len().saturating_sub(KEPT);
                    kept.drain(..over);
                }
            })
        });
        Log { text, reader }
    }

    /// Whether a text stands in what was said of late.
    pub(super) fn holds(&self, text: &str) -> bool {
        let mut kept = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        !text.is_empty() && find(kept.make_contiguous(), text.as_bytes()).is_some()
    }

    /// What was said, after the process was killed: its last words may still be on their way.
    pub(super) async fn tail(&mut self) -> String {
        if let Some(reader) = &mut self.reader
            && timeout(LAST_WORDS, reader).await.is_ok()
        {
            self.reader = None;
        }
        let mut kept = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&Vec::from(mem::take(&mut *kept))).into_owned()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Someone who left the group may hold the pipe open for ever.
        if let Some(reader) = &self.reader {
            reader.abort();
        }
    }
}
