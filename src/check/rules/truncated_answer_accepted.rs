//! An answer that ends early and is taken.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "truncated-answer-accepted",
    class: "P15",
    severity: Severity::Error,
    text: "An answer shorter than its length says is an error, even where what came can be read.\n\
           The rest was lost on the way; what is taken for whole may lack the last item.\n\
           Example: the body is cut after the last brace but one, mended, and returned.",
    look: Look::Step(look),
};

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Truncated]) {
        return None;
    }
    match step.came() {
        Came::Returned(value) => Some(Claim::new(
            "a truncated answer returns",
            format!("expected an error for a truncated answer, got {}", shown(value)),
        )),
        Came::Raised(error) => {
            let body = step.served()?.answer.body.means()?;
            let (served, got) = (body.get("Message")?.as_str()?, text_of(error.message.as_ref())?);
            let is_cut =
                step.served()?.answer.status >= 400 && !got.is_empty() && got != served && served.starts_with(&got);
            is_cut.then(|| {
                Claim::new(
                    "the message of a truncated error is shown as if it was whole",
                    format!("expected the error that the answer was cut, got the message {}", quoted(&got)),
                )
            })
        }
        Came::Broke(broken) => Some(Claim::new("a truncated answer ends the process or hangs", broken.to_string())),
        _ => None,
    }
}
