//! Work on many things, each for itself, on all cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// How many cores there are; one where nobody can tell.
pub(crate) fn count() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// What is made of each thing, in their order. Fewer than `few` are worked on one after the other: starting threads would cost more than it
/// saves.
pub(crate) fn spread<T: Send, U: Send>(things: Vec<T>, few: usize, make: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = count();
    if things.len() < few || threads == 1 {
        return things.into_iter().map(make).collect();
    }
    let (share, make) = (things.len().div_ceil(threads), &make);
    let mut things = things.into_iter();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|_| {
                let part: Vec<T> = things.by_ref().take(share).collect();
                scope.spawn(move || part.into_iter().map(make).collect::<Vec<U>>())
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_comes_back_in_order() {
        for (count, few) in [(0, 0), (1, 0), (7, 8), (8, 8), (1_001, 8)] {
            let all: Vec<usize> = (0..count).collect();
            let expected: Vec<String> = all.iter().map(usize::to_string).collect();
            assert_eq!(spread(all, few, |n| n.to_string()), expected);
        }
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn a_panic_is_handed_on() {
        spread((0..100).collect(), 8, |n: usize| assert!(n != 7, "seven"));
    }
}
