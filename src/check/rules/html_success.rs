//! An HTML page with a success status.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "html-success",
    class: "P18",
    severity: Severity::Error,
    text: "An HTML page with status 200 is a decode error.\n\
           It comes from a proxy, not from the service; taken for a success the call is lost without a word.\n\
           Example: the client returns an empty answer for a page that asks to log in.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::HtmlSuccess]) {
        return None;
    }
    match step.came() {
        Came::Returned(value) => {
            Some(Claim::new("an HTML page returns", format!("expected a decode error, got {}", shown(value))))
        }
        Came::Broke(broken) => Some(Claim::new("an HTML page ends the process or hangs", broken.to_string())),
        _ => None,
    }
}
