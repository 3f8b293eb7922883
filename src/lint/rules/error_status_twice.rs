//! An error code with two HTTP statuses.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-status-twice",
    severity: Severity::Warning,
    text: "An error code comes with one HTTP status, on this page and on the product's others.\n\
           The status decides whether a client tries again.\n\
           Example: `400Image.NotExist` in one row, `404Image.NotExist` in another.",
    trips: "Error codes\n\n400Image.NotExistThe image does not exist.The image does not exist.\n404Image.NotExistThe image does not exist.The image does not exist.\n",
    passes: "Error codes\n\n400Image.NotExistThe image does not exist.The image does not exist.\n404Image.LockedThe image is locked.The image is locked.\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    scene
        .earlier_rows()
        .filter_map(|(label, error, first)| {
            let (here, there) = (error.status?, first.error.status?);
            let place = scene.elsewhere(first);
            let message = format!("`{}` has two statuses: {here} here, {there} {place}", error.code);
            let claim = Claim::new("two statuses for one code", message, [error.span, first.error.span])
                .about(scene.clause("error", label, "status"))
                .settled_by(scene.fact("error", label, "status"));
            (here != there && !error.code_template).then_some(claim)
        })
        .collect()
}
