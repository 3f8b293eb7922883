//! What descriptions say: closed lists, marks, defaults.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde_json::{Value, json};

use super::bounds;
use crate::contract::{DocumentedValue, Field, Kind, Note, Said};
use crate::page::words::{DEFAULTS, MARKS, USUAL, VALUE_LISTS};
use crate::span::Span;

/// Every word that a fact follows: one look tells most lines, which say none.
static CUES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let marks = MARKS.iter().flat_map(|(words, _)| words.iter());
    let words = marks.chain(VALUE_LISTS).chain(DEFAULTS).chain(bounds::CUES.iter().copied().flatten());
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("so few words make a small automaton")
});

/// Most values of a closed list: a longer one is no list of a parameter's values.
const MOST_VALUES: usize = 1_000;

/// Reads a row's prose into its field.
pub(super) fn read(field: &mut Field, prose: &[(u32, String)]) {
    let page = field.span.page;
    let words: Vec<&str> = prose.iter().map(|(_, text)| text.as_str()).filter(|t| !t.starts_with('•')).collect();
    if let (Some((first, _)), Some((last, _))) = (prose.first(), prose.last()) {
        field.description = Some(Said::said(words.join("\n"), Span::lines(page, *first, *last)));
    }
    let mut list = None;
    for (line, text) in prose {
        let span = Span::line(page, *line);
        if let Some(entry) = text.strip_prefix('•') {
            if let Some(list) = &mut list {
                listed(field, list, entry, span);
            }
            continue;
        }
        close(field, list.take());
        if !CUES.is_match(text) {
            continue;
        }
        marks(field, text, span);
        if let Some(rest) = after_valid_values(text) {
            match rest.trim().trim_end_matches(['.', '。']).trim() {
                "" => list = Some(List::default()),
                inline => {
                    field.values.extend(inline_list(field.kind.value, inline, span));
                    let usual = beside_usual(inline).filter(|_| !field.values.is_empty());
                    let usual = usual.and_then(|value| typed(field.kind.value, value));
                    field.default = usual.map(|v| Said::said(v, span).into()).or(field.default.take());
                }
            }
        }
        if let Some(value) = default(text) {
            let said = typed(field.kind.value, value).map(|v| Said::said(v, span).into());
            field.default = said.or(field.default.take());
        }
        bounds::read(field, text, span);
    }
    close(field, list);
}

/// Marks that a line puts on its field.
fn marks(field: &mut Field, text: &str, span: Span) {
    let small = text.to_lowercase();
    for (words, mark) in MARKS {
        if words.iter().any(|word| small.contains(word)) && !field.has(*mark) {
            field.marks.push(Said::said(*mark, span));
        }
    }
}

/// What follows the words that introduce a closed list.
fn after_valid_values(text: &str) -> Option<&str> {
    VALUE_LISTS.iter().find_map(|words| {
        let at = text.find(words)?;
        let rest = text[at + words.len()..].trim_start_matches(' ');
        rest.strip_prefix([':', '：'])
    })
}

/// A closed list whose entries stand on lines of their own.
#[derive(Debug, Default)]
struct List {
    values: Vec<DocumentedValue>,
    /// Whether an entry is prose, so that other values are legal, too.
    open: bool,
}

/// An entry: `SYSTEM: only the system disk.`, `cdn (default)`, `0`.
fn listed(field: &mut Field, list: &mut List, entry: &str, span: Span) {
    let entry = entry.trim();
    let usual = aside(entry);
    let ends = [": ", "：", " (", "（"].iter().filter_map(|mark| entry.find(mark)).chain(usual);
    // A colon without a blank ends a value only where words follow.
    let tight = || entry.find(char::is_whitespace).and_then(|blank| entry[..blank].find(':'));
    let border = ends.min().or_else(tight).unwrap_or(entry.trim_end_matches([':', '.', '。']).len());
    let (value, rest) = entry.split_at(border);
    let value = value.trim();
    if value.is_empty() || value.contains(char::is_whitespace) || value.contains(['，', '。']) {
        list.open = true;
        return;
    }
    let Some(typed) = typed(field.kind.value, value) else { return };
    if usual.is_some() {
        field.default = Some(Said::said(typed.clone(), span).into());
    }
    let meaning = rest.split_once([':', '：']).map(|(_, meaning)| meaning.trim().to_owned());
    let meaning = meaning.filter(|m| !m.is_empty());
    list.values.push(DocumentedValue { value: typed, meaning, span });
}

/// Where parentheses open that say of a value beside them that it is taken when none is given.
fn aside(text: &str) -> Option<usize> {
    let opened = text.match_indices(['(', '（']);
    opened.into_iter().find_map(|(at, mark)| {
        let inside = text[at + mark.len()..].split([')', '）', ',', '，']).next()?.trim().to_lowercase();
        let said = USUAL
            .iter()
            .any(|word| inside == *word || inside.strip_prefix(word).is_some_and(|r| r == "值" || r == " value"));
        said.then_some(at)
    })
}

/// The word of an inline list beside which such parentheses stand.
fn beside_usual(text: &str) -> Option<&str> {
    let before = text[..aside(text)?].trim_end();
    before.rsplit([' ', ',', '、', '，', ';', '；']).next().filter(|word| !word.is_empty())
}

/// Takes a list over into its field, unless it is open.
fn close(field: &mut Field, list: Option<List>) {
    let Some(list) = list.filter(|list| !list.open) else { return };
    if field.values.len() + list.values.len() > MOST_VALUES {
        let text = format!("`{}` lists over {MOST_VALUES} values: they are not read as a closed list", field.name);
        field.notes.push(Note { text, span: list.values.first().map(|v| v.span) });
        return;
    }
    for value in list.values {
        if !field.values.iter().any(|v| v.value == value.value) {
            field.values.push(value);
        }
    }
}

