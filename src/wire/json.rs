//! JSON that loses no digit: what a double cannot hold is spelled as the driver protocol spells it.

use serde_json::{Map, Number, Value, json};

/// Lists and objects within each other, at most.
const MAX_DEPTH: usize = 128;

/// How numbers and booleans are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// As values; `{"$int":"…"}` or `{"$num":"…"}` where a JSON number of ours would differ.
    Exact,
    /// As the text that stands there.
    Spelled,
}

/// Reads one JSON text. Of members with the same name the last counts.
///
/// # Errors
/// When it is not JSON, not UTF-8, holds half a surrogate pair, or is nested over 128 deep.
pub fn read(bytes: &[u8], leaves: Leaves) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| format!("not UTF-8 at byte {}", e.valid_up_to()))?;
    let mut reader = Reader { text, at: 0, leaves };
    let value = reader.value(0)?;
    reader.blank();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.at_fault("something after the value")),
    }
}

/// A JSON number's text as a value that is equal to it.
pub fn number(text: &str) -> Value {
    if text == "-0" {
        return json!({"$num": text});
    }
    if let Ok(number) = text.parse::<i64>() {
        return number.into();
    }
    if let Ok(number) = text.parse::<u64>() {
        return number.into();
    }
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return json!({"$int": text});
    }
    let double = text.parse::<f64>().ok().filter(|d| significant(&format!("{d:e}")) == significant(text));
    match double.and_then(Number::from_f64) {
        Some(number) => Value::Number(number),
        None => json!({"$num": text}),
    }
}

/// A decimal number's sign, its digits without outer zeros, and its exponent: equal for equal numbers.
fn significant(text: &str) -> (bool, String, i64) {
    let (sign, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let dropped = digits.len() - trimmed.len();
    // An exponent past i64 is no double either; any value that no double has will do.
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
    match trimmed.trim_start_matches('0') {
        "" => (sign, String::new(), 0),
        digits => (sign, digits.to_owned(), exponent.saturating_add(dropped as i64 - fraction.len() as i64)),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    leaves: Leaves,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn at_fault(&self, what: &str) -> String {
        format!("{what} at byte {}", self.at)
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(self.at_fault("nested over 128 deep"));
        }
        self.blank();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.at_fault("no JSON value")),
            None => Err(self.at_fault("the text ends")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, String> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.at_fault("no JSON value"));
        }
        self.at += word.len();
        match (self.leaves, value) {
            (Leaves::Spelled, Value::Bool(_)) => Ok(Value::String(word.to_owned())),
            (_, value) => Ok(value),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut map = Map::new();
        self.blank();
        if self.take(b'}') {
            return Ok(Value::Object(map));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.at_fault("no member name"));
            }
            let name = self.string()?;
            self.blank();
            if !self.take(b':') {
                return Err(self.at_fault("no colon"));
            }
            let value = self.value(depth + 1)?;
            map.insert(name, value);
            self.blank();
            if self.take(b'}') {
                return Ok(Value::Object(map));
            }
            if !self.take(b',') {
                return Err(self.at_fault("no comma"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blank();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.at_fault("no comma"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.at_fault("no digit"));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.at_fault("no digit"));
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.at_fault("no digit"));
            }
        }
        let text = &self.text[start..self.at];
        match self.leaves {
            Leaves::Exact => Ok(number(text)),
            Leaves::Spelled => Ok(Value::String(text.to_owned())),
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let run = self.text.as_bytes()[self.at..].iter().position(|b| matches!(b, b'"' | b'\\' | 0..=31));
            let Some(run) = run else { return Err(self.at_fault("a text without an end")) };
            out.push_str(&self.text[self.at..self.at + run]);
            self.at += run + 1;
            match self.text.as_bytes()[self.at - 1] {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escape()?),
                _ => return Err(self.at_fault("a control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'u') => {
                let first = self.unit()?;
                let low = if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    Some(self.unit()?)
                } else {
                    None
                };
                let character = char::decode_utf16([Some(first), low].into_iter().flatten()).next();
                let whole = character.and_then(Result::ok).filter(|c| low.is_none() || c.len_utf16() == 2);
                whole.ok_or_else(|| self.at_fault("half a surrogate pair"))?
            }
            _ => return Err(self.at_fault("an unknown escape")),
        })
    }

    fn unit(&mut self) -> Result<u16, String> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit =
            digits.and_then(|d| u16::from_str_radix(d, 16).ok()).ok_or_else(|| self.at_fault("a short escape"))?;
        self.at += 4;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_reads_we_read_alike() {
        for text in [
            r#" {"a" : [1, -2.5, 1e3, true, false, null, "x\n\u00e9\ud83d\ude00\/"], "b":{}, "a":[ ] } "#,
            "[]",
            "18446744073709551615",
            "\"é\"",
            "[0.1,1.50,1E+2,123456.789]",
        ] {
            assert_eq!(read(text.as_bytes(), Leaves::Exact), Ok(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn what_serde_refuses_we_refuse() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "-",
            "+1",
            "1e",
            "tru",
            "\"\\x\"",
            "\"\n\"",
            "\"\\ud83d\"",
            "\"\\ud83dx\"",
            "\"\\ud83d\\u0041\"",
            "\"\\ude00\"",
            "nullx",
            "{a:1}",
            "[1 2]",
            "\"",
            "NaN",
            "\u{feff}1",
            "\"\\u12",
            "\"\\u12é\"",
        ] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
            assert!(read(text.as_bytes(), Leaves::Exact).is_err(), "{text}");
        }
        assert!(read(b"\"\xff\"", Leaves::Exact).is_err());
        assert!(read("[".repeat(100_000).as_bytes(), Leaves::Exact).unwrap_err().starts_with("nested over 128 deep"));
    }

    #[test]
    fn no_digit_is_lost() {
        let exact = |text: &str| read(text.as_bytes(), Leaves::Exact).unwrap().to_string();
        assert_eq!(exact("9007199254740993"), "9007199254740993");
        assert_eq!(exact("123456789012345678901"), r#"{"$int":"123456789012345678901"}"#);
        assert_eq!(exact("0.10000000000000000001"), r#"{"$num":"0.10000000000000000001"}"#);
        assert_eq!(exact("1e400"), r#"{"$num":"1e400"}"#);
        assert_eq!(exact("1e99999999999999999999"), r#"{"$num":"1e99999999999999999999"}"#);
        assert_eq!(exact("-0"), r#"{"$num":"-0"}"#);
        assert_eq!(exact("12.3400"), "12.34");
        assert_eq!(exact("5e-324"), "5e-324");
    }

    #[test]
    fn spelled_leaves_are_texts() {
        let value = read(br#"[1.50,true,null,"x"]"#, Leaves::Spelled).unwrap();
        assert_eq!(value, json!(["1.50", "true", null, "x"]));
    }
}
