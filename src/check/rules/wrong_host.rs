//! A Host header that names another server.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-host",
    class: "R24",
    severity: Severity::Error,
    text: "`Host` names the endpoint that the client was given.\n\
           It is signed and decides where a gateway sends the call.\n\
           Example: `Host: appstream.example` on a connection to another endpoint.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let endpoint = step.seen().call.client.endpoint.trim_start_matches("http://").trim_start_matches("https://");
    let bare = |host: &str| host.trim_end_matches('/').rsplit_once(':').map_or(host, |(h, _)| h).to_ascii_lowercase();
    let clause = [step.evidence.clause("wire/host")];
    match request.header("host") {
        None if request.minor >= 1 => Some(Claim::new("no Host", "expected a `Host` header, got none").about(clause)),
        Some(got) if bare(got) != bare(endpoint) => Some(
            Claim::new("Host names another server", format!("expected `Host: {endpoint}`, got `{got}`")).about(clause),
        ),
        _ => None,
    }
}
