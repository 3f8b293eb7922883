//! A sample that belongs to another operation.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sample-of-other-operation",
    severity: Severity::Error,
    text: "A sample is this operation's.\n\
           One that was pasted from elsewhere has members that this table does not know, and none that it knows.\n\
           Example: `Action=DeleteThing` on the page of `CreateThing`.",
    trips: "Response parameters\n\nImageIdstring\n\nThe image.\n\ni\n\nExamples\n\n{\"PriceId\": \"p\", \"Currency\": \"CNY\", \"RequestId\": \"1\"}\n",
    passes: "Response parameters\n\nImageIdstring\n\nThe image.\n\ni\n\nExamples\n\n{\"ImageId\": \"i\", \"Currency\": \"CNY\", \"RequestId\": \"1\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let first = |sample: &Sample| Span::line(sample.span.page, sample.span.first);
    let own = scene.operation.name.as_str();
    let mut claims = Vec::new();
    for sample in scene.operation.samples.iter().filter(|s| s.of == SampleOf::Request) {
        if let Some(action) = action(sample).filter(|a| a != own) {
            let message = format!("the page is `{own}`'s, and its sample calls `{action}`");
            claims.push(Claim::new("another action", message, [first(sample), scene.operation.span]));
        }
    }
    for (sample, _) in scene.successes().filter(|(s, _)| scene.is_foreign(s)) {
        let row = scene.response.first().map(|(_, row)| head(row));
        let message = "no member of the sample stands in the table of the answer".to_owned();
        claims.push(Claim::new("another answer", message, [first(sample)].into_iter().chain(row)));
    }
    claims
}

/// The operation that a sample of a request calls.
fn action(sample: &Sample) -> Option<String> {
    if let Some(value) = &sample.value {
        return value.get("Action")?.as_str().map(str::to_owned);
    }
    let at = sample.text.find("?Action=").or_else(|| sample.text.find("&Action="))?;
    let name: String = sample.text[at + 8..].chars().take_while(char::is_ascii_alphanumeric).collect();
    (!name.is_empty()).then_some(name)
}
