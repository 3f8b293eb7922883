//! Row after row, each the best of several candidates: it covers the most that is not covered yet.

use super::rules::{Rules, UNSET};
use super::tuples::Tuples;
use crate::generate::dice::Dice;

/// How many candidates there are for a row, at most and at least.
const CANDIDATES: (u64, u64) = (60, 2);
/// How many look-ups the candidates of one row may cost.
const ROW_WORK: u64 = 400_000;

/// How many combinations are looked at one by one, at most.
const SEARCHED: usize = 100_000;

/// What is covered.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// One bit a combination: nothing to do, because it is covered or impossible.
    done: Vec<u64>,
    left: usize,
    total: usize,
    impossible: Vec<u32>,
}

impl State {
    fn new(total: usize) -> State {
        State { done: vec![0; total.div_ceil(64)], left: total, total, impossible: Vec::new() }
    }

    #[inline]
    fn is_done(&self, tuple: u32) -> bool {
        self.done[tuple as usize / 64] >> (tuple % 64) & 1 == 1
    }

    fn mark(&mut self, tuple: u32) {
        if !self.is_done(tuple) {
            self.done[tuple as usize / 64] |= 1 << (tuple % 64);
            self.left -= 1;
        }
    }

    /// The first combination from `start` on, all around, that is still to be covered.
    fn next(&self, start: usize) -> Option<u32> {
        if self.left == 0 {
            return None;
        }
        let words = self.done.len();
        let word = (0..words).map(|i| (start / 64 + i) % words).filter(|w| self.done[*w] != u64::MAX);
        word.map(|w| (w * 64) as u32 + self.done[w].trailing_ones()).find(|t| (*t as usize) < self.total)
    }

    /// How many combinations are still to be covered.
    pub(super) fn uncovered(&self) -> usize {
        self.left
    }

    /// How many combinations stand in a row.
    pub(super) fn covered(&self) -> usize {
        self.total - self.left - self.impossible.len()
    }

    pub(super) fn impossible(&self) -> usize {
        self.impossible.len()
    }

    /// Combinations that no row may hold.
    pub(super) fn ruled_out(&self) -> &[u32] {
        &self.impossible
    }
}

/// Builds rows one by one.
pub(super) struct Greedy<'a> {
    tuples: &'a Tuples,
    rules: &'a Rules,
    sizes: &'a [usize],
    dice: &'a mut Dice,
    state: State,
    rows: Vec<Vec<u16>>,
    fixed: usize,
}

impl<'a> Greedy<'a> {
    pub(super) fn new(tuples: &'a Tuples, rules: &'a Rules, sizes: &'a [usize], dice: &'a mut Dice) -> Greedy<'a> {
        Greedy { tuples, rules, sizes, dice, state: State::new(tuples.total), rows: Vec::new(), fixed: 0 }
    }

    /// Takes rows as they are.
    pub(super) fn keep(&mut self, rows: Vec<Vec<u16>>) {
        for row in rows.into_iter().filter(|row| self.rules.allow_row(row)) {
            self.take(row);
            self.fixed += 1;
        }
    }

    /// Adds rows until all is covered or there are `most`.
    pub(super) fn fill(&mut self, most: usize) {
        let links: usize = self.tuples.links.iter().zip(self.sizes).map(|(links, levels)| links.len() * levels).sum();
        let candidates = match self.rules.is_empty() && self.tuples.are_single() {
            // Each level counts for itself alone: the first candidate is as good as any.
            true => 1,
            false => (ROW_WORK / links.max(1) as u64).clamp(CANDIDATES.1, CANDIDATES.0),
        };
        if self.tuples.total == 0 && self.rows.is_empty() && most > 0 {
            // Nothing to combine: one row shows the levels that there are.
            let row = self.rules.complete(&vec![UNSET; self.sizes.len()], &mut |_| 0);
            self.rows.extend(row);
        }
        while self.rows.len() < most && self.state.left > 0 {
            let best = (0..candidates).filter_map(|_| self.candidate()).max_by_key(|(gain, _)| *gain);
            if let Some((_, row)) = best {
                self.take(row);
            }
        }
    }

    /// Finds out which of the combinations that are left no row may hold, so that what is told of rows that were cut short is true.
    pub(super) fn rule_out(&mut self) {
        if self.rules.is_empty() {
            return;
        }
        let left: Vec<u32> = (0..self.state.total as u32).filter(|t| !self.state.is_done(*t)).take(SEARCHED).collect();
        for tuple in left {
            let mut row = vec![UNSET; self.sizes.len()];
            for (factor, level) in self.tuples.members(tuple, self.sizes) {
                row[factor] = level;
            }
            if self.rules.complete(&row, &mut |_| 0).is_none() {
                self.state.mark(tuple);
                self.state.impossible.push(tuple);
            }
        }
    }

    /// The rows, how many of them were given, and what they cover.
    pub(super) fn finish(self) -> (Vec<Vec<u16>>, usize, State) {
        (self.rows, self.fixed, self.state)
    }

    fn take(&mut self, row: Vec<u16>) {
        for tuple in self.tuples.in_row(&row) {
            self.state.mark(tuple);
        }
        self.rows.push(row);
    }

    /// A row around a combination that is not covered yet, and how many such it covers. None where that combination
    /// turns out to be impossible.
    fn candidate(&mut self) -> Option<(usize, Vec<u16>)> {
        let start = self.dice.below(self.state.total);
        let tuple = self.state.next(start)?;
        let mut row = vec![UNSET; self.sizes.len()];
        for (factor, level) in self.tuples.members(tuple, self.sizes) {
            row[factor] = level;
        }
        let Some(complete) = self.rules.complete(&row, &mut |factor| self.dice.below(self.sizes[factor])) else {
            self.state.mark(tuple);
            self.state.impossible.push(tuple);
            return None;
        };
        let mut open: Vec<usize> = (0..row.len()).filter(|f| row[*f] == UNSET).collect();
        for i in (1..open.len()).rev() {
            open.swap(i, self.dice.below(i + 1));
        }
        let mut gain = 1;
        for factor in open {
            let Some((more, level)) = self.best_level(&row, factor) else {
                // A dead end: take the row that is known to be possible.
                let gain = self.tuples.in_row(&complete).filter(|t| !self.state.is_done(*t)).count();
                return Some((gain, complete));
            };
            row[factor] = level;
            gain += more;
        }
        Some((gain, row))
    }

    /// The level that covers the most together with what is chosen; any of the best.
    fn best_level(&mut self, row: &[u16], factor: usize) -> Option<(usize, u16)> {
        let mut gains = vec![0_usize; self.sizes[factor]];
        for link in self.tuples.links[factor].iter().filter(|link| link.is_set(row)) {
            let mut tuple = link.base(row);
            for gain in &mut gains {
                *gain += usize::from(!self.state.is_done(tuple));
                tuple += link.stride;
            }
        }
        let start = self.dice.below(gains.len());
        let levels = (0..gains.len()).map(|i| (start + i) % gains.len());
        let allowed = levels.filter(|level| self.rules.allow(row, factor, *level as u16));
        allowed.max_by_key(|level| gains[*level]).map(|level| (gains[level], level as u16))
    }
}
