//! When calls that are open at once are made and cancelled.

use std::time::Duration;

use tokio::time::Instant;

/// When one of several calls is made, and when it is cancelled, counted from the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct When {
    /// When it is made, at the soonest.
    pub begin: Duration,
    /// When it is cancelled, if it is open then.
    pub cancel: Option<Duration>,
}

/// What is still to be done for several calls.
pub(super) struct Schedule {
    begins: Vec<Instant>,
    made: usize,
    cancels: Vec<(Instant, usize)>,
}

impl Schedule {
    /// For so many calls; those without a [`When`] are made at once.
    pub(super) fn new(calls: usize, when: &[When]) -> Schedule {
        let from = Instant::now();
        let begins = (0..calls).map(|place| from + when.get(place).copied().unwrap_or_default().begin).collect();
        let cancels = when.iter().zip(0..calls).filter_map(|(when, place)| Some((from + when.cancel?, place)));
        Schedule { begins, made: 0, cancels: cancels.collect() }
    }

    /// How many calls were made.
    pub(super) fn made(&self) -> usize {
        self.made
    }

    /// The place of the next call, if it is time to make it.
    pub(super) fn begin(&mut self) -> Option<usize> {
        let place = self.made;
        let is_due = self.begins.get(place).is_some_and(|begin| *begin <= Instant::now());
        self.made += usize::from(is_due);
        is_due.then_some(place)
    }

    /// When the next call is to be made.
    pub(super) fn begins(&self) -> Option<Instant> {
        self.begins.get(self.made).copied()
    }

    /// When the next of the calls that were made is to be cancelled.
    pub(super) fn cancels(&self) -> Option<Instant> {
        self.cancels.iter().filter(|(_, place)| *place < self.made).map(|(due, _)| *due).min()
    }

    /// The places of the calls that are to be cancelled by now; each is told once.
    pub(super) fn cancel(&mut self) -> Vec<usize> {
        let (now, made) = (Instant::now(), self.made);
        let is_due = |(due, place): &mut (Instant, usize)| *place < made && *due <= now;
        self.cancels.extract_if(.., is_due).map(|(_, place)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: Duration = Duration::from_secs(3600);

    #[test]
    fn calls_are_made_in_their_order_and_none_is_cancelled_before() {
        let when = [When::default(), When { begin: LATER, cancel: Some(Duration::ZERO) }];
        let (from, mut schedule) = (Instant::now(), Schedule::new(3, &when));
        assert_eq!((schedule.begin(), schedule.begin(), schedule.made()), (Some(0), None, 1));
        assert!(schedule.begins() >= Some(from + LATER) && schedule.cancels().is_none());
        assert_eq!(schedule.cancel(), [0; 0], "it was not made");
        schedule.begins[1] = from;
        assert_eq!((schedule.begin(), schedule.begin(), schedule.begin()), (Some(1), Some(2), None));
        assert!(schedule.begins().is_none() && schedule.cancels() >= Some(from));
        assert_eq!((schedule.cancel(), schedule.cancel()), (vec![1], vec![]));
    }
}
