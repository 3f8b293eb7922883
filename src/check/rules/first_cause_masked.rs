//! A retry's error that hides the first.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "first-cause-masked",
    class: "T15",
    severity: Severity::Error,
    text: "Where a call is tried again and fails otherwise, the first error stays visible.\n\
           A create that failed with 500 and then with *already exists* was carried out: only the first error tells.\n\
           Example: a 500 is tried again, and the caller sees the 400 of the second attempt only.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::FirstCause]) || super::retried_create::own_attempts(step) < 2 {
        return None;
    }
    let first = step.own().next()?.exchange.serve.answer.body.means()?;
    let (code, id) = (text_of(first.get("Code"))?, text_of(first.get("RequestId"))?);
    let visible = match step.came() {
        Came::Raised(error) => {
            let all = format!("{error:?}");
            all.contains(&code) || all.contains(&id)
        }
        _ => return None,
    };
    (!visible).then(|| {
        Claim::new(
            "the first error is hidden by a retry's",
            format!("expected the first error `{code}` to stay visible, got only the last"),
        )
    })
}
