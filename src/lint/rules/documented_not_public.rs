//! A parameter that the page lists and says is not public.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "documented-not-public",
    severity: Severity::Note,
    text: "What is listed may be used.\n\
           A client that offers the parameter offers what nobody may rely on; one that leaves it out misses a row of the table.\n\
           Example: `BizType`: *This parameter is not publicly available.*",
    trips: "Request parameters\n\nBizTypeintegerNo\n\nThis parameter is not publicly available.\n\n1\nNamestringNo\n\nThe name.\n\nn\n",
    passes: "Request parameters\n\nBizTypeintegerNo\n\nThe type.\n\n1\nNamestringNo\n\nThe name.\n\nn\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let marked =
        scene.fields().filter_map(|(_, path, f)| Some((path, f, f.marks.iter().find(|m| m.value == Mark::NotPublic)?)));
    marked
        .map(|(path, row, mark)| {
            let message = format!("`{path}` is listed, and said not to be public");
            Claim::new("listed, not public", message, [head(row)].into_iter().chain(mark.span))
        })
        .collect()
}
