//! An example or default that the row's own list or range does not allow.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "example-outside-values",
    severity: Severity::Warning,
    text: "Example and default are among the valid values.\n\
           Whoever copies the example is refused; a client that checks the list refuses what the server takes.\n\
           Example: `Valid values: 1 to 100.`, and the example is 0.",
    trips: "Request parameters\n\nModestringNo\n\nThe mode. Valid values: Fast and Slow.\n\nQuick\nNamestringNo\n\nThe name.\n\nn\n",
    passes: "Request parameters\n\nModestringNo\n\nThe mode. Valid values: Fast and Slow.\n\nSlow\nNamestringNo\n\nThe name.\n\nn\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (area, path, row) in scene.fields() {
        let example = row.example.as_ref().map(|said| ("example", said.value.clone(), said.span));
        let default = row.default.as_ref().map(|said| ("default", text(&said.value), said.span));
        for (what, value, span) in example.into_iter().chain(default) {
            if value.is_empty() || is_masked(&value) || is_nothing(&value) {
                continue;
            }
            let place = span.unwrap_or(head(row));
            let found = [
                ("values", listed(scene, path, row, what, &value, place)),
                ("range", ranged(path, row, what, &value, place)),
            ];
            for (against, claim) in found {
                claims.extend(
                    claim.map(|c| {
                        c.settled_by(scene.fact(area, path, against)).settled_by(scene.fact(area, path, what))
                    }),
                );
            }
        }
    }
    claims
}

fn listed(scene: &Scene<'_>, path: &str, row: &Field, what: &str, value: &str, place: Span) -> Option<Claim> {
    let (first, last) = (row.values.first()?, row.values.last()?);
    let plain = !value.starts_with(['{', '"']) && !matches!(row.kind.value, Kind::Array | Kind::Object | Kind::Map);
    // An interval in brackets is no list, and a sentence no value.
    let interval = row.values.iter().any(|v| text(&v.value).starts_with(['[', '(']));
    if !plain || interval || value.split_whitespace().count() > 3 {
        return None;
    }
    let is_listed =
        |value: &str| row.values.iter().any(|v| text(&v.value).eq_ignore_ascii_case(value) && fits_case(row, v, value));
    // Several values in one: a JSON list, or parted by commas.
    let several: Vec<String> = match serde_json::from_str(value) {
        Ok(Value::Array(items)) => items.iter().map(text).collect(),
        _ => value.split(',').map(|part| part.trim().to_owned()).collect(),
    };
    if is_listed(value)
        || several.iter().all(|one| is_listed(one))
        || (value.starts_with('[') && several.len() < 2 && several.concat() == value)
    {
        return None;
    }
    // Values that were not understood stand on the page all the same.
    let bullet = |line: &str| line.trim().strip_prefix('•').is_some_and(|l| l.trim().starts_with(value));
    if scene.pages.quote(row.span).iter().any(|line| bullet(line)) {
        return None;
    }
    let near = row.values.iter().find(|v| squeezed(&text(&v.value)) == squeezed(value));
    let list: Vec<String> = row.values.iter().take(6).map(|v| format!("`{}`", text(&v.value))).collect();
    let more = if row.values.len() > list.len() { ", …" } else { "" };
    let message = format!("the {what} of `{path}` is `{value}`, and its valid values are {}{more}", list.join(", "));
    let claim = Claim::new(format!("{what} not in the list"), message, [place, first.span.to(last.span)]);
    Some(match near {
        Some(near) => claim.help(format!("`{}` is near", text(&near.value))),
        None => claim,
    })
}

/// Texts are told apart by case, booleans are not.
fn fits_case(row: &Field, listed: &DocumentedValue, value: &str) -> bool {
    row.kind.value != Kind::String || text(&listed.value) == value
}

fn ranged(path: &str, row: &Field, what: &str, value: &str, place: Span) -> Option<Claim> {
    let (range, number) = (row.range.as_ref()?, value.parse::<f64>().ok()?);
    let (min, max) = (range.value.min, range.value.max);
    if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) {
        return None;
    }
    let end = |bound: Option<f64>| bound.map_or("no limit".to_owned(), |b| b.to_string());
    let message = format!("the {what} of `{path}` is {value}, and its range is {} to {}", end(min), end(max));
    Some(Claim::new(format!("{what} out of range"), message, [place].into_iter().chain(range.span)))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
