//! Where a run with little time looks first.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::demand::is_slow;
use crate::case::Case;
use crate::contract::{Clause, Promise};

/// The time that a run has, shared out among its operations.
pub(super) struct Clock {
    until: Option<Instant>,
}

impl Clock {
    /// A clock that starts now; without a budget it never runs out.
    pub(super) fn start(budget: Option<Duration>) -> Clock {
        Clock { until: budget.map(|budget| Instant::now() + budget) }
    }

    /// When the next of so many operations must be done: what one leaves of its share goes to those after it.
    pub(super) fn share(&self, operations: usize) -> Option<Instant> {
        let until = self.until?;
        let left = until.saturating_duration_since(Instant::now());
        Some(Instant::now() + left / u32::try_from(operations.max(1)).unwrap_or(u32::MAX))
    }

    /// Whether the time is over.
    pub(super) fn is_over(&self) -> bool {
        is_past(self.until)
    }
}

/// Whether a moment has come.
pub(super) fn is_past(moment: Option<Instant>) -> bool {
    moment.is_some_and(|moment| Instant::now() >= moment)
}

/// Cases in the order of what they find in a time: first those that put the weightiest clauses to the test that no case before has, then
/// all others; what waits comes after what does not, unless something was found there before.
pub(super) fn ordered(
    mut cases: Vec<(usize, Case)>,
    clauses: &[Clause],
    found: &BTreeSet<String>,
) -> Vec<(usize, Case)> {
    let of = |clause: &Clause| if found.contains(&clause.id) { FOUND } else { weight(clause.promise) };
    let weights: std::collections::HashMap<&str, u32> =
        clauses.iter().map(|clause| (clause.id.as_str(), of(clause))).collect();
    let weighty = |case: &Case, covered: &BTreeSet<String>| -> u32 {
        let new = case.clauses.iter().filter(|clause| !covered.contains(*clause));
        new.filter_map(|clause| weights.get(clause.as_str())).sum()
    };
    let mut covered = BTreeSet::new();
    let is_known = |case: &Case| case.clauses.iter().any(|clause| found.contains(clause));
    cases.sort_by_key(|(at, case)| (!is_known(case), is_slow(case), std::cmp::Reverse(weighty(case, &covered)), *at));
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (at, case) in cases {
        match weighty(&case, &covered) {
            0 => rest.push((at, case)),
            _ => {
                covered.extend(case.clauses.iter().cloned());
                first.push((at, case));
            }
        }
    }
    first.append(&mut rest);
    first
}

/// What a clause weighs that was found broken before: more than all others of a case together.
const FOUND: u32 = 10_000;

/// What a clause weighs: a page's own promise is what users build on.
fn weight(promise: Promise) -> u32 {
    match promise {
        Promise::Page => 8,
        Promise::Wire => 4,
        Promise::Http => 2,
        Promise::Manners => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Origin;
    use crate::contract::Aspect;

    fn case(clauses: &[&str]) -> Case {
        Case {
            operation: "Do".into(),
            origin: Origin::Sample,
            clauses: clauses.iter().map(|id| (*id).to_owned()).collect(),
            about: String::new(),
            seed: 0,
            watch_ms: 0,
            parallel: false,
            steps: Vec::new(),
        }
    }

    #[test]
    fn what_was_found_before_comes_first_and_then_what_weighs_most() {
        let clause = |id: &str, promise| Clause { id: id.into(), promise, aspect: Aspect::Undocumented, spans: vec![] };
        let clauses =
            [clause("manners", Promise::Manners), clause("page", Promise::Page), clause("http", Promise::Http)];
        let slow = Case { watch_ms: 500, ..case(&["http"]) };
        let cases = || [case(&["manners"]), case(&["page"]), slow.clone(), case(&["page"])].into_iter().enumerate();
        let order = |found: &[&str]| -> Vec<usize> {
            let found = found.iter().map(|id| (*id).to_owned()).collect();
            ordered(cases().collect(), &clauses, &found).into_iter().map(|(at, _)| at).collect()
        };
        assert_eq!(order(&[]), [1, 0, 2, 3]);
        assert_eq!(order(&["http"]), [2, 1, 0, 3]);
        assert_eq!(order(&["manners"]), [0, 1, 2, 3]);
    }
}
