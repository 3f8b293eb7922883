//! Cheap random numbers that are the same on every machine.

/// SplitMix64: one seed, one sequence. Nothing secret is drawn from it.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The sequence of this seed.
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Any number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where nothing is below it.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number from `least` to `most`, both included; `least` where they are the wrong way round.
    pub(crate) fn between(&mut self, least: i128, most: i128) -> i128 {
        if most <= least {
            return least;
        }
        // The spans that are asked for fit 65 bits: two words of randomness bias nothing that matters.
        let span = (most - least) as u128 + 1;
        let word = u128::from(self.next()) << 64 | u128::from(self.next());
        least + (word % span) as i128
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is nothing to pick from.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The seed of a case: a hash of the run's seed and the case's name.
pub(crate) fn seed(run: u64, operation: &str, name: &str) -> u64 {
    use ring::digest::{Context, SHA256};
    let mut hash = Context::new(&SHA256);
    hash.update(&run.to_be_bytes());
    hash.update(operation.as_bytes());
    hash.update(&[0]);
    hash.update(name.as_bytes());
    let bytes: [u8; 8] = hash.finish().as_ref()[..8].try_into().expect("a hash has 32 bytes");
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_numbers() {
        let mut dice = Dice::new(0);
        // From the reference implementation, so that no later change moves every case of every run.
        assert_eq!([dice.next(), dice.next()], [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    }

    #[test]
    fn bounds_are_kept_and_reached() {
        let mut dice = Dice::new(7);
        let seen: std::collections::BTreeSet<_> = (0..100).map(|_| dice.between(-2, 1)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1]);
        assert_eq!(dice.between(i128::from(i64::MAX), 0), i128::from(i64::MAX));
        assert_eq!(dice.below(0), 0);
    }
}
