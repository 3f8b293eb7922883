//! What the lint finds on real pages, held to what a reader found by eye.

use std::collections::{BTreeMap, BTreeSet};

use fineprint::extract::{Input, read};
use fineprint::finding::{Finding, Severity};
use fineprint::lint::lint;
use serde::Deserialize;

/// A contradiction that was read off a page by eye; a name is a path, a code, or nothing where the page as a whole is meant.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Fact {
    rule: String,
    name: String,
}

/// By page, what its reader found.
fn facts() -> BTreeMap<String, BTreeSet<Fact>> {
    let text = include_str!("../../fixtures/contradictions/markdown.json");
    serde_json::from_str(text).expect("the fixture is JSON")
}

/// What no reader was asked for: these say that a page is unwise, and not that it contradicts itself.
const NOT_ASKED: [&str; 4] =
    ["documented-not-public", "error-without-description", "internal-error-blames-caller", "error-word-in-success"];

fn is(finding: &Finding, fact: &Fact) -> bool {
    let named = fact.name.is_empty() || finding.message.contains(&format!("`{}`", fact.name));
    finding.rule == fact.rule && named
}

#[test]
fn nine_of_ten_contradictions_are_found_and_nine_of_ten_findings_are_true() {
    let Some(corpus) = crate::corpus() else { return };
    let (mut right, mut wrong, mut found, mut missed) = (0usize, Vec::new(), 0usize, Vec::new());
    let facts = facts();
    for (page, text) in pages(&corpus) {
        let findings = lint(&read(&[Input { name: &format!("{page}.md"), text: &text }]));
        let none = BTreeSet::new();
        let known = facts.get(&page).unwrap_or(&none);
        for finding in findings.iter().filter(|f| !NOT_ASKED.contains(&f.rule.as_str())) {
            match known.iter().any(|fact| is(finding, fact)) {
                true => right += 1,
                false => wrong.push(format!("{page} {}: {}", finding.rule, finding.message)),
            }
        }
        for fact in known {
            match findings.iter().any(|finding| is(finding, fact)) {
                true => found += 1,
                false => missed.push(format!("{page} {} {}", fact.rule, fact.name)),
            }
        }
    }
    let share = |part: usize, rest: usize| part as f64 / (part + rest).max(1) as f64;
    let (precision, recall) = (share(right, wrong.len()), share(found, missed.len()));
    assert!(right > 100, "only {right} findings are true");
    let what = format!("precision {precision:.3}, recall {recall:.3}\nwrong {wrong:#?}\nmissed {missed:#?}");
    assert!(precision >= 0.9 && recall >= 0.9, "{what}");
}

#[test]
fn every_page_of_the_facts_is_one_of_the_corpus() {
    let Some(corpus) = crate::corpus() else { return };
    let pages: BTreeSet<String> = pages(&corpus).into_iter().map(|(page, _)| page).collect();
    assert_eq!(pages.len(), 40);
    for page in facts().keys() {
        assert!(pages.contains(page), "{page} is no page of the corpus");
    }
}

#[test]
fn a_reader_of_real_pages_is_not_swamped() {
    let Some(corpus) = crate::corpus() else { return };
    for (page, text) in pages(&corpus) {
        let findings = lint(&read(&[Input { name: &format!("{page}.md"), text: &text }]));
        let loud = findings.iter().filter(|f| f.severity > Severity::Note).count();
        // One page has 209 error codes, some of them in seven rows.
        let most = if page == "ecs__en__RunInstances" { 80 } else { 20 };
        assert!(loud <= most && findings.len() <= most + 10, "{page}: {loud} of {}", findings.len());
    }
}

fn pages(corpus: &std::path::Path) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(corpus.join("corpus/markdown")).expect("the corpus has it").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(page) = name.strip_suffix(".md") {
            pages.push((page.to_owned(), std::fs::read_to_string(entry.path()).expect("readable")));
        }
    }
    pages.sort();
    pages
}
