//! A page cut at the headings that pages of this kind have.

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
    /// Members of the answer.
    Response,
    /// Samples.
    Samples,
    /// Errors.
    Errors,
    /// Anything else.
    Other,
}

/// Headings, in small letters, as pages spell them.
const HEADINGS: &[(&str, Topic)] = &[
    ("authorization information", Topic::Authorization),
    ("ram authorization", Topic::Authorization),
    ("授权信息", Topic::Authorization),
    ("request syntax", Topic::Syntax),
    ("请求语法", Topic::Syntax),
    ("request parameters", Topic::Request),
    ("请求参数", Topic::Request),
    ("リクエストパラメータ", Topic::Request),
    ("response parameters", Topic::Response),
    ("response elements", Topic::Response),
    ("return parameters", Topic::Response),
    ("返回参数", Topic::Response),
    ("返回数据", Topic::Response),
    ("レスポンスパラメータ", Topic::Response),
    ("examples", Topic::Samples),
    ("samples", Topic::Samples),
    ("示例", Topic::Samples),
    ("例", Topic::Samples),
    ("error codes", Topic::Errors),
    ("错误码", Topic::Errors),
    ("接口错误码", Topic::Errors),
    ("エラーコード", Topic::Errors),
    ("request headers", Topic::Other),
    ("请求头", Topic::Other),
    ("operation description", Topic::Top),
    ("debugging", Topic::Other),
    ("调试", Topic::Other),
    ("try it now", Topic::Other),
    ("change history", Topic::Other),
    ("release notes", Topic::Other),
];

/// Headings only where a mark of Markdown says that they are, since columns of tables bear the same names.
const MARKED: &[(&str, Topic)] = &[
    ("request body", Topic::Request),
    ("requestbody", Topic::Request),
    ("example", Topic::Samples),
    ("error code", Topic::Errors),
    ("errors", Topic::Errors),
    ("common errors", Topic::Errors),
];

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
        if let Some(topic) = topic(text).filter(|_| if hashed { text.starts_with('#') } else { !fenced }) {
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

/// A heading on the line on which a sample or the syntax of a request ends.
fn glued(text: &str) -> Option<(&str, Topic)> {
    let ends = ["HTTP/1.1", "}"].into_iter().filter_map(|end| Some(text.rfind(end)? + end.len()));
    let at = ends.max()?;
    Some((&text[..at], topic(&text[at..]).filter(|_| !text[at..].starts_with([' ', '#']))?))
}

/// Whether a heading says what stands below it.
pub(super) fn known(heading: &str) -> bool {
    topic(&format!("# {heading}")).is_some()
}

/// What a line is the heading of, if it is one. A heading of the second level that says something else is one, too.
fn topic(text: &str) -> Option<Topic> {
    let bare = text.split_once("{#").or(text.split_once("{ .")).map_or(text, |(bare, _)| bare);
    let bare = bare.trim_matches(|c: char| matches!(c, '#' | '.' | '*') || c.is_whitespace());
    let known = (bare.len() < 60).then(|| bare.to_lowercase());
    let marked = if text.starts_with('#') { MARKED } else { &[] };
    let known = known.and_then(|h| HEADINGS.iter().chain(marked).find(|(word, _)| *word == h).map(|(_, topic)| *topic));
    known.or_else(|| text.starts_with("## ").then_some(Topic::Other))
}
