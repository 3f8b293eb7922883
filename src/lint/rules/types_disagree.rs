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
    disagreements(scene).filter(|d| !d.is_shape()).map(|d| d.claim(scene)).collect()
}

/// A row and a value of another type.
pub(super) struct Disagreement<'s, 'a> {
    shown: &'s Shown<'a>,
    row: &'a Field,
    kind: Kind,
}

impl Disagreement<'_, '_> {
    /// Whether one of the types holds others.
    pub(super) fn is_shape(&self) -> bool {
        let holds = |kind| matches!(kind, Kind::Object | Kind::Array | Kind::Map);
        holds(self.row.kind.value) || holds(self.kind)
    }

    pub(super) fn claim(&self, scene: &Scene<'_>) -> Claim {
        let (said, path) = (self.row.kind.value, &self.shown.path);
        let value = if self.is_shape() { String::new() } else { format!(": `{}`", shown(self.shown.value)) };
        Claim::new(
            format!("{} in the table, {} in the sample", said.article(), self.kind.article()),
            format!("`{path}` is {} in the table, and {} in the sample{value}", said.article(), self.kind.article()),
            [head(self.row), self.shown.span],
        )
        .about(scene.clause("response", path, "type"))
        .settled_by(scene.fact("response", path, "type"))
    }
}

pub(super) fn disagreements<'s, 'a>(scene: &'s Scene<'a>) -> impl Iterator<Item = Disagreement<'s, 'a>> {
    scene.shown.iter().filter_map(|shown| {
        let row = shown.field.filter(|row| row.how == How::Said)?;
        Some(Disagreement { shown, row, kind: row.kind.value.against(shown.value)? })
    })
}
