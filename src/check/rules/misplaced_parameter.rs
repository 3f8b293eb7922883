//! A parameter in the wrong place.

use super::prelude::*;
use crate::contract::Place;

pub(super) const RULE: Rule = Rule {
    id: "misplaced-parameter",
    class: "R36",
    severity: Severity::Error,
    text: "A parameter travels where the page puts it: query, form, header, path or body.\n\
           A server looks in that place only.\n\
           Example: `BizType` in a header `x-acs-biztype`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Elsewhere(place) = &difference.what else { return None };
    let own = difference.step.operation().parameters.iter().find(|p| p.field.name == difference.name);
    let expected = match own.map_or(Place::Unsaid, |p| p.place) {
        Place::Unsaid => "query or form",
        Place::Query => "the query",
        Place::Form => "a form",
        Place::Header => "a header",
        Place::Path => "the path",
        Place::Body => "the JSON body",
    };
    let what = if place.starts_with("the header") { "a header" } else { place };
    Some(Claim::new(
        format!("`{}` sent in {what}", difference.name),
        format!("expected `{}` in {expected}, got it in {place}", difference.name),
    ))
}
