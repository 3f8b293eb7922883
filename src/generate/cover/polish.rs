//! Making do with fewer rows: take one out, repair the others by local search, and again.

use super::greedy::State;
use super::rules::Rules;
use super::tuples::Tuples;
use crate::generate::dice::Dice;

/// Larger tables take too long to repair.
const LARGEST: usize = 4_000_000;
/// For how many steps a cell that was changed is left alone, at most.
const TENURE: usize = 12;

/// How much a combination is worth: small models are done with sooner.
const WORK: u64 = 5_000;

/// What the search stands on.
pub(super) struct Ground<'a> {
    pub(super) tuples: &'a Tuples,
    pub(super) rules: &'a Rules,
    /// How many look-ups it may cost.
    pub(super) work: u64,
}

/// Takes rows out of a complete array as long as the others can be made complete. The first `fixed` rows stay.
pub(super) fn polish(rows: &mut Vec<Vec<u16>>, fixed: usize, state: &State, ground: Ground<'_>, dice: &mut Dice) {
    if ground.tuples.total == 0 || ground.tuples.total > LARGEST {
        return;
    }
    let work = ground.work.min(WORK * ground.tuples.total as u64);
    let ground = Ground { work, ..ground };
    let least = fixed.max(ground.tuples.largest());
    let mut search = Search::new(rows.clone(), fixed, state, &ground, dice);
    while search.rows.len() > least && search.spent < ground.work {
        search.take_one_out();
        if !search.repair() {
            return;
        }
        rows.clone_from(&search.rows);
    }
}

struct Search<'a> {
    ground: &'a Ground<'a>,
    dice: &'a mut Dice,
    rows: Vec<Vec<u16>>,
    fixed: usize,
    sizes: Vec<usize>,
    /// In how many rows each combination stands; impossible ones count as standing.
    counts: Vec<u16>,
    uncovered: Vec<u32>,
    /// Where a combination stands in `uncovered`.
    at: Vec<u32>,
    /// By row and factor, the step from which on the cell may change again.
    rested: Vec<Vec<u64>>,
    step: u64,
    spent: u64,
}

impl<'a> Search<'a> {
    fn new(rows: Vec<Vec<u16>>, fixed: usize, state: &State, ground: &'a Ground<'a>, dice: &'a mut Dice) -> Search<'a> {
        let total = ground.tuples.total;
        let mut counts = vec![0_u16; total];
        for tuple in rows.iter().flat_map(|row| ground.tuples.in_row(row)) {
            counts[tuple as usize] = counts[tuple as usize].saturating_add(1);
        }
        for tuple in state.ruled_out() {
            counts[*tuple as usize] = 1;
        }
        let sizes = ground.rules.sizes().to_vec();
        let rested = vec![vec![0; sizes.len()]; rows.len()];
        let (uncovered, at) = (Vec::new(), vec![0; total]);
        Search { ground, dice, rows, fixed, sizes, counts, uncovered, at, rested, step: 0, spent: 0 }
    }

    /// Takes out the row that is missed least.
    fn take_one_out(&mut self) {
        let alone = |row: &Vec<u16>| self.ground.tuples.in_row(row).filter(|t| self.counts[*t as usize] == 1).count();
        let least = (self.fixed..self.rows.len()).min_by_key(|i| alone(&self.rows[*i]));
        let row = self.rows.swap_remove(least.expect("there is one beyond the fixed ones"));
        self.spent += (self.rows.len() * self.ground.tuples.sets.len()) as u64;
        self.rested.pop();
        for tuple in self.ground.tuples.in_row(&row) {
            self.lose(tuple);
        }
    }

    fn lose(&mut self, tuple: u32) {
        let count = &mut self.counts[tuple as usize];
        *count -= 1;
        if *count == 0 {
            self.at[tuple as usize] = self.uncovered.len() as u32;
            self.uncovered.push(tuple);
        }
    }

    fn gain(&mut self, tuple: u32) {
        let count = &mut self.counts[tuple as usize];
        *count += 1;
        if *count == 1 {
            let at = self.at[tuple as usize] as usize;
            self.uncovered.swap_remove(at);
            if let Some(moved) = self.uncovered.get(at) {
                self.at[*moved as usize] = at as u32;
            }
        }
    }

    /// Changes cells until all is covered; false when the work is spent.
    fn repair(&mut self) -> bool {
        while !self.uncovered.is_empty() {
            if self.spent > self.ground.work {
                return false;
            }
            self.step += 1;
            let tuple = *self.dice.pick(&self.uncovered);
            let members = self.ground.tuples.members(tuple, &self.sizes);
            match self.best_change(&members) {
                Some((row, factor, level)) => self.change(row, factor, level),
                None => self.put(&members),
            }
        }
        true
    }

    /// Of all changes of one cell that cover the combination, one that leaves the fewest uncovered.
    fn best_change(&mut self, members: &[(usize, u16)]) -> Option<(usize, usize, u16)> {
        let mut best = (i64::MAX, None);
        let mut ties = 0;
        self.spent += (self.rows.len() - self.fixed) as u64;
        for row in self.fixed..self.rows.len() {
            let mut others = members.iter().filter(|(factor, level)| self.rows[row][*factor] != *level);
            let (Some(&(factor, level)), None) = (others.next(), others.next()) else { continue };
            if !self.ground.rules.allow(&self.rows[row], factor, level) {
                continue;
            }
            let left = self.after(row, factor, level);
            let rested = self.rested[row][factor] <= self.step;
            // A cell that was just changed may change again only where that ends the search.
            if left > best.0 || !rested && self.uncovered.len() as i64 + left > 0 {
                continue;
            }
            ties = if left == best.0 { ties + 1 } else { 1 };
            if self.dice.one_in(ties) {
                best = (left, Some((row, factor, level)));
            }
        }
        best.1
    }

    /// By how many the uncovered ones would grow.
    fn after(&mut self, row: usize, factor: usize, level: u16) -> i64 {
        let row = &self.rows[row];
        let (old, new) = (u32::from(row[factor]), u32::from(level));
        let links = &self.ground.tuples.links[factor];
        self.spent += links.len() as u64;
        links.iter().fold(0, |sum, link| {
            let base = link.base(row);
            let lost = self.counts[(base + old * link.stride) as usize] == 1;
            let gained = self.counts[(base + new * link.stride) as usize] == 0;
            sum + i64::from(lost) - i64::from(gained)
        })
    }

    fn change(&mut self, row: usize, factor: usize, level: u16) {
        let old = u32::from(self.rows[row][factor]);
        for link in &self.ground.tuples.links[factor] {
            let base = link.base(&self.rows[row]);
            self.lose(base + old * link.stride);
            self.gain(base + u32::from(level) * link.stride);
        }
        self.rows[row][factor] = level;
        self.rested[row][factor] = self.step + 1 + self.dice.below(TENURE) as u64;
    }

    /// Puts the whole combination into some row, where the rules let it.
    fn put(&mut self, members: &[(usize, u16)]) {
        let row = self.fixed + self.dice.below(self.rows.len() - self.fixed);
        let mut changed = self.rows[row].clone();
        for (factor, level) in members {
            changed[*factor] = *level;
        }
        self.spent += 1;
        if self.ground.rules.allow_row(&changed) {
            for (factor, level) in members {
                if self.rows[row][*factor] != *level {
                    self.change(row, *factor, *level);
                }
            }
        }
    }
}
