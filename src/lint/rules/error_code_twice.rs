//! An error code with two messages.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-code-twice",
    severity: Severity::Warning,
    text: "An error code has one message, on this page and on the product's others.\n\
           A client that tells errors apart by code cannot say which of the two happened.\n\
           Example: `400Image.NotExist` says once that the image is gone, and once that it is locked.",
    trips: "Error codes\n\n400Image.NotExistThe image does not exist.The image does not exist.\n400Image.NotExistThe image is locked.The image is locked.\n",
    passes: "Error codes\n\n400Image.NotExistThe image does not exist.The image does not exist.\n400Image.LockedThe image is locked.The image is locked.\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let plain = |text: &str| text.trim().trim_end_matches(['.', '。']).to_lowercase();
    scene
        .earlier_rows()
        .filter(|(_, error, first)| !error.message_template && !first.error.message_template && !error.code_template)
        .filter(|(_, error, first)| plain(&error.message) != plain(&first.error.message))
        .map(|(label, error, first)| {
            let place = scene.elsewhere(first);
            let message = format!(
                "`{}` has two messages: `{}` here, `{}` {place}",
                error.code, error.message, first.error.message
            );
            Claim::new("two messages for one code", message, [error.span, first.error.span])
                .about(scene.clause("error", label, "message"))
                .settled_by(scene.fact("error", label, "message"))
        })
        .collect()
}
