//! An access level that the page's own legend does not list.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "access-level-unknown",
    severity: Severity::Warning,
    text: "The access level is one of those that the page lists.\n\
           A policy is written by level; one that the legend does not know is granted to nobody, or to all.\n\
           Example: *The levels are read, write, and list*, and the row says `create`.",
    trips: "Authorization information\n\nAccess level: The levels are read, write, and list.\n\nappstreaming:CreateThingcreate\n\nRequest parameters\n",
    passes: "Authorization information\n\nAccess level: The levels are read, write, and list.\n\nappstreaming:CreateThingwrite\n\nRequest parameters\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let claim = || {
        let access = scene.operation.authorization.as_ref()?;
        let level = access.access_level.as_ref()?;
        let known = access.legend.iter().any(|l| l.eq_ignore_ascii_case(&level.value));
        if known || access.legend.is_empty() {
            return None;
        }
        let list = access.legend.iter().map(|l| format!("`{l}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the access level is `{}`, and the levels are {list}", level.value);
        let claim = Claim::new("level not in the legend", message, level.span.into_iter().chain(access.legend_span));
        Some(claim.settled_by(format!("{}/access-level", contract::escape(&scene.operation.name))))
    };
    claim().into_iter().collect()
}
