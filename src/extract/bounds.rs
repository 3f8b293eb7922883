//! Ranges of numbers and lengths of texts, as sentences give them.

use crate::contract::{Bounds, Field, Kind, Note, Said};
use crate::span::Span;

/// Words before a range of a number.
const RANGES: &[&str] = &["Valid values:", "valid values:", "Value range:", "value range:", "取值范围：", "取值："];

/// Words before the most or the least of a number.
const MOSTS: &[&str] = &["Maximum value:", "cannot be greater than", "cannot exceed", "最大值：", "最大值为", "，最大"];
const LEASTS: &[&str] = &["Minimum value:", "cannot be less than", "最小值：", "最小值为", "，最小"];

/// Words that the length of a text follows or is followed by.
const LENGTHS: &[&str] = &["characters in length", "characters long", "长度"];

/// Every word without which a line gives no bounds.
pub(super) const CUES: [&[&str]; 4] = [RANGES, MOSTS, LEASTS, LENGTHS];

/// Reads the bounds that a line gives.
pub(super) fn read(field: &mut Field, text: &str, span: Span) {
    match field.kind.value {
        Kind::Integer | Kind::Number => {
            let found = RANGES.iter().find_map(|words| between(after(text, words)?)).unwrap_or(Bounds {
                min: LEASTS.iter().find_map(|words| number(after(text, words)?).map(|(n, _)| n)),
                max: MOSTS.iter().find_map(|words| number(after(text, words)?).map(|(n, _)| n)),
            });
            let before = field.range.as_ref().map_or(Bounds { min: None, max: None }, |r| r.value);
            let both = Bounds { min: found.min.or(before.min), max: found.max.or(before.max) };
            if found != (Bounds { min: None, max: None }) && fits(field, both, span) {
                field.range = Some(Said::said(both, span).into());
            }
        }
        Kind::String => {
            let found = length(text);
            if let Some(found) = found.filter(|_| field.length.is_none()) {
                field.length = Some(Said::said(found, span).into());
            }
        }
        _ => {}
    }
}

fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.find(words).map(|at| text[at + words.len()..].trim_start())
}

/// Whether the example lies within the bounds: a page that contradicts itself there has none.
fn fits(field: &mut Field, bounds: Bounds, span: Span) -> bool {
    let example = field.example.as_ref().and_then(|e| e.value.trim().parse::<f64>().ok());
    let low = |n: f64| bounds.min.is_some_and(|min| n < min);
    let high = |n: f64| bounds.max.is_some_and(|max| n > max);
    let inverted = bounds.min.zip(bounds.max).is_some_and(|(min, max)| min > max);
    let within = !inverted && !example.is_some_and(|n| low(n) || high(n));
    if !within {
        let text = format!("the bounds of `{}` and its example contradict each other: no bounds are kept", field.name);
        field.notes.push(Note { text, span: Some(span) });
    }
    within
}

/// `1 to 100`, `1~100`, `1 - 100`
fn between(text: &str) -> Option<Bounds> {
    let (min, rest) = number(text)?;
    let rest = rest.trim_start();
    let rest = ["to ", "~", "～", "-", "–", "至"].iter().find_map(|word| rest.strip_prefix(word))?;
    let (max, _) = number(rest.trim_start())?;
    (min <= max).then_some(Bounds { min: Some(min), max: Some(max) })
}

/// The number at the start of a text, and what follows.
fn number(text: &str) -> Option<(f64, &str)> {
    let digits = |(at, c): &(usize, char)| c.is_ascii_digit() || *at == 0 && *c == '-' || *c == ',';
    let end = text.char_indices().take(24).take_while(digits).last().map(|(at, c)| at + c.len_utf8())?;
    let end = text[..end].trim_end_matches(',').len();
    let value: f64 = text[..end].replace(',', "").parse().ok()?;
    let rest = &text[end..];
    let fraction = rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    (!fraction).then_some((value, rest))
}

/// `must be 2 to 128 characters in length`, `cannot exceed 64 characters in length`, `长度为2~128个字符`
fn length(text: &str) -> Option<Bounds> {
    let marks = ["characters in length", "characters long"];
    let at = marks.iter().find_map(|words| text.find(words));
    if let Some(at) = at {
        let sentence = text[..at].rfind(['.', '\n']).map_or(0, |dot| dot + 1);
        let sentence = text[sentence..at].trim_start();
        // What holds under a condition only is no bound.
        if sentence.starts_with("For ") || sentence.starts_with("If ") {
            return None;
        }
        let range = after(sentence, "must be").and_then(between);
        let most = ["up to", "cannot exceed", "at most"].iter().find_map(|words| number(after(sentence, words)?));
        return range.or(most.map(|(max, _)| Bounds { min: None, max: Some(max) }));
    }
    ["长度为", "长度：", "长度"].iter().find_map(|words| between(after(text, words)?)).filter(|_| text.contains("字符"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(min: Option<f64>, max: Option<f64>) -> Option<Bounds> {
        Some(Bounds { min, max })
    }

    #[test]
    fn sentences_give_lengths() {
        assert_eq!(length("It must be 2 to 128 characters in length."), bounds(Some(2.0), Some(128.0)));
        assert_eq!(length("The token cannot exceed 64 characters in length."), bounds(None, Some(64.0)));
        assert_eq!(length("长度为2~128个字符"), bounds(Some(2.0), Some(128.0)));
        assert_eq!(length("For Windows instances, it must be 2 to 15 characters in length"), None);
    }

    #[test]
    fn numbers_end_where_their_digits_end() {
        assert_eq!(between("1 to 1,000."), bounds(Some(1.0), Some(1000.0)));
        assert_eq!(between("1~50之前"), bounds(Some(1.0), Some(50.0)));
        assert_eq!(between("true and false"), None);
        assert_eq!(between("0, 1, 2"), None);
    }
}
