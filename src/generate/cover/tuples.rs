//! Every combination of a few factors' levels, numbered without gaps.

use std::collections::HashSet;

use super::rules::UNSET;

/// The numbering: each set of factors has a range, in it the levels count as digits.
#[derive(Debug)]
pub(super) struct Tuples {
    pub(super) total: usize,
    pub(super) sets: Vec<Set>,
    /// By factor, the sets that it is part of.
    pub(super) links: Vec<Vec<Link>>,
}

/// One set of factors.
#[derive(Debug)]
pub(super) struct Set {
    offset: u32,
    members: Vec<(u16, u32)>,
}

/// A set as one of its factors sees it.
#[derive(Debug)]
pub(super) struct Link {
    offset: u32,
    /// What one level of the factor counts for.
    pub(super) stride: u32,
    others: [(u16, u32); 3],
    count: u8,
}

impl Set {
    fn factors(&self) -> Vec<usize> {
        self.members.iter().map(|(factor, _)| usize::from(*factor)).collect()
    }
}

impl Link {
    /// The number of the row's combination, were the factor's level 0.
    #[inline]
    pub(super) fn base(&self, row: &[u16]) -> u32 {
        let mut at = self.offset;
        for (factor, stride) in &self.others[..usize::from(self.count)] {
            at += u32::from(row[usize::from(*factor)]) * stride;
        }
        at
    }

    /// Whether the row has chosen all the others.
    #[inline]
    pub(super) fn is_set(&self, row: &[u16]) -> bool {
        self.others[..usize::from(self.count)].iter().all(|(factor, _)| row[usize::from(*factor)] != UNSET)
    }
}

impl Tuples {
    /// Whether every combination is of one factor.
    pub(super) fn are_single(&self) -> bool {
        self.sets.iter().all(|set| set.members.len() < 2)
    }

    /// How many combinations there are.
    pub(super) fn count(sizes: &[usize], strength: usize) -> u64 {
        // Elementary symmetric polynomials: how many combinations of 0, 1 … factors so far.
        let mut of = vec![0_u64; strength + 1];
        of[0] = 1;
        for size in sizes {
            for t in (1..=strength).rev() {
                of[t] = of[t].saturating_add(of[t - 1].saturating_mul(*size as u64));
            }
        }
        of[strength]
    }

    pub(super) fn of(sizes: &[usize], combined: &[usize], strength: usize) -> Tuples {
        let mut tuples = Tuples { total: 0, sets: Vec::new(), links: (0..sizes.len()).map(|_| Vec::new()).collect() };
        tuples.extend(sizes, combined, strength);
        tuples
    }

    /// Adds the combinations of these factors, unless they are there already.
    pub(super) fn extend(&mut self, sizes: &[usize], combined: &[usize], strength: usize) {
        let known: HashSet<Vec<usize>> = self.sets.iter().map(Set::factors).collect();
        let mut chosen: Vec<usize> = (0..strength.min(combined.len())).collect();
        if strength == 0 || combined.is_empty() {
            return;
        }
        loop {
            let factors: Vec<usize> = chosen.iter().map(|i| combined[*i]).collect();
            if !known.contains(&factors) {
                self.add(&factors, sizes);
            }
            // The next choice in lexical order.
            let last = (0..chosen.len()).rev().find(|i| chosen[*i] < combined.len() - chosen.len() + i);
            let Some(last) = last else { return };
            chosen[last] += 1;
            for i in last + 1..chosen.len() {
                chosen[i] = chosen[i - 1] + 1;
            }
        }
    }

    fn add(&mut self, factors: &[usize], sizes: &[usize]) {
        let offset = self.total as u32;
        let mut stride = 1_u32;
        let mut members = Vec::with_capacity(factors.len());
        for factor in factors {
            members.push((*factor as u16, stride));
            stride *= sizes[*factor] as u32;
        }
        for (own, (factor, own_stride)) in members.iter().enumerate() {
            let mut others = [(0, 0); 3];
            let rest = members.iter().enumerate().filter(|(i, _)| *i != own).map(|(_, m)| *m);
            for (slot, other) in others.iter_mut().zip(rest) {
                *slot = other;
            }
            let count = (factors.len() - 1) as u8;
            self.links[usize::from(*factor)].push(Link { offset, stride: *own_stride, others, count });
        }
        self.sets.push(Set { offset, members });
        self.total += stride as usize;
    }

    /// How many combinations the largest set has: no array has fewer rows, unless some are impossible.
    pub(super) fn largest(&self) -> usize {
        let ends = self.sets.iter().skip(1).map(|set| set.offset as usize).chain([self.total]);
        self.sets.iter().zip(ends).map(|(set, end)| end - set.offset as usize).max().unwrap_or(0)
    }

    /// The factors and levels of a number.
    pub(super) fn members(&self, tuple: u32, sizes: &[usize]) -> Vec<(usize, u16)> {
        let set = &self.sets[self.sets.partition_point(|set| set.offset <= tuple) - 1];
        let digit = |(factor, stride): &(u16, u32)| {
            let factor = usize::from(*factor);
            (factor, ((tuple - set.offset) / stride % sizes[factor] as u32) as u16)
        };
        set.members.iter().map(digit).collect()
    }

    /// The numbers of all combinations in a full row.
    pub(super) fn in_row<'a>(&'a self, row: &'a [u16]) -> impl Iterator<Item = u32> + 'a {
        self.sets.iter().map(|set| {
            set.members
                .iter()
                .fold(set.offset, |at, (factor, stride)| at + u32::from(row[usize::from(*factor)]) * stride)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_combinations_are_one_to_one() {
        let sizes = [2, 3, 4, 2];
        let tuples = Tuples::of(&sizes, &[0, 1, 2, 3], 3);
        assert_eq!(tuples.total as u64, Tuples::count(&sizes, 3));
        let all: std::collections::BTreeSet<_> = (0..tuples.total as u32).map(|t| tuples.members(t, &sizes)).collect();
        assert_eq!(all.len(), tuples.total);
        let row = [1, 2, 3, 0];
        for (tuple, link) in tuples.in_row(&row).zip(tuples.sets.iter()) {
            assert_eq!(link.members.len(), 3);
            assert!(tuples.members(tuple, &sizes).iter().all(|(f, l)| row[*f] == *l));
        }
        for (factor, links) in tuples.links.iter().enumerate() {
            for link in links {
                let tuple = link.base(&row) + u32::from(row[factor]) * link.stride;
                assert!(tuples.in_row(&row).any(|t| t == tuple));
            }
        }
    }
}
