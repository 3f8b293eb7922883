//! Covering arrays, counted by hand: what a model allows is what stands in any legal row, found by trying them all.

use std::collections::BTreeSet;

use fineprint::generate::{Budget, Factor, Group, Model, cover_within};

type Tuple = Vec<(usize, usize)>;

fn model(sizes: &[usize]) -> Model {
    let factors =
        sizes.iter().enumerate().map(|(i, levels)| Factor { name: i.to_string(), levels: *levels, invalid: vec![] });
    Model { factors: factors.collect(), ..Model::default() }
}

/// Every row that there is: the odometer.
fn all_rows(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; sizes.len()]];
    loop {
        let mut next = rows[rows.len() - 1].clone();
        let Some(at) = (0..sizes.len()).rev().find(|i| next[*i] + 1 < sizes[*i]) else { return rows };
        next[at] += 1;
        next[at + 1..].fill(0);
        rows.push(next);
    }
}

/// The combinations of so many of these factors in a row, by bit masks.
fn tuples(row: &[usize], among: &[usize], strength: usize) -> Vec<Tuple> {
    let masks = (0_u32..1 << among.len()).filter(|mask| mask.count_ones() as usize == strength);
    let of = |mask: u32| (0..among.len()).filter(|i| mask >> i & 1 == 1).map(|i| (among[i], row[among[i]])).collect();
    masks.map(of).collect()
}

fn is_legal(model: &Model, row: &[usize]) -> bool {
    let wrong = (0..row.len()).filter(|f| model.factors[*f].invalid.contains(&row[*f])).count();
    wrong <= 1 && !model.forbidden.iter().any(|rule| rule.iter().all(|(f, l)| row[*f] == *l))
}

/// The combinations that rows hold. One with a wrong level counts in rows with that level, others in rows without any.
fn held<'a>(
    model: &Model,
    rows: impl Iterator<Item = &'a Vec<usize>>,
    among: &[usize],
    strength: usize,
) -> BTreeSet<Tuple> {
    let is_wrong = |(f, l): (usize, usize)| model.factors[f].invalid.contains(&l);
    let mut held = BTreeSet::new();
    for row in rows {
        let wrong = row.iter().copied().enumerate().find(|cell| is_wrong(*cell));
        held.extend(
            tuples(row, among, strength).into_iter().filter(|tuple| wrong.is_none_or(|cell| tuple.contains(&cell))),
        );
    }
    held
}

fn small_budget() -> Budget {
    Budget { work: 100_000, ..Budget::default() }
}

#[test]
fn no_combination_is_missing_and_no_row_is_against_a_constraint() {
    let rules: [&[Tuple]; 4] = [
        &[],
        &[vec![(0, 0), (1, 1)]],
        &[vec![(0, 0), (1, 1)], vec![(1, 0), (2, 2)], vec![(2, 0), (3, 1), (4, 1)]],
        // Together they rule out more than each of them says: level 0 of the first goes with nothing.
        &[vec![(0, 0), (1, 0)], vec![(0, 0), (1, 1)], vec![(0, 0), (1, 2), (3, 0)], vec![(0, 0), (1, 2), (3, 1)]],
    ];
    for forbidden in rules {
        for invalid in [vec![], vec![2]] {
            let sizes = [2, 3, 3, 2, 3, 2];
            let mut model = model(&sizes);
            model.forbidden = forbidden.to_vec();
            model.factors[4].invalid = invalid;
            model.groups = vec![Group { factors: vec![0, 2, 4], strength: 3 }];
            let legal: Vec<Vec<usize>> = all_rows(&sizes).into_iter().filter(|row| is_legal(&model, row)).collect();
            let everywhere: Vec<usize> = (0..sizes.len()).collect();
            for strength in 1..=4 {
                let covering = cover_within(&model, strength, 7, small_budget());
                assert!(covering.rows.iter().all(|row| is_legal(&model, row)), "{model:?}");
                let count = |rows: &[Vec<usize>]| held(&model, rows.iter(), &everywhere, strength);
                assert_eq!(count(&covering.rows), count(&legal), "{model:?} {strength}");
                let count = |rows: &[Vec<usize>]| held(&model, rows.iter(), &[0, 2, 4], 3);
                if strength < 3 {
                    assert_eq!(count(&covering.rows), count(&legal), "{model:?} {strength}");
                }
            }
        }
    }
}

#[test]
fn the_published_models_are_covered_to_the_last_combination() {
    let shapes: [(&[(usize, usize)], usize); 5] =
        [(&[(3, 13)], 2), (&[(4, 15), (3, 17), (2, 29)], 2), (&[(2, 100)], 2), (&[(10, 20)], 2), (&[(3, 13)], 3)];
    for (shape, strength) in shapes {
        let sizes: Vec<usize> = shape.iter().flat_map(|(levels, times)| vec![*levels; *times]).collect();
        let rows = cover_within(&model(&sizes), strength, 1, small_budget()).rows;
        let n = sizes.len();
        for a in 0..n {
            for b in a + 1..n {
                if strength == 2 {
                    let seen: BTreeSet<_> = rows.iter().map(|row| (row[a], row[b])).collect();
                    assert_eq!(seen.len(), sizes[a] * sizes[b], "{shape:?}: {a} and {b}");
                    continue;
                }
                for c in b + 1..n {
                    let seen: BTreeSet<_> = rows.iter().map(|row| (row[a], row[b], row[c])).collect();
                    assert_eq!(seen.len(), sizes[a] * sizes[b] * sizes[c], "{shape:?}: {a}, {b} and {c}");
                }
            }
        }
    }
}

#[test]
fn a_budget_ends_the_rows_and_what_is_told_of_them_is_true() {
    let sizes = [4, 3, 4, 2, 3, 4];
    let model = model(&sizes);
    let everywhere: Vec<usize> = (0..sizes.len()).collect();
    for rows in [0, 1, 5, 9] {
        let covering = cover_within(&model, 2, 3, Budget { rows, ..small_budget() });
        assert_eq!(covering.rows.len(), rows);
        assert_eq!(covering.covered, held(&model, covering.rows.iter(), &everywhere, 2).len());
        assert_eq!(covering.of, held(&model, all_rows(&sizes).iter(), &everywhere, 2).len());
    }
}
