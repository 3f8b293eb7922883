//! A redirect that is followed where it must not be.

use super::prelude::*;
use crate::wire::signature::Verdict;

pub(super) const RULE: Rule = Rule {
    id: "redirect-followed",
    class: "T09",
    severity: Severity::Error,
    text: "A redirect is not followed to another origin with credentials, nor as another method, nor without end.\n\
           The signature covers the host and the path: followed, the call fails at best, and gives itself away at worst.\n\
           Example: a 307 to another host is followed with the `Authorization` header.",
    look: Look::Case(look),
};

/// More requests than this, the first among them, are a loop.
const MOST_FOLLOWED: usize = 6;

fn look(evidence: &Evidence<'_>) -> Option<Claim> {
    let redirects = [T::Redirect, T::RedirectForeign, T::RedirectLoop];
    if !evidence.is_about(|a| matches!(a, Aspect::Transport(t) if redirects.contains(t))) {
        return None;
    }
    if let Some(request) = evidence.foreign.first().and_then(|o| o.exchange.request.as_ref().ok()) {
        let bare = request.header("authorization").is_none() && !request.target.contains("Signature=");
        return Some(if bare {
            Claim::new(
                "followed to another origin",
                "expected an error for a redirect to another origin, got a request there, without credentials",
            )
            .at(Severity::Warning)
        } else {
            Claim::new(
                "followed to another origin with credentials",
                "expected an error for a redirect to another origin, got a signed request there",
            )
        });
    }
    let step = evidence.steps().find(|step| !step.plan().leads_in)?;
    let methods: Vec<&str> =
        step.own().filter_map(|o| o.exchange.request.as_ref().ok()).map(|r| r.method.as_str()).collect();
    if methods.len() > 1 && methods.iter().any(|m| *m != methods[0]) {
        return Some(Claim::new(
            "followed as another method",
            format!("expected an error for a redirect, got {}", methods.join(", then ")),
        ));
    }
    if (2..=MOST_FOLLOWED).contains(&methods.len()) && followed_well(&step) {
        // A 307 says that nothing was done yet, and HTTP lets a client go on.
        return Some(
            Claim::new(
                "a redirect at the same origin is followed",
                format!("expected an error for a redirect of a signed call, got {} signed requests", methods.len()),
            )
            .at(Severity::Note),
        );
    }
    if methods.len() > 1 {
        return Some(Claim::new(
            "a create is sent again for a redirect",
            format!("expected an error for a redirect of a signed call, got {} requests", methods.len()),
        ));
    }
    match step.came() {
        Came::Returned(value) => {
            Some(Claim::new("a redirect returns", format!("expected an error for a redirect, got {}", shown(value))))
        }
        Came::Broke(broken) => Some(Claim::new("a redirect ends the process or hangs", broken.to_string())),
        _ => None,
    }
}

/// Whether each redirect was one that keeps the call as it is, and each request after it is signed for where it went.
fn followed_well(step: &Step<'_>) -> bool {
    let requests = &step.seen().requests;
    let kept = |o: &&Observed| matches!(o.exchange.serve.answer.status, 307 | 308 | 200..=299);
    let signed = |o: &&Observed| o.signature.as_ref().is_some_and(|s| s.verdict == Verdict::Verified);
    requests.iter().filter(kept).count() == requests.len() && requests.iter().filter(signed).count() == requests.len()
}
