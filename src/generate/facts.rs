//! What several schemas say together of one value.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

/// A set of JSON types; whole and broken numbers apart.
pub(super) type Types = u8;
pub(super) const NULL: Types = 1;
pub(super) const BOOLEAN: Types = 2;
pub(super) const INTEGER: Types = 4;
pub(super) const FRACTION: Types = 8;
pub(super) const TEXT: Types = 16;
pub(super) const LIST: Types = 32;
pub(super) const OBJECT: Types = 64;
pub(super) const ALL: Types = 127;

/// Keywords that the plan aims at. All others are drawn blindly and left to the judge.
const AIMED_AT: &[&str] = &[
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "then",
    "else",
    "$ref",
    "$dynamicRef",
];

/// Keywords that are held to, and not or only sometimes aimed at.
const HELD_TO: &[&str] = &[
    "not",
    "multipleOf",
    "pattern",
    "format",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// Keywords that constrain nothing.
const REMARKS: &[&str] = &[
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$comment",
    "$defs",
    "$vocabulary",
    "$recursiveAnchor",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "discriminator",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
    "components",
    "style",
    "explode",
];

/// What is to be told of a keyword that is not aimed at.
pub(super) fn blindness(keyword: &str) -> String {
    match HELD_TO.contains(&keyword) {
        true => format!("`{keyword}` is not aimed at, only held to"),
        false => format!("`{keyword}` is no keyword of JSON Schema, nothing is held to it"),
    }
}

/// Whether a keyword constrains nothing.
pub(super) fn is_remark(keyword: &str) -> bool {
    keyword.starts_with("x-") || REMARKS.contains(&keyword)
}

/// The conjunction of schemas whose references and alternatives are resolved already.
#[derive(Debug)]
pub(super) struct Facts<'s> {
    pub(super) types: Types,
    /// The closed list, if there is one.
    pub(super) closed: Option<Vec<&'s Value>>,
    /// Inclusive bounds of whole numbers.
    pub(super) whole: (i128, i128),
    /// Inclusive bounds of numbers.
    pub(super) real: (f64, f64),
    /// Whether anything was said about bounds.
    pub(super) bounded: (bool, bool),
    pub(super) step: Option<&'s Number>,
    pub(super) length: (usize, Option<usize>),
    pub(super) patterns: Vec<&'s str>,
    pub(super) format: Option<&'s str>,
    pub(super) count: (usize, Option<usize>),
    pub(super) unique: bool,
    pub(super) size: (usize, Option<usize>),
    pub(super) required: BTreeSet<&'s str>,
    pub(super) examples: Vec<&'s Value>,
    /// The schemas themselves, for what needs more than a fold.
    pub(super) parts: Vec<&'s Map<String, Value>>,
    /// Keywords that nothing aims at.
    pub(super) blind: BTreeSet<&'s str>,
}

impl<'s> Facts<'s> {
    /// Where no type is said, `guess` takes the one that the keywords are about.
    pub(super) fn of(parts: Vec<&'s Map<String, Value>>, guess: bool) -> Facts<'s> {
        let mut facts = Facts {
            types: ALL,
            closed: None,
            whole: (i128::MIN, i128::MAX),
            real: (f64::MIN, f64::MAX),
            bounded: (false, false),
            step: None,
            length: (0, None),
            patterns: Vec::new(),
            format: None,
            count: (0, None),
            unique: false,
            size: (0, None),
            required: BTreeSet::new(),
            examples: Vec::new(),
            parts: Vec::new(),
            blind: BTreeSet::new(),
        };
        for part in parts {
            for (keyword, value) in part {
                facts.add(keyword, value);
            }
            facts.parts.push(part);
        }
        if facts.types == ALL && facts.closed.is_none() && guess {
            facts.types = facts.meant();
        }
        facts
    }

    /// Every schema of that keyword.
    pub(super) fn each(&self, keyword: &str) -> impl Iterator<Item = &'s Value> {
        self.parts.iter().filter_map(move |part| part.get(keyword)).collect::<Vec<_>>().into_iter()
    }

