//! Two clients held to the same cases: what one breaks that the other keeps, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::finding::Finding;
use crate::outcome::{Outcome, Verdict};

/// What is otherwise with a client than with the one that it is held against.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Contrast {
    /// Clauses that it breaks and the other does not.
    pub broken: Vec<String>,
    /// Clauses that it keeps and the other does not.
    pub kept: Vec<String>,
    /// What else is otherwise.
    pub changed: Vec<Change>,
    /// Findings that the other has not, or not on all of their clauses, by their place.
    #[serde(skip)]
    pub news: BTreeSet<usize>,
}

/// A clause that came to something else, or is broken in another way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The clause's id.
    pub clause: String,
    /// What it came to with the other client.
    pub was: String,
    /// What it came to now.
    pub is: String,
    /// Whether it was put to the test with the other client and is no more.
    pub lost: bool,
}

impl Contrast {
    /// Whether something that was put to the test with the other client is no more: a field that is gone shows there.
    pub fn has_lost(&self) -> bool {
        self.changed.iter().any(|change| change.lost)
    }
}

/// What is otherwise with a client than with another one.
pub fn contrast(client: &Outcome, other: &Outcome) -> Contrast {
    let mut contrast = Contrast::default();
    let before: BTreeMap<&str, Verdict> = other.verdicts.iter().map(|v| (v.clause.as_str(), v.verdict)).collect();
    let (ways, ways_before) = (ways(client), ways(other));
    for judged in &client.verdicts {
        let clause = judged.clause.as_str();
        let was = before.get(clause).copied().unwrap_or(Verdict::Untested);
        let (way, way_before) = (ways.get(clause), ways_before.get(clause));
        match (was, judged.verdict) {
            (Verdict::Broken, Verdict::Broken) if way == way_before => {}
            (Verdict::Broken, Verdict::Broken) => contrast.changed.push(Change {
                clause: clause.into(),
                was: told(way_before),
                is: told(way),
                lost: false,
            }),
            (was, is) if was == is => {}
            (_, Verdict::Broken) => contrast.broken.push(clause.into()),
            (_, Verdict::Kept) => contrast.kept.push(clause.into()),
            (was, is) => contrast.changed.push(Change {
                clause: clause.into(),
                was: was.to_string(),
                is: judged.reason.as_ref().map_or_else(|| is.to_string(), |why| format!("{is}: {why}")),
                lost: was.is_covered() && matches!(is, Verdict::Skipped | Verdict::Untested),
            }),
        }
    }
    let known: BTreeMap<(&str, &str), &Finding> = other.findings.iter().map(|f| (identity(f), f)).collect();
    for (at, finding) in client.findings.iter().enumerate() {
        let same = known.get(&identity(finding));
        let is_old = same.is_some_and(|same| {
            same.severity >= finding.severity && finding.clauses.iter().all(|clause| same.clauses.contains(clause))
        });
        if !is_old {
            contrast.news.insert(at);
        }
    }
    contrast
}

fn identity(finding: &Finding) -> (&str, &str) {
    (&finding.rule, &finding.transform)
}

/// The ways in which each clause is broken.
fn ways(outcome: &Outcome) -> BTreeMap<&str, BTreeSet<(&str, &str)>> {
    let mut ways: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for finding in &outcome.findings {
        for clause in &finding.clauses {
            ways.entry(clause).or_default().insert(identity(finding));
        }
    }
    ways
}

fn told(ways: Option<&BTreeSet<(&str, &str)>>) -> String {
    let all = ways.into_iter().flatten().map(|(rule, transform)| format!("{rule}: {transform}"));
    let all: Vec<String> = all.collect();
    format!("broken ({})", all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::outcome::Judged;

    fn outcome(verdicts: &[(&str, Verdict)], findings: &[(&str, &[&str])]) -> Outcome {
        let judged = |(clause, verdict): &(&str, Verdict)| Judged {
            clause: (*clause).into(),
            promise: "page".into(),
            verdict: *verdict,
            reason: None,
            cases: 1,
        };
        let finding = |(rule, clauses): &(&str, &[&str])| Finding {
            rule: (*rule).into(),
            class: None,
            severity: Severity::Error,
            transform: "t".into(),
            clauses: clauses.iter().map(|c| (*c).to_owned()).collect(),
            message: String::new(),
            spans: vec![],
            help: None,
            exhibit: None,
        };
        Outcome {
            verdicts: verdicts.iter().map(judged).collect(),
            findings: findings.iter().map(finding).collect(),
            ..Outcome::default()
        }
    }

    #[test]
    fn clauses_are_newly_broken_newly_kept_or_changed() {
        use Verdict::{Broken, Kept, Skipped};
        let old =
            outcome(&[("a", Kept), ("b", Broken), ("c", Broken), ("d", Kept), ("e", Kept)], &[("x", &["b", "c"])]);
        let new = outcome(
            &[("a", Broken), ("b", Kept), ("c", Broken), ("d", Skipped), ("e", Kept)],
            &[("y", &["a"]), ("z", &["c"])],
        );
        let contrast = contrast(&new, &old);
        assert_eq!((contrast.broken.as_slice(), contrast.kept.as_slice()), (&["a".into()][..], &["b".into()][..]));
        let changed: Vec<(&str, &str)> = contrast.changed.iter().map(|c| (c.clause.as_str(), c.is.as_str())).collect();
        assert_eq!(changed, [("c", "broken (z: t)"), ("d", "skipped")]);
        assert!(contrast.has_lost());
        assert_eq!(contrast.news, BTreeSet::from([0, 1]));
    }

    #[test]
    fn a_finding_is_old_where_the_other_has_it_on_the_same_clauses() {
        let one = outcome(&[("a", Verdict::Broken)], &[("x", &["a"])]);
        let two = outcome(&[("a", Verdict::Broken), ("b", Verdict::Broken)], &[("x", &["a", "b"])]);
        assert_eq!(contrast(&one, &one), Contrast::default());
        assert!(contrast(&one, &two).news.is_empty());
        assert_eq!(contrast(&two, &one).news.len(), 1);
    }
}
