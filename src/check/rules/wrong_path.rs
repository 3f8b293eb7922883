//! A path that the page does not give.

use super::prelude::*;
use crate::wire::path;

pub(super) const RULE: Rule = Rule {
    id: "wrong-path",
    class: "R22",
    severity: Severity::Error,
    text: "The path is the documented one, with each part encoded once; RPC style calls go to `/`.\n\
           Another path reaches another service, or none.\n\
           Example: `POST /api/` for an RPC style call.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let request = observed.exchange.request.as_ref().ok()?;
    let got = request.path();
    let got = got.strip_prefix("http://").and_then(|r| r.find('/').map(|at| &r[at..])).unwrap_or(got);
    let expected = match (&step.operation().path, step.evidence.contract.style) {
        (Some(path), Style::Rest) => path.value.as_str(),
        _ => "/",
    };
    // A part that is left out although it is required has a rule of its own.
    let required = step.plan().breach.as_ref().is_some_and(|b| b.facet == "required");
    let left_open = required && path::values(expected, got).len() == path::names(expected).len();
    (!path::fits(expected, got) && !left_open).then(|| {
        Claim::new(
            format!("path {} for {expected}", quoted(got)),
            format!("expected the path `{expected}`, got `{got}`"),
        )
        .about([step.evidence.clause("wire/path")])
    })
}
