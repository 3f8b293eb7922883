//! The line of every value of a JSON text.

use std::collections::BTreeMap;

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
    fn every_value_has_its_line() {
        let text = "{\n \"A\": {\n  \"B\": [\n   1,\n   {\"C\": \"}\\\"\"}\n  ]\n },\n \"D\": 1\n}";
        let found = lines(text);
        let lines: Vec<(&str, u32)> = found.iter().map(|(path, line)| (path.as_str(), *line)).collect();
        assert_eq!(lines, [("A", 1), ("A.B", 2), ("A.B[0]", 3), ("A.B[1]", 4), ("A.B[1].C", 4), ("D", 7)]);
    }
}
