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
    let foreign: BTreeSet<Span> =
        scene.successes().filter(|(s, _)| scene.is_foreign(s)).map(|(sample, _)| sample.span).collect();
    let lines = cells(scene);
    let mut told = "";
    let mut claims = Vec::new();
    for shown in scene.shown.iter().filter(|s| !s.name.is_empty() && s.field.is_none()) {
        // What is inside a member that is told of goes without saying; it follows the member at once.
        let inside = !told.is_empty() && shown.path.strip_prefix(told).is_some_and(|r| r.starts_with(['.', '[']));
        let free = parents(&shown.path).any(|p| opaque.contains(p)) || is_placeholder(shown.name);
        let known = scene.has_row(shown.name) || has_line(&lines, shown.name);
        if inside || free || known || foreign.contains(&shown.sample.span) {
            continue;
        }
        told = &shown.path;
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

/// The lines of the page that hold no blank: cells that run together, mostly.
fn cells<'a>(scene: &Scene<'a>) -> BTreeSet<&'a str> {
    let page = scene.contract.sources.get(scene.operation.span.page as usize);
    let lines = page.into_iter().flat_map(|page| page.text.lines().map(str::trim));
    lines.filter(|line| !line.contains(char::is_whitespace)).collect()
}

/// Whether a line begins with the name and goes on: a row that was read as something else.
fn has_line(lines: &BTreeSet<&str>, name: &str) -> bool {
    let mut near = lines.range(name..).map_while(|line| line.strip_prefix(name));
    near.any(|rest| rest.starts_with(char::is_alphabetic))
}
