//! A value that its own list names twice.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "values-twice",
    severity: Severity::Warning,
    text: "A list of valid values names each once.\n\
           The second stands for another value, whose name got lost.\n\
           Example: `OFF: it is off.` and, further down, `OFF: it is on.`",
    trips: "Request parameters\n\nModestringNo\n\nThe mode. Valid values:\n\n• OFF: it is off.\n• OFF: it is on.\nOFF\nNamestringNo\n\nThe name.\n\nn\n",
    passes: "Request parameters\n\nModestringNo\n\nThe mode. Valid values:\n\n• OFF: it is off.\n• ON: it is on.\nOFF\nNamestringNo\n\nThe name.\n\nn\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (path, row) in scene.fields() {
        let mut first = BTreeMap::new();
        for listed in &row.values {
            let Some(earlier) = first.insert(listed.value.to_string(), listed) else { continue };
            if earlier.span != listed.span {
                let message = format!("the list of `{path}` names {} twice", shown(&listed.value));
                claims.push(Claim::new("listed twice", message, [listed.span, earlier.span]));
            }
        }
    }
    claims
}
