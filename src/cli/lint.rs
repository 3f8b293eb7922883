//! `fineprint lint`: where a page contradicts itself, for people and for machines.

use std::io::Write as _;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::End;
use super::pages::Pages;
use crate::contract::{Contract, Source};
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::lint;
use crate::span::Span;

/// Lines of one place that are shown.
const LINES: u32 = 8;

/// Find where a page contradicts itself
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "github", "sarif"])]
    format: String,
    /// The least finding that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = ["error", "warning", "note"])]
    fail_on: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contracts = arguments.pages.contracts(None)?;
    let judged: Vec<(&Contract, Vec<Finding>)> = contracts.iter().map(|c| (c, lint::lint(c))).collect();
    let each = |one: fn(&Contract, &[Finding]) -> Vec<Value>| -> Vec<Value> {
        judged.iter().flat_map(|(contract, findings)| one(contract, findings)).collect()
    };
    let findings = || judged.iter().flat_map(|(contract, found)| found.iter().map(move |f| (*contract, f)));
    let shown = match arguments.format.as_str() {
        "json" => format!("{:#}\n", Value::Array(each(listed))),
        "github" => findings().map(|(contract, f)| workflow_command(contract, f)).collect(),
        "sarif" => format!("{:#}\n", sarif(&each(results))),
        _ => text(&judged),
    };
    let _ = anstream::stdout().lock().write_all(shown.as_bytes());
    let least = match arguments.fail_on.as_str() {
        "note" => Severity::Note,
        "warning" => Severity::Warning,
        _ => Severity::Error,
    };
    Ok(if findings().any(|(_, f)| f.severity >= least) { End::Findings } else { End::Kept })
}

/// The lines of every page: looking for one in a text takes as long as the text.
fn split(contract: &Contract) -> Vec<Vec<&str>> {
    contract.sources.iter().map(|source| source.text.lines().collect()).collect()
}

fn text(judged: &[(&Contract, Vec<Finding>)]) -> String {
    // Colours are written always; the stream takes them off where they are not wanted.
    let renderer = Renderer::styled();
    let mut out = String::new();
    for (contract, findings) in judged {
        let pages = split(contract);
        out.extend(findings.iter().map(|f| format!("{}\n\n", renderer.render(&[group(contract, &pages, f)]))));
    }
    let count = |severity: Severity, one: &str| {
        let n = judged.iter().flat_map(|(_, found)| found).filter(|f| f.severity == severity).count();
        format!("{n} {one}{}", if n == 1 { "" } else { "s" })
    };
    let counts = [count(Severity::Error, "error"), count(Severity::Warning, "warning"), count(Severity::Note, "note")]
        .join(", ");
    let pages = match judged.iter().map(|(contract, _)| contract.operations.len()).sum::<usize>() {
        1 => "1 operation".to_owned(),
        n => format!("{n} operations"),
    };
    out.push_str(&format!("{counts} on the pages of {pages}\n"));
    out
}

/// Lines between two places of one snippet; places further apart have one each.
const APART: u32 = 40;

/// A finding with its places, one snippet for those that are near each other.
fn group<'a>(contract: &'a Contract, pages: &[Vec<&'a str>], finding: &'a Finding) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&finding.message).id(&finding.rule));
    let mut places: Vec<(usize, Span)> = finding.spans.iter().map(|span| cut(*span)).enumerate().collect();
    places.sort_by_key(|(_, span)| *span);
    // The place to mend comes first.
    let mut near: Vec<Vec<(usize, Span)>> = Vec::new();
    for place in places {
        let last = near.last_mut().filter(|near| {
            let before = near[near.len() - 1].1;
            before.page == place.1.page && place.1.first.saturating_sub(before.last) <= APART
        });
        match last {
            Some(near) => near.push(place),
            None => near.push(vec![place]),
        }
    }
    near.sort_by_key(|places| places.iter().map(|(at, _)| *at).min());
    for places in near {
        let page = places[0].1.page as usize;
        let (Some(source), Some(lines)) = (contract.sources.get(page), pages.get(page)) else { continue };
        group = match lines.is_empty() {
            // A contract that was loaded from a file has places, and no text.
            true => places
                .iter()
                .fold(group, |group, (_, s)| group.element(Origin::path(source.name.as_str()).line(s.first as usize))),
            false => group.element(snippet(source, lines, &places)),
        };
    }
    match &finding.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}