    fn add(&mut self, keyword: &'s str, value: &'s Value) {
        let at_least = |bound: &mut (usize, Option<usize>)| bound.0 = bound.0.max(count(value).unwrap_or(0));
        let at_most = |bound: &mut (usize, Option<usize>)| {
            bound.1 = [bound.1, count(value)].into_iter().flatten().min();
        };
        match (keyword, value) {
            ("type", value) => self.types &= types(value),
            ("enum", Value::Array(list)) => self.close(list.iter().collect()),
            ("const", value) => self.close(vec![value]),
            ("minimum" | "exclusiveMinimum", Value::Number(n)) => self.above(n, keyword != "minimum"),
            ("maximum" | "exclusiveMaximum", Value::Number(n)) => self.below(n, keyword != "maximum"),
            ("multipleOf", Value::Number(n)) => match self.step {
                None => self.step = Some(n),
                Some(_) => drop(self.blind.insert(keyword)),
            },
            ("minLength", _) => at_least(&mut self.length),
            ("maxLength", _) => at_most(&mut self.length),
            ("pattern", Value::String(pattern)) => self.patterns.push(pattern),
            ("format", Value::String(format)) => match self.format.replace(format) {
                Some(other) if other != format => drop(self.blind.insert(keyword)),
                _ => {}
            },
            ("contains", _) if self.parts.iter().any(|part| part.contains_key(keyword)) => {
                self.blind.insert(keyword);
            }
            ("not", Value::Bool(false)) => {}
            ("not", Value::Bool(true)) => self.types = 0,
            ("not", Value::Object(not)) if not.keys().all(|k| k == "type") => {
                self.types &= not.get("type").map_or(0, |value| !types(value));
            }
            ("minItems", _) => at_least(&mut self.count),
            ("maxItems", _) => at_most(&mut self.count),
            ("uniqueItems", Value::Bool(true)) => self.unique = true,
            ("minProperties", _) => at_least(&mut self.size),
            ("maxProperties", _) => at_most(&mut self.size),
            ("required", Value::Array(names)) => self.required.extend(names.iter().filter_map(Value::as_str)),
            ("examples", Value::Array(list)) => self.examples.extend(list),
            ("default", value) => self.examples.push(value),
            (other, _) if is_remark(other) || AIMED_AT.contains(&other) => {}
            (other, _) => drop(self.blind.insert(other)),
        }
    }

    fn close(&mut self, list: Vec<&'s Value>) {
        match &mut self.closed {
            Some(closed) => closed.retain(|v| list.contains(v)),
            None => self.closed = Some(list),
        }
    }

    fn above(&mut self, bound: &Number, exclusive: bool) {
        let real = bound.as_f64().unwrap_or(f64::MIN);
        let whole = whole(bound).map_or_else(|| real.ceil() as i128, |w| w + i128::from(exclusive));
        self.whole.0 = self.whole.0.max(whole);
        self.real.0 = self.real.0.max(if exclusive { real.next_up() } else { real });
        self.bounded.0 = true;
    }

    fn below(&mut self, bound: &Number, exclusive: bool) {
        let real = bound.as_f64().unwrap_or(f64::MAX);
        let whole = whole(bound).map_or_else(|| real.floor() as i128, |w| w - i128::from(exclusive));
        self.whole.1 = self.whole.1.min(whole);
        self.real.1 = self.real.1.min(if exclusive { real.next_down() } else { real });
        self.bounded.1 = true;
    }

