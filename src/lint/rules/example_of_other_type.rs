//! An example that is no value of its row's type.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "example-of-other-type",
    severity: Severity::Warning,
    text: "An example is a value of the type that its row says.\n\
           One of both is wrong, and a client is generated from the type.\n\
           Example: the row says `Amountinteger`, and the example is `many`.",
    trips: "Request parameters\n\nAmountintegerNo\n\nHow many.\n\nmany\nNamestringNo\n\nThe name.\n\nn\n",
    passes: "Request parameters\n\nAmountintegerNo\n\nHow many.\n\n3\nNamestringNo\n\nThe name.\n\nn\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (area, path, row) in scene.fields() {
        let Some(example) = row.example.as_ref().filter(|e| !is_masked(&e.value) && !is_nothing(&e.value)) else {
            continue;
        };
        let text = example.value.trim().trim_matches('"');
        let fits = text.split(['/', '|']).all(|part| is_of(row.kind.value, part.trim()));
        // A sentence is prose that was taken for an example, and so may be a row; a list is an example of the array around.
        if fits
            || text.is_empty()
            || text.starts_with('[')
            || text.contains(['：', '，'])
            || text.split_whitespace().count() > 3
            || scene.is_glued(text)
        {
            continue;
        }
        let kind = row.kind.value;
        let message = format!("`{path}` is {}, and its example is `{text}`", kind.article());
        let transform = format!("example is not {}", kind.article());
        let claim = Claim::new(transform, message, [head(row)].into_iter().chain(example.span));
        claims.push(claim.settled_by(scene.fact(area, path, "type")).settled_by(scene.fact(area, path, "example")));
    }
    claims
}

fn is_of(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Integer => text.parse::<i128>().is_ok(),
        Kind::Number => text.parse::<f64>().is_ok(),
        Kind::Boolean => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        _ => true,
    }
}
