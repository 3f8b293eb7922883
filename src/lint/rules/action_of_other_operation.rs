//! An authorization that names another operation.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "action-of-other-operation",
    severity: Severity::Warning,
    text: "The action to be granted is named as the operation is.\n\
           Who grants what the page says cannot call what it describes.\n\
           Example: the page of `CreateThing` grants `appstreaming:DeleteThing`.",
    trips: "Authorization information\n\nappstreaming:DeleteThing\n\nRequest parameters\n",
    passes: "Authorization information\n\nappstreaming:CreateThing\n\nRequest parameters\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let claim = || {
        let action = &scene.operation.authorization.as_ref()?.action;
        let (_, named) = action.value.split_once(':')?;
        // The level may have stayed on the name where cells run together.
        if named.starts_with(&scene.operation.name) || named.contains('*') {
            return None;
        }
        let message = format!("the page is `{}`'s, and the action is `{}`", scene.operation.name, action.value);
        Some(Claim::new("action of another name", message, action.span.into_iter().chain([scene.operation.span])))
    };
    claim().into_iter().collect()
}
