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
    let mut told = "";
    // By the object that holds them: a sample of another time may show dozens.
    let mut found: BTreeMap<&str, Vec<&Shown<'_>>> = BTreeMap::new();
    for shown in scene.shown.iter().filter(|s| !s.name.is_empty()) {
        // A member that the reader opened because the sample has it.
        let wraps = shown.field.is_some_and(|f| f.how == How::Sampled);
        // In XML the items of a list have a name, which is on no other wire.
        if shown.field.is_some() && !(wraps && shown.sample.shows_types()) {
            continue;
        }
        // What is inside a member that is told of goes without saying; it follows the member at once.
        let inside = !told.is_empty() && shown.path.strip_prefix(told).is_some_and(|r| r.starts_with(['.', '[']));
        let free = parents(&shown.path).any(|p| opaque.contains(p)) || is_placeholder(shown.name);
        let known = !wraps && (scene.has_row(shown.name) || scene.has_line(shown.name));
        if inside || free || known || foreign.contains(&shown.sample.span) {
            continue;
        }
        if !wraps {
            told = &shown.path;
        }
        let same = found.entry(parents(&shown.path).next().unwrap_or_default()).or_default();
        if !same.iter().any(|s| s.path == shown.path) {
            same.push(shown);
        }
    }
    let mut claims: Vec<Claim> = found.into_values().map(|shown| claim(answer, &shown)).collect();
    claims.sort_by_key(|claim| claim.spans.first().copied());
    claims
}

/// Members that are named and shown; the others are counted.
const NAMED: usize = 4;

fn claim(answer: &Field, shown: &[&Shown<'_>]) -> Claim {
    let names: Vec<String> = shown.iter().take(NAMED).map(|s| format!("`{}`", s.path)).collect();
    let more = match shown.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let message = format!("the sample shows {}{more}, which no row of the table names", names.join(", "));
    let spans = shown.iter().take(NAMED).map(|s| s.span).chain([head(answer)]);
    let wraps = shown.iter().all(|s| s.field.is_some());
    let claim = Claim::new("only in the sample", message, spans);
    // The rows of a list that only its wrapper's name is missing for can be placed all the same.
    if wraps { claim.at(Severity::Note) } else { claim }
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
