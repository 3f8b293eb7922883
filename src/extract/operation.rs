//! One operation out of the sections of its page.

use std::collections::{HashMap, HashSet};

use super::title::Title;
use super::value::Budget;
use super::{Rendering, access, condition, errors, nest, rows, samples, syntax};
use crate::contract::{Mark, Note, Operation, Parameter, Place, Said, SampleOf};
use crate::page::words::MARKS;
use crate::page::{Line, Section, Topic};
use crate::span::Span;

/// Reads what the sections say of the operation that the title names.
pub(super) fn operation(
    page: u32,
    sections: Vec<Section<'_>>,
    title: &Title<'_>,
    rendering: Option<Rendering>,
) -> Operation {
    let of = |topic: Topic| sections.iter().filter(move |s| s.topic == topic);
    let budget = Budget::new(MOST_SHOWN);
    let samples: Vec<_> = of(Topic::Samples).flat_map(|s| samples::samples(page, s, &budget)).collect();
    let mut notes = Vec::new();
    if budget.is_cut() {
        let text = format!("the samples show more than {MOST_SHOWN} values: the rest was left out");
        notes.push(Note { text, span: None });
    }
    let mut successes = samples.iter().filter(|s| s.of == SampleOf::Success && s.value.is_some());
    let success = successes.clone().find(|s| s.shows_types()).or_else(|| successes.next());
    let names = success.and_then(|s| s.value.as_ref()).map(rows::names).unwrap_or_default();
    let none = HashSet::new();
    let mut rows = |topic| -> Vec<rows::Row> {
        let request = topic != Topic::Response;
        let names = if request { &none } else { &names };
        let mut found = Vec::new();
        for section in of(topic) {
            let rows = rows::rows(page, section, rows::Reading { request, names, rendering });
            notes.extend(cut(page, section, rows.len(), "rows"));
            found.extend(rows);
        }
        found
    };
    let syntax = of(Topic::Syntax).find_map(|s| syntax::syntax(page, s));
    let path = syntax.as_ref().and_then(|syntax| syntax.path.clone());
    let request = rows(Topic::Request);
    let common = rows(Topic::Common);
    let answer = rows(Topic::Response);
    let mut errors = Vec::new();
    for section in of(Topic::Errors) {
        let found = errors::errors(page, section);
        notes.extend(cut(page, section, found.len(), "errors"));
        errors.extend(found);
    }
    let summary = summary(page, &sections[0].lines, title.line);
    let marks = deprecated(page, &sections[0].lines).into_iter().collect();
    let authorization = of(Topic::Authorization).find_map(|s| access::authorization(page, s));
    // The lines of a long page take more memory than its text, and rows have all that was on them.
    drop(sections);
    let mut operation = Operation {
        name: title.operation.to_owned(),
        span: Span::line(page, title.line),
        summary,
        method: syntax.map(|syntax| syntax.method),
        parameters: parameters(request, path.as_ref(), &mut notes),
        common: parameters(common, None, &mut notes),
        path,
        authorization,
        marks,
        response: nest::response(answer, success, &mut notes),
        errors,
        samples,
        notes,
    };
    condition::settle(&mut operation);
    operation
}

/// Most members and items of a page's samples.
const MOST_SHOWN: usize = 10_000;

/// Says that a table was too long to be read to its end.
fn cut(page: u32, section: &Section<'_>, count: usize, what: &str) -> Option<Note> {
    let text = format!("the table has more than {} {what}: the rest was left out", rows::MOST);
    let span = section.heading.map(|line| Span::line(page, line));
    (count >= rows::MOST).then_some(Note { text, span })
}

/// Parameters with the places that the table or the path says they travel in.
fn parameters(rows: Vec<rows::Row>, path: Option<&Said<String>>, notes: &mut Vec<Note>) -> Vec<Parameter> {
    let placed = rows.iter().rev().filter(|r| r.place != Place::Unsaid);
    let places: HashMap<String, Place> = placed.map(|r| (r.name.clone(), r.place)).collect();
    let place = |name: &str| match path.is_some_and(|p| p.value.contains(&format!("{{{name}}}"))) {
        true => Place::Path,
        false => places.get(name).copied().unwrap_or_default(),
    };
    let fields = nest::parameters(rows, notes);
    rows::GivenUp::new(fields).map(|field| Parameter { place: place(&field.name), field }).collect()
}

/// The mark of an operation that its page says is out of use.
fn deprecated(page: u32, top: &[Line<'_>]) -> Option<Said<Mark>> {
    let words = MARKS.iter().find(|(_, mark)| *mark == Mark::Deprecated).map_or(&[] as &[&str], |(words, _)| words);
    let line = top.iter().take(MOST_TOP_LINES).find(|line| {
        let small = line.text.to_lowercase();
        let operation = ["operation", "api", "接口"].iter().any(|word| small.contains(word));
        operation && words.iter().any(|word| small.contains(word))
    })?;
    Some(Said::said(Mark::Deprecated, Span::line(page, line.number)))
}

/// Lines below the title that are searched for a mark.
const MOST_TOP_LINES: usize = 40;

/// The first paragraph below the title.
fn summary(page: u32, top: &[Line<'_>], title: u32) -> Option<Said<String>> {
    let updated = |text: &str| text.to_lowercase().starts_with("last updated") || text.starts_with("更新时间");
    let line = top.iter().find(|l| l.number > title && !l.text.trim().is_empty() && !updated(l.text.trim()))?;
    Some(Said::said(line.text.trim().to_owned(), Span::line(page, line.number)))
}
