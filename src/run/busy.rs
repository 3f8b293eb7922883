//! How long a lane and its client waited for a processor: where the machine is too busy, lateness says nothing about a client.

use std::fs;
use std::time::{Duration, Instant};

/// How old a look may be when a case begins: a case of a tenth of a millisecond cannot pay for one of its own.
const FRESH: Duration = Duration::from_millis(50);
/// A case that is done sooner was not held up.
const SHORT: Duration = Duration::from_millis(100);

/// How long was waited until some moment.
pub(super) struct Busy {
    client: Option<u32>,
    at: Instant,
    waited: Duration,
}

impl Busy {
    /// Looks at this thread, and at a client's process if it has one.
    pub(super) fn look(client: Option<u32>) -> Busy {
        Busy { client, at: Instant::now(), waited: waited(client) }
    }

    /// Looks again, if it is time to.
    pub(super) fn renew(&mut self, client: Option<u32>) {
        if self.client != client || self.at.elapsed() > FRESH {
            *self = Busy::look(client);
        }
    }

    /// Whether a case that began at that moment, after the last look, was held up by the machine for a good part of its time.
    pub(super) fn held_up(&self, began: Instant) -> bool {
        began.elapsed() > SHORT && waited(self.client).saturating_sub(self.waited) > self.at.elapsed() / 5
    }
}

/// The longest time of a call in which nothing came: between two of its requests, or before the first and after the last.
pub(super) fn longest_silence(took: Duration, at: &[Duration]) -> Duration {
    let between = at.windows(2).map(|two| two[1].saturating_sub(two[0]));
    let around = took.saturating_sub(between.clone().sum());
    between.fold(around, Duration::max)
}

/// How long this thread and all of a process wanted to run and could not; nothing where the system does not tell.
fn waited(client: Option<u32>) -> Duration {
    let tasks = client.and_then(|id| fs::read_dir(format!("/proc/{id}/task")).ok());
    let theirs = tasks.into_iter().flatten().flatten().map(|task| task.path().join("schedstat"));
    let read = |path| fs::read_to_string(path).ok()?.split_whitespace().nth(1)?.parse::<u64>().ok();
    let all = theirs.chain(["/proc/thread-self/schedstat".into()]).filter_map(read);
    Duration::from_nanos(all.sum())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_between_requests_or_around_them() {
        let ms = |ms: &[u64]| ms.iter().copied().map(Duration::from_millis).collect::<Vec<_>>();
        for (took, at, longest) in
            [(70, &[][..], 70), (70, &[1005], 70), (70, &[1005, 1015, 1055], 40), (90, &[1005, 1015, 1045], 50)]
        {
            assert_eq!(longest_silence(Duration::from_millis(took), &ms(at)).as_millis(), longest, "{took} {at:?}");
        }
    }

    #[test]
    fn a_thread_among_many_that_run_is_held_up() {
        let (busy, began) = (Busy::look(None), Instant::now());
        let spin = || while began.elapsed() < 2 * SHORT {};
        let cores = crate::cores::count();
        std::thread::scope(|scope| {
            (0..6 * cores).for_each(|_| drop(scope.spawn(spin)));
            spin();
        });
        assert!(busy.held_up(began));
        assert!(!Busy::look(None).held_up(Instant::now()), "what takes no time is not held up");
    }
}
