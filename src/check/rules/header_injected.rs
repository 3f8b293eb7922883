//! A line end in a value that begins a header of its own.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "header-injected",
    class: "R07",
    severity: Severity::Error,
    text: "A line end in a value never ends a header: it is encoded, or the call is refused.\n\
           Raw in a header it lets whoever chose the value write headers of his own.\n\
           Example: the name `a\\r\\nX-Injected: 1` gives the request a header `X-Injected`.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let (name, header) = step.seen().call.params.iter().find_map(|(name, value)| {
        let lines = value.as_str()?.split(['\r', '\n']).skip(1);
        let header = lines.filter_map(|line| line.split_once(':')).map(|(header, _)| header.trim());
        header.into_iter().find(|header| !header.is_empty() && request.header(header).is_some()).map(|h| (name, h))
    })?;
    let escaped = crate::contract::escape(name);
    Some(
        Claim::new(
            "a line end in a value begins a header",
            format!("expected the line end of `{name}` to be encoded, got the header `{header}` out of it"),
        )
        .about(step.evidence.clauses_at(&format!("request/{escaped}/"), "sent")),
    )
}
