//! Samples of a page: JSON texts below a heading that says whose they are.

use serde_json::Value;

use crate::contract::{Sample, SampleOf};
use crate::page::Section;
use crate::span::Span;

/// The samples of a section.
pub(super) fn samples(page: u32, section: &Section<'_>) -> Vec<Sample> {
    let mut found = Vec::new();
    let mut of = SampleOf::Success;
    let lines = &section.lines;
    let text: String = lines.iter().flat_map(|line| [line.text, "\n"]).collect();
    let starts: Vec<usize> =
        lines.iter().scan(0, |next, line| Some(std::mem::replace(next, *next + line.text.len() + 1))).collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].text.trim();
        let small = if line.len() < 200 { line.to_lowercase() } else { String::new() };
        if small.contains("request") && small.contains("sample") || line.contains("请求示例") {
            of = SampleOf::Request;
        } else if small.contains("error") && small.contains("sample") || line.contains("错误") {
            of = SampleOf::Error;
        } else if small.contains("success") || small.contains("response") || line.contains("返回") {
            of = SampleOf::Success;
        }
        if !line.starts_with(['{', '[']) {
            at += 1;
            continue;
        }
        let rest = &text[starts[at]..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let (value, length) = match values.next() {
            Some(Ok(value)) => (Some(value), values.byte_offset()),
            _ => (None, rest.len()),
        };
        let sample = rest[..length].trim_end();
        let count = sample.lines().count().max(1);
        let span = Span::lines(page, lines[at].number, lines[at + count - 1].number);
        found.push(Sample { of, format: "json".into(), text: sample.to_owned(), value, status: None, span });
        at += count;
    }
    found
}
