//! Samples of a page: JSON or XML below a heading that says whose they are, with a preamble of HTTP perhaps.

use super::value::Budget;
use super::xml;
use crate::contract::{Sample, SampleOf};
use crate::page::Section;
use crate::span::Span;

/// The samples of a section.
pub(super) fn samples(page: u32, section: &Section<'_>, budget: &Budget) -> Vec<Sample> {
    let mut found = Vec::new();
    let mut of = SampleOf::Success;
    let mut status = None;
    let mut unclosed = 0;
    let lines = &section.lines;
    let text: String = lines.iter().flat_map(|line| [line.text, "\n"]).collect();
    let starts: Vec<usize> =
        lines.iter().scan(0, |next, line| Some(std::mem::replace(next, *next + line.text.len() + 1))).collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].text.trim();
        let small = if line.len() < 200 { line.to_lowercase() } else { String::new() };
        if small.contains("request") && small.contains("sample") || line.contains("请求示例") {
            status = None;
            of = SampleOf::Request;
        } else if small.contains("error") && small.contains("sample") || line.contains("错误") {
            of = SampleOf::Error;
        } else if small.contains("success")
            || small.contains("response")
            || line.contains("返回")
            || line.contains("レスポンス")
            || small.contains("respons ")
        {
            of = SampleOf::Success;
        }
        if let Some(shown) = line.strip_prefix("HTTP/1.") {
            status = shown.split_whitespace().nth(1).and_then(|s| s.parse().ok());
        }
        let rest = &text[starts[at]..];
        let tag = element(line).filter(|_| unclosed < MOST_UNCLOSED);
        let document = tag.and_then(|tag| closed(rest, tag));
        unclosed += usize::from(tag.is_some() && document.is_none());
        if let Some(length) = document {
            let shown = &rest[..length];
            let count = shown.lines().count();
            let span = Span::lines(page, lines[at].number, lines[at + count - 1].number);
            let value = xml::value(shown);
            found.push(Sample { of, format: "xml".into(), text: shown.to_owned(), value, status: status.take(), span });
            at += count;
            continue;
        }
        if of == SampleOf::Request && is_request(line) {
            let count =
                lines[at..].iter().take_while(|l| !l.text.trim().is_empty() && !l.text.starts_with("```")).count();
            let asked = lines[at..at + count].iter().take_while(|l| !l.text.starts_with(['{', '[', '<'])).count();
            let text = lines[at..at + asked].iter().map(|l| l.text.trim()).collect::<Vec<_>>().join("\n");
            let span = Span::lines(page, lines[at].number, lines[at + asked - 1].number);
            found.push(Sample { of, format: "http".into(), text, value: None, status: None, span });
            at += asked;
            continue;
        }
        if !line.starts_with(['{', '[']) {
            at += 1;
            continue;
        }
        let (value, length) = budget.value(rest).map_or_else(|| (None, broken(rest)), |(v, length)| (Some(v), length));
        let sample = rest[..length].trim_end();
        let count = sample.lines().count().max(1);
        let span = Span::lines(page, lines[at].number, lines[at + count - 1].number);
        found.push(Sample { of, format: "json".into(), text: sample.to_owned(), value, status: status.take(), span });
        at += count;
    }
    found
}

/// Whether a line is an address with its query, or the first of a request as it travels.
fn is_request(line: &str) -> bool {
    let address = ["http://", "https://", "http(s)://"].iter().any(|scheme| line.starts_with(scheme));
    let method = ["GET ", "POST ", "PUT ", "DELETE "].iter().any(|method| line.starts_with(method));
    address && line.contains(['?', '&']) || method && line.contains(['/', '?'])
}

/// How long a text in JSON is that does not parse: to the line that closes it or its fence, else to the end.
fn broken(text: &str) -> usize {
    let closed = ["\n}", "\n]"].iter().filter_map(|end| text.find(&format!("{end}\n")).map(|at| at + end.len()));
    let fenced = text.find("\n```");
    closed.chain(fenced).min().unwrap_or(text.len())
}

/// The name of the element that a line opens, where a document may begin: `<CreateResponse>`.
fn element(line: &str) -> Option<&str> {
    let line = line.split_once("?>").filter(|(head, _)| head.starts_with("<?xml")).map_or(line, |(_, rest)| rest);
    let name = line.trim_start().strip_prefix('<')?.split(['>', ' ', '/']).next()?;
    let word = name.len() > 2 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-'));
    (word && name.starts_with(|c: char| c.is_ascii_uppercase())).then_some(name)
}

/// Most elements without an end that are looked for in a section: each may cost a search to the section's end.
const MOST_UNCLOSED: usize = 16;

/// Longest XML sample, in bytes.
const LONGEST_XML: usize = 1 << 20;

/// How long the document is that ends with the end of this element.
fn closed(text: &str, name: &str) -> Option<usize> {
    let end = format!("</{name}>");
    text.find(&end).map(|at| at + end.len()).filter(|length| *length < LONGEST_XML)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::sections;

    #[test]
    fn a_sample_that_does_not_parse_ends_where_it_closes() {
        let page = "## Examples\n\nSuccess\n\n```\n{\n\"A\": ,\n}\n```\n\n```\n{\"B\": 1}\n```\n\n```\n{\"C\": \n```\n";
        let sections = sections(page);
        let found = samples(0, &sections[1], &Budget::new(100));
        let texts: Vec<&str> = found.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["{\n\"A\": ,\n}", "{\"B\": 1}", "{\"C\":"]);
        assert_eq!(found.iter().map(|s| s.value.is_some()).collect::<Vec<_>>(), [false, true, false]);
    }
    #[test]
    fn a_request_is_a_sample() {
        let page = "## Examples\n\nSample requests\n\n```\nhttps://paint.example/?Action=CreateImage\n&Name=a\n&<more>\n```\n\n\
                    Sample requests\n\n```\nPOST /images HTTP/1.1\n{\"Name\": \"a\"}\n```\n";
        let sections = sections(page);
        let found = samples(0, &sections[1], &Budget::new(100));
        let texts: Vec<(&str, &str)> = found.iter().map(|s| (s.format.as_str(), s.text.as_str())).collect();
        let first = "https://paint.example/?Action=CreateImage\n&Name=a\n&<more>";
        assert_eq!(texts, [("http", first), ("http", "POST /images HTTP/1.1"), ("json", "{\"Name\": \"a\"}")]);
        assert!(found.iter().all(|s| s.of == SampleOf::Request));
        assert_eq!((found[0].span.first, found[0].span.last), (6, 8));
    }
}
