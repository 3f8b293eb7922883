//! YAML as the JSON text that says the same, each value on the line that it had.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::Value;

/// Deepest nesting that is read, as in JSON.
const DEEPEST: usize = 120;

/// How much longer the JSON may be than the YAML: aliases repeat what they stand for, and hostile ones without end.
const GROWTH: usize = 8;

/// The JSON text; why not, where the text is no YAML or not one that JSON can say.
pub(super) fn to_json(text: &str) -> Result<String, String> {
    let most = text.len().saturating_mul(GROWTH).saturating_add(64 * 1024);
    let mut out = Writer { json: String::new(), line: 1, most, open: Vec::new(), anchors: HashMap::new() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| format!("line {}: {}", e.marker().line(), e.info()))?;
        let line = span.start.line();
        let done = out.event(event, line).map_err(|why| format!("line {line}: {why}"))?;
        if done {
            break;
        }
    }
    match out.json.trim().is_empty() {
        true => Err("it holds nothing".to_owned()),
        false => Ok(out.json),
    }
}

struct Writer {
    json: String,
    /// The line that the JSON has come to.
    line: usize,
    most: usize,
    open: Vec<Open>,
    /// The JSON of what an anchor stands for, on one line.
    anchors: HashMap<usize, String>,
}

/// A mapping or a sequence that has not ended.
struct Open {
    mapping: bool,
    /// Keys and values, or items, that were written.
    written: usize,
    /// Its anchor, and where its JSON begins.
    anchor: usize,
    start: usize,
}

impl Writer {
    /// Writes one event; true at the end of the first document.
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<bool, String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref());
                let json = if self.at_key() { Value::String(text.into_owned()).to_string() } else { value.to_string() };
                self.whole(&json, line)?;
                if anchor > 0 {
                    self.anchors.insert(anchor, json);
                }
            }
            Event::Alias(anchor) => {
                // An anchor inside of itself has no JSON yet.
                let json = self.anchors.get(&anchor).ok_or("an alias stands for nothing, or for itself")?.clone();
                if self.at_key() && !json.starts_with('"') {
                    return Err("a key that is no text".to_owned());
                }
                self.whole(&json, line)?;
            }
            Event::SequenceStart(anchor, _) => self.begin(false, anchor, line)?,
            Event::MappingStart(anchor, _) => self.begin(true, anchor, line)?,
            Event::SequenceEnd => self.end(']'),
            Event::MappingEnd => self.end('}'),
            Event::DocumentEnd => return Ok(true),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
        Ok(false)
    }

    /// Whether a key of a mapping comes next.
    fn at_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.mapping && open.written.is_multiple_of(2))
    }

    /// What stands before the next value: the line, a comma or a colon.
    fn before(&mut self, line: usize) {
        if let Some(open) = self.open.last_mut() {
            match (open.mapping, open.written) {
                (_, 0) => {}
                (true, n) if n % 2 == 1 => self.json.push(':'),
                _ => self.json.push(','),
            }
            open.written += 1;
        }
        if line > self.line {
            self.json.extend(std::iter::repeat_n('\n', line - self.line));
            self.line = line;
        }
    }

    fn whole(&mut self, json: &str, line: usize) -> Result<(), String> {
        self.before(line);
        if self.json.len() + json.len() > self.most {
            return Err("its aliases make it too long".to_owned());
        }
        self.json.push_str(json);
        Ok(())
    }

    fn begin(&mut self, mapping: bool, anchor: usize, line: usize) -> Result<(), String> {
        if self.at_key() {
            return Err("a key that is no text".to_owned());
        }
        if self.open.len() >= DEEPEST {
            return Err(format!("nested deeper than {DEEPEST} levels"));
        }
        self.before(line);
        self.open.push(Open { mapping, written: 0, anchor, start: self.json.len() });
        self.json.push(if mapping { '{' } else { '[' });
        Ok(())
    }

    fn end(&mut self, close: char) {
        self.json.push(close);
        let Some(open) = self.open.pop().filter(|open| open.anchor > 0) else { return };
        self.anchors.insert(open.anchor, self.json[open.start..].replace('\n', ""));
    }
}

/// A scalar's value as YAML 1.2 has it: quoted ones are texts, plain ones what they look like.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let tagged = tag.is_some_and(|t| t.is_yaml_core_schema() && t.suffix == "str");
    if style != ScalarStyle::Plain || tagged {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let radix = |prefix: &str, radix| Some(Value::from(i64::from_str_radix(text.strip_prefix(prefix)?, radix).ok()?));
    let number = || {
        let bare = text.strip_prefix('+').unwrap_or(text);
        let numeric = bare.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
        let json = bare.trim_start_matches('-');
        // `007` and `1.` are numbers in YAML, and not as JSON writes them.
        let plain = || serde_json::from_str::<serde_json::Number>(bare).ok();
        let respelt = || {
            let digits = json.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            let whole = json.bytes().all(|b| b.is_ascii_digit());
            let value = bare.parse::<f64>().ok().filter(|v| digits && v.is_finite())?;
            match whole {
                true => bare.parse::<i64>().ok().map(serde_json::Number::from),
                false => serde_json::Number::from_f64(value),
            }
        };
        numeric.then(|| plain().or_else(respelt)).flatten().map(Value::Number)
    };
    let read = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(number);
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::extract::document::tree;

    fn read(text: &str) -> Value {
        serde_json::from_str(&to_json(text).expect("it is YAML")).expect("it is JSON")
    }

    #[test]
    fn scalars_are_what_they_look_like_and_quoted_ones_are_texts() {
        let text =
            "a: 1\nb: '1'\nc: 1.5\nd: yes\ne: true\nf: ~\ng: 2020-01-01\nh: 0x1F\ni: 1.0.0\nj: !!str 3\nk:\n200: ok\n";
        let expected = json!({"a": 1, "b": "1", "c": 1.5, "d": "yes", "e": true, "f": null, "g": "2020-01-01",
            "h": 31, "i": "1.0.0", "j": "3", "k": null, "200": "ok"});
        assert_eq!(read(text), expected);
        assert_eq!(read("- +1\n- 007\n- .5\n- .inf\n"), json!([1, 7, 0.5, ".inf"]));
    }

    #[test]
    fn every_value_keeps_its_line() {
        let text = "# c\na:\n  - x\n  - >\n    long\n    text\n  - {b: 1,\n     c: 2}\nd: &e\n  f: 1\ng: *e\n";
        let json = to_json(text).expect("it is YAML");
        let tree = tree::parse(&json).expect("it is JSON");
        let line = |pointer: &str| tree.pointer(pointer).expect("it is there").line;
        assert_eq!((line("/a"), line("/a/0"), line("/a/2/c"), line("/d/f"), line("/g")), (2, 3, 8, 10, 11));
        assert_eq!(tree.pointer("/g/f").map(|n| n.value()), Some(json!(1)));
        assert_eq!(read(text)["a"][1], "long text\n");
    }

    #[test]
    fn what_json_cannot_say_or_grows_without_end_is_refused() {
        assert!(to_json("a: [1\n").is_err() && to_json("? [a]\n: b\n").is_err() && to_json("a: *b\n").is_err());
        assert!(to_json("a: &b [*b]\n").is_err() && to_json("").is_err());
        assert!(to_json(&"[".repeat(100_000)).is_err());
        let bomb: String =
            (1..40).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(","))).collect();
        let error = to_json(&format!("a0: &a0 lol\n{bomb}")).expect_err("it is a bomb");
        assert!(error.contains("aliases"), "{error}");
    }
}
