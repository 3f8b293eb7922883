//! Whether rows cover a model: by plain search, sharing nothing with what builds them.

use std::collections::BTreeSet;

use super::Model;

/// A combination that the model allows and no row holds, as factor and level.
pub type Missing = Vec<(usize, usize)>;

/// Every combination of `strength` factors, or of as many of a group's as it asks for, that should stand in a row and does not. Rows that the model forbids, or that
/// hold more than one wrong level, count for nothing; one with a wrong level covers only what it is part of.
pub fn verify(model: &Model, rows: &[Vec<usize>], strength: usize) -> Vec<Missing> {
    let strength = strength.min(model.factors.len());
    let good: Vec<&Vec<usize>> = rows.iter().filter(|row| is_legal(model, row)).collect();
    let mut missing = Vec::new();
    let mut sets = choices(model.factors.len(), strength);
    for group in model.groups.iter().filter(|group| group.strength > strength) {
        let members: Vec<usize> = group.factors.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let inner = choices(members.len(), group.strength.min(4).min(members.len()));
        sets.extend(inner.into_iter().map(|set| set.into_iter().map(|i| members[i]).collect::<Vec<_>>()));
    }
    for factors in sets {
        let seen: BTreeSet<Vec<usize>> = good
            .iter()
            .map(|row| (row, factors.iter().map(|f| row[*f]).collect::<Vec<_>>()))
            .filter(|(row, levels)| {
                wrong(model, (0..row.len()).zip(row.iter().copied())) == wrong(model, pairs(&factors, levels))
            })
            .map(|(_, levels)| levels)
            .collect();
        for levels in products(&factors.iter().map(|f| model.factors[*f].levels).collect::<Vec<_>>()) {
            let tuple: Missing = pairs(&factors, &levels).collect();
            if !seen.contains(&levels) && wrong(model, tuple.iter().copied()) <= 1 && is_possible(model, &tuple) {
                missing.push(tuple);
            }
        }
    }
    missing
}

fn pairs<'a>(factors: &'a [usize], levels: &'a [usize]) -> impl Iterator<Item = (usize, usize)> + 'a {
    factors.iter().copied().zip(levels.iter().copied())
}

/// How many of these levels are wrong by themselves.
fn wrong(model: &Model, pairs: impl Iterator<Item = (usize, usize)>) -> usize {
    pairs.filter(|(factor, level)| model.factors[*factor].invalid.contains(level)).count()
}

fn is_legal(model: &Model, row: &[usize]) -> bool {
    row.len() == model.factors.len()
        && row.iter().zip(&model.factors).all(|(level, factor)| *level < factor.levels)
        && wrong(model, row.iter().copied().enumerate()) <= 1
        && !model.forbidden.iter().any(|rule| rule.iter().all(|(factor, level)| row[*factor] == *level))
}

/// Whether a legal row holds these: one factor after the other, back where that leads nowhere.
fn is_possible(model: &Model, tuple: &[(usize, usize)]) -> bool {
    fn go(model: &Model, row: &mut Vec<usize>, tuple: &[(usize, usize)], wrong_so_far: usize) -> bool {
        let at = row.len();
        let Some(factor) = model.factors.get(at) else { return true };
        let given = tuple.iter().find(|(f, _)| *f == at).map(|(_, level)| *level);
        (0..factor.levels).filter(|level| given.is_none_or(|g| g == *level)).any(|level| {
            let is_wrong = factor.invalid.contains(&level);
            // A wrong level that is not asked for would take the row away from what is.
            if is_wrong && given.is_none() {
                return false;
            }
            row.push(level);
            let broken = model
                .forbidden
                .iter()
                .any(|rule| rule.iter().all(|(f, l)| row.get(*f) == Some(l)) && rule.iter().any(|(f, _)| *f == at));
            let wrong = wrong_so_far + usize::from(is_wrong);
            let possible = !broken && wrong <= 1 && go(model, row, tuple, wrong);
            row.pop();
            possible
        })
    }
    if model.forbidden.is_empty() {
        // Only a factor that has nothing but wrong levels can be in the way then.
        let all_wrong = |(at, f): (usize, &super::Factor)| {
            !tuple.iter().any(|(t, _)| *t == at) && (0..f.levels).all(|l| f.invalid.contains(&l))
        };
        return !model.factors.iter().enumerate().any(all_wrong);
    }
    go(model, &mut Vec::new(), tuple, 0)
}

/// Every choice of `k` out of `n`, ascending.
fn choices(n: usize, k: usize) -> Vec<Vec<usize>> {
    match (n, k) {
        (_, 0) => vec![Vec::new()],
        (0, _) => Vec::new(),
        _ => {
            let with = choices(n - 1, k - 1).into_iter().map(|mut choice| {
                choice.push(n - 1);
                choice
            });
            with.chain(choices(n - 1, k)).collect()
        }
    }
}

/// Every way to pick one number below each size.
fn products(sizes: &[usize]) -> Vec<Vec<usize>> {
    sizes.iter().fold(vec![Vec::new()], |all, size| {
        let longer =
            |one: &Vec<usize>| (0..*size).map(|l| one.iter().copied().chain([l]).collect()).collect::<Vec<_>>();
        all.iter().flat_map(longer).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Factor;

    fn model(sizes: &[usize]) -> Model {
        let factor = |(i, levels): (usize, &usize)| Factor { name: format!("f{i}"), levels: *levels, invalid: vec![] };
        Model { factors: sizes.iter().enumerate().map(factor).collect(), ..Model::default() }
    }

    #[test]
    fn what_no_row_holds_is_missing() {
        let rows = vec![vec![0, 0, 0], vec![0, 1, 1], vec![1, 0, 1], vec![1, 1, 0]];
        assert_eq!(verify(&model(&[2, 2, 2]), &rows, 2), Vec::<Missing>::new());
        assert_eq!(verify(&model(&[2, 2, 2]), &rows[1..], 2).len(), 3);
        assert_eq!(verify(&model(&[2, 2, 2]), &rows, 3).len(), 4);
    }

    #[test]
    fn what_is_impossible_is_not_missed() {
        let mut model = model(&[2, 2]);
        model.forbidden = vec![vec![(0, 1), (1, 1)]];
        assert_eq!(verify(&model, &[vec![0, 0], vec![0, 1], vec![1, 0], vec![1, 1]], 2), Vec::<Missing>::new());
        assert_eq!(verify(&model, &[vec![0, 0], vec![0, 1]], 2), [vec![(0, 1), (1, 0)]]);
    }

    #[test]
    fn a_row_with_a_wrong_level_covers_only_what_it_is_part_of() {
        let mut model = model(&[2, 2, 2]);
        model.factors[0].invalid = vec![1];
        let rows = vec![vec![0, 0, 0], vec![0, 1, 1], vec![1, 0, 1], vec![1, 1, 0]];
        // The first two rows have no wrong level and leave half of the right combinations of the others out.
        let missing: Vec<Missing> = verify(&model, &rows, 2);
        assert_eq!(missing, [vec![(1, 0), (2, 1)], vec![(1, 1), (2, 0)]]);
    }
}
