//! A member or parameter with two rows.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "row-twice",
    severity: Severity::Warning,
    text: "A member has one row in the table.\n\
           Of two rows one is read, and where they differ, nobody knows which.\n\
           Example: `Description` stands twice in one object.",
    trips: "Request parameters\n\nNamestringNo\n\nThe name.\n\nn\nNamestringNo\n\nThe other name.\n\nm\n",
    passes: "Request parameters\n\nNamestringNo\n\nThe name.\n\nn\nTitlestringNo\n\nThe other name.\n\nm\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut first: BTreeMap<(&str, &str), &Field> = BTreeMap::new();
    let mut claims = Vec::new();
    // `Filter.1.Key` and `Filter.2.Key` are two rows of one list's item.
    let rows = scene.fields().filter(|(area, path, _)| *area == "response" || !path.contains("[]"));
    for (area, path, row) in rows.filter(|(_, _, row)| row.how == How::Said && !row.name.is_empty()) {
        let earlier = *first.entry((area, path)).or_insert(row);
        if !std::ptr::eq(earlier, row) {
            let message = format!("`{path}` has two rows");
            claims.push(Claim::new("two rows for one name", message, [head(row), head(earlier)]));
        }
    }
    claims
}
