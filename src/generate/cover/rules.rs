//! Forbidden combinations, and rows that heed them.

/// A level that is not chosen yet.
pub(super) const UNSET: u16 = u16::MAX;
/// How many levels are tried to complete a row before it counts as impossible.
const TRIES: usize = 50_000;

/// Forbidden combinations by what they begin with.
#[derive(Debug)]
pub(super) struct Rules {
    sizes: Vec<usize>,
    rules: Vec<Vec<(usize, u16)>>,
    /// By factor and level, the rules that it is part of.
    of: Vec<Vec<Vec<u32>>>,
}

impl Rules {
    pub(super) fn of(sizes: &[usize], rules: Vec<Vec<(usize, u16)>>) -> Rules {
        let mut of: Vec<Vec<Vec<u32>>> = sizes.iter().map(|levels| vec![Vec::new(); *levels]).collect();
        for (index, rule) in rules.iter().enumerate() {
            for (factor, level) in rule {
                of[*factor][usize::from(*level)].push(index as u32);
            }
        }
        Rules { sizes: sizes.to_vec(), rules, of }
    }

    /// Whether nothing is forbidden.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// How many levels each factor has.
    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Whether the row may have that level there, as far as it is chosen.
    pub(super) fn allow(&self, row: &[u16], factor: usize, level: u16) -> bool {
        let stands = |(f, l): &(usize, u16)| if *f == factor { *l == level } else { row[*f] == *l };
        !self.of[factor][usize::from(level)].iter().any(|rule| self.rules[*rule as usize].iter().all(stands))
    }

    /// Whether nothing forbidden stands in the row.
    pub(super) fn allow_row(&self, row: &[u16]) -> bool {
        !self.rules.iter().any(|rule| rule.iter().all(|(f, l)| row[*f] == *l))
    }

    /// The row with levels for all that is not chosen, tried in the order that `prefer` gives; none where there are none.
    pub(super) fn complete(&self, row: &[u16], prefer: &mut dyn FnMut(usize) -> usize) -> Option<Vec<u16>> {
        if !self.allow_row(row) {
            return None;
        }
        let mut row = row.to_vec();
        let mut open: Vec<usize> = (0..row.len()).filter(|f| row[*f] == UNSET).collect();
        // What most rules are about is chosen first, so that dead ends show early.
        open.sort_by_key(|f| std::cmp::Reverse(self.of[*f].iter().map(Vec::len).sum::<usize>()));
        let first: Vec<usize> = open.iter().map(|f| prefer(*f)).collect();
        let mut tried = vec![0; open.len()];
        let mut at = 0;
        for _ in 0..TRIES {
            let Some(&factor) = open.get(at) else { return Some(row) };
            row[factor] = UNSET;
            if tried[at] == self.sizes[factor] {
                tried[at] = 0;
                at = at.checked_sub(1)?;
                continue;
            }
            let level = ((first[at] + tried[at]) % self.sizes[factor]) as u16;
            tried[at] += 1;
            if self.allow(&row, factor, level) {
                row[factor] = level;
                at += 1;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_completed_around_what_is_forbidden() {
        let rules = Rules::of(&[2, 2, 2], vec![vec![(0, 0), (1, 0)], vec![(0, 0), (1, 1), (2, 0)]]);
        assert_eq!(rules.complete(&[0, UNSET, UNSET], &mut |_| 0), Some(vec![0, 1, 1]));
        assert_eq!(rules.complete(&[0, UNSET, 0], &mut |_| 0), None);
        assert_eq!(rules.complete(&[0, 0, UNSET], &mut |_| 0), None);
    }
}
