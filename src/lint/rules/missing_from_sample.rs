//! Rows of the table that no sample shows.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-from-sample",
    severity: Severity::Note,
    text: "The sample of a success shows each member of the table.\n\
           Where it does not, nobody can tell how the member looks, or whether it comes at all.\n\
           Example: the table has `TaskId`, the sample does not.",
    trips: "Response parameters\n\nRequestIdstring\n\nThe request.\n\n1\nTaskIdstring\n\nThe task.\n\nt\n\nExamples\n\n{\"RequestId\": \"1\"}\n",
    passes: "Response parameters\n\nRequestIdstring\n\nThe request.\n\n1\nTaskIdstring\n\nThe task.\n\nt\n\nExamples\n\n{\"RequestId\": \"1\", \"TaskId\": \"t\"}\n",
    look,
};

/// Rows that are shown at most.
const ROWS: usize = 8;

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut successes = scene.successes().filter(|(_, value)| value.as_object().is_some_and(|o| !o.is_empty()));
    let Some((sample, _)) = successes.find(|(sample, _)| !scene.is_foreign(sample)) else { return Vec::new() };
    // An empty list, object or null shows nothing of its inside, whose rows a flat table does not tell from what follows.
    let empty = |v: &Value| match v {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        other => other.is_null(),
    };
    let closed: BTreeSet<&str> = scene.shown.iter().filter(|s| empty(s.value)).map(|s| s.path.as_str()).collect();
    let opened: BTreeSet<&str> = scene.shown.iter().map(|s| s.path.as_str()).collect();
    let above = |path: &str| path.rsplit_once('.').map_or(String::new(), |(above, _)| above.to_owned());
    let named = scene.response.iter().filter(|(_, f)| f.how == How::Said && !f.name.is_empty());
    let missing = named.filter(|(path, f)| {
        let above = above(path);
        let seen = above.is_empty() || opened.contains(above.as_str());
        let list = above.trim_end_matches("[]");
        seen && !closed.contains(list) && !opened.contains(path.as_str()) && !scene.has_member(&f.name)
    });
    let missing: Vec<&Field> = missing.map(|(_, f)| *f).collect();
    let Some(first) = missing.first() else { return Vec::new() };
    let more = match missing.len() - 1 {
        0 => String::new(),
        1 => " and 1 more row".to_owned(),
        n => format!(" and {n} more rows"),
    };
    let verb = if missing.len() == 1 { "stands" } else { "stand" };
    let message = format!("`{}`{more} {verb} in the table, and not in the sample", first.name);
    let spans = missing.iter().take(ROWS).map(|f| head(f)).chain([Span::line(sample.span.page, sample.span.first)]);
    vec![Claim::new("only in the table", message, spans)]
}
