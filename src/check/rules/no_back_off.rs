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
    let own: Vec<_> =
        step.seen().requests.iter().filter(|o| o.is_for(step.operation(), step.evidence.contract.style)).collect();
    let gap = own.windows(2).map(|w| w[1].exchange.at.saturating_sub(w[0].exchange.at)).min()?;
    (gap.as_millis() < PAUSE_MS).then(|| {
        Claim::new(
            "tried again without a pause",
            format!("expected a pause between attempts, got {:.1} ms", gap.as_secs_f64() * 1000.0),
        )
    })
}