/// `true and false`
fn inline_list(kind: Kind, text: &str, span: Span) -> Vec<DocumentedValue> {
    let ends = |at: usize, c: char| c == '。' || c == '.' && text[at + 1..].starts_with([' ', '\n']);
    let end = text.char_indices().find(|(at, c)| ends(*at, *c)).map_or(text.len(), |(at, _)| at);
    let bare = without_asides(&text[..end]);
    let parts = bare.split([',', '、', '，', ';', '；']).flat_map(|p| p.split(" and ")).flat_map(|p| p.split(" or "));
    let parts: Vec<&str> = parts
        .map(str::trim)
        .map(|p| p.strip_prefix("and ").or(p.strip_prefix("or ")).unwrap_or(p).trim_matches('`').trim())
        .filter(|p| !p.is_empty())
        .collect();
    // A list of words may go on with a clause in another script.
    let ascii = parts.first().is_some_and(|p| p.is_ascii());
    let words: Vec<&str> = parts.iter().copied().take_while(|p| p.is_ascii() == ascii).collect();
    let (clause, parts) = (words.len() < parts.len(), words);
    let words = (parts.len() > 1 || clause) && parts.iter().all(|p| !p.contains([' ', '~', '(']) && !p.contains("..."));
    if !words {
        return Vec::new();
    }
    parts.iter().filter_map(|p| Some(DocumentedValue { value: typed(kind, p)?, meaning: None, span })).collect()
}

/// A text without what stands in parentheses.
fn without_asides(text: &str) -> String {
    let mut depth = 0usize;
    let keep = |c: &char| {
        depth += usize::from(matches!(c, '(' | '（'));
        let out = depth == 0;
        depth -= usize::from(matches!(c, ')' | '）') && depth > 0);
        out
    };
    text.chars().filter(keep).collect()
}

/// `Default value: 10.`: a word or a few, of which no clause and no further sentence is part.
fn default(text: &str) -> Option<&str> {
    let rest = DEFAULTS.iter().find_map(|words| Some(&text[text.find(words)? + words.len()..]))?.trim_start();
    let blank = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let ends = |(at, c): &(usize, char)| match c {
        '。' | '，' | '；' | '（' | ';' => true,
        '(' => at.checked_sub(1).is_some(),
        ',' => rest[at + 1..].starts_with(' '),
        '.' => {
            let after = &rest[at + 1..];
            // A sentence may follow without a blank: `80.The port`.
            let sentence = after.contains(' ') && after.starts_with(char::is_uppercase) && *at < blank;
            after.is_empty() || after.starts_with(char::is_whitespace) || sentence
        }
        _ => false,
    };
    let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
    let value = rest[..end].trim_matches(|c: char| matches!(c, '`' | '"' | '“' | '”' | '*') || c.is_whitespace());
    Some(value).filter(|value| !value.is_empty() && value.split_whitespace().count() <= MOST_WORDS)
}

/// Most words of a default: what is longer tells how it is found.
const MOST_WORDS: usize = 3;

/// A value in the field's type; none if it does not fit.
fn typed(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Boolean => text.to_lowercase().parse::<bool>().ok().map(Value::Bool),
        Kind::Integer => text.parse::<i64>().ok().map(|n| json!(n)),
        Kind::Number => text.parse::<f64>().ok().filter(|f| f.is_finite()).map(|f| json!(f)),
        Kind::String | Kind::Any => Some(json!(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(kind: Kind, lines: &[&str]) -> Field {
        let mut field = Field::new("Name", Said::said(kind, Span::line(0, 1)), Span::line(0, 1));
        let prose: Vec<(u32, String)> = (1..).zip(lines.iter().map(|line| (*line).to_owned())).collect();
        read(&mut field, &prose);
        field
    }

    fn default_of(kind: Kind, lines: &[&str]) -> Option<Value> {
        read_as(kind, lines).default.map(|d| d.value)
    }

    #[test]
    fn a_default_ends_before_the_next_sentence() {
        for (line, value) in [
            ("Default value: 80.The port of it is open.", "80"),
            ("Default value: a. It is kept.", "a"),
            ("Default value: v1.0.2-beta", "v1.0.2-beta"),
            ("The default value is cn-a, which is near.", "cn-a"),
            ("默认值：a，可以修改。", "a"),
            ("默认为`a`。", "a"),
            ("Default value: a (b in some regions).", "a"),
        ] {
            assert_eq!(default_of(Kind::String, &[line]), Some(json!(value)), "{line}");
        }
        assert_eq!(default_of(Kind::String, &["Default: the ID of the network that you named above."]), None);
        assert_eq!(default_of(Kind::Integer, &["Default value: 10 (minutes)."]), Some(json!(10)));
    }

    #[test]
    fn a_value_of_a_list_may_be_called_the_default() {
        for entry in [
            "• a (default)",
            "• a(Default): the first.",
            "• a: the first (default value)",
            "• a（默认）：第一个",
            "• a（默认值）",
        ] {
            let field = read_as(Kind::String, &["Valid values:", entry, "• b: the other"]);
            let values: Vec<&Value> = field.values.iter().map(|v| &v.value).collect();
            assert_eq!(values, [&json!("a"), &json!("b")], "{entry}");
            assert_eq!(field.default.map(|d| d.value), Some(json!("a")), "{entry}");
        }
        assert_eq!(default_of(Kind::String, &["Valid values: a, b (default), and c."]), Some(json!("b")));
        assert_eq!(default_of(Kind::String, &["Valid values: a (by default in some regions) and b."]), None);
    }
}
