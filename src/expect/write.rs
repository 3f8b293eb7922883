//! `fineprint.expect.toml`, brought up to date with what a run found.

use std::collections::BTreeSet;

use super::file::starts;
use super::{Day, Expectation, Expectations, Known, read};
use crate::contract::Contract;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;

/// How a new file begins.
const HEAD: &str = "# Known findings, held against every run of `fineprint check`. Say why each of them is there.\n";

/// The file as it should be after a run: what is there and holds keeps its words, with the count of today; what is not found any
/// more is gone; findings at least this bad that nothing covers have an entry of their own.
///
/// # Errors
/// When the file there is cannot be read.
pub fn rewritten(
    name: &str,
    old: Option<&str>,
    outcome: &Outcome,
    contract: &Contract,
    least: Severity,
) -> Result<String, Error> {
    let old = old.unwrap_or(HEAD);
    let there = read(name, old)?;
    let mut starts = starts(old);
    if starts.len() != there.all.len() {
        return Err(Error::input(format!(
            "{name}: write its entries as `[[expect]]`, a line each, to have it brought up to date"
        )));
    }
    let mut text = old[..starts.first().copied().unwrap_or(old.len())].to_owned();
    starts.push(old.len());
    let mut kept = Vec::new();
    for (at, one) in there.all.iter().enumerate() {
        let covered = one.covered(outcome).len();
        if covered == 0 && there.stale(one, outcome, contract).is_some() {
            continue;
        }
        let chunk = &old[starts[at]..starts[at + 1]];
        let whole = covered > 0 && one.is_looked_for(outcome, contract);
        let count = if whole { covered } else { one.count.max(covered) };
        text.push_str(&counted(chunk, one.count, count));
        kept.push(Expectation { count, until: None, ..one.clone() });
    }
    for one in missing(kept, outcome, contract, least) {
        if !text.is_empty() && !text.ends_with("\n\n") {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text.push_str(&entry(&one));
    }
    Ok(text)
}

/// Entries for what these do not cover.
fn missing(kept: Vec<Expectation>, outcome: &Outcome, contract: &Contract, least: Severity) -> Vec<Expectation> {
    let there = Expectations { name: String::new(), all: kept };
    let Known { expected, .. } = there.held(outcome, contract, Day { year: 0, month: 1, day: 1 });
    let unknown =
        outcome.findings.iter().enumerate().filter(|(at, f)| f.severity >= least && !expected.contains_key(at));
    let pairs: BTreeSet<(String, String)> = unknown.map(|(_, f)| (f.rule.clone(), pattern(f))).collect();
    let entries = pairs.into_iter().map(|(rule, clause)| {
        let one = Expectation { rule, clause, count: 0, why: String::new(), issue: None, until: None, line: 0 };
        let count = one.covered(outcome).len();
        Expectation { count, ..one }
    });
    entries.collect()
}

/// The narrowest glob over a finding's clauses that keeps segments whole.
fn pattern(finding: &Finding) -> String {
    let all: Vec<Vec<&str>> = finding.clauses.iter().map(|c| c.split('/').collect()).collect();
    let Some(first) = all.first() else { return "*".into() };
    if all.iter().all(|one| one.len() == first.len()) {
        let segment = |at: usize| if all.iter().all(|one| one[at] == first[at]) { first[at] } else { "*" };
        return (0..first.len()).map(segment).collect::<Vec<_>>().join("/");
    }
    let shared = (0..first.len()).take_while(|at| all.iter().all(|one| one.get(*at) == Some(&first[*at])));
    let mut segments: Vec<&str> = shared.map(|at| first[at]).collect();
    segments.push("*");
    segments.join("/")
}

fn entry(one: &Expectation) -> String {
    let text = |t: &str| toml::Value::from(t).to_string();
    let count = if one.count == 1 { String::new() } else { format!("count = {}\n", one.count) };
    format!("[[expect]]\nrule = {}\nclause = {}\n{count}why = \"\"\n", text(&one.rule), text(&one.clause))
}

/// An entry's own text, with another count.
fn counted(chunk: &str, old: usize, new: usize) -> String {
    if old == new {
        return chunk.to_owned();
    }
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let has = chunk.lines().any(|line| key(line) == "count");
    let mut out = String::new();
    for line in chunk.split_inclusive('\n') {
        match key(line).as_str() {
            "count" => out.push_str(&format!("count = {new}\n")),
            "clause" if !has => {
                out.push_str(line.trim_end_matches('\n'));
                out.push_str(&format!("\ncount = {new}\n"));
            }
            _ => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::tests::{contract, finding, outcome};

    /// A run that found these rules broken at these clauses.
    fn run(found: &[(&str, &[&str])]) -> Outcome {
        outcome(found.iter().map(|(rule, clauses)| finding(rule, clauses)).collect())
    }

    fn written(old: Option<&str>, found: &[(&str, &[&str])]) -> String {
        rewritten("e.toml", old, &run(found), &contract(), Severity::Error).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn findings_get_an_entry_each_that_covers_them() {
        let found: &[(&str, &[&str])] = &[
            ("wrong-host", &["Op/wire/host"]),
            ("error-code-changed", &["Op/error/other/envelope", "Op/error/other/text"]),
            ("wrong-path", &["Op/wire/path", "Op/transport/reset"]),
        ];
        let text = written(None, found);
        insta::assert_snapshot!(text, @r#"
        # Known findings, held against every run of `fineprint check`. Say why each of them is there.

        [[expect]]
        rule = "error-code-changed"
        clause = "Op/error/other/*"
        count = 2
        why = ""

        [[expect]]
        rule = "wrong-host"
        clause = "Op/wire/host"
        why = ""

        [[expect]]
        rule = "wrong-path"
        clause = "Op/*/*"
        count = 2
        why = ""
        "#);
        let today = Day { year: 2026, month: 11, day: 24 };
        let known = read("e.toml", &text).unwrap_or_else(|e| panic!("{e}")).held(&run(found), &contract(), today);
        assert_eq!((known.expected.len(), known.problems.len()), (3, 0));
        assert_eq!(written(Some(&text), found), text, "a file that is up to date stays as it is");
    }

    #[test]
    fn what_is_there_keeps_its_words_and_what_is_gone_goes() {
        let old = "# ours\n\n[[expect]]\nrule = \"wrong-host\" # since May\nclause = \"Op/wire/*\"\nwhy = \"the proxy\"\nuntil = 2020-01-01\n\n[[expect]]\nrule = \"wrong-path\"\nclause = \"Op/wire/path\"\nwhy = \"was mended\"\n";
        let new =
            written(Some(old), &[("wrong-host", &["Op/wire/host", "Op/wire/once"]), ("null-sent", &["Op/wire/once"])]);
        insta::assert_snapshot!(new, @r#"
        # ours

        [[expect]]
        rule = "wrong-host" # since May
        clause = "Op/wire/*"
        count = 2
        why = "the proxy"
        until = 2020-01-01

        [[expect]]
        rule = "null-sent"
        clause = "Op/wire/once"
        why = ""
        "#);
    }
}
