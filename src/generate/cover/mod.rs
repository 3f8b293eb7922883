//! Covering arrays: few rows in which every combination of any few parameters stands.

mod greedy;
mod polish;
mod rules;
mod tuples;

use std::collections::BTreeSet;

use super::dice::Dice;
use greedy::Greedy;
use rules::Rules;
use tuples::Tuples;

/// What is to be combined.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// The parameters.
    pub factors: Vec<Factor>,
    /// Combinations that never stand in a row, as factor and level.
    pub forbidden: Vec<Vec<(usize, usize)>>,
    /// Rows that are there already, a level for each factor; the answer begins with them.
    pub seeds: Vec<Vec<usize>>,
    /// Factors that are combined more thoroughly than the others.
    pub groups: Vec<Group>,
}

/// Factors with a strength of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Which factors.
    pub factors: Vec<usize>,
    /// How many of them are combined; counts where it is more than the strength of the whole.
    pub strength: usize,
}

/// One parameter and its levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Its name, for people.
    pub name: String,
    /// How many levels it has; at least one.
    pub levels: usize,
    /// Levels that are wrong by themselves. At most one of them stands in a row, since one wrong value hides the next;
    /// a row with one covers only the combinations that it is part of.
    pub invalid: Vec<usize>,
}

/// How much to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The most rows, seeds included.
    pub rows: usize,
    /// How much work goes into making do with fewer rows, in look-ups of a combination.
    pub work: u64,
}

/// Enough for a good array of a large model in half a second.
impl Default for Budget {
    fn default() -> Budget {
        Budget { rows: 100_000, work: 60_000_000 }
    }
}

/// Rows, and what they cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covering {
    /// A level for each factor, seeds first.
    pub rows: Vec<Vec<usize>>,
    /// The strength: how many factors are combined. Less than asked for where there are fewer factors.
    pub strength: usize,
    /// How many combinations stand in a row.
    pub covered: usize,
    /// How many can.
    pub of: usize,
    /// How many cannot: forbidden, or impossible because of what is.
    pub impossible: usize,
}

impl Covering {
    /// Whether every possible combination is covered.
    pub fn is_complete(&self) -> bool {
        self.covered == self.of
    }
}

/// Larger tables are not built: the strength is lowered instead, and the answer says so.
const LARGEST: u64 = 64_000_000;

/// A covering array of the model: every combination of `strength` factors (1 to 4) that the model allows stands in a row.
/// The same seed gives the same rows.
pub fn cover(model: &Model, strength: usize, seed: u64) -> Covering {
    cover_within(model, strength, seed, Budget::default())
}

/// The same, with a budget. Where the rows do not suffice, `covered` says how far they reach.
pub fn cover_within(model: &Model, strength: usize, seed: u64, budget: Budget) -> Covering {
    let sound = model.factors.iter().all(|f| (1..usize::from(rules::UNSET)).contains(&f.levels));
    let mut strength = strength.clamp(1, 4).min(model.factors.len());
    if strength == 0 || !sound {
        return Covering { rows: Vec::new(), strength: 0, covered: 0, of: 0, impossible: 0 };
    }
    while strength > 1 && Tuples::count(&sizes(model), strength) > LARGEST {
        strength -= 1;
    }
    let mut dice = Dice::new(seed);
    let mut out = part(model, strength, None, &mut dice, budget);
    let wrong = model.factors.iter().enumerate().flat_map(|(i, f)| f.invalid.iter().map(move |l| (i, *l)));
    let wrong: Vec<(usize, usize)> = wrong.collect();
    for cell in &wrong {
        let rows = budget.rows.saturating_sub(out.rows.len());
        let rest = Budget { rows, work: budget.work / wrong.len() as u64 };
        // Together with the wrong level, combinations one weaker are combinations of the full strength.
        let part = part(model, strength - 1, Some(*cell), &mut dice, rest);
        out.rows.extend(part.rows);
        out.covered += part.covered;
        out.of += part.of;
        out.impossible += part.impossible;
    }
    out
}

fn sizes(model: &Model) -> Vec<usize> {
    model.factors.iter().map(|f| f.levels).collect()
}

