//! The boundary catalogue as a table: every class, its value, and what it is for.

use super::text::{AWKWARD, LENGTHS};

/// One line of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The type whose values it is among: `text`, `integer`, `number`, `boolean`, `list`, `object`, `map`, `any`.
    pub kind: &'static str,
    /// Its name in reports.
    pub class: &'static str,
    /// The value as JSON, or what stands for it.
    pub value: String,
    /// How clients get it wrong.
    pub why: &'static str,
}

pub(super) const INTEGERS: &[(&str, i128)] = &[
    ("zero", 0),
    ("one", 1),
    ("minus-one", -1),
    ("most-int32", (1 << 31) - 1),
    ("beyond-int32", 1 << 31),
    ("least-int32", -(1 << 31)),
    ("below-int32", -(1 << 31) - 1),
    ("beyond-uint32", 1 << 32),
    ("six-nines", 999_999),
    ("million", 1_000_000),
    ("ten-million", 10_000_000),
    ("before-exact", (1 << 53) - 1),
    ("most-exact", 1 << 53),
    ("beyond-exact", (1 << 53) + 1),
    ("after-least-exact", -(1 << 53) + 1),
    ("least-exact", -(1 << 53)),
    ("below-exact", -(1 << 53) - 1),
    ("most-int64", (1 << 63) - 1),
    ("beyond-int64", 1 << 63),
    ("least-int64", -(1 << 63)),
];

pub(super) const NUMBERS: &[(&str, f64)] = &[
    ("tenth", 0.1),
    ("minus-zero", -0.0),
    ("huge", 1e21),
    ("tiny", 1e-7),
    ("large", 1.797_693_134_862_315_7e308),
    ("smallest", 5e-324),
    ("long-fraction", 0.300_000_000_000_000_04),
    ("half", 1.5),
    ("minus-half", -1.5),
];

/// How many items a list has.
pub(super) const LISTS: &[(&str, usize)] =
    &[("none", 0), ("one-item", 1), ("two-items", 2), ("twelve-items", 12), ("hundred-items", 100)];

/// Names of a map's member.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("one-key", "key"),
    ("key-dotted", "a.b"),
    ("key-blank", "a b"),
    ("key-empty", ""),
    ("key-number", "1"),
    ("key-reserved", "a+b&c=d"),
    ("key-unicode", "云é😀"),
    ("key-dollar", "$int"),
];

/// Values that a page's own words give, or that stand for more than one.
const OTHERS: &[(&str, &str, &str, &str)] = &[
    ("any", "example", "the page's", "what the page itself shows"),
    ("any", "default", "the page's", "is left out although it is given"),
    ("any", "listed", "each of the closed list", "is missing from an enumeration, or renamed"),
    ("any", "null", "null", "is sent as a text, or takes the call down"),
    ("any", "shortest", "of the least length", "is refused by a limit of the client's own"),
    ("any", "longest", "of the greatest length", "is refused by a limit of the client's own, or cut"),
    ("text", "long-unicode", "1000 characters of 2 to 4 bytes", "is cut in bytes where characters were meant"),
    ("integer", "least", "the least allowed", "is refused by a limit of the client's own"),
    ("integer", "most", "the greatest allowed", "is refused by a limit of the client's own"),
    ("boolean", "true", "true", "is spelled True or 1"),
    ("boolean", "false", "false", "is spelled False, or taken for nothing and left out"),
    ("list", "same-item-twice", "an item twice", "is taken for a set"),
    ("object", "empty-object", "{}", "is taken for nothing and left out"),
    ("object", "full", "every member", "loses a member"),
    ("object", "unknown-member", "a member more", "is dropped, or takes the call down"),
];

