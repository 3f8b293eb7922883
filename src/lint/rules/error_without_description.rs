//! An error row whose description is empty.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-without-description",
    severity: Severity::Note,
    text: "Every error says what to do about it.\n\
           One that does not leaves the user with a code.\n\
           Example: `400InternalErrorInternal error.-`.",
    trips: "Error codes\n\n400InternalErrorInternal error.-\n",
    passes: "Error codes\n\n400InternalErrorInternal error.Try again later.\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    // A table whose rows have no description at all has no such column.
    if scene.operation.errors.iter().all(|e| e.description.is_none()) && scene.operation.errors.len() > 1 {
        return Vec::new();
    }
    let bare = scene.errors.iter().filter(|(_, e)| e.description.is_none() && !runs_on(&e.message));
    bare.map(|(label, error)| {
        let message = format!("`{}` has no description", error.code);
        Claim::new("no description", message, [error.span])
            .about(scene.clause("error", label, "code"))
            .settled_by(scene.fact("error", label, "description"))
    })
    .collect()
}

/// Whether a message may hold its description, with no blank between the two.
fn runs_on(message: &str) -> bool {
    let pairs = message.chars().zip(message.chars().skip(1));
    pairs.into_iter().any(|(c, next)| (c.is_lowercase() || matches!(c, '.' | '!' | '?' | ')')) && next.is_uppercase())
}