/// The rows without wrong levels, or those with exactly this one.
fn part(model: &Model, strength: usize, wrong: Option<(usize, usize)>, dice: &mut Dice, budget: Budget) -> Covering {
    let levels: Vec<Vec<usize>> = model
        .factors
        .iter()
        .enumerate()
        .map(|(index, factor)| match wrong {
            Some((at, level)) if at == index => vec![level],
            _ => (0..factor.levels).filter(|level| !factor.invalid.contains(level)).collect(),
        })
        .collect();
    let nothing = Covering { rows: Vec::new(), strength, covered: 0, of: 0, impossible: 0 };
    // A factor of only wrong levels leaves no row without one.
    if levels.iter().any(Vec::is_empty) {
        return nothing;
    }
    // The factor of the wrong level has only that one: it is in every row and takes no part in the combinations.
    let combined: Vec<usize> = (0..levels.len()).filter(|i| wrong.is_none_or(|(at, _)| at != *i)).collect();
    let sizes: Vec<usize> = levels.iter().map(Vec::len).collect();
    let seeds: Vec<Vec<u16>> = model.seeds.iter().filter_map(|seed| inner(seed, &levels)).take(budget.rows).collect();
    let rules = Rules::of(&sizes, model.forbidden.iter().filter_map(|f| rule(f, &levels)).collect());
    let tuples = tuples(model, &sizes, &combined, strength, wrong.map(|(at, _)| at));
    let mut greedy = Greedy::new(&tuples, &rules, &sizes, dice);
    greedy.keep(seeds);
    greedy.fill(budget.rows);
    greedy.rule_out();
    let (mut rows, fixed, state) = greedy.finish();
    if state.uncovered() == 0 {
        polish::polish(
            &mut rows,
            fixed,
            &state,
            polish::Ground { tuples: &tuples, rules: &rules, work: budget.work },
            dice,
        );
    }
    let outer = |row: &Vec<u16>| row.iter().zip(&levels).map(|(l, levels)| levels[usize::from(*l)]).collect();
    let mut out = Covering {
        rows: rows.iter().map(outer).collect(),
        strength,
        covered: state.covered(),
        of: tuples.total - state.impossible(),
        impossible: state.impossible(),
    };
    if strength == 0 {
        // One factor is combined: the wrong level by itself, in any row that there is.
        let possible = rules.complete(&vec![rules::UNSET; sizes.len()], &mut |_| 0).is_some();
        out.covered += usize::from(!rows.is_empty());
        out.of += usize::from(possible);
        out.impossible += usize::from(!possible);
    }
    out
}

/// The combinations of a part: those of all its factors, and those of the groups that are not among them.
fn tuples(model: &Model, sizes: &[usize], combined: &[usize], strength: usize, wrong: Option<usize>) -> Tuples {
    let mut tuples = Tuples::of(sizes, combined, strength);
    for group in &model.groups {
        let factors: BTreeSet<usize> = group.factors.iter().copied().filter(|f| combined.contains(f)).collect();
        let factors: Vec<usize> = factors.into_iter().collect();
        let mut own = group.strength.min(4).min(factors.len());
        match wrong {
            Some(at) if group.factors.contains(&at) => own = own.min(group.strength.saturating_sub(1)),
            // Without a wrong level among them, they are combined in the rows without one.
            Some(_) => continue,
            None => {}
        }
        let inner: Vec<usize> = factors.iter().map(|f| sizes[*f]).collect();
        if own > strength && tuples.total as u64 + Tuples::count(&inner, own) <= LARGEST {
            tuples.extend(sizes, &factors, own);
        }
    }
    tuples
}

/// A seed in the levels of a part; none where it has a level that the part does not.
fn inner(seed: &[usize], levels: &[Vec<usize>]) -> Option<Vec<u16>> {
    let at = |(level, levels): (&usize, &Vec<usize>)| levels.iter().position(|l| l == level).map(|i| i as u16);
    (seed.len() == levels.len()).then(|| seed.iter().zip(levels).map(at).collect())?
}

