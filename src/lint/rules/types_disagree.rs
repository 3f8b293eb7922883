//! A member whose sample is of another type than its row says.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "types-disagree",
    severity: Severity::Error,
    text: "Table and sample give a member one type.\n\
           A client that trusts the one reads the other wrong: it fails on the digits, or loses them.\n\
           Example: the row says `Codestring`, the sample shows `\"Code\": 200`.",
    trips: "Response parameters\n\nCodestring\n\nThe code.\n\nOK\n\nExamples\n\n{\"Code\": 200}\n",
    passes: "Response parameters\n\nCodestring\n\nThe code.\n\nOK\n\nExamples\n\n{\"Code\": \"200\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let members = scene.shown.iter().filter_map(|shown| against(scene, "response", shown));
    let given = scene.given.iter().filter_map(|shown| against(scene, "request", shown));
    members.chain(given).chain(shapes(scene)).collect()
}

/// A value that is not of its row's type.
fn against(scene: &Scene<'_>, area: &str, shown: &Shown<'_>) -> Option<Claim> {
    let row = shown.field.filter(|row| row.how == How::Said)?;
    let (said, kind) = (row.kind.value, row.kind.value.against(shown.value)?);
    let holds = |kind| matches!(kind, Kind::Object | Kind::Array | Kind::Map);
    let value = if holds(said) || holds(kind) { String::new() } else { format!(": `{}`", self::shown(shown.value)) };
    Some(claim(scene, area, &shown.path, (row, said), (shown.span, kind), &value))
}

/// Rows whose members the reader could place only by taking the sample's type for theirs.
fn shapes(scene: &Scene<'_>) -> Vec<Claim> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    // In XML a list is often an element that holds its items.
    for shown in scene.shown.iter().filter(|s| s.sample.shows_types()) {
        first.entry(&shown.path).or_insert(shown.span);
    }
    let one = |(path, row): &(String, &Field)| {
        let said = row.also.iter().find(|also| also.how == How::Said)?;
        if row.how != How::Said || row.kind.how != How::Sampled {
            return None;
        }
        // A list whose items the table holds in a row of their own, as the sample does: the vendor's way to say it.
        let wrapper = |inner: &Field| inner.how == How::Said && inner.kind.value == Kind::Array;
        if said.value == Kind::Array && row.fields.len() == 1 && row.fields.iter().all(wrapper) {
            return None;
        }
        let span = *first.get(path.as_str())?;
        Some(claim(scene, "response", path, (row, said.value), (span, row.kind.value), ""))
    };
    scene.response.iter().filter_map(one).collect()
}

fn claim(
    scene: &Scene<'_>,
    area: &str,
    path: &str,
    (row, said): (&Field, Kind),
    (span, kind): (Span, Kind),
    value: &str,
) -> Claim {
    let (said, kind) = (said.article(), kind.article());
    Claim::new(
        format!("{said} in the table, {kind} in the sample"),
        format!("`{path}` is {said} in the table, and {kind} in the sample{value}"),
        [head(row), span],
    )
    .about(scene.clause(area, path, "type"))
    .settled_by(scene.fact(area, path, "type"))
}
