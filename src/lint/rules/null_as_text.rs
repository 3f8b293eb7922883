//! A text that says null where null or nothing is meant.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "null-as-text",
    severity: Severity::Warning,
    text: "What is missing is null or left out.\n\
           A client that prints `NULL` as a message lies to its user, and no type tells the two apart.\n\
           Example: `\"Message\": \"NULL\"`.",
    trips: "Response parameters\n\nExamples\n\nSample success responses\n\n{\"Message\": \"NULL\"}\n",
    passes: "Response parameters\n\nExamples\n\nSample success responses\n\n{\"Message\": null}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut told = BTreeSet::new();
    for shown in &scene.shown {
        let Some(text) = shown.value.as_str().filter(|t| is_nothing(t)) else { continue };
        told.insert(shown.path.as_str());
        let example = shown.field.and_then(|f| f.example.as_ref()).filter(|e| is_nothing(&e.value));
        let message = format!("`{}` is the text \"{text}\" in the sample: null, or nothing, is meant", shown.path);
        let spans = [Some(shown.span), example.and_then(|e| e.span)].into_iter().flatten();
        let claim = Claim::new("null as text", message, spans);
        claims.push(claim.settled_by(scene.fact("response", &shown.path, "nullable")));
    }
    for (area, path, row) in scene.fields().filter(|(_, _, f)| f.kind.value == Kind::String) {
        let Some(example) = row.example.as_ref().filter(|e| is_nothing(&e.value)) else { continue };
        if told.contains(path) {
            continue;
        }
        let message = format!("`{path}` is a string, and its example is `{}`", example.value);
        let claim = Claim::new("null as example", message, [head(row)].into_iter().chain(example.span));
        claims.push(claim.at(Severity::Note).settled_by(scene.fact(area, path, "example")));
    }
    claims
}
