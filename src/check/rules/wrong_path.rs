//! A path that the page does not give.

use super::prelude::*;

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
    let fine =
        if expected.contains('{') || expected.contains('[') { shape_fits(expected, got) } else { got == expected };
    (!fine).then(|| {
        Claim::new(
            format!("path {} for {expected}", quoted(got)),
            format!("expected the path `{expected}`, got `{got}`"),
        )
        .about([step.evidence.clause("wire/path")])
    })
}

/// Whether a path has the template's fixed parts, in their places.
fn shape_fits(template: &str, path: &str) -> bool {
    let (want, got): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    want.len() == got.len() && want.iter().zip(&got).all(|(w, g)| w.starts_with(['{', '[']) && !g.is_empty() || w == g)
}