    /// Where no type is said, keywords tell what is meant; a subset of what is legal is still legal.
    fn meant(&self) -> Types {
        let says = |keywords: &[&str]| self.parts.iter().any(|p| keywords.iter().any(|k| p.contains_key(*k)));
        let hints = [
            (TEXT, &["minLength", "maxLength", "pattern", "format"][..]),
            (INTEGER, &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
            (LIST, &["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]),
            (
                OBJECT,
                &[
                    "properties",
                    "required",
                    "additionalProperties",
                    "patternProperties",
                    "propertyNames",
                    "minProperties",
                    "maxProperties",
                ],
            ),
        ];
        let meant = hints.iter().filter(|(_, keywords)| says(keywords)).fold(0, |all, (bit, _)| all | bit);
        if meant == 0 { TEXT | INTEGER | BOOLEAN } else { meant }
    }
}

/// What a schema says of a leaf, or of a whole listed value, beyond its type and list; none where that is nothing.
pub(super) fn bounds(part: &Map<String, Value>) -> Option<Value> {
    let folded = |k: &str| matches!(k, "type" | "enum" | "const" | "$schema" | "$id") || is_remark(k);
    let points_away = |k: &str| matches!(k, "$ref" | "$dynamicRef" | "allOf" | "anyOf" | "oneOf" | "if" | "not");
    let structured = |k: &str| matches!(k, "properties" | "items" | "prefixItems");
    let said = part.iter().filter(|(k, _)| !folded(k) && !points_away(k) && !structured(k));
    let said: Map<String, Value> = said.map(|(k, v)| (k.clone(), v.clone())).collect();
    (!said.is_empty()).then_some(Value::Object(said))
}

fn types(value: &Value) -> Types {
    let one = |name: &Value| match name.as_str() {
        Some("null") => NULL,
        Some("boolean") => BOOLEAN,
        Some("integer") => INTEGER,
        Some("number") => INTEGER | FRACTION,
        Some("string") => TEXT,
        Some("array") => LIST,
        Some("object") => OBJECT,
        _ => 0,
    };
    match value {
        Value::Array(names) => names.iter().fold(0, |all, name| all | one(name)),
        name => one(name),
    }
}

/// The type of a value.
pub(super) fn type_of(value: &Value) -> Types {
    match value {
        Value::Null => NULL,
        Value::Bool(_) => BOOLEAN,
        Value::Number(n) if whole(n).is_some() => INTEGER,
        Value::Number(_) => FRACTION,
        Value::String(_) => TEXT,
        Value::Array(_) => LIST,
        Value::Object(_) => OBJECT,
    }
}

/// A number without a fraction, exactly.
pub(super) fn whole(number: &Number) -> Option<i128> {
    let exact = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    exact.or_else(|| number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 1e30).map(|f| f as i128))
}

fn count(value: &Value) -> Option<usize> {
    let count = value.as_u64().or_else(|| value.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64))?;
    usize::try_from(count).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn several_schemas_fold_into_one() {
        let parts = [
            json!({ "type": ["integer", "string"], "minimum": 3, "enum": [1, 5, "a"], "maxLength": 9 }),
            json!({ "type": "number", "exclusiveMaximum": 7, "minimum": 2.5, "const": 5, "maxLength": 4, "x-a": 1, "odd": 1 }),
        ];
        let facts = Facts::of(parts.iter().map(|p| p.as_object().unwrap()).collect(), true);
        assert_eq!((facts.types, facts.whole), (INTEGER, (3, 6)));
        assert_eq!((facts.closed, facts.length), (Some(vec![&json!(5)]), (0, Some(4))));
        assert_eq!(facts.blind.into_iter().collect::<Vec<_>>(), ["odd"]);
    }

    #[test]
    fn whole_numbers_are_told_from_broken_ones_exactly() {
        assert_eq!(whole(json!(u64::MAX).as_number().unwrap()), Some(i128::from(u64::MAX)));
        assert_eq!(whole(json!(1e21).as_number().unwrap()), Some(10_i128.pow(21)));
        assert_eq!(whole(json!(0.5).as_number().unwrap()), None);
    }
}
