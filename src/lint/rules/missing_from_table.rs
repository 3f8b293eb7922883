//! A member that only the sample shows.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-from-table",
    severity: Severity::Warning,
    text: "What a sample shows stands in the table.\n\
           A typed client is made from the table, and drops a member that only the sample has.\n\
           Example: the sample shows `\"HostId\"`, and no row does.",
    trips: "Response parameters\n\nRequestIdstring\n\nThe request.\n\n1\n\nExamples\n\n{\"RequestId\": \"1\", \"HostId\": \"h\"}\n",
    passes: "Response parameters\n\nRequestIdstring\n\nThe request.\n\n1\nHostIdstring\n\nThe host.\n\nh\n\nExamples\n\n{\"RequestId\": \"1\", \"HostId\": \"h\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let Some(answer) = scene.operation.response.as_ref().filter(|_| !scene.response.is_empty()) else {
        return Vec::new();
    };
    let mut told: Vec<&str> = Vec::new();
    let mut claims = Vec::new();
    for shown in scene.shown.iter().filter(|s| !s.name.is_empty() && s.field.is_none()) {
        // What is inside a member that is told of goes without saying.
        let inside = told.iter().any(|above| shown.path.strip_prefix(above).is_some_and(|r| r.starts_with(['.', '['])));
        if inside || scene.has_row(shown.name) || has_line(scene, shown.name) || scene.is_foreign(shown.sample) {
            continue;
        }
        told.push(&shown.path);
        let message = format!("the sample shows `{}`, which no row of the table names", shown.path);
        claims.push(Claim::new("only in the sample", message, [shown.span, head(answer)]));
    }
    claims
}

/// Whether a line of the page begins with the name and a type: a row that was read as something else.
fn has_line(scene: &Scene<'_>, name: &str) -> bool {
    const TYPES: [&str; 10] =
        ["string", "integer", "long", "boolean", "object", "array", "number", "float", "double", "map"];
    let page = scene.contract.sources.get(scene.operation.span.page as usize);
    page.is_some_and(|page| {
        let rests = page.text.lines().filter_map(|line| line.trim_start().strip_prefix(name));
        rests.into_iter().any(|rest| TYPES.iter().any(|word| rest.starts_with(word)))
    })
}
