//! Judges a call: what was meant, what was on the wire, what was served and what was surfaced.

mod difference;
mod evidence;
mod judge;
mod member;
mod rules;
mod transform;
mod tree;

pub use evidence::{Evidence, Observed, Seen};
pub use judge::{Hit, Judgement, judge};
pub use rules::{RULES, rule};

use crate::finding::Severity;

/// One kind of broken promise.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; the identity of a finding together with its transform.
    pub id: &'static str,
    /// The class of client defect, such as `R01`.
    pub class: &'static str,
    /// How bad it is, unless a hit says otherwise.
    pub severity: Severity,
    /// What it asks, why it matters, and an example; printed by `fineprint explain`.
    pub text: &'static str,
    /// What it looks at.
    pub look: Look,
}

/// What a rule looks at. Of the rules for one difference the first that claims it has it, in the order of [`RULES`].
#[derive(Debug)]
pub enum Look {
    /// A parameter that is not on the wire as it was meant.
    Parameter(fn(&difference::Difference<'_>) -> Option<Claim>),
    /// A member of the answer that was not surfaced as it was served.
    Member(fn(&member::Surfacing<'_>) -> Option<Claim>),
    /// A request as a whole.
    Request(fn(&evidence::Step<'_>, &Observed) -> Option<Claim>),
    /// What came of a call: the attempts, the reply and the time it took.
    Step(fn(&evidence::Step<'_>) -> Option<Claim>),
    /// A case as a whole.
    Case(fn(&Evidence<'_>) -> Option<Claim>),
}

/// What a rule says of what it looked at.
#[derive(Debug, Clone, Default)]
pub struct Claim {
    /// What happened, normalised.
    pub transform: String,
    /// What, where, expected before actual.
    pub message: String,
    /// How bad it is, where it is not what the rule says.
    pub severity: Option<Severity>,
    /// The clauses it breaks, where they are not those of what was looked at.
    pub clauses: Vec<String>,
}

impl Claim {
    /// A claim with its transform and message.
    fn new(transform: impl Into<String>, message: impl Into<String>) -> Claim {
        Claim { transform: transform.into(), message: message.into(), severity: None, clauses: Vec::new() }
    }

    /// The same, only as bad as this.
    fn at(mut self, severity: Severity) -> Claim {
        self.severity = Some(severity);
        self
    }

    /// The same, about these clauses.
    fn about(mut self, clauses: impl IntoIterator<Item = String>) -> Claim {
        self.clauses = clauses.into_iter().collect();
        self
    }
}
