//! An internal error with a status that blames the caller.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "internal-error-blames-caller",
    severity: Severity::Note,
    text: "An error of the server has a status of 500 or above.\n\
           Below it a client takes the call for wrong, and does not try again.\n\
           Example: `400InternalError`.",
    trips: "Error codes\n\n400InternalErrorInternal error.Try again later.\n",
    passes: "Error codes\n\n500InternalErrorInternal error.Try again later.\n",
    look,
};

const CODES: [&str; 5] = ["internalerror", "internalservererror", "serviceunavailable", "systemerror", "servererror"];

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let blamed = scene.errors.iter().filter(|(_, error)| {
        let last = error.code.rsplit('.').next().unwrap_or_default();
        error.status.is_some_and(|s| (400..500).contains(&s)) && CODES.contains(&squeezed(last).as_str())
    });
    blamed
        .map(|(label, error)| {
            let status = error.status.unwrap_or_default();
            let message =
                format!("`{}` is the server's by its name, and the caller's by its status {status}", error.code);
            Claim::new("the server's error with the caller's status", message, [error.span])
                .about(scene.clause("error", label, "status"))
                .settled_by(scene.fact("error", label, "status"))
        })
        .collect()
}
