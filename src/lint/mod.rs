//! Finds where a page contradicts itself: both places, and what each says.

mod element;
mod rules;
mod sample;
mod scene;
mod words;

use std::collections::BTreeSet;

use crate::contract::Contract;
use crate::finding::{Finding, Severity};
use crate::span::Span;

pub use rules::{RULES, rule};

/// One way in which a page contradicts itself.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; the identity of a finding together with its transform.
    pub id: &'static str,
    /// How bad it is, unless a claim says otherwise.
    pub severity: Severity,
    /// What it asks, why it matters, and an example; printed by `fineprint explain`.
    pub text: &'static str,
    /// A page, from below its title, that trips it.
    pub trips: &'static str,
    /// A page much like it that does not.
    pub passes: &'static str,
    /// What it finds on the page of an operation.
    pub look: fn(&scene::Scene<'_>) -> Vec<Claim>,
}

/// What a rule says of a page.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What is wrong, normalised.
    pub transform: String,
    /// What, where, what the other place says.
    pub message: String,
    /// The places, the one to mend first.
    pub spans: Vec<Span>,
    /// How bad it is, where it is not what the rule says.
    pub severity: Option<Severity>,
    /// The clauses that are in doubt.
    pub clauses: Vec<String>,
    /// The facts whose amendment settles it, by their names in `fineprint.toml`.
    pub facts: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Claim {
    /// A claim about these places.
    fn new(transform: impl Into<String>, message: impl Into<String>, spans: impl IntoIterator<Item = Span>) -> Claim {
        Claim {
            transform: transform.into(),
            message: message.into(),
            spans: spans.into_iter().collect(),
            severity: None,
            clauses: Vec::new(),
            facts: Vec::new(),
            help: None,
        }
    }

    /// The same, only as bad as this.
    fn at(mut self, severity: Severity) -> Claim {
        self.severity = Some(severity);
        self
    }

    /// The same, about this clause, if there is one.
    fn about(mut self, clause: Option<String>) -> Claim {
        self.clauses.extend(clause);
        self
    }

    /// The same, settled by an amendment of this fact.
    fn settled_by(mut self, fact: String) -> Claim {
        self.facts.push(fact);
        self
    }

    /// The same, with what to do about it.
    fn help(mut self, help: impl Into<String>) -> Claim {
        self.help = Some(help.into());
        self
    }
}

/// Where the pages of a contract contradict themselves, in the order of the pages' lines.
///
/// A finding's first span is the place to mend, the others are what it contradicts. What the user settled is none.
pub fn lint(contract: &Contract) -> Vec<Finding> {
    let settled: BTreeSet<&str> = contract.amended.iter().map(|a| a.fact.as_str()).collect();
    let open = |claim: &Claim| !claim.facts.iter().any(|fact| settled.contains(fact.as_str()));
    let claims = claims(contract).into_iter().filter(|(_, claim)| open(claim));
    let mut found: Vec<Finding> = claims.map(|(rule, claim)| finding(rule, claim)).collect();
    found.sort_by_key(|f: &Finding| f.spans.first().copied());
    found
}

/// The facts that the pages contradict themselves about, by their names in `fineprint.toml`.
pub(crate) fn doubts(contract: &Contract) -> BTreeSet<String> {
    claims(contract).into_iter().flat_map(|(_, claim)| claim.facts).collect()
}

fn claims(contract: &Contract) -> Vec<(&'static Rule, Claim)> {
    let pages = scene::Pages::new(contract);
    let first = scene::first_errors(contract, &pages);
    let mut found = Vec::new();
    for operation in &contract.operations {
        let values = scene::values(operation);
        let scene = scene::Scene::new(contract, &pages, operation, &values, &first);
        let mut told = BTreeSet::new();
        for rule in RULES {
            let claims = (rule.look)(&scene).into_iter();
            found.extend(claims.filter(|c| told.insert((rule.id, c.message.clone()))).map(|c| (rule, c)));
        }
    }
    found
}

fn finding(rule: &Rule, claim: Claim) -> Finding {
    let mut clauses = claim.clauses;
    clauses.sort();
    let settle = claim.facts.first().map(|fact| format!("mend the page, or settle `{fact}` in fineprint.toml"));
    Finding {
        rule: rule.id.to_owned(),
        class: None,
        severity: claim.severity.unwrap_or(rule.severity),
        transform: claim.transform,
        clauses,
        message: claim.message,
        spans: claim.spans,
        help: claim.help.or(settle),
        exhibit: None,
    }
}
