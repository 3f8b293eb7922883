//! An error code that is lost or altered.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-code-changed",
    class: "E01",
    severity: Severity::Error,
    text: "The code of an error reaches the caller as it was served, dots and capitals included.\n\
           Programs branch on it; a code that is renamed, cut or lost takes the wrong branch.\n\
           Example: `Instance.NotFound` is surfaced as `NotFound`.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    let it = raised(step)?;
    let served = text_of(it.body.get("Code"))?;
    let got = text_of(it.error.code.as_ref());
    if got.as_deref() == Some(served.as_str()) {
        return None;
    }
    let transform = match got.as_deref() {
        None if served.contains('.') => "the code is lost".to_owned(),
        None => "the code is lost where it has no dot".to_owned(),
        Some(got) => match between(&served, got) {
            t if t.touched == Touched::Other && t.text.contains("became") || t.text.contains("another") => {
                format!("`{served}` surfaced as `{got}`")
            }
            t => t.text,
        },
    };
    let message = format!("expected the code `{served}`, got {}", got.map_or("none".into(), |g| quoted(&g)));
    Some(Claim::new(transform, message).about(error_clause(step, "code")))
}
