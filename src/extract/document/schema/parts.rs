//! A schema with all that its references, `allOf` and a single alternative add to it.

use serde_json::json;

use super::super::tree::Node;
use super::{DEEPEST, Reader, first};
use crate::contract::Kind;

/// Most schemas that are merged into one.
const PARTS: usize = 64;

/// A schema with what `$ref`, `allOf` and a single alternative add to it.
pub(super) struct Parts<'t, 'd> {
    pub(super) nodes: Vec<&'d Node<'t>>,
    /// The references that led here, those that stand for the whole first.
    pub(super) followed: Vec<String>,
    /// How many of them stand for the whole, and not for one part of several.
    pub(super) whole: usize,
    /// What a reader of the contract must know.
    pub(super) notes: Vec<String>,
    pub(super) nullable: bool,
    /// The kind that all alternatives share, where there are several.
    pub(super) shared: Option<Kind>,
    pub(super) open_ended: bool,
    /// The member that tells several forms apart, and its value for each.
    pub(super) discriminator: Option<(&'d Node<'t>, Vec<String>)>,
}

impl<'t, 'd> Reader<'t, 'd> {
    /// The schema itself, what it refers to, what `allOf` adds, and its alternative, if there is only one beside null.
    pub(super) fn gather(&self, node: &'d Node<'t>) -> Parts<'t, 'd> {
        let mut parts = Parts {
            nodes: Vec::new(),
            followed: Vec::new(),
            whole: 0,
            notes: Vec::new(),
            nullable: false,
            shared: None,
            open_ended: false,
            discriminator: None,
        };
        self.collect(node, &mut parts, 0);
        parts
    }

    fn collect(&self, node: &'d Node<'t>, parts: &mut Parts<'t, 'd>, depth: usize) {
        if depth > DEEPEST || parts.nodes.len() >= PARTS {
            parts.notes.push("a chain of references or of `allOf` is too long: the rest was left out".into());
            return;
        }
        parts.nodes.push(node);
        parts.nullable |= node.is("nullable");
        parts.nullable |=
            node.get("type").is_some_and(|t| t.items().iter().any(|i| i.text().as_deref() == Some("null")));
        parts.nullable |= node.get("enum").is_some_and(|e| e.items().iter().any(|v| v.value().is_null()));
        if let Some(target) = node.text_of("$ref") {
            match target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                None => parts.notes.push(format!("`{target}` leads nowhere in this document")),
                Some(_) if parts.followed.iter().any(|r| *r == target) => {
                    parts.notes.push(format!("`{target}` refers to itself"));
                }
                Some(found) => {
                    // Nothing but references and lone wrappers stands above it.
                    parts.whole += usize::from(parts.nodes[..parts.nodes.len() - 1].iter().all(|n| wraps(n)));
                    parts.followed.push(target.into_owned());
                    self.collect(found, parts, depth + 1);
                }
            }
        }
        for part in node.get("allOf").map(Node::items).unwrap_or_default() {
            self.collect(part, parts, depth + 1);
        }
        for word in ["oneOf", "anyOf"] {
            let Some(alternatives) = node.get(word) else { continue };
            let null = |n: &&Node<'_>| n.text_of("type").as_deref() == Some("null");
            parts.nullable |= alternatives.items().iter().any(|n| null(&n));
            let real: Vec<_> = alternatives.items().iter().filter(|n| !null(n)).collect();
            match real.as_slice() {
                [] => {}
                [one] => self.collect(one, parts, depth + 1),
                many if parts.nodes.iter().any(|n| n.get("properties").is_some()) => {
                    parts
                        .notes
                        .push(format!("`{word}` adds one of {} forms: which members it adds is left open", many.len()));
                }
                many => {
                    self.alternatives(word, many, parts);
                    parts.discriminator = node.get("discriminator").and_then(|told| discriminator(told, many));
                }
            }
        }
    }

    /// Several forms: what they share is their kind at most.
    fn alternatives(&self, word: &str, many: &[&'d Node<'t>], parts: &mut Parts<'t, 'd>) {
        parts.notes.push(format!("`{word}` allows {} forms: what is inside is left open", many.len()));
        parts.open_ended = true;
        let kinds = many.iter().map(|n| self.resolve(n).and_then(|n| declared(n)).unwrap_or(Kind::Any));
        let kinds: Vec<Kind> = kinds.collect();
        parts.shared = match kinds.as_slice() {
            [first, rest @ ..] if rest.iter().all(|k| k == first) => Some(*first),
            _ => Some(Kind::Any),
        };
    }
}

/// The name that a discriminator gives, and its values: the names of its mapping, else those of the schemas it chooses from.
fn discriminator<'t, 'd>(told: &'d Node<'t>, many: &[&'d Node<'t>]) -> Option<(&'d Node<'t>, Vec<String>)> {
    let name = told.get("propertyName").filter(|name| name.text().is_some_and(|t| !t.is_empty()))?;
    let mapped = told.get("mapping").map(Node::members).unwrap_or_default();
    let mapped: Vec<String> = mapped.iter().map(|(value, _)| value.clone().into_owned()).collect();
    let named = || {
        let last = |node: &&Node<'_>| Some(node.text_of("$ref")?.rsplit('/').next()?.to_owned());
        many.iter().filter_map(last).collect()
    };
    Some((name, if mapped.is_empty() { named() } else { mapped }))
}

/// Whether a schema stands for another one: a reference, or a combination of one.
fn wraps(node: &Node<'_>) -> bool {
    let one = |word| node.get(word).is_some_and(|n: &Node<'_>| n.items().len() == 1);
    node.get("properties").is_none() && (node.get("$ref").is_some() || one("allOf") || one("anyOf") || one("oneOf"))
}

pub(super) fn kind(parts: &Parts<'_, '_>) -> Kind {
    // Only objects have a member that tells them apart.
    let told = parts.discriminator.as_ref().map(|_| Kind::Object);
    let declared = parts.nodes.iter().find_map(|n| declared(n)).or(told);
    declared.or(parts.shared).unwrap_or_else(|| {
        let value = first(&parts.nodes, "const").or_else(|| first(&parts.nodes, "enum")?.items().first());
        value.and_then(|n| Kind::of(&n.value())).unwrap_or(Kind::Any)
    })
}

/// The kind that one schema declares, by `type` or by what only one kind has.
fn declared(node: &Node<'_>) -> Option<Kind> {
    let map = || {
        let values = node.get("additionalProperties");
        let free = values.is_some_and(|v| v.is_map() || v.value() == json!(true));
        if free && node.get("properties").is_none_or(|p| p.members().is_empty()) { Kind::Map } else { Kind::Object }
    };
    let names = match node.get("type") {
        Some(one) if one.items().is_empty() => vec![one.text()?],
        Some(several) => several.items().iter().filter_map(Node::text).filter(|t| t != "null").collect(),
        None if node.get("properties").is_some() || node.get("additionalProperties").is_some() => return Some(map()),
        None => return node.get("items").map(|_| Kind::Array),
    };
    match names.as_slice() {
        [one] => Some(match one.as_ref() {
            "string" => Kind::String,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            "array" => Kind::Array,
            "object" => map(),
            _ => Kind::Any,
        }),
        _ => Some(Kind::Any),
    }
}

/// The type as the document spells it; several with `or` between them.
pub(super) fn spelled(parts: &Parts<'_, '_>) -> String {
    let Some(node) = first(&parts.nodes, "type") else { return String::new() };
    match node.text() {
        Some(one) => one.into_owned(),
        None => node.items().iter().filter_map(Node::text).collect::<Vec<_>>().join(" or "),
    }
}
