//! Path templates, such as `/spaces/{id}/items`, and the paths that fit them.

use super::encode::{bytes, decode_path};

/// One part of a template between two slashes.
enum Part<'a> {
    Fixed,
    /// A name in braces or brackets, and what stands around it.
    Open {
        before: &'a str,
        name: &'a str,
        after: &'a str,
    },
}

/// Whether a path has the template's fixed parts, in their places, and something in each open one.
pub fn fits(template: &str, path: &str) -> bool {
    let (want, got): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    want.len() == got.len() && want.iter().zip(&got).all(|(want, got)| *want == *got || filled(want, got).is_some())
}

/// The names that the template leaves open, in order.
pub fn names(template: &str) -> Vec<&str> {
    template
        .split('/')
        .filter_map(|piece| match part(piece) {
            Part::Open { name, .. } => Some(name),
            Part::Fixed => None,
        })
        .collect()
}

/// What stands in a path for each name of the template, as it stands there and decoded; bytes that are not UTF-8 become
/// U+FFFD, and a part may be empty. Parts are found by their place, so a path with too few or too many of them still shows what it can.
pub fn values<'t, 'p>(template: &'t str, path: &'p str) -> Vec<(&'t str, &'p str, String)> {
    let (want, got) = (template.split('/'), path.split('/'));
    want.zip(got)
        .filter_map(|(want, got)| {
            let Part::Open { name, .. } = part(want) else { return None };
            let raw = if got.is_empty() { got } else { filled(want, got)? };
            Some((name, raw, String::from_utf8_lossy(&decode_path(&bytes(raw))).into_owned()))
        })
        .collect()
}

/// A whole path, decoded.
pub fn decoded(path: &str) -> String {
    String::from_utf8_lossy(&decode_path(&bytes(path))).into_owned()
}

fn part(piece: &str) -> Part<'_> {
    let inner = |open: char, close: char| {
        let (from, to) = (piece.find(open)?, piece.rfind(close)?);
        let name = piece.get(from + 1..to).filter(|name| !name.is_empty())?;
        Some(Part::Open { before: &piece[..from], name, after: &piece[to + 1..] })
    };
    inner('{', '}').or_else(|| inner('[', ']')).unwrap_or(Part::Fixed)
}

/// What stands in the open place of a piece; none if the piece is fixed or does not fit.
fn filled<'p>(piece: &str, got: &'p str) -> Option<&'p str> {
    match part(piece) {
        Part::Open { before, after, .. } => {
            got.strip_prefix(before)?.strip_suffix(after).filter(|value| !value.is_empty())
        }
        Part::Fixed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_template_part_by_part() {
        for (template, path, expected) in [
            ("/", "/", true),
            ("/", "/api/", false),
            ("/a/{id}", "/a/1", true),
            ("/a/[id]", "/a/x%2Fy", true),
            ("/a/{id}", "/a/", false),
            ("/a/{id}", "/a/1/2", false),
            ("/a/{id}:start", "/a/1:start", true),
            ("/a/{id}:start", "/a/1", false),
        ] {
            assert_eq!(fits(template, path), expected, "{template} {path}");
        }
    }

    #[test]
    fn values_are_decoded_and_a_plus_is_a_plus() {
        let found = values("/a/{x}/b/{y}", "/a/1+2%20%2F/b/%E4%BA%91");
        assert_eq!(found, [("x", "1+2%20%2F", "1+2 /".to_owned()), ("y", "%E4%BA%91", "云".to_owned())]);
        assert_eq!(names("/a/{x}/b/{y}"), ["x", "y"]);
    }
}
