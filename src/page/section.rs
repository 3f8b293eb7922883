//! A page cut at the headings that pages of this kind have.

use super::words::{Column, HEADINGS, MARKED, columns};

/// One line of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: u32,
    /// The text without the blanks at its end.
    pub text: &'a str,
}

/// The lines under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// What the heading says.
    pub topic: Topic,
    /// The heading's line; none for what stands before the first.
    pub heading: Option<u32>,
    /// The lines below it.
    pub lines: Vec<Line<'a>>,
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Title and summary.
    Top,
    /// Who may call the operation.
    Authorization,
    /// How a request looks.
    Syntax,
    /// Parameters of the request.
    Request,
    /// Parameters that every operation of the product takes.
    Common,
    /// Members of the answer.
    Response,
    /// Samples.
    Samples,
    /// Errors.
    Errors,
    /// Anything else.
    Other,
}

/// Cuts a page at its headings.
pub fn sections(text: &str) -> Vec<Section<'_>> {
    let mut found = vec![Section { topic: Topic::Top, heading: None, lines: Vec::new() }];
    let mut fenced = false;
    // A page with headings of Markdown has no others.
    let hashed = text.lines().any(|line| line.starts_with("## ") && topic(line).is_some_and(|t| t != Topic::Other));
    for (number, text) in (1..).zip(text.lines()) {
        let text = text.trim_end();
        let last = found.last_mut().expect("there is a first");
        if text.starts_with("```") {
            fenced = !fenced;
        }
        let heading = topic(text).filter(|_| if hashed { text.starts_with('#') } else { !fenced });
        if let Some(topic) = heading.filter(|_| !in_header(text, &last.lines)) {
            found.push(Section { topic, heading: Some(number), lines: Vec::new() });
            continue;
        }
        match glued(text).filter(|_| !hashed && !fenced) {
            Some((before, topic)) => {
                last.lines.push(Line { number, text: before });
                found.push(Section { topic, heading: Some(number), lines: Vec::new() });
            }
            None => last.lines.push(Line { number, text }),
        }
    }
    found
}

/// Whether a line is the name of a column below that of another: some languages call a column what they call a section.
fn in_header(text: &str, above: &[Line<'_>]) -> bool {
    let is_column = |text: &str| columns(&[text.trim().to_owned()])[0].is_some();
    let above = || above.iter().rev().take(3).find(|line| !line.text.trim().is_empty());
    is_column(text) && above().is_some_and(|line| is_column(line.text))
}

/// Cuts what stands below no known heading at its samples and at the headers of its tables, where no heading says what
/// they are.
pub fn headless<'a>(sections: Vec<Section<'a>>) -> Vec<Section<'a>> {
    let known: Vec<Topic> = sections.iter().map(|section| section.topic).collect();
    let mut found: Vec<Section<'a>> = Vec::new();
    for section in sections {
        if !matches!(section.topic, Topic::Top | Topic::Other) {
            found.push(section);
            continue;
        }
        found.push(Section { lines: Vec::new(), ..section });
        for line in section.lines {
            let open = found.last().expect("there is a first");
            let sample = line.text.starts_with('{') && open.topic != Topic::Samples;
            let topic = tabled(line.text).or(sample.then_some(Topic::Samples));
            if let Some(topic) = topic.filter(|topic| !known.contains(topic)) {
                found.push(Section { topic, heading: None, lines: Vec::new() });
            }
            found.last_mut().expect("there is a first").lines.push(line);
        }
    }
    found
}

/// What a table is about whose header is this line.
fn tabled(text: &str) -> Option<Topic> {
    let text = text.trim();
    let mark = ['|', '\t'].into_iter().find(|mark| text.contains(*mark))?;
    let cells = text.trim_matches('|').split(mark).map(|cell| cell.trim().to_owned());
    let cells: Vec<String> = cells.take(LONGEST).collect();
    let known: Vec<Column> = columns(&cells).into_iter().collect::<Option<_>>()?;
    let has = |column| known.contains(&column);
    match () {
        () if has(Column::Code) && has(Column::Message) => Some(Topic::Errors),
        () if !has(Column::Name) || !has(Column::Type) => None,
        () if has(Column::Required) => Some(Topic::Request),
        () => Some(Topic::Response),
    }
}

/// A heading on the line on which a sample or the syntax of a request ends.
fn glued(text: &str) -> Option<(&str, Topic)> {
    let brace = text.rfind('}').map(|at| at + 1);
    // A protocol's name ends in a slash and its version: looking for the slash first spares most lines the search.
    let slash = text.rfind('/').filter(|at| text[..*at].ends_with("HTTP") && text[*at..].starts_with("/1.1"));
    let at = brace.max(slash.map(|at| at + 4))?;
    Some((&text[..at], topic(&text[at..]).filter(|_| !text[at..].starts_with([' ', '#']))?))
}

/// Whether a heading says what stands below it.
pub(super) fn known(heading: &str) -> bool {
    topic(&format!("# {heading}")).is_some()
}

/// Longest heading that is known, in bytes, with its marks.
const LONGEST: usize = 60;

/// What a line is the heading of, if it is one. A heading of the second level that says something else is one, too.
fn topic(text: &str) -> Option<Topic> {
    let marked = text.starts_with('#');
    if !marked && text.len() > 2 * LONGEST {
        return None;
    }
    let bare = text.split_once("{#").or(text.split_once("{ .")).map_or(text, |(bare, _)| bare);
    let bare = bare.trim_matches(|c: char| matches!(c, '#' | '.' | '*') || c.is_whitespace());
    let listed = HEADINGS.iter().chain(if marked { MARKED } else { &[] });
    let known = listed.filter(|_| bare.len() < LONGEST).find(|(word, _)| word.eq_ignore_ascii_case(bare));
    known.map(|(_, topic)| *topic).or_else(|| text.starts_with("## ").then_some(Topic::Other))
}
