//! A sample that does not parse.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sample-unreadable",
    severity: Severity::Warning,
    text: "A sample in JSON is JSON.\n\
           No tool can hold a client to one that is not, and whoever pastes it into a test is stopped by it.\n\
           Example: a comma behind the last member.",
    trips: "Response parameters\n\nExamples\n\nSample success responses\n\n{\"RequestId\": \"1\",}\n",
    passes: "Response parameters\n\nExamples\n\nSample success responses\n\n{\"RequestId\": \"1\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let json = |s: &&Sample| {
        s.value.is_none() && s.format.eq_ignore_ascii_case("json") && s.text.trim().starts_with(['{', '['])
    };
    let broken = scene.operation.samples.iter().filter(|s| s.of == SampleOf::Request && is_broken(&s.text));
    let mut claims: Vec<Claim> = broken
        .map(|sample| {
            let line = Span::line(sample.span.page, sample.span.first);
            let message = "the sample of a request has parameters, and no `?` before them".to_owned();
            Claim::new("no query", message, [line])
        })
        .collect();
    let samples = scene.operation.samples.iter().filter(json);
    claims.extend(samples.filter_map(|sample| {
        let mut values = serde_json::Deserializer::from_str(&sample.text).into_iter::<Value>();
        let error = values.next()?.err()?;
        let first = sample.span.first;
        let line = first.saturating_add((error.line() as u32).saturating_sub(1)).min(sample.span.last);
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        let page = sample.span.page;
        let message = format!("the sample does not parse: {why}");
        Some(Claim::new("does not parse", message, [Span::line(page, line), Span::line(page, first)]))
    }));
    claims
}

/// Whether a URL goes on with `&Action=` where its query should begin.
fn is_broken(text: &str) -> bool {
    let url = text.trim_start().starts_with("http");
    url && text.find("&Action=").is_some_and(|at| !text[..at].contains('?'))
}
