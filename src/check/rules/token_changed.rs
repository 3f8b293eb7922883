//! An idempotency token that is another on a retry, or missing there.

use super::prelude::*;
use crate::contract::is_token;

pub(super) const RULE: Rule = Rule {
    id: "token-changed",
    class: "R33",
    severity: Severity::Error,
    text: "Every attempt at one call carries the same idempotency token.\n\
           The token is what keeps the service from doing the work twice; a new one with each attempt keeps it from nothing.\n\
           Example: a throttled call is sent again with another `ClientToken`.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let name = token_of(step)?;
    let tokens: Vec<Option<String>> = step.own().map(|o| sent(o, name)).collect();
    let first = tokens.first()?.clone();
    let other = tokens.iter().skip(1).find(|t| **t != first)?;
    let shown = |token: &Option<String>| token.as_ref().map_or("none".to_owned(), |t| quoted(t));
    let how = if other.is_none() { "is missing on a retry" } else { "is another on a retry" };
    Some(
        Claim::new(
            format!("`{name}` {how}"),
            format!("expected `{name}` = {} on every attempt, got {}", shown(&first), shown(other)),
        )
        .about([step.evidence.clause(&format!("request/{}/retry", crate::contract::escape(name)))]),
    )
}

/// The operation's parameter that is such a token.
fn token_of<'a>(step: &Step<'a>) -> Option<&'a str> {
    step.operation().parameters.iter().map(|p| p.field.name.as_str()).find(|name| is_token(name))
}

fn sent(observed: &Observed, name: &str) -> Option<String> {
    let pair = observed.sent.as_ref()?.named(name).next().map(|p| p.value.clone());
    let header = || observed.exchange.request.as_ref().ok()?.header(name).map(str::to_owned);
    let member = || observed.sent.as_ref()?.json.as_ref()?.get(name)?.as_str().map(str::to_owned);
    pair.or_else(header).or_else(member)
}

/// Whether all attempts carry one token, so that the service can tell them for one call.
pub(super) fn same_token(step: &Step<'_>) -> bool {
    let Some(name) = token_of(step) else { return false };
    let mut tokens = step.own().map(|o| sent(o, name));
    let first = tokens.next().flatten();
    first.is_some() && tokens.all(|t| t == first)
}
