//! Runs the rules over the evidence of a case.

use super::difference::differences;
use super::evidence::{Came, Evidence, Observed, Served, Step};
use super::member::surfacings;
use super::rules::{crossed, hides_refusal, late_answer, stale};
use super::{Claim, Look, RULES, Rule};
use crate::contract::{AnswerAspect, Aspect, OtherErrorAspect, ResponseAspect, TransportAspect};
use crate::driver::{Broken, Reply};
use crate::finding::{Finding, Severity};
use crate::wire::rpc::is_form;

/// A rule that was tripped.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, normalised.
    pub transform: String,
    /// What, where, expected before actual.
    pub message: String,
    /// The clauses it breaks.
    pub clauses: Vec<String>,
    /// The step that shows it.
    pub step: usize,
}

impl Hit {
    /// The finding that this one case makes.
    pub fn finding(&self) -> Finding {
        Finding {
            rule: self.rule.id.into(),
            class: Some(self.rule.class.into()),
            severity: self.severity,
            transform: self.transform.clone(),
            clauses: self.clauses.clone(),
            message: self.message.clone(),
            spans: Vec::new(),
            help: None,
            exhibit: None,
        }
    }
}

/// What a case came to.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The rules that were tripped.
    pub hits: Vec<Hit>,
    /// Why nothing could be judged, if so.
    pub errored: Option<String>,
    /// The clauses that were put to the test.
    pub exercised: Vec<String>,
}

/// Judges a case by all rules.
pub fn judge(evidence: &Evidence<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    // Where parallel calls cross, every difference comes of that.
    let crossed = evidence.case.parallel && crossed(evidence).is_some();
    // Where a call takes another's answer, all that is odd about it and those after it comes of that: even whose request is whose.
    let poisoned = evidence.steps().find(|step| !step.plan().leads_in && late_answer(step).is_some());
    for step in evidence.steps().take(poisoned.map_or(usize::MAX, |step| step.index)) {
        if let Some(reason) = unjudged(&step) {
            judgement.errored.get_or_insert(reason);
            continue;
        }
        if step.plan().leads_in {
            continue;
        }
        let before = judgement.hits.len();
        let redirects = [TransportAspect::Redirect, TransportAspect::RedirectForeign, TransportAspect::RedirectLoop];
        // What follows a redirect is for the rule about redirects.
        let judged = if step.in_situation(&redirects) { 1 } else { usize::MAX };
        for observed in step.seen().requests.iter().take(judged) {
            request(step, observed, crossed, &mut judgement.hits);
        }
        let clean = judgement.hits.len() == before;
        if !crossed {
            surfaced(step, &mut judgement.hits);
            for rule in RULES {
                if let Look::Step(look) = rule.look
                    && let Some(claim) = look(&step)
                {
                    push(&mut judgement.hits, rule, claim, step.index, || evidence.case.clauses.clone());
                }
            }
        }
        if clean
            && judgement.hits.len() == before
            && let Came::Broke(broken) = step.came()
        {
            judgement.errored.get_or_insert(broken.to_string());
        }
    }
    for rule in RULES {
        let (claim, step) = match (&rule.look, poisoned) {
            (Look::Case(look), None) => (look(evidence), 0),
            (Look::Step(look), Some(step)) if rule.id == "poisoned-connection" => (look(&step), step.index),
            _ => continue,
        };
        if let Some(claim) = claim {
            push(&mut judgement.hits, rule, claim, step, || evidence.case.clauses.clone());
        }
    }
    judgement.exercised = exercised(evidence);
    judgement
}

/// The clauses that the case put to the test: its own, and those of every request.
fn exercised(evidence: &Evidence<'_>) -> Vec<String> {
    let mut clauses = evidence.case.clauses.clone();
    let operation = evidence.clause("");
    let own = |rest: &str| [&*operation, rest].concat();
    if evidence.seen.iter().any(|s| !s.requests.is_empty()) {
        clauses.extend(
            ["method", "path", "action", "host", "content-type", "framing", "credentials", "once"]
                .map(|word| [&*operation, "wire/", word].concat()),
        );
        clauses.extend(
            ["request/undocumented", "signature/verifies", "signature/nonce", "session/hidden-traffic"].map(own),
        );
        if evidence.contract.version.is_some() {
            clauses.push(own("wire/version"));
        }
    }
    if !evidence.raw {
        clauses.retain(|c| !c.ends_with("/wire/framing"));
    }
    if evidence.seen.iter().any(|s| matches!(&s.reply, Ok(Reply::Error(_)))) {
        clauses.push(own("session/secrecy"));
    }
    clauses.sort();
    clauses.dedup();
    clauses
}

fn push(hits: &mut Vec<Hit>, rule: &'static Rule, claim: Claim, step: usize, clauses: impl Fn() -> Vec<String>) {
    let clauses = if claim.clauses.is_empty() { clauses() } else { claim.clauses };
    let severity = claim.severity.unwrap_or(rule.severity);
    let known = hits.iter_mut().find(|h| h.rule.id == rule.id && h.transform == claim.transform);
    match known {
        Some(hit) => {
            hit.clauses.extend(clauses);
            hit.clauses.sort();
            hit.clauses.dedup();
            hit.severity = hit.severity.max(severity);
        }
        None => hits.push(Hit { rule, severity, transform: claim.transform, message: claim.message, clauses, step }),
    }
}