/// The whole catalogue. The values of a parameter are those of its type that the page allows.
pub fn catalogue() -> Vec<Entry> {
    let texts = AWKWARD.iter().map(|(class, text)| ("text", *class, format!("{text:?}"), of_text(class)));
    let lengths = LENGTHS.iter().map(|(class, length)| {
        (
            "text",
            *class,
            format!("{length} characters"),
            "does not fit a buffer, a column or a limit of the client's own",
        )
    });
    let integers = INTEGERS.iter().map(|(class, value)| ("integer", *class, value.to_string(), of_integer(class)));
    let numbers = NUMBERS.iter().map(|(class, value)| {
        (
            "number",
            *class,
            format!("{value:?}"),
            "is rounded, or spelled with an exponent or a sign that the server cannot read",
        )
    });
    let lists = LISTS.iter().map(|(class, count)| ("list", *class, format!("{count} items"), of_list(*count)));
    let keys = KEYS.iter().map(|(class, key)| {
        ("map", *class, format!("a member {key:?}"), "is taken for a path, an index or a part of the query")
    });
    let others = OTHERS.iter().map(|(kind, class, value, why)| (*kind, *class, (*value).to_owned(), *why));
    let all = texts.chain(lengths).chain(integers).chain(numbers).chain(lists).chain(keys).chain(others);
    all.map(|(kind, class, value, why)| Entry { kind, class, value, why }).collect()
}

fn of_text(class: &str) -> &'static str {
    let family = class.split_once('-').map_or(class, |(family, _)| family);
    match family {
        _ if class == "leading-zeros" => "is read as a number",
        "empty" => "is taken for nothing and left out",
        "one" | "leading" | "trailing" | "inner" => "is trimmed, joined or taken for nothing",
        "reserved" => "is not encoded, encoded twice, or ends the value",
        "percent" => "is taken for an escape, or escaped twice",
        "safe" => "is encoded although it need not be, and signed otherwise",
        "dots" | "address" => "is taken for a path, and made shorter",
        "reference" => "is taken for the name of a file",
        "no" => "becomes a blank",
        "tab" | "line" | "carriage" | "nul" | "control" | "escape" | "delete" | "c1" => {
            "is removed, replaced, or ends the value"
        }
        "header" => "becomes a header of its own",
        "latin" | "sharp" | "turkish" | "cjk" | "scripts" | "typography" => {
            "is sent in another encoding, or changes with the case"
        }
        "combining" | "right" | "emoji" | "flag" | "invisible" => "is normalised, or loses what cannot be seen",
        "non" | "last" => "is cut in two, or replaced",
        "replacement" | "byte" | "noncharacter" | "private" => "is removed or refused, although it is a character",
        "word" => "is read as the value that it spells",
        "exponent" | "decimal" | "hexadecimal" | "big" => "is read as a number",
        "json" | "entity" | "html" | "unicode" | "quoted" => "is decoded or escaped once too often",
        "date" => "is read as a date, and mended",
        "format" => "is filled in",
        _ => "is changed",
    }
}

fn of_integer(class: &str) -> &'static str {
    match class {
        "zero" => "is taken for nothing and left out",
        "one" => "is spelled true",
        "minus-one" => "loses its sign, or is taken for unset",
        c if c.ends_with("int32") => "wraps around at 32 bits",
        c if c.ends_with("exact") => "is rounded to a double",
        c if c.ends_with("int64") => "wraps around at 64 bits",
        _ => "is spelled with an exponent or with separators",
    }
}

fn of_list(count: usize) -> &'static str {
    match count {
        0 => "is taken for nothing and left out",
        1 => "comes as its item",
        2 => "loses its last item, or counts from 0",
        12 => "is put in the order of texts: 1, 10, 2",
        _ => "is cut at a limit of the client's own",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_class_stands_once_and_says_what_it_is_for() {
        let all = catalogue();
        let classes: BTreeSet<_> = all.iter().map(|entry| (entry.kind, entry.class)).collect();
        assert_eq!(classes.len(), all.len());
        for entry in all {
            assert!(!entry.why.is_empty() && entry.why != "is changed", "{} says nothing of itself", entry.class);
        }
    }
}
