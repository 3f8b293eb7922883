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
    // Members of an object that the table does not open are as free as a map's.
    let leaves = scene.response.iter().filter(|(_, f)| f.is_leaf());
    let opaque: BTreeSet<&str> = leaves.map(|(path, _)| path.as_str()).collect();
    let mut told: Vec<&str> = Vec::new();
    let mut claims = Vec::new();
    for shown in scene.shown.iter().filter(|s| !s.name.is_empty() && s.field.is_none()) {
        // What is inside a member that is told of goes without saying.
        let inside = told.iter().any(|above| shown.path.strip_prefix(above).is_some_and(|r| r.starts_with(['.', '['])));
        if inside
            || parents(&shown.path).any(|p| opaque.contains(p))
            || is_placeholder(shown.name)
            || scene.has_row(shown.name)
            || has_line(scene, shown.name)
            || scene.is_foreign(shown.sample)
        {
            continue;
        }
        told.push(&shown.path);
        let message = format!("the sample shows `{}`, which no row of the table names", shown.path);
        claims.push(Claim::new("only in the sample", message, [shown.span, head(answer)]));
    }
    claims
}

/// The paths of what a member is in: an item, and the list that has it.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    [above, above.trim_end_matches("[]")].into_iter()
}

/// Whether a name only stands for names: a map's, in a sample that was made by a machine.
fn is_placeholder(name: &str) -> bool {
    matches!(name.trim_end_matches(|c: char| c.is_ascii_digit()), "key" | "k")
}

/// Whether a line of the page begins with the name and goes on without a blank: a row that was read as something else.
fn has_line(scene: &Scene<'_>, name: &str) -> bool {
    let page = scene.contract.sources.get(scene.operation.span.page as usize);
    page.is_some_and(|page| {
        let mut cells = page.text.lines().map(str::trim).filter(|line| !line.contains(char::is_whitespace));
        cells.any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(char::is_alphabetic)))
    })
}
