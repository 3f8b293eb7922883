//! The request syntax: `PUT /instances/{InstanceId} HTTP/1.1`.

use crate::contract::Said;
use crate::page::Section;
use crate::span::Span;

/// How a call looks, where a page says it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Syntax {
    /// The HTTP method.
    pub(super) method: Said<String>,
    /// The path template with its parameters in braces; none where one path serves every operation.
    pub(super) path: Option<Said<String>>,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// The first line of a section that is one of a request.
pub(super) fn syntax(page: u32, section: &Section<'_>) -> Option<Syntax> {
    section.lines.iter().find_map(|line| {
        let mut words = line.text.trim().trim_matches('`').split_whitespace();
        let method = words.next()?.split('|').next()?;
        let (second, third) = (words.next()?, words.next());
        let path = second.starts_with('/').then_some(second);
        let protocol = if path.is_some() { third } else { Some(second) };
        let fits = METHODS.contains(&method) && protocol.is_none_or(|p| p.starts_with("HTTP/"));
        let span = Span::line(page, line.number);
        let path = path.map(template).filter(|path| path != "/").map(|path| Said::said(path, span));
        fits.then(|| Syntax { method: Said::said(method.to_owned(), span), path })
    })
}

/// A path without its query, with `{Name}` for what pages also spell `[Name]` or `:Name`.
fn template(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let segment = |segment: &str| match segment.strip_prefix('[').and_then(|s| s.strip_suffix(']')) {
        Some(name) => format!("{{{name}}}"),
        None => segment.strip_prefix(':').map_or_else(|| segment.to_owned(), |name| format!("{{{name}}}")),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::sections;

    fn read(line: &str) -> Option<(String, Option<String>)> {
        let text = format!("## Request syntax\n\n{line}\n");
        let found = sections(&text).iter().find_map(|section| syntax(0, section))?;
        Some((found.method.value, found.path.map(|path| path.value)))
    }

    #[test]
    fn method_and_path_are_read() {
        let path = |path: &str| Some(("PUT".to_owned(), Some(path.to_owned())));
        assert_eq!(read("PUT /v1/items/{Id} HTTP/1.1"), path("/v1/items/{Id}"));
        assert_eq!(read("`PUT /v1/items/[Id]?dry=true HTTP/1.1`"), path("/v1/items/{Id}"));
        assert_eq!(read("POST HTTP/1.1"), Some(("POST".to_owned(), None)));
        assert_eq!(read("GET|POST / HTTP/1.1"), Some(("GET".to_owned(), None)));
        assert_eq!(read("Put it away."), None);
    }
}
