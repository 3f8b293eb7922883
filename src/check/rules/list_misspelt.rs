//! A list that arrives in another style, from another first index, or as another list.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "list-misspelt",
    class: "R15",
    severity: Severity::Error,
    text: "Lists arrive whole and in order: as `Name.1`, `Name.2` counted from 1, or as one JSON text.\n\
           With another index base the first item is lost; with another style all of them are.\n\
           Example: `TagList.0.Key=a`, or `TagList[]=a`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let list = difference.meant.is_some_and(Value::is_array);
    let (transform, got) = match &difference.what {
        What::List(how) => ((*how).to_owned(), (*how).to_owned()),
        What::Malformed(why) if is_index(why) => ("counted otherwise than from 1".to_owned(), why.clone()),
        What::Styled(first) if list && is_bare_index(first) => ("in another style".to_owned(), format!("`{first}`")),
        What::Malformed(why) if list && !in_member(why) => ("cannot be read".to_owned(), why.clone()),
        What::Twice(times) if list => ("repeated under one name".to_owned(), format!("its name {times} times")),
        _ => return None,
    };
    Some(Claim::new(
        format!("a list: {transform}"),
        format!("expected `{}` = {}, got {got}", difference.name, difference.meant.map(shown).unwrap_or_default()),
    ))
}

fn is_index(why: &str) -> bool {
    why.contains("is counted from 0") || why.contains("is sent without `")
}

/// Whether a name ends in its index: `Tag[0]`, `Tag_1`, `Tag[]`; what follows an index is about the members of an item.
fn is_bare_index(name: &str) -> bool {
    name.contains("[]") || name.contains("[0]") || name.trim_end_matches(']').ends_with(|c: char| c.is_ascii_digit())
}

/// Whether the fault lies within an item: `Tag.1[Key]`.
fn in_member(why: &str) -> bool {
    why.contains("has no number where a list's index belongs") && why.contains(|c: char| c == '[' || c.is_ascii_digit())
}