/// The rules of one request: of the whole, then of its parameters, unless the whole cannot be read or is crossed with another's.
fn request(step: Step<'_>, observed: &Observed, crossed: bool, hits: &mut Vec<Hit>) {
    let mut readable = true;
    for rule in RULES {
        let Look::Request(look) = rule.look else { continue };
        if let Some(claim) = look(&step, observed) {
            push(hits, rule, claim, step.index, Vec::new);
            let unread =
                rule.id == "wrong-content-type" && observed.exchange.request.as_ref().is_ok_and(|r| !is_form(r));
            if unread || matches!(rule.class, "R30" | "R37") || matches!(rule.id, "hidden-request" | "spent-body") {
                readable = false;
                break;
            }
        }
    }
    if !readable || crossed {
        return;
    }
    for difference in differences(step, observed) {
        let claimed = RULES.iter().find_map(|rule| match rule.look {
            Look::Parameter(look) => look(&difference).map(|claim| (rule, claim)),
            _ => None,
        });
        if let Some((rule, claim)) = claimed {
            push(hits, rule, claim, step.index, || difference.clauses());
        }
    }
}

/// The rules of the members of a success.
fn surfaced(step: Step<'_>, hits: &mut Vec<Hit>) {
    let (Served::Success(served), Came::Returned(surfaced)) = (step.was_served(), step.came()) else { return };
    if hides_refusal(&step) || stale(&step).is_some() {
        return;
    }
    if step.in_situation(&[
        TransportAspect::Mislabelled,
        TransportAspect::DuplicateKeys,
        TransportAspect::Deep,
        TransportAspect::Garbage,
        TransportAspect::Huge,
    ]) {
        return;
    }
    for surfacing in surfacings(step, served, surfaced) {
        let claimed = RULES.iter().find_map(|rule| match rule.look {
            Look::Member(look) => look(&surfacing).map(|claim| (rule, claim)),
            _ => None,
        });
        // What else a member left out may lead to has cases of its own.
        let claimed = claimed.filter(|(rule, _)| !step.is_sparse() || rule.id == "leaked-member");
        if let Some((rule, claim)) = claimed {
            push(hits, rule, claim, step.index, || surfacing.clauses());
        }
    }
}

/// Why a step cannot be judged at all.
fn unjudged(step: &Step<'_>) -> Option<String> {
    match &step.seen().reply {
        // What is of no type of the page's may be more than a driver can hand on.
        Ok(Reply::DriverError(_)) if step.plan().breach.as_ref().is_some_and(|breach| breach.facet == "type") => None,
        Ok(Reply::DriverError(why)) => Some(format!("the driver says of itself: {why}")),
        Ok(Reply::Unsupported(what)) => Some(format!(
            "the client does not offer {}",
            what.param.as_deref().or(what.operation.as_deref()).unwrap_or("this call")
        )),
        Err(broken @ Broken::Babbled { .. }) => Some(broken.to_string()),
        Err(broken) if step.plan().leads_in => Some(broken.to_string()),
        // What ends the process before anything is sent has nothing to do with the answer; that nobody listens, or that a call
        // failed before, does.
        Err(broken)
            if step.seen().requests.is_empty()
                && !step.in_situation(&[TransportAspect::Refused])
                && !super::rules::fails_after(step) =>
        {
            Some(broken.to_string())
        }
        // A crash on an answer that is not unusual may be the driver's own; a rule must claim it.
        _ => None,
    }
}

/// What the case's answer is unusual in, if it is: the rule that a client trips which does not survive it.
pub(super) fn unusual(step: &Step<'_>) -> Option<&'static str> {
    use TransportAspect as T;
    step.evidence.about.iter().find_map(|aspect| {
        Some(match aspect {
            Aspect::Answer(AnswerAspect::UnknownMember) => "unknown-member-crash",
            Aspect::Answer(AnswerAspect::Spelling) => "escapes-misread",
            Aspect::Answer(AnswerAspect::Headers) => "headers-misread",
            Aspect::Response(_, ResponseAspect::Null) => "null-crash",
            Aspect::Response(_, ResponseAspect::Absent) => "missing-member-crash",
            Aspect::Response(_, ResponseAspect::UnknownValue) => "unknown-value",
            Aspect::Response(_, ResponseAspect::Type) => "one-type-only",
            Aspect::Transport(T::Bom) => "byte-order-mark",
            Aspect::Transport(T::ContentType) => "content-type-refused",
            Aspect::Transport(T::Huge | T::Deep | T::DuplicateKeys) => "large-answer-crash",
            Aspect::Transport(T::Chunked) => "chunked-answer-refused",
            Aspect::Transport(T::Interim) => "interim-answer-misread",
            Aspect::Transport(T::Compressed) => "compressed-answer-refused",
            Aspect::Transport(T::Stall) => "read-timeout-ignored",
            Aspect::Transport(T::Drip) => "dripping-answer-hangs",
            Aspect::Transport(T::NoContent | T::Empty) => "empty-answer-mishandled",
            Aspect::Transport(T::NotJson | T::InvalidUtf8 | T::Garbage | T::Mislabelled) => "unreadable-answer-crash",
            Aspect::Transport(T::HtmlSuccess) => "unreadable-answer-crash",
            Aspect::Transport(T::HtmlError | T::EmptyError) => "unreadable-error",
            Aspect::Transport(T::Truncated) => "truncated-answer-accepted",
            Aspect::Transport(T::Reset | T::Closed | T::Refused) => "broken-connection-swallowed",
            Aspect::Transport(T::ThrottledForever | T::Unavailable) => "endless-retry",
            Aspect::Transport(T::Redirect | T::RedirectForeign | T::RedirectLoop) => "redirect-followed",
            Aspect::OtherError(OtherErrorAspect::UndocumentedCode | OtherErrorAspect::UndocumentedStatus) => {
                "undocumented-error-crash"
            }
            _ => return None,
        })
    })
}
