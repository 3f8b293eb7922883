//! Schemas into a plan: references followed, conjunctions folded, alternatives spread out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::facts::{BOOLEAN, FRACTION, Facts, INTEGER, LIST, NULL, OBJECT, TEXT, blindness, bounds, type_of, whole};
use super::format;
use super::names::names;
use super::pattern::Pattern;
use super::plan::{Integer, List, Member, Node, Number, Object, Text, ceil_to};
use crate::schema::judge::Judge;

/// Beyond so many nodes alternatives are no longer told apart, only filtered.
const NODES: usize = 20_000;

/// Part of a conjunction that is still to be resolved.
#[derive(Debug, Clone, Copy)]
enum Part<'s> {
    /// A schema as it stands.
    Schema(&'s Value),
    /// A schema whose references and alternatives are other parts.
    Flat(&'s Map<String, Value>),
    /// The list of an `anyOf` or a `oneOf`.
    OneOf(&'s Vec<Value>),
    /// A schema with an `if`.
    If(&'s Map<String, Value>),
}

impl Part<'_> {
    fn key(&self) -> (u8, usize) {
        match self {
            Part::Schema(schema) => (0, std::ptr::from_ref(*schema).addr()),
            Part::Flat(schema) => (1, std::ptr::from_ref(*schema).addr()),
            Part::OneOf(list) => (2, std::ptr::from_ref(*list).addr()),
            Part::If(schema) => (3, std::ptr::from_ref(*schema).addr()),
        }
    }
}

/// A plan in the making.
pub(super) struct Planner<'s> {
    root: &'s Value,
    guess: bool,
    /// Schemas by `$id`, and by `#` and `$anchor`.
    names: BTreeMap<String, &'s Value>,
    nodes: Vec<Node>,
    known: HashMap<Vec<(u8, usize)>, usize>,
    pending: Vec<(usize, Vec<Part<'s>>)>,
    notes: BTreeSet<String>,
    /// Name patterns made ready.
    matches: BTreeMap<&'s str, Option<Judge>>,
    /// By schema, a judge of what it says of a leaf: none where that is nothing, or is no schema.
    judges: HashMap<usize, Option<Option<Judge>>>,
}

impl<'s> Planner<'s> {
    /// The nodes of a schema, the first one, and the keywords that nothing aims at.
    pub(super) fn plan(schema: &'s Value, guess: bool) -> (Vec<Node>, usize, BTreeSet<String>) {
        let mut planner = Planner {
            root: schema,
            guess,
            names: names(schema),
            nodes: Vec::new(),
            known: HashMap::new(),
            pending: Vec::new(),
            notes: BTreeSet::new(),
            matches: BTreeMap::new(),
            judges: HashMap::new(),
        };
        let root = planner.node(vec![Part::Schema(schema)]);
        // By hand, not by recursion: a plan may be deeper than the stack.
        while let Some((index, parts)) = planner.pending.pop() {
            planner.nodes[index] = planner.build(parts);
        }
        (planner.nodes, root, planner.notes)
    }

    /// The node of a conjunction, which may still have to be built.
    fn node(&mut self, parts: Vec<Part<'s>>) -> usize {
        let mut key: Vec<_> = parts.iter().map(Part::key).collect();
        key.sort_unstable();
        key.dedup();
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        let index = self.nodes.len();
        self.nodes.push(Node::Never);
        self.known.insert(key, index);
        self.pending.push((index, parts));
        index
    }

    fn node_of(&mut self, schemas: impl IntoIterator<Item = &'s Value>) -> usize {
        self.node(schemas.into_iter().map(Part::Schema).collect())
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.insert(text.into());
    }

    fn build(&mut self, parts: Vec<Part<'s>>) -> Node {
        let Some(mut parts) = self.flatten(parts) else { return Node::Never };
        let group = parts.iter().position(|p| matches!(p, Part::OneOf(_) | Part::If(_)));
        if let Some(group) = group {
            let group = parts.remove(group);
            return self.alternatives(group, &parts);
        }
        let flats = parts.iter().filter_map(|p| if let Part::Flat(schema) = p { Some(*schema) } else { None });
        let facts = Facts::of(flats.collect(), self.guess);
        for keyword in &facts.blind {
            self.note(blindness(keyword));
        }
        self.leaf(&facts)
    }

    /// Resolves references and takes alternatives apart; none where a part is `false`.
    fn flatten(&mut self, parts: Vec<Part<'s>>) -> Option<Vec<Part<'s>>> {
        let mut out: Vec<Part<'s>> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut queue = parts;
        queue.reverse();
        while let Some(part) = queue.pop() {
            if !seen.insert(part.key()) {
                continue;
            }
            let Part::Schema(schema) = part else {
                out.push(part);
                continue;
            };
            let members = match schema {
                Value::Bool(false) => return None,
                Value::Object(members) => members,
                _ => continue,
            };
            out.push(Part::Flat(members));
            if let Some(Value::Array(all)) = members.get("allOf") {
                queue.extend(all.iter().rev().map(Part::Schema));
            }
            for keyword in ["$ref", "$dynamicRef"] {
                let Some(reference) = members.get(keyword).and_then(Value::as_str) else { continue };
                match self.resolve(reference) {
                    Some(target) => queue.push(Part::Schema(target)),
                    None => self.note(format!("`{keyword}` to `{reference}` is not followed, only held to")),
                }
            }
            for keyword in ["anyOf", "oneOf"] {
                if let Some(Value::Array(branches)) = members.get(keyword) {
                    // Branches of a `oneOf` may overlap; the judge tells.
                    out.push(Part::OneOf(branches));
                }
            }
            if members.contains_key("if") {
                out.push(Part::If(members));
            }
        }
        Some(out)
    }

    /// What a reference points at. Where several schemas bear one name, it may be another than the validator takes.
    fn resolve(&self, reference: &str) -> Option<&'s Value> {
        let (resource, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = match resource {
            "" => self.root,
            id => self.names.get(id).or_else(|| self.names.get(id.rsplit('/').next()?))?,
        };
        let pointer = percent_encoding::percent_decode_str(fragment).decode_utf8().ok()?;
        match pointer.is_empty() || pointer.starts_with('/') {
            true => resource.pointer(&pointer),
            false => self.names.get(&format!("#{pointer}")).copied(),
        }
    }

    fn alternatives(&mut self, group: Part<'s>, rest: &[Part<'s>]) -> Node {
        let mut branches: Vec<Vec<Part<'s>>> = match group {
            Part::OneOf(list) => list.iter().map(|branch| vec![Part::Schema(branch)]).collect(),
            Part::If(members) => {
                let part = |keyword: &str| members.get(keyword).map(Part::Schema);
                vec![part("if").into_iter().chain(part("then")).collect(), part("else").into_iter().collect()]
            }
            Part::Schema(_) | Part::Flat(_) => unreachable!("only groups have alternatives"),
        };
        if self.nodes.len() > NODES {
            self.note("so many alternatives that not all are drawn");
            branches.truncate(1);
        }
        let nodes = branches.into_iter().map(|branch| self.node(rest.iter().copied().chain(branch).collect()));
        Node::Union(nodes.collect())
    }

    fn leaf(&mut self, facts: &Facts<'s>) -> Node {
        let example = |bits| facts.examples.iter().find(|e| type_of(e) & bits != 0).map(|e| (*e).clone());
        if let Some(closed) = &facts.closed {
            let mut list: Vec<Value> =
                closed.iter().filter(|v| type_of(v) & facts.types != 0).map(|v| (*v).clone()).collect();
            // Whatever else is said of them is checked once, here.
            list.retain(|value| self.fits(facts, value));
            list.sort_by_key(|value| !facts.examples.contains(&value));
            return if list.is_empty() { Node::Never } else { Node::Choice(list) };
        }
        let mut nodes = Vec::new();
        if facts.types & TEXT != 0 {
            nodes.push(self.text(facts, example(TEXT)));
        }
        if facts.types & FRACTION != 0 {
            nodes.push(self.number(facts, example(INTEGER | FRACTION)));
        } else if facts.types & INTEGER != 0 {
            nodes.push(self.integer(facts, example(INTEGER)));
        }
        if facts.types & BOOLEAN != 0 {
            let first = example(BOOLEAN).unwrap_or(Value::Bool(false));
            let other = Value::Bool(first == Value::Bool(false));
            nodes.push(Node::Choice(vec![first, other]));
        }
        if facts.types & OBJECT != 0 {
            nodes.push(self.object(facts));
        }
        if facts.types & LIST != 0 {
            nodes.push(self.list(facts));
        }
        if facts.types & NULL != 0 {
            nodes.push(Node::Choice(vec![Value::Null]));
        }
        match nodes.len() {
            0 => Node::Never,
            1 => nodes.remove(0),
            _ => {
                let first = self.nodes.len();
                self.nodes.append(&mut nodes);
                Node::Union((first..self.nodes.len()).collect())
            }
        }
    }

    fn integer(&mut self, facts: &Facts<'s>, example: Option<Value>) -> Node {
        // What is not bounded stays where every client's integer reaches; the edges are the boundary catalogue's.
        let (least, most) = match (facts.whole, facts.bounded) {
            (_, (false, false)) => (i128::from(i32::MIN), i128::from(i32::MAX)),
            ((least, _), (true, false)) => (least, least.max(i128::from(i32::MAX))),
            ((_, most), (false, true)) => (most.min(i128::from(i32::MIN)), most),
            (both, (true, true)) => both,
        };
        let (least, most) = (least.max(i128::from(i64::MIN)), most.min(i128::from(u64::MAX)));
        let step = match facts.step {
            None => 1,
            Some(step) => whole(step).filter(|s| *s > 0).unwrap_or(1),
        };
        if ceil_to(least, step) > most {
            return Node::Never;
        }
        let example = example.filter(|e| self.fits(facts, e));
        Node::Integer(Integer { least, most, step, example })
    }

    fn number(&mut self, facts: &Facts<'s>, example: Option<Value>) -> Node {
        let (least, most) = match (facts.real, facts.bounded) {
            (_, (false, false)) => (-1e9, 1e9),
            ((least, _), (true, false)) => (least, least.max(1e9)),
            ((_, most), (false, true)) => (most.min(-1e9), most),
            (both, (true, true)) => both,
        };
        if least > most {
            return Node::Never;
        }
        let step = facts.step.and_then(serde_json::Number::as_f64);
        let example = example.filter(|e| self.fits(facts, e));
        Node::Number(Number { least, most, step, example })
    }

    fn text(&mut self, facts: &Facts<'s>, example: Option<Value>) -> Node {
        let (least, most) = facts.length;
        if most.is_some_and(|most| most < least) {
            return Node::Never;
        }
        let pattern = facts.patterns.first().and_then(|said| {
            let pattern = Pattern::of(said);
            if pattern.is_none() {
                self.note(format!("`pattern` {said} is not aimed at, only held to"));
            }
            pattern
        });
        for other in facts.patterns.iter().skip(1).filter(|other| **other != facts.patterns[0]) {
            self.note(format!("`pattern` {other} is not aimed at, only held to"));
        }
        let format = facts.format.map(str::to_owned);
        let alone = facts.patterns.is_empty() && facts.length == (0, None);
        if let Some(format) = facts.format.filter(|f| format::constrains(f) && !(alone && format::is_known(f))) {
            let beside = if alone { "" } else { " beside a pattern or a length" };
            self.note(format!("`format` {format}{beside} is not aimed at, only held to"));
        }
        let example = example.filter(|e| self.fits(facts, e));
        Node::Text(Text { least, most, pattern, format, example })
    }

    /// Whether an example, or a listed value, fits what is said beside it.
    fn fits(&mut self, facts: &Facts<'s>, value: &Value) -> bool {
        facts.parts.iter().all(|part| {
            let ready = || bounds(part).map(|bounds| Judge::new(&bounds).ok());
            // To make a judge ready takes a thousand times longer than to ask it, and most parts need none.
            let judge = self.judges.entry(std::ptr::from_ref(*part).addr()).or_insert_with(ready);
            judge.as_ref().is_none_or(|judge| judge.as_ref().is_some_and(|judge| judge.accepts(value)))
        })
    }

    fn list(&mut self, facts: &Facts<'s>) -> Node {
        let (least, most) = facts.count;
        if most.is_some_and(|most| most < least) {
            return Node::Never;
        }
        let longest = facts.each("prefixItems").filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0);
        let at = |index: usize| {
            let each = |part: &&'s Map<String, Value>| {
                let prefix = part.get("prefixItems").and_then(Value::as_array);
                prefix.and_then(|p| p.get(index)).or_else(|| part.get("items"))
            };
            facts.parts.iter().filter_map(each).collect::<Vec<_>>()
        };
        let prefix = (0..longest).map(|i| self.node_of(at(i))).collect();
        let items = self.node_of(facts.each("items"));
        let contains = facts.each("contains").next();
        let contains = contains.map(|c| self.node_of(facts.each("items").chain([c])));
        Node::List(List { prefix, items, contains, least, most, unique: facts.unique })
    }

    fn object(&mut self, facts: &Facts<'s>) -> Node {
        let (least, most) = facts.size;
        let mut names: Vec<&'s str> = Vec::new();
        let properties = facts.each("properties").filter_map(Value::as_object).flat_map(Map::keys);
        for name in properties.map(String::as_str).chain(facts.required.iter().copied()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let members: Vec<Member> = names
            .iter()
            .map(|name| Member {
                name: (*name).to_owned(),
                node: self.member(facts, name),
                required: facts.required.contains(name),
            })
            .collect();
        let free = members.is_empty() && facts.each("additionalProperties").next().is_none();
        let extra: Vec<&Value> = facts.each("additionalProperties").collect();
        let closed = extra.iter().any(|schema| **schema == Value::Bool(false));
        let aimed = !extra.is_empty() || free || least > members.len();
        let extra = (!closed && aimed).then(|| self.node_of(extra));
        let name_rules: Vec<&Value> = facts.each("propertyNames").collect();
        let patterns: Vec<(&String, &Value)> =
            facts.each("patternProperties").filter_map(Value::as_object).flatten().collect();
        let names = (!name_rules.is_empty()).then(|| self.node_of(name_rules));
        let mut patterned = Vec::new();
        for (said, schema) in patterns {
            match Pattern::of(said) {
                Some(pattern) => patterned.push((pattern, self.node_of([schema]))),
                None => self.note(format!("`patternProperties` {said} is not aimed at, only held to")),
            }
        }
        Node::Object(Object { members, extra, names, patterned, least, most, free })
    }

    /// What several schemas say of one member: by name, by pattern, or of all others.
    fn member(&mut self, facts: &Facts<'s>, name: &str) -> usize {
        let mut said: Vec<&'s Value> = Vec::new();
        for part in &facts.parts {
            let before = said.len();
            said.extend(part.get("properties").and_then(|p| p.get(name)));
            for (pattern, schema) in part.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
                if self.matches(pattern, name) {
                    said.push(schema);
                }
            }
            if said.len() == before {
                said.extend(part.get("additionalProperties"));
            }
        }
        self.node_of(said)
    }

    fn matches(&mut self, pattern: &'s str, name: &str) -> bool {
        let ready = || Judge::new(&serde_json::json!({ "pattern": pattern })).ok();
        let judge = self.matches.entry(pattern).or_insert_with(ready);
        judge.as_ref().is_some_and(|judge| judge.accepts(&Value::String(name.to_owned())))
    }
}
