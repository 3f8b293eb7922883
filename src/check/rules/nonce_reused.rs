//! A retry with the nonce of the attempt before.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "nonce-reused",
    class: "T14",
    severity: Severity::Error,
    text: "Each request has a nonce of its own, retries included.\n\
           The service refuses a nonce that it has seen, so a retry that reuses it can only fail.\n\
           Example: a throttled call is sent again byte for byte.",
    look: Look::Case(look),
};

fn look(evidence: &Evidence<'_>) -> Option<Claim> {
    nonce(evidence).or_else(|| date(evidence))
}

/// An attempt a second and more after the one before, with its date.
fn date(evidence: &Evidence<'_>) -> Option<Claim> {
    let said = |o: &Observed| o.signature.as_ref().and_then(|s| s.date.clone());
    let again = evidence.steps().find_map(|step| {
        let own: Vec<&Observed> = step.own().collect();
        own.windows(2).find_map(|w| {
            let late = w[1].exchange.at.saturating_sub(w[0].exchange.at).as_millis() >= 1_000;
            said(w[1]).filter(|date| late && said(w[0]).as_ref() == Some(date))
        })
    })?;
    Some(
        Claim::new(
            "an attempt with the date of the one before",
            format!("expected a new date for each request, got `{again}` twice"),
        )
        .about([evidence.clause("signature/nonce")]),
    )
}

fn nonce(evidence: &Evidence<'_>) -> Option<Claim> {
    let redirects = [T::Redirect, T::RedirectForeign, T::RedirectLoop];
    if evidence.is_about(|a| matches!(a, Aspect::Transport(t) if redirects.contains(t))) {
        // A followed redirect has a rule of its own.
        return None;
    }
    let mut seen = std::collections::BTreeSet::new();
    // What went astray and is sent again on another connection is the same request.
    let is_astray = |o: &&Observed| o.exchange.serve.answer.status == super::retried_create::MISDIRECTED;
    let requests = evidence.seen.iter().flat_map(|s| &s.requests).filter(|o| !is_astray(o));
    let all = requests.filter_map(|o| o.signature.as_ref()?.nonce.clone());
    let again = all.into_iter().find(|nonce| !seen.insert(nonce.clone()))?;
    Some(
        Claim::new("a nonce used twice", format!("expected a new nonce for each request, got `{again}` twice"))
            .about([evidence.clause("signature/nonce")]),
    )
}
