//! Covering arrays, counted by hand: what a model allows is what stands in any legal row, found by trying them all.

use std::collections::BTreeSet;

use fineprint::extract::{Input, read};
use fineprint::generate::{self, Budget, Factor, Group, Model, Wish, cover_within};
use fineprint::schema;
use fineprint::schema::judge::Judge;
use serde_json::Value;

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

/// Wrong levels in three factors, a constraint, two groups, and seeds of which the last two are no legal rows.
fn rich() -> Model {
    let sizes = [4, 3, 4, 2, 3];
    let mut model = model(&sizes);
    (model.factors[0].invalid, model.factors[1].invalid, model.factors[4].invalid) = (vec![2, 3], vec![2], vec![0]);
    model.forbidden = vec![vec![(0, 0), (2, 1)], vec![(1, 0), (3, 1), (4, 1)]];
    model.groups =
        vec![Group { factors: vec![0, 1, 2], strength: 3 }, Group { factors: vec![4, 3, 2, 1], strength: 4 }];
    model.seeds =
        [[0, 0, 0, 0, 1], [1, 1, 3, 1, 2], [2, 0, 0, 0, 1], [0, 0, 1, 0, 1], [3, 2, 0, 0, 1]].map(Vec::from).to_vec();
    model
}

/// All that rows hold of what such a model asks for.
fn asked(model: &Model, rows: &[Vec<usize>], strength: usize) -> BTreeSet<Tuple> {
    let everywhere: Vec<usize> = (0..model.factors.len()).collect();
    let mut all = held(model, rows.iter(), &everywhere, strength);
    for group in &model.groups {
        let mut among = group.factors.clone();
        among.sort_unstable();
        all.extend(held(model, rows.iter(), &among, group.strength.max(strength)));
    }
    all
}

#[test]
fn wrong_levels_seeds_and_groups_together_leave_nothing_out() {
    let model = rich();
    let legal: Vec<Vec<usize>> = all_rows(&[4, 3, 4, 2, 3]).into_iter().filter(|row| is_legal(&model, row)).collect();
    for strength in 1..=3 {
        let covering = cover_within(&model, strength, 5, small_budget());
        assert!(covering.rows.iter().all(|row| is_legal(&model, row)));
        let (held, of) = (asked(&model, &covering.rows, strength), asked(&model, &legal, strength));
        assert_eq!(held, of, "{strength}");
        assert_eq!((covering.covered, covering.of), (held.len(), of.len()), "{strength}");
        assert_eq!(covering.rows[..2], model.seeds[..2], "the page's own rows come first");
        assert!(covering.rows.contains(&model.seeds[2]) && !covering.rows.contains(&model.seeds[3]));
    }
}

#[test]
fn wherever_a_budget_ends_the_rows_what_is_told_of_them_is_true() {
    let model = rich();
    let legal: Vec<Vec<usize>> = all_rows(&[4, 3, 4, 2, 3]).into_iter().filter(|row| is_legal(&model, row)).collect();
    let whole = cover_within(&model, 2, 3, small_budget()).rows.len();
    for rows in [0, 1, 7, whole / 2, whole - 1, whole] {
        let covering = cover_within(&model, 2, 3, Budget { rows, ..small_budget() });
        assert_eq!(covering.covered, asked(&model, &covering.rows, 2).len(), "{rows} of {whole}");
        assert_eq!((covering.rows.len(), covering.of), (rows, asked(&model, &legal, 2).len()), "{rows} of {whole}");
        assert_eq!(covering.is_complete(), rows >= whole, "{rows} of {whole}");
    }
}

/// The rows of the built-in page, read back from the calls: nothing of the model is looked at.
#[test]
fn every_value_of_the_page_meets_every_other_and_a_wrong_one_meets_only_right_ones() {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    let operation = read(&[Input { name: "page.txt", text }]).operations.remove(0);
    let judge = Judge::new(&schema::request(&operation)).unwrap();
    let wish = Wish { strength: 2, invalid: true, seeded: true, budget: small_budget(), ..Wish::default() };
    let array = generate::array(&operation, &wish);
    let names: Vec<&str> = operation.parameters.iter().map(|p| p.field.name.as_str()).collect();
    let (mut right, mut wrong) = (vec![BTreeSet::new(); names.len()], vec![BTreeSet::new(); names.len()]);
    let mut pairs = BTreeSet::new();
    for row in &array.rows {
        let cell = |name: &&str| row.params.get(*name).map_or("left out".to_owned(), Value::to_string);
        let cells: Vec<String> = names.iter().map(cell).collect();
        let faults = judge.faults(&Value::Object(row.params.clone()));
        let at: BTreeSet<usize> =
            faults.iter().filter_map(|f| names.iter().position(|name| f.path[1..] == **name)).collect();
        assert!(at.len() <= 1 && at.is_empty() == row.breach.is_none() && at.is_empty() == faults.is_empty());
        for (a, cell) in cells.iter().enumerate() {
            let side = if at.contains(&a) { &mut wrong } else { &mut right };
            side[a].insert(cell.clone());
            // What stands beside a wrong value is hidden by it.
            let mates = (0..cells.len()).filter(|b| *b != a && (at.is_empty() || at.contains(&a)));
            pairs.extend(mates.map(|b| (a, cell.clone(), b, cells[b].clone())));
        }
    }
    assert!(right.iter().all(|values| values.len() >= 3) && wrong.iter().all(|values| !values.is_empty()));
    for a in 0..names.len() {
        for b in (0..names.len()).filter(|b| *b != a) {
            for x in right[a].union(&wrong[a]) {
                for y in &right[b] {
                    assert!(pairs.contains(&(a, x.clone(), b, y.clone())), "{} {x} {} {y}", names[a], names[b]);
                }
            }
        }
    }
    assert_eq!(array.covering.covered, array.covering.of);
    let shown = array.rows[0].params["InstanceId"].as_str().unwrap();
    assert!(shown.starts_with("ws-"), "the page's examples come first: {shown}");
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
