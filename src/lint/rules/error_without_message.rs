//! An error row whose message is empty, where others have one.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-without-message",
    severity: Severity::Note,
    text: "Every error of a table has its message.\n\
           A user is shown the message; where the page has none, nobody knows what the service says.\n\
           Example: a row whose cell of the message is empty, among rows that have one.",
    trips: "Error codes\n\n|HttpCode|Error code|Error message|Description|\n|---|---|---|---|\n|400|A.Gone| |It is gone.|\n|400|A.Late|It is late.|Come again.|\n",
    passes: "Error codes\n\n|HttpCode|Error code|Error message|Description|\n|---|---|---|---|\n|400|A.Gone|It is gone.|It is gone.|\n|400|A.Late|It is late.|Come again.|\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    // A table whose rows have no message at all has no such column.
    if scene.errors.iter().all(|(_, e)| e.message.is_empty()) {
        return Vec::new();
    }
    let bare = scene.errors.iter().filter(|(_, e)| e.message.is_empty());
    bare.map(|(label, error)| {
        let message = format!("`{}` has no message", error.code);
        Claim::new("no message", message, [error.span])
            .about(scene.clause("error", label, "message"))
            .settled_by(scene.fact("error", label, "message"))
    })
    .collect()
}