fn snippet<'a>(source: &'a Source, page: &[&'a str], spans: &[(usize, Span)]) -> Snippet<'a, Annotation<'a>> {
    // Only the part of the page between the places is handed over: a page may be long.
    let first = spans.iter().map(|(_, s)| s.first).min().unwrap_or(1).max(1);
    let last = spans.iter().map(|(_, s)| s.last).max().unwrap_or(1);
    let from = (first as usize - 1).min(page.len());
    let lines = &page[from..(last as usize).clamp(from, page.len())];
    let starts: Vec<usize> = lines
        .iter()
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some(start)
        })
        .collect();
    let annotations = spans.iter().filter_map(|(at, span)| {
        let (from, to) = ((span.first - first) as usize, (span.last - first) as usize);
        let (head, tail) = (lines.get(from)?, lines.get(to)?);
        let start = starts[from] + head.len() - head.trim_start().len();
        let end = (starts[to] + tail.trim_end().len()).max(start);
        let kind = if *at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        Some(kind.span(start..end))
    });
    let annotations: Vec<Annotation<'_>> = annotations.collect();
    Snippet::source(lines.join("\n")).line_start(first as usize).path(&source.name).annotations(annotations)
}

/// A place, cut where it is long.
fn cut(span: Span) -> Span {
    Span { last: span.last.clamp(span.first, span.first.saturating_add(LINES - 1)), ..span }
}

/// The findings as a list; `page` holds the lines of each, as `file:line` with the text.
fn listed(contract: &Contract, findings: &[Finding]) -> Vec<Value> {
    let pages = split(contract);
    let one = |finding: &Finding| {
        let mut value = serde_json::to_value(finding).expect("a finding holds nothing that JSON cannot");
        let lines = finding.spans.iter().flat_map(|span| {
            let (name, span) = (file(contract, *span), cut(*span));
            let page = pages.get(span.page as usize).map(Vec::as_slice).unwrap_or_default();
            let lines = page.iter().enumerate().skip((span.first as usize).saturating_sub(1));
            lines
                .take((span.last - span.first) as usize + 1)
                .map(move |(at, text)| json!({ "at": format!("{name}:{}", at + 1), "text": text }))
        });
        value["page"] = lines.collect();
        value
    };
    findings.iter().map(one).collect()
}

fn file(contract: &Contract, span: Span) -> &str {
    contract.sources.get(span.page as usize).map_or("", |s| s.name.as_str())
}

/// A finding as a workflow command, which shows beside the line.
fn workflow_command(contract: &Contract, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let message = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| message(text).replace(':', "%3A").replace(',', "%2C");
    let (first, rest) = match finding.spans.split_first() {
        Some((first, rest)) => (*first, rest),
        None => (Span::line(0, 1), [].as_slice()),
    };
    let others: String = rest.iter().map(|span| format!(" ({}:{})", file(contract, *span), span.first)).collect();
    format!(
        "::{word} file={},line={},endLine={},title={}::{}{}\n",
        property(file(contract, first)),
        first.first,
        first.last,
        property(&finding.rule),
        message(&finding.message),
        message(&others)
    )
}

/// The findings as results of SARIF.
fn results(contract: &Contract, findings: &[Finding]) -> Vec<Value> {
    let one = |finding: &Finding| {
        let places: Vec<Value> = finding.spans.iter().map(|span| location(contract, *span)).collect();
        let (first, related) = places.split_at(places.len().min(1));
        json!({
            "ruleId": finding.rule,
            "ruleIndex": lint::RULES.iter().position(|r| r.id == finding.rule),
            "level": finding.severity.to_string(),
            "message": { "text": finding.message },
            "locations": first,
            "relatedLocations": related,
            "properties": { "transform": finding.transform, "clauses": finding.clauses },
        })
    };
    findings.iter().map(one).collect()
}

/// A SARIF 2.1.0 log.
fn sarif(results: &[Value]) -> Value {
    let rules = lint::RULES.iter().map(|rule| {
        let first = rule.text.lines().next().unwrap_or_default();
        json!({
            "id": rule.id,
            "shortDescription": { "text": first },
            "fullDescription": { "text": rule.text },
            "defaultConfiguration": { "level": rule.severity.to_string() },
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn location(contract: &Contract, span: Span) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(file(contract, span)) },
            "region": { "startLine": span.first, "endLine": span.last },
        },
    })
}

/// A path as a relative or absolute URI reference.
fn uri(path: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    let encoded = percent_encoding::utf8_percent_encode(path, KEPT);
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded.to_string() }
}
