//! An answer that is asked for in another format than the one that is read.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-format",
    class: "R25",
    severity: Severity::Warning,
    text: "A client asks for answers in the format that it reads: `Format=JSON`, or an `Accept` that takes JSON.\n\
           A server that does what it is asked answers in XML, and no call can be read.\n\
           Example: `Format=XML`, and the client reads JSON.",
    look: Look::Request(look),
};

fn look(step: &Step<'_>, observed: &Observed) -> Option<Claim> {
    let Came::Returned(_) = step.came() else { return None };
    let request = observed.exchange.request.as_ref().ok()?;
    let format = observed.sent.as_ref()?.format.as_ref().map(|format| format.value.to_ascii_lowercase());
    let accepted = request.header("accept").map(str::to_ascii_lowercase);
    let takes_json = |accepted: &String| accepted.is_empty() || accepted.contains("json") || accepted.contains("*/*");
    // Where both speak, the parameter decides.
    let asked = match (format, accepted) {
        (Some(format), _) if !format.is_empty() => (format != "json").then(|| format!("`Format={format}`")),
        (_, accepted) => accepted.filter(|a| !takes_json(a)).map(|accepted| format!("`Accept: {accepted}`")),
    }?;
    Some(
        Claim::new(
            format!("answers are asked for by {asked}, and read as JSON"),
            format!("expected an answer in JSON to be asked for, got {asked}"),
        )
        .about([step.evidence.clause("wire/content-type")]),
    )
}