/// A forbidden combination in the levels of a part; none where the part cannot show it.
fn rule(forbidden: &[(usize, usize)], levels: &[Vec<usize>]) -> Option<Vec<(usize, u16)>> {
    let at = |(factor, level): &(usize, usize)| {
        Some((*factor, levels.get(*factor)?.iter().position(|l| l == level)? as u16))
    };
    forbidden.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Missing, verify};

    fn uniform(sizes: &[usize]) -> Model {
        let factor = |(i, levels): (usize, &usize)| Factor { name: format!("f{i}"), levels: *levels, invalid: vec![] };
        Model { factors: sizes.iter().enumerate().map(factor).collect(), ..Model::default() }
    }

    fn random(seed: u64) -> Model {
        let mut dice = Dice::new(seed);
        let sizes: Vec<usize> = (0..2 + dice.below(6)).map(|_| 1 + dice.below(4)).collect();
        let mut model = uniform(&sizes);
        for _ in 0..dice.below(5) {
            let mut cell = || {
                let factor = dice.below(sizes.len());
                (factor, dice.below(sizes[factor]))
            };
            model.forbidden.push(vec![cell(), cell()]);
        }
        for factor in model.factors.iter_mut().filter(|f| f.levels > 2) {
            factor.invalid = (1..=dice.below(2)).collect();
        }
        if dice.one_in(2) {
            model.seeds.push(vec![0; sizes.len()]);
        }
        model
    }

    #[test]
    fn every_model_is_covered_as_an_independent_search_finds() {
        for seed in 0..60 {
            let model = random(seed);
            for strength in 1..=4 {
                let covering = cover_within(&model, strength, seed, Budget { work: 20_000, ..Budget::default() });
                let missing = verify(&model, &covering.rows, strength);
                assert_eq!(missing, Vec::<Missing>::new(), "{model:?} {strength} {covering:?}");
                assert!(covering.is_complete() && covering.of + covering.impossible > 0);
                let legal = |row: &Vec<usize>| {
                    let wrong = row.iter().zip(&model.factors).filter(|(l, f)| f.invalid.contains(l)).count();
                    let banned = model.forbidden.iter().any(|rule| rule.iter().all(|(f, l)| row[*f] == *l));
                    wrong <= 1 && !banned
                };
                assert!(covering.rows.iter().all(legal), "{model:?} {covering:?}");
                let kept = model.seeds.iter().filter(|seed| legal(seed));
                assert!(kept.zip(&covering.rows).all(|(seed, row)| seed == row));
            }
        }
    }

    #[test]
    fn small_arrays_are_as_small_as_is_known() {
        let rows = |sizes: &[usize], strength| cover(&uniform(sizes), strength, 1).rows.len();
        assert_eq!(rows(&[3; 4], 2), 9);
        assert_eq!(rows(&[2; 4], 3), 8);
        assert_eq!(rows(&[5], 2), 5);
        assert!(rows(&[3; 13], 2) <= 17);
    }

    #[test]
    fn a_budget_is_kept_and_the_coverage_that_was_reached_is_told() {
        let model = uniform(&[4; 8]);
        let covering = cover_within(&model, 2, 1, Budget { rows: 10, ..Budget::default() });
        assert_eq!((covering.rows.len(), covering.of), (10, 28 * 16));
        assert!(!covering.is_complete());
        assert_eq!(verify(&model, &covering.rows, 2).len(), covering.of - covering.covered);
    }

    #[test]
    fn a_group_is_combined_as_thoroughly_as_it_asks() {
        let mut model = uniform(&[3, 3, 3, 3, 2, 2]);
        model.factors[1].invalid = vec![2];
        model.forbidden = vec![vec![(0, 0), (2, 0)]];
        let plain = cover(&model, 2, 1).rows.len();
        model.groups = vec![
            Group { factors: vec![2, 1, 0], strength: 3 },
            Group { factors: vec![0, 1, 2, 3], strength: 3 },
            Group { factors: vec![4, 5], strength: 2 },
        ];
        let covering = cover(&model, 2, 1);
        assert_eq!(verify(&model, &covering.rows, 2), Vec::<Missing>::new());
        assert!(covering.is_complete() && covering.rows.len() > plain);
        // Beside the group, nothing is combined by threes.
        assert!(covering.rows.len() < cover(&model, 3, 1).rows.len());
    }

    #[test]
    fn a_model_that_allows_nothing_has_no_rows_and_no_hang() {
        let mut model = uniform(&[2, 2]);
        model.forbidden = vec![vec![(0, 0)], vec![(0, 1)]];
        let covering = cover(&model, 2, 1);
        assert_eq!((covering.rows.len(), covering.impossible), (0, 4));
        assert_eq!(cover(&Model::default(), 2, 1).rows.len(), 0);
        assert_eq!(cover(&uniform(&[0, 2]), 2, 1).rows.len(), 0);
        model.forbidden = vec![vec![], vec![(9, 9)]];
        cover(&model, 2, 1);
    }

    #[test]
    fn one_seed_gives_one_array() {
        let model = uniform(&[3, 4, 2, 5, 3]);
        assert_eq!(cover(&model, 3, 9), cover(&model, 3, 9));
    }
}
