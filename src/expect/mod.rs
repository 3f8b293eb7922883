//! Known findings: which of a run's findings are expected, and which expectations do not hold any more.

mod day;
mod file;
mod write;

use std::collections::{BTreeMap, BTreeSet};

pub use day::Day;
pub use file::read;
pub use write::rewritten;

use crate::contract::{Contract, clauses, fits};
use crate::finding::Finding;
use crate::outcome::{Outcome, Verdict};

/// The file that known findings live in.
pub const FILE: &str = "fineprint.expect.toml";

/// A known finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The rule's id.
    pub rule: String,
    /// A glob over clause ids.
    pub clause: String,
    /// How many broken clauses it may cover.
    pub count: usize,
    /// Why it is not mended.
    pub why: String,
    /// Where that is tracked.
    pub issue: Option<String>,
    /// The last day on which it is expected.
    pub until: Option<Day>,
    /// The line of the file that it begins in.
    pub line: usize,
}

/// A file of known findings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expectations {
    /// The file's name.
    pub name: String,
    /// What is expected, in the file's order.
    pub all: Vec<Expectation>,
}

/// What a run's findings came to when they were held against the known ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The expectation that covers a finding, by the places of both.
    pub expected: BTreeMap<usize, usize>,
    /// What is wrong with expectations: the line of the file, and what.
    pub problems: Vec<(usize, String)>,
    /// What is worth knowing of them.
    pub hints: Vec<(usize, String)>,
}

impl Expectation {
    fn covers(&self, finding: &Finding, clause: &str) -> bool {
        self.rule == finding.rule && fits(&self.clause, clause)
    }

    /// The broken clauses that it covers.
    fn covered<'a>(&self, outcome: &'a Outcome) -> BTreeSet<&'a str> {
        let all = outcome.findings.iter().flat_map(|f| f.clauses.iter().map(move |c| (f, c)));
        all.filter(|(finding, clause)| self.covers(finding, clause)).map(|(_, clause)| clause.as_str()).collect()
    }

    /// The clauses of a contract that it is about.
    fn points_at(&self, contract: &Contract) -> impl Iterator<Item = String> {
        let all = contract.operations.iter().flat_map(clauses).map(|clause| clause.id);
        all.filter(|id| fits(&self.clause, id))
    }

    /// Whether the run has looked everywhere that it points at.
    fn is_looked_for(&self, outcome: &Outcome, contract: &Contract) -> bool {
        let judged = outcome.verdicts.iter().filter(|judged| judged.verdict != Verdict::Errored);
        let judged: BTreeSet<&str> = judged.map(|judged| judged.clause.as_str()).collect();
        !outcome.is_partial() && self.points_at(contract).all(|id| judged.contains(id.as_str()))
    }

    fn is_over(&self, today: Day) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

impl Expectations {
    /// Holds the findings of a run against what is expected.
    ///
    /// A finding is expected when expectations of its rule cover each of its clauses. One that has expired or covers too much covers
    /// nothing, so that its findings are seen again. Only a run that looked everywhere it points at can say that it is stale.
    pub fn held(&self, outcome: &Outcome, contract: &Contract, today: Day) -> Known {
        let mut known = Known::default();
        let mut good = Vec::new();
        for (at, one) in self.all.iter().enumerate() {
            let covered = one.covered(outcome);
            let wrong = match one.until {
                Some(until) if one.is_over(today) => Some(format!(
                    "`{}` was expected until {until}, which is over: mend it, or move the day and say why",
                    one.rule
                )),
                _ if covered.len() > one.count => Some(format!(
                    "`{}` is expected to break {} of `{}`, and breaks {}: {}",
                    one.rule,
                    one.count,
                    one.clause,
                    covered.len(),
                    some(&covered)
                )),
                _ if covered.is_empty() => self.stale(one, outcome, contract),
                _ => None,
            };
            match wrong {
                Some(problem) => known.problems.push((one.line, problem)),
                None => good.push(at),
            }
            if !covered.is_empty() && covered.len() < one.count && one.is_looked_for(outcome, contract) {
                let hint = format!("`{}` breaks {} now, not {}: lower the count", one.rule, covered.len(), one.count);
                known.hints.push((one.line, hint));
            }
            if one.why.trim().is_empty() {
                known.hints.push((one.line, format!("nothing says why `{}` is expected", one.rule)));
            }
        }
        for (at, finding) in outcome.findings.iter().enumerate() {
            let cover = |clause: &String| good.iter().copied().find(|one| self.all[*one].covers(finding, clause));
            let covers: Option<Vec<usize>> = finding.clauses.iter().map(cover).collect();
            if let Some(first) = covers.and_then(|all| all.first().copied()) {
                known.expected.insert(at, first);
            }
        }
        known
    }

    /// Why an expectation that covers nothing is wrong, if that can be told.
    fn stale(&self, one: &Expectation, outcome: &Outcome, contract: &Contract) -> Option<String> {
        if one.points_at(contract).next().is_none() {
            return Some(format!(
                "no clause of the page fits `{}` (`fineprint check --list` shows them all)",
                one.clause
            ));
        }
        let gone = || format!("`{}` is not found any more at `{}`: take the entry out", one.rule, one.clause);
        one.is_looked_for(outcome, contract).then(gone)
    }
}

