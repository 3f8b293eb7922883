//! One message for several error codes.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "message-of-several-codes",
    severity: Severity::Note,
    text: "Error codes of one page differ in their messages.\n\
           Who sees the message cannot tell which error it is.\n\
           Example: `Image.NotExist` and `Image.Deleted` both say: The image does not exist.",
    trips: "Error codes\n\n400Image.NotExistThe image does not exist.The image does not exist.\n400Image.DeletedThe image does not exist.The image does not exist.\n",
    passes: "Error codes\n\n400Image.NotExistThe image does not exist.The image does not exist.\n400Image.DeletedThe image is deleted.The image is deleted.\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut first: BTreeMap<&str, &DocumentedError> = BTreeMap::new();
    let mut claims = Vec::new();
    for (label, error) in scene.errors.iter().filter(|(_, e)| e.message.contains(' ') && !e.message_template) {
        let earlier = *first.entry(error.message.as_str()).or_insert(error);
        if earlier.code != error.code {
            let message = format!("`{}` and `{}` have one message: `{}`", earlier.code, error.code, error.message);
            let claim = Claim::new("one message for two codes", message, [error.span, earlier.span]);
            claims.push(claim.settled_by(scene.fact("error", label, "message")));
        }
    }
    claims
}
