//! Attempts without a pause.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "no-back-off",
    class: "T05",
    severity: Severity::Error,
    text: "A throttled call is tried again after a pause: as long as the service asks for, or growing.\n\
           Without one, the retries are thrown away too, and the quota with them.\n\
           Example: three attempts within a millisecond, and the answer asked for 300 ms.",
    look: Look::Step(look),
};

/// The shortest pause that counts as one, in milliseconds.
const PAUSE_MS: u128 = 20;

fn look(step: &Step<'_>) -> Option<Claim> {
    if !step.in_situation(&[T::Throttled, T::ThrottledForever, T::Unavailable]) {
        return None;
    }
    if let Some(ms) = waits_in_vain(step) {
        return Some(Claim::new(
            "waits far longer than the answer asks for",
            format!(
                "expected another attempt after the {ms} ms that the answer asks for, got none before the call was given up"
            ),
        ));
    }
    let own: Vec<&Observed> = step.own().collect();
    let gap = own.windows(2).map(|w| w[1].exchange.at.saturating_sub(w[0].exchange.at)).min()?;
    let told = asked(&own[0].exchange.serve.answer);
    let shown = format!("{:.1} ms", gap.as_secs_f64() * 1000.0);
    match told {
        _ if gap.as_millis() < PAUSE_MS => {
            Some(Claim::new("tried again without a pause", format!("expected a pause between attempts, got {shown}")))
        }
        Some(ms) if gap.as_millis() * 10 < ms * 8 => Some(
            Claim::new(
                "tried again before the time that was asked for",
                format!("expected a pause of {ms} ms, as the answer asks for, got {shown}"),
            )
            .at(Severity::Warning),
        ),
        _ => None,
    }
}

/// The pause that an answer asks for, in milliseconds.
fn asked(answer: &crate::case::Answer) -> Option<u128> {
    let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    crate::wire::retry::pause(headers).map(|pause| pause.as_millis())
}

/// The pause that was asked for, where a call that may be tried again hangs after it.
pub(super) fn waits_in_vain(step: &Step<'_>) -> Option<u128> {
    let may_be_tried = step.seen().call.client.max_attempts.is_some_and(|told| step.own().count() < told as usize);
    let hangs = matches!(step.came(), Came::Broke(_));
    let last = step.own().next_back().filter(|_| may_be_tried && hangs)?;
    asked(&last.exchange.serve.answer)
}
