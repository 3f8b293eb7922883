//! A required parameter that the sample of a request leaves out.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "required-missing-from-sample",
    severity: Severity::Warning,
    text: "The sample of a request gives every required parameter.\n\
           One that is left out is not required, or the sample is refused by the server.\n\
           Example: the row says `ImageIdstringYes`, the sample shows no `ImageId`.",
    trips: "Request parameters\n\nImageIdstringYes\n\nThe image.\n\ni\nNamestringNo\n\nThe name.\n\nn\n\nExamples\n\nSample requests\n\n{\"Name\": \"n\"}\n",
    passes: "Request parameters\n\nImageIdstringYes\n\nThe image.\n\ni\nNamestringNo\n\nThe name.\n\nn\n\nExamples\n\nSample requests\n\n{\"ImageId\": \"i\", \"Name\": \"n\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    // Where one parameter is the whole body, its members are no parameters.
    if whole_body(scene.operation).is_some() {
        return Vec::new();
    }
    let mut claims = Vec::new();
    for sample in scene.operation.samples.iter().filter(|s| s.of == SampleOf::Request) {
        let Some(given) = given(sample).filter(|names| !names.is_empty()) else { continue };
        // A sample without any of the parameters shows something else: a body, headers.
        if !scene.operation.parameters.iter().any(|p| given.contains(&p.field.name)) {
            continue;
        }
        // A body shows neither path nor query, and no sample shows where in the path a parameter stands.
        let body = sample.value.is_some();
        let shows = |place: Place| match place {
            Place::Path | Place::Header => false,
            Place::Query => !body,
            Place::Body | Place::Form => body || !scene.operation.parameters.iter().any(|p| p.place == Place::Path),
            Place::Unsaid => true,
        };
        let parameters = scene.operation.parameters.iter().filter(|p| shows(p.place));
        let required = parameters.map(|p| &p.field).filter(|f| f.required == Some(true));
        for row in required.filter(|f| !given.iter().any(|name| starts(name, &f.name))) {
            let message = format!("`{}` is required, and the sample of a request leaves it out", row.name);
            let first = Span::line(sample.span.page, sample.span.first);
            claims.push(
                Claim::new("required, and not in the sample", message, [head(row), first])
                    .about(scene.clause("request", &row.name, "required")),
            );
        }
    }
    claims
}

/// Whether a parameter on the wire is this one or inside it: `Tag.1.Key` is in `Tag`.
fn starts(name: &str, row: &str) -> bool {
    name.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The names that a sample gives: members of a JSON object, or parameters of a query.
fn given(sample: &Sample) -> Option<BTreeSet<String>> {
    if let Some(value) = &sample.value {
        return Some(value.as_object()?.keys().cloned().collect());
    }
    let (_, query) = sample.text.split_once(['?', '&'])?;
    let pairs = query.split(['&', '?', '\n', ' ']).filter_map(|pair| pair.trim().split_once('='));
    Some(pairs.map(|(name, _)| name.to_owned()).collect())
}
