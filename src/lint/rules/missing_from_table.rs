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
        if inside || scene.has_row(shown.name) || scene.is_foreign(shown.sample) {
            continue;
        }
        told.push(&shown.path);
        let message = format!("the sample shows `{}`, which no row of the table names", shown.path);
        claims.push(Claim::new("only in the sample", message, [shown.span, head(answer)]));
    }
    claims
}
