//! A member that table and sample spell differently.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "names-disagree",
    severity: Severity::Error,
    text: "Table and sample spell a member alike.\n\
           Names on the wire are told apart by case: a client that takes the table's finds nothing.\n\
           Example: the row says `RequestId`, the sample shows `\"requestId\"`.",
    trips: "Response parameters\n\nRequestIdstring\n\nThe request.\n\n1\n\nExamples\n\n{\"requestId\": \"1\"}\n",
    passes: "Response parameters\n\nRequestIdstring\n\nThe request.\n\n1\n\nExamples\n\n{\"RequestId\": \"1\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let shown: BTreeSet<&str> = scene.shown.iter().map(|s| s.name).collect();
    let rows: BTreeSet<&str> = scene.response.iter().map(|(_, f)| f.name.as_str()).collect();
    // A row that the sample spells as it does is no other member's.
    let mut free: BTreeMap<String, (&str, &Field)> = BTreeMap::new();
    for (path, row) in scene.response.iter().filter(|(_, f)| !f.name.is_empty() && !shown.contains(f.name.as_str())) {
        free.entry(squeezed(&row.name)).or_insert((path, row));
    }
    let unknown = scene.shown.iter().filter(|s| !s.name.is_empty() && !rows.contains(s.name));
    unknown
        .filter_map(|shown| {
            let (path, row) = *free.get(&squeezed(shown.name))?;
            let message = format!("`{}` in the table is `{}` in the sample", row.name, shown.name);
            let claim = Claim::new("another name in the sample", message, [head(row), shown.span]);
            Some(claim.settled_by(scene.fact("response", path, "name")))
        })
        .collect()
}
