//! A JSON text as a tree whose nodes know their lines, which `serde_json` does not tell.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

/// One value of the text.
#[derive(Debug)]
pub(super) struct Node<'t> {
    /// The line that it begins on, counted from 1.
    pub(super) line: u32,
    /// The value as it stands in the text.
    raw: &'t str,
    shape: Shape<'t>,
}

#[derive(Debug)]
enum Shape<'t> {
    /// The members in the text's order, and their indices sorted by name: documents have thousands of schemas.
    Map(Vec<(Cow<'t, str>, Node<'t>)>, Vec<u32>),
    List(Vec<Node<'t>>),
    Leaf,
}

/// The tree of a text; what `serde_json` finds wrong with it where it is no JSON, or nested deeper than 128 levels.
pub(super) fn parse(text: &str) -> Result<Node<'_>, serde_json::Error> {
    serde_json::from_str::<IgnoredAny>(text)?;
    // The text is sound, so that the walk below looks for places only.
    let mut walk = Walk { text, at: 0, line: 1 };
    Ok(walk.node())
}

impl<'t> Node<'t> {
    /// The member of that name; of several, the last.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        let Shape::Map(members, sorted) = &self.shape else { return None };
        let end = sorted.partition_point(|&index| members[index as usize].0.as_ref() <= name);
        let (found, node) = &members[*sorted.get(end.checked_sub(1)?)? as usize];
        (found == name).then_some(node)
    }

    /// The members of an object in the text's order; none of anything else.
    pub(super) fn members(&self) -> &[(Cow<'t, str>, Node<'t>)] {
        match &self.shape {
            Shape::Map(members, _) => members,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node<'t>] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub(super) fn text(&self) -> Option<Cow<'t, str>> {
        unquote(self.raw)
    }

    /// The text of the member that is a string.
    pub(super) fn text_of(&self, name: &str) -> Option<Cow<'t, str>> {
        self.get(name)?.text()
    }

    /// Whether the member is `true`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.get(name).is_some_and(|n| n.raw == "true")
    }

    /// Whether it is an object.
    pub(super) fn is_map(&self) -> bool {
        matches!(self.shape, Shape::Map(..))
    }

    /// The decoded value.
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(self.raw).unwrap_or(Value::Null)
    }

    /// What a JSON pointer such as `/components/schemas/Pet` leads to.
    pub(super) fn pointer(&self, pointer: &str) -> Option<&Node<'t>> {
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, token| {
            let plain = percent_encoding::percent_decode_str(token).decode_utf8_lossy();
            let name = plain.replace("~1", "/").replace("~0", "~");
            node.get(&name).or_else(|| node.items().get(name.parse::<usize>().ok()?))
        })
    }
}

fn unquote(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    match inner.contains('\\') {
        false => Some(Cow::Borrowed(inner)),
        true => serde_json::from_str(raw).ok().map(Cow::Owned),
    }
}

struct Walk<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl<'t> Walk<'t> {
    /// The next byte that is no blank, counting the lines on the way.
    fn peek(&mut self) -> u8 {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'\n') => self.line += 1,
                Some(b' ' | b'\t' | b'\r') => {}
                other => return other.copied().unwrap_or_default(),
            }
            self.at += 1;
        }
    }

    fn node(&mut self) -> Node<'t> {
        let open = self.peek();
        let (start, line) = (self.at, self.line);
        let shape = match open {
            b'{' => self.map(),
            b'[' => self.list(),
            _ => self.leaf(open),
        };
        Node { line, raw: &self.text[start..self.at], shape }
    }

    fn map(&mut self) -> Shape<'t> {
        self.at += 1;
        let mut members: Vec<(Cow<'t, str>, Node<'t>)> = Vec::new();
        while self.another(b'}') {
            let key = self.node();
            self.peek();
            self.at += 1;
            let mut value = self.node();
            // A member is said where its name stands.
            value.line = key.line;
            members.push((key.text().unwrap_or_default(), value));
        }
        let mut sorted: Vec<u32> = (0..members.len() as u32).collect();
        sorted.sort_by(|a, b| members[*a as usize].0.cmp(&members[*b as usize].0));
        Shape::Map(members, sorted)
    }

    fn list(&mut self) -> Shape<'t> {
        self.at += 1;
        let mut items = Vec::new();
        while self.another(b']') {
            items.push(self.node());
        }
        Shape::List(items)
    }

    /// Whether one more follows; steps over commas and over the end.
    fn another(&mut self, close: u8) -> bool {
        if self.peek() == b',' {
            self.at += 1;
        }
        let more = self.peek() != close;
        self.at += usize::from(!more);
        more
    }

    fn leaf(&mut self, open: u8) -> Shape<'t> {
        let bytes = self.text.as_bytes();
        if open == b'"' {
            self.at += 1;
            while let Some(byte) = bytes.get(self.at).filter(|b| **b != b'"') {
                self.at += if *byte == b'\\' { 2 } else { 1 };
            }
            self.at += 1;
        } else {
            let ends = |b: &u8| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace();
            self.at = bytes[self.at..].iter().position(ends).map_or(bytes.len(), |length| self.at + length);
        }
        Shape::Leaf
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_value_knows_the_line_of_its_name() {
        let text = "\n{ \"a\" :\n  [1,\n -2.5e3, \"x\\\"}\"],\n\"b/c\": {}, \"n\": null}";
        let tree = parse(text).expect("it is JSON");
        assert_eq!(tree.line, 2);
        let a = tree.get("a").expect("it is there");
        assert_eq!((a.line, a.items()[1].line), (2, 4));
        assert_eq!(a.items()[2].text().as_deref(), Some("x\"}"));
        assert_eq!(tree.pointer("/b~1c").map(|n| n.line), Some(5));
        assert_eq!(tree.pointer("/a/1").map(Node::value), Some(serde_json::json!(-2500.0)));
        assert!(tree.get("c").is_none() && tree.pointer("/a/9").is_none());
    }

    #[test]
    fn of_members_with_one_name_the_last_counts() {
        let tree = parse(r#"{"a":1,"b":2,"a":3}"#).expect("it is JSON");
        assert_eq!(tree.get("a").map(Node::value), Some(serde_json::json!(3)));
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_an_error() {
        assert!(parse("{").is_err() && parse("{} x").is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            ".*".prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(".*", inner, 0..6).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    fn agrees(node: &Node<'_>, value: &Value) {
        assert_eq!(&node.value(), value);
        match value {
            Value::Object(members) => {
                assert_eq!(members.len(), node.members().len());
                members.iter().for_each(|(name, value)| agrees(node.get(name).expect("it is there"), value));
            }
            Value::Array(items) => items.iter().zip(node.items()).for_each(|(value, node)| agrees(node, value)),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn the_tree_holds_what_serde_json_reads(value in json(), pretty in any::<bool>()) {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            agrees(&parse(&text).expect("it is JSON"), &value);
        }
    }
}
