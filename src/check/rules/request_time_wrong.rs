//! A request that says another time than it was made at.

use std::time::SystemTime;

use super::prelude::*;
use crate::wire::signature::Scheme;
use crate::wire::{SKEW, apart, moment};

pub(super) const RULE: Rule = Rule {
    id: "request-time-wrong",
    class: "R31",
    severity: Severity::Error,
    text: "A signed request says when it was made, in UTC and like `2026-11-24T03:25:12Z`.\n\
           The service refuses one whose time it cannot read or that is more than 15 minutes from its own.\n\
           Example: the local time with a `Z` behind it, which works in London in winter.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let signature = observed.signature.as_ref()?;
    let name = match signature.scheme? {
        Scheme::V3 => "x-acs-date",
        Scheme::V1 => "Timestamp",
    };
    let said = signature.date.as_deref().filter(|said| !said.is_empty())?;
    let claim = match moment(said) {
        None => Claim::new(
            format!("`{name}` in another form"),
            format!("expected `{name}` like `2026-11-24T03:25:12Z`, got {}", quoted(said)),
        ),
        Some(time) => {
            let off = apart(SystemTime::now(), time);
            if off <= SKEW {
                return None;
            }
            let hours = off.as_secs_f64() / 3_600.0;
            Claim::new(
                format!("`{name}` is another time"),
                format!("expected `{name}` to be the time of the call, got {} ({hours:.1} hours off)", quoted(said)),
            )
        }
    };
    Some(claim.about([step.evidence.clause("signature/verifies")]))
}
