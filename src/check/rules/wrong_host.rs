//! A Host header, or a region, that is not the configured one.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-host",
    class: "R24",
    severity: Severity::Error,
    text: "`Host` names the endpoint that the client was given, and `RegionId` the region.\n\
           It is signed and decides where a gateway sends the call.\n\
           Example: `Host: appstream.example` on a connection to another endpoint.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let endpoint = step.seen().call.client.authority();
    let bare = |host: &str| host.trim_end_matches('/').rsplit_once(':').map_or(host, |(h, _)| h).to_ascii_lowercase();
    let port = |host: &str| host.trim_end_matches('/').rsplit_once(':').map(|(_, port)| port.to_owned());
    let clause = || [step.evidence.clause("wire/host")];
    if let Some(region) = other_region(step, observed) {
        let told = &step.seen().call.client.region;
        return Some(
            Claim::new("another region", format!("expected the region `{told}`, got `{region}`")).about(clause()),
        );
    }
    match request.header("host") {
        Some(got) if got == endpoint => None,
        None if request.minor >= 1 => Some(Claim::new("no Host", "expected a `Host` header, got none").about(clause())),
        Some(got) if bare(got) != bare(endpoint) => Some(
            Claim::new("Host names another server", format!("expected `Host: {endpoint}`, got `{got}`"))
                .about(clause()),
        ),
        // Without a port it is the scheme's own, which some clients leave out for all, and gateways forgive.
        Some(got) if port(got).is_none() && port(endpoint).is_some() => Some(
            Claim::new("Host names no port", format!("expected `Host: {endpoint}`, got `{got}`"))
                .about(clause())
                .at(Severity::Note),
        ),
        Some(got) if port(got).is_some_and(|p| Some(p) != port(endpoint)) => Some(
            Claim::new("Host names another port", format!("expected `Host: {endpoint}`, got `{got}`")).about(clause()),
        ),
        _ => None,
    }
}

/// The region that a common parameter names, if it is not the configured one; a parameter of the page has rules of its own.
fn other_region(step: &Step<'_>, observed: &Observed) -> Option<String> {
    if step.operation().parameters.iter().any(|p| p.field.name == "RegionId") {
        return None;
    }
    let sent = observed.sent.as_ref()?;
    let said = sent.common.iter().find(|p| p.name == "RegionId").map(|p| p.value.clone());
    said.filter(|region| !region.is_empty() && *region != step.seen().call.client.region)
}
