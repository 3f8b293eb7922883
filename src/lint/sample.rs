//! The line of every value of a JSON text.

use std::collections::BTreeMap;

use serde_json::Value;

/// Lines, counted from 0, by path (`Data.List[0].Id`), of a text that parses.
pub(super) fn lines(text: &str) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    let mut line = 0;
    // What is open: its path, and for a list the next item.
    let mut open: Vec<(String, Option<usize>)> = Vec::new();
    let mut path = String::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let item = !byte.is_ascii_whitespace() && !matches!(byte, b',' | b']' | b'}');
        if let (true, Some((list, Some(next)))) = (item, open.last_mut())
            && path.is_empty()
        {
            path = format!("{list}[{next}]");
            *next += 1;
            found.insert(path.clone(), line);
        }
        match byte {
            b'\n' => line += 1,
            b'{' => open.push((std::mem::take(&mut path), None)),
            b'[' => open.push((std::mem::take(&mut path), Some(0))),
            b'}' | b']' => {
                open.pop();
                path.clear();
            }
            b',' => path.clear(),
            b'"' => {
                let end = string_end(bytes, at);
                if let (Some((object, None)), true) = (open.last(), path.is_empty()) {
                    let name: String = text.get(at..end).and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
                    path = join(object, &name);
                    found.entry(path.clone()).or_insert(line);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The value of a text that does not parse for a comma too few or too many; lines stay where they are.
pub(super) fn mended(text: &str) -> Option<Value> {
    // The fence below may still hang on a text that did not parse.
    let text = text.trim_end().trim_end_matches('`');
    if text.len() > MOST || !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + 16);
    let (mut at, mut copied) = (0, 0);
    // Where the last token ended, and what it was.
    let mut last = b'{';
    let mut comma: Option<usize> = None;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => string_end(bytes, at),
            _ => at + 1,
        };
        if byte.is_ascii_whitespace() {
            at = end;
            continue;
        }
        let opens = matches!(byte, b'"' | b'{' | b'[');
        let closed = matches!(last, b'"' | b'}' | b']');
        if opens && closed {
            out.push_str(&text[copied..at]);
            out.push(',');
            copied = at;
        }
        if let (b'}' | b']', Some(comma)) = (byte, comma) {
            out.push_str(&text[copied..comma]);
            copied = comma + 1;
        }
        comma = (*byte == b',').then_some(at);
        last = *byte;
        at = end;
    }
    out.push_str(text.get(copied..)?);
    serde_json::from_str(&out).ok()
}

/// Longest text that is mended, in bytes.
const MOST: usize = 1 << 20;

/// The path of a member.
pub(super) fn join(object: &str, name: &str) -> String {
    if object.is_empty() { name.to_owned() } else { format!("{object}.{name}") }
}

/// Just behind the quote that ends the string that begins here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_too_few_or_too_many_is_mended_and_nothing_else() {
        let meant = serde_json::json!({"a": "x,}", "b": [1, {"c": null}], "d": "e"});
        let text = "{\"a\": \"x,}\"\n\"b\": [1, {\"c\": null,}]\n \"d\": \"e\",\n}";
        assert_eq!(mended(text), Some(meant));
        assert!(mended("{\"a\": }").is_none() && mended("{\"a\" \"b\"}").is_none() && mended("{").is_none());
    }

    #[test]
    fn every_value_has_its_line() {
        let text = "{\n \"A\": {\n  \"B\": [\n   1,\n   {\"C\": \"}\\\"\"}\n  ]\n },\n \"D\": 1\n}";
        let found = lines(text);
        let lines: Vec<(&str, u32)> = found.iter().map(|(path, line)| (path.as_str(), *line)).collect();
        assert_eq!(lines, [("A", 1), ("A.B", 2), ("A.B[0]", 3), ("A.B[1]", 4), ("A.B[1].C", 4), ("D", 7)]);
    }
}
