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
    let mut at = 0;
    while at < lines.len() {
        let text = lines[at].text.trim();
        let small = text.to_lowercase();
        if small.contains("request") && small.contains("sample") || text.contains("请求示例") {
            of = SampleOf::Request;
        } else if small.contains("error") && small.contains("sample") || text.contains("错误") {
            of = SampleOf::Error;
        } else if small.contains("success") || small.contains("response") || text.contains("返回") {
            of = SampleOf::Success;
        }
        if !text.starts_with(['{', '[']) {
            at += 1;
            continue;
        }
        let rest: Vec<&str> = lines[at..].iter().map(|l| l.text).collect();
        let joined = rest.join("\n");
        let mut values = serde_json::Deserializer::from_str(&joined).into_iter::<Value>();
        let (value, length) = match values.next() {
            Some(Ok(value)) => (Some(value), values.byte_offset()),
            _ => (None, joined.len()),
        };
        let sample = joined[..length].trim_end();
        let count = sample.lines().count().max(1);
        let span = Span::lines(page, lines[at].number, lines[at + count - 1].number);
        found.push(Sample { of, format: "json".into(), text: sample.to_owned(), value, status: None, span });
        at += count;
    }
    found
}