/// Clauses that a message names.
const SHOWN: usize = 3;

fn some(clauses: &BTreeSet<&str>) -> String {
    let shown: Vec<&str> = clauses.iter().copied().take(SHOWN).collect();
    match clauses.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::outcome::Judged;

    pub(super) fn contract() -> Contract {
        serde_json::from_str(r#"{"fineprint_contract":1,"style":"rpc","operations":[{"name":"Op","span":{"page":0,"first":1,"last":1}}]}"#)
            .unwrap_or_else(|e| panic!("{e}"))
    }

    pub(super) fn finding(rule: &str, clauses: &[&str]) -> Finding {
        Finding {
            rule: rule.into(),
            class: None,
            severity: Severity::Error,
            transform: format!("{rule} at {}", clauses[0]),
            clauses: clauses.iter().map(|c| (*c).to_owned()).collect(),
            message: String::new(),
            spans: vec![],
            help: None,
            exhibit: None,
        }
    }

    /// A run over everything, with these findings.
    pub(super) fn outcome(findings: Vec<Finding>) -> Outcome {
        let mut outcome = Outcome { findings, ..Outcome::default() };
        for clause in contract().operations.iter().flat_map(clauses) {
            let verdict = Verdict::Kept;
            outcome.verdicts.push(Judged {
                clause: clause.id,
                promise: "page".into(),
                verdict,
                reason: None,
                cases: 1,
            });
        }
        outcome
    }

    const TODAY: Day = Day { year: 2026, month: 11, day: 24 };

    fn held(file: &str, outcome: &Outcome) -> Known {
        read("e.toml", file).unwrap_or_else(|e| panic!("{e}")).held(outcome, &contract(), TODAY)
    }

    fn one(rest: &str) -> String {
        format!("[[expect]]\nrule = \"wrong-host\"\nwhy = \"a reason\"\n{rest}\n")
    }

    #[test]
    fn a_finding_is_expected_when_each_of_its_clauses_is() {
        let found = outcome(vec![finding("wrong-host", &["Op/wire/host", "Op/wire/once"])]);
        let whole = held(&one("clause = \"Op/wire/*\"\ncount = 2"), &found);
        assert_eq!((whole.expected, whole.problems), (BTreeMap::from([(0, 0)]), vec![]));
        let half = held(&one("clause = \"Op/wire/host\""), &found);
        assert!(half.expected.is_empty() && half.problems.is_empty());
        let other = held(&one("clause = \"*\"\ncount = 9").replace("wrong-host", "wrong-path"), &found);
        assert!(other.expected.is_empty());
    }

    #[test]
    fn an_entry_that_covers_too_much_covers_nothing_and_is_an_error() {
        let found = outcome(vec![finding("wrong-host", &["Op/wire/host", "Op/wire/once"])]);
        let known = held(&one("clause = \"Op/wire/*\""), &found);
        assert!(known.expected.is_empty());
        assert!(known.problems[0].1.contains("expected to break 1 of `Op/wire/*`, and breaks 2"), "{known:?}");
        assert_eq!(known.problems[0].0, 1);
    }

    #[test]
    fn an_entry_that_has_expired_is_an_error_and_its_last_day_is_not() {
        let found = outcome(vec![finding("wrong-host", &["Op/wire/host"])]);
        let until = |day: &str| held(&one(&format!("clause = \"*\"\nuntil = {day}")), &found);
        assert!(until("2026-11-23").problems[0].1.contains("until 2026-11-23, which is over"));
        assert!(until("\"2025-12-31\"").expected.is_empty());
        let last = until("2026-11-24");
        assert_eq!((last.problems, last.expected.len()), (vec![], 1));
    }

    #[test]
    fn an_entry_that_matches_nothing_is_an_error_where_the_run_has_looked() {
        let mut nothing = outcome(vec![]);
        let entry = one("clause = \"Op/wire/host\"");
        assert!(held(&entry, &nothing).problems[0].1.contains("not found any more"));
        assert!(held(&one("clause = \"Ob/wire/host\""), &nothing).problems[0].1.contains("no clause of the page fits"));
        nothing.verdicts.retain(|v| v.clause != "Op/wire/host");
        assert_eq!(held(&entry, &nothing).problems, [], "the run has not looked there");
        let stopped = Outcome { interrupted: true, ..outcome(vec![]) };
        assert_eq!(held(&entry, &stopped).problems, [], "the run has not looked everywhere");
    }

    #[test]
    fn less_than_the_count_and_no_reason_are_hints() {
        let found = outcome(vec![finding("wrong-host", &["Op/wire/host"])]);
        let known = held(&one("clause = \"*\"\ncount = 2").replace("a reason", " "), &found);
        assert_eq!((known.expected.len(), known.problems.len(), known.hints.len()), (1, 0, 2));
    }
}
