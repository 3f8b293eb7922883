//! A member of successes that is described as an error's.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-word-in-success",
    severity: Severity::Note,
    text: "A member that successes have is not called an error's.\n\
           A client that raises whatever has an *error code* raises on every success.\n\
           Example: `Code` is *The error code*, and the sample of a success shows 200.",
    trips: "Response parameters\n\nCodestring\n\nThe error code.\n\n200\n\nExamples\n\n{\"Code\": \"200\"}\n",
    passes: "Response parameters\n\nCodestring\n\nThe code, 200 for a success.\n\n200\n\nExamples\n\n{\"Code\": \"200\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for shown in scene.shown.iter().filter(|s| !s.value.is_null()) {
        let Some((row, description)) = shown.field.and_then(|f| Some((f, f.description.as_ref()?))) else { continue };
        let small = description.value.to_lowercase();
        let Some(word) = ["error code", "error message"].into_iter().find(|word| small.contains(word)) else {
            continue;
        };
        let bare = !["success", "if ", "when", "200", "fail", "only", " or "].iter().any(|word| small.contains(word));
        let value = shown.value;
        let fine = is_fine(value) && (value.is_string() || value.is_number()) && value.as_str() != Some("");
        if bare && fine {
            let path = &shown.path;
            let message =
                format!("`{path}` is called the {word}, and the sample of a success has it: {}", self::shown(value));
            let first = description.span.map_or(head(row), |s| Span::line(s.page, s.first));
            claims.push(Claim::new(format!("called the {word}"), message, [first, shown.span]));
        }
    }
    claims
}
