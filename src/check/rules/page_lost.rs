//! What asks for a page of a list, lost or changed.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "page-lost",
    class: "R35",
    severity: Severity::Error,
    text: "The number, the size and the token of a page go out as they were given.\n\
           One page off, or without its token, a program reads some items twice and others never, or reads for ever.\n\
           Example: `PageNumber` 2 goes out as 1.",
    look: Look::Parameter(look),
};

const NAMES: [&str; 14] = [
    "pagenumber",
    "pageno",
    "pagenum",
    "page",
    "currentpage",
    "pagesize",
    "maxresults",
    "limit",
    "nexttoken",
    "pagetoken",
    "marker",
    "nextmarker",
    "offset",
    "cursor",
];

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let name = difference.name.replace(['_', '-'], "").to_ascii_lowercase();
    if !NAMES.contains(&name.as_str()) || difference.place == crate::contract::Place::Path {
        return None;
    }
    let meant = difference.meant?;
    let token = meant.is_string();
    let (how, got) = match &difference.what {
        What::Lost => ("is not sent", "none".to_owned()),
        What::Altered { expected, got, .. } if !token => match (expected.parse::<i128>(), got.parse::<i128>()) {
            (Ok(a), Ok(b)) if (a - b).abs() == 1 => ("is off by one", quoted(got)),
            _ => return None,
        },
        What::Altered { got, transform, .. }
            if token && matches!(transform.touched, Touched::Other | Touched::All | Touched::Length) =>
        {
            ("is changed", quoted(got))
        }
        _ => return None,
    };
    Some(Claim::new(
        format!("`{}` {how}", difference.name),
        format!("expected `{}` = {}, got {got}", difference.name, shown(meant)),
    ))
}
