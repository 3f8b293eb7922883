//! A schema of a document as a field: references followed, parts merged, nesting and size bounded.

mod parts;

use serde_json::json;

use self::parts::{Parts, kind, spelled};
use super::tree::Node;
use super::value::{number, printed, range, typed};
use crate::contract::{Bounds, DocumentedValue, Field, Kind, Mark, Note, Said};
use crate::span::Span;

/// Deepest nesting that is followed.
const DEEPEST: usize = 32;

/// Most fields of one operation.
const MOST: usize = 5_000;

/// The member that holds what OpenAPI has no word for, in documents that we wrote.
pub(super) const BEYOND: &str = "x-fineprint";

/// Reads schemas of one operation.
pub(super) struct Reader<'t, 'd> {
    root: &'d Node<'t>,
    page: u32,
    /// References that are being followed, to notice a schema inside itself; an empty one marks a level.
    open: Vec<String>,
    /// Fields that may still be made.
    left: usize,
}

impl<'t, 'd> Reader<'t, 'd> {
    pub(super) fn new(root: &'d Node<'t>, page: u32) -> Reader<'t, 'd> {
        Reader { root, page, open: Vec::new(), left: MOST }
    }

    /// The line of a node, as a span.
    pub(super) fn span(&self, node: &Node<'_>) -> Span {
        Span::line(self.page, node.line)
    }

    /// What a node stands for: itself, or the end of its chain of references; none where that leads nowhere.
    pub(super) fn resolve(&self, node: &'d Node<'t>) -> Option<&'d Node<'t>> {
        let mut at = node;
        for _ in 0..DEEPEST {
            let Some(target) = at.text_of("$ref") else { return Some(at) };
            at = self.root.pointer(target.strip_prefix('#')?)?;
        }
        None
    }

    /// A schema as a field with all below it.
    pub(super) fn field(&mut self, name: &str, node: &'d Node<'t>) -> Field {
        let span = self.span(node);
        let parts = self.gather(node);
        let kind = kind(&parts);
        let mut field = Field::new(name, Said::said(kind, span), span);
        field.spelled = spelled(&parts);
        field.notes = parts.notes.iter().map(|text| Note { text: text.clone(), span: Some(span) }).collect();
        self.describe(&mut field, &parts);
        if parts.nullable {
            field.nullable = Some(Said::said(true, span).into());
        }
        self.beyond(&mut field, node);
        let inside = !matches!(kind, Kind::String | Kind::Integer | Kind::Number | Kind::Boolean);
        if inside && !parts.open_ended {
            self.inside(&mut field, &parts);
        }
        if let (Kind::Object, Some((name, values))) = (kind, &parts.discriminator) {
            let span = self.span(name);
            let mut member = Field::new(name.text().unwrap_or_default(), Said::said(Kind::String, span), span);
            member.required = Some(true);
            let value = |text: &String| DocumentedValue { value: json!(text), meaning: None, span };
            member.values = values.iter().map(value).collect();
            field.fields.push(member);
        }
        field
    }

    /// What a document that we wrote says beyond the words of OpenAPI.
    fn beyond(&self, field: &mut Field, node: &'d Node<'t>) {
        let Some(more) = node.get(BEYOND) else { return };
        let span = self.span(more);
        let list = |word: &str| more.get(word).map(Node::items).unwrap_or_default().iter().map(Node::value);
        if let Some(spelled) = more.text_of("spelled") {
            field.spelled = spelled.into_owned();
        }
        field.also = list("also").filter_map(|v| Some(Said::said(serde_json::from_value(v).ok()?, span))).collect();
        let conditions = list("conditions").filter_map(|v| Some(Said::said(serde_json::from_value(v).ok()?, span)));
        field.conditions = conditions.collect();
        for meaning in list("meanings") {
            let value = field.values.iter_mut().find(|v| v.value == meaning[0]);
            if let (Some(value), Some(text)) = (value, meaning[1].as_str()) {
                value.meaning = Some(text.to_owned());
            }
        }
    }

    /// Members, items and map values.
    fn inside(&mut self, field: &mut Field, parts: &Parts<'t, 'd>) {
        // A part that several schemas share may come again below one of them; a whole may not, and no part for ever.
        let seen = |r: &&String| self.open.iter().filter(|o| o == r).count();
        let (whole, shared) = parts.followed.split_at(parts.whole);
        let again = whole.iter().find(|r| seen(r) > 0).or_else(|| shared.iter().find(|r| seen(r) > 1));
        if let Some(again) = again {
            return left_out(field, &format!("`{again}` holds itself: what is inside is said once"));
        }
        if self.open.iter().filter(|r| r.is_empty()).count() >= DEEPEST {
            return left_out(field, "nesting is too deep from here on and was left out");
        }
        let before = self.open.len();
        self.open.extend(parts.followed.iter().cloned());
        self.open.push(String::new());
        let required = required_names(&parts.nodes);
        for (name, node) in parts.nodes.iter().filter_map(|n| n.get("properties")).flat_map(|p| p.members()) {
            if field.fields.iter().any(|f| f.name == *name) {
                continue;
            }
            if self.left == 0 {
                left_out(field, &format!("an operation of more than {MOST} fields: the rest was left out"));
                break;
            }
            self.left -= 1;
            let mut member = self.field(name, node);
            member.required = required.iter().any(|r| r == name).then_some(true).or_else(|| required_flag(node));
            member.required = member.required.or_else(|| beyond_required(node));
            field.fields.push(member);
        }
        let items = first(&parts.nodes, "items").filter(|_| field.kind.value == Kind::Array);
        let values = first(&parts.nodes, "additionalProperties").filter(|_| field.kind.value == Kind::Map);
        let values = values.filter(|node| node.is_map());
        if let Some(node) = items.or(values)
            && self.left > 0
        {
            self.left -= 1;
            let mut inner = self.field("", node);
            inner.required = required_flag(node).or_else(|| beyond_required(node));
            field.items = Some(Box::new(inner));
        }
        self.open.truncate(before);
    }

    /// What is said of the value: closed list, bounds, default, example, words and marks.
    fn describe(&self, field: &mut Field, parts: &Parts<'t, 'd>) {
        let (kind, nodes) = (field.kind.value, &parts.nodes);
        let words = first(nodes, "description").or_else(|| first(nodes, "title"));
        field.description = words.and_then(|n| Some(Said::said(n.text()?.into_owned(), self.span(n))));
        field.values = self.values(kind, nodes);
        let default = first(nodes, "default").and_then(|n| Some(Said::said(typed(kind, n.value())?, self.span(n))));
        field.default = default.map(Box::new);
        let examples = first(nodes, "examples").and_then(|n| n.items().first());
        field.example = first(nodes, "example").or(examples).and_then(|n| Some(Said::said(printed(n)?, self.span(n))));
        field.format = self.words(nodes, "format").map(Box::new);
        field.pattern = self.words(nodes, "pattern").map(Box::new);
        field.range = self.bounds(nodes, |node| range(node, kind)).map(Box::new);
        let (least, most) = match kind {
            Kind::Array => ("minItems", "maxItems"),
            Kind::Object | Kind::Map => ("minProperties", "maxProperties"),
            _ => ("minLength", "maxLength"),
        };
        field.length = self.bounds(nodes, |node| (number(node, least), number(node, most))).map(Box::new);
        for (word, mark) in
            [("deprecated", Mark::Deprecated), ("readOnly", Mark::ReadOnly), ("x-not-public", Mark::NotPublic)]
        {
            let node = nodes.iter().filter(|n| n.is(word)).find_map(|n| n.get(word));
            field.marks.extend(node.map(|n| Said::said(mark, self.span(n))));
        }
    }

    fn words(&self, nodes: &[&Node<'_>], word: &str) -> Option<Said<String>> {
        let node = first(nodes, word)?;
        Some(Said::said(node.text().filter(|t| !t.is_empty())?.into_owned(), self.span(node)))
    }

    /// The narrowest bounds that the parts give.
    fn bounds(
        &self,
        nodes: &[&Node<'_>],
        read: impl Fn(&Node<'_>) -> (Option<f64>, Option<f64>),
    ) -> Option<Said<Bounds>> {
        let mut found: Option<Said<Bounds>> = None;
        for node in nodes {
            let (min, max) = read(node);
            if min.is_none() && max.is_none() {
                continue;
            }
            let bounds = found.get_or_insert_with(|| Said::said(Bounds { min: None, max: None }, self.span(node)));
            let narrow = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
                (Some(a), Some(b)) => Some(pick(a, b)),
                (a, b) => a.or(b),
            };
            bounds.value.min = narrow(bounds.value.min, min, f64::max);
            bounds.value.max = narrow(bounds.value.max, max, f64::min);
        }
        found
    }

    /// The closed list: `const`, `enum`, or the values that a vendor's metadata give titles to.
    fn values(&self, kind: Kind, nodes: &[&Node<'_>]) -> Vec<DocumentedValue> {
        let titles = first(nodes, "enumValueTitles");
        let meaning = |value: &Node<'_>| Some(titles?.get(&printed(value)?)?.text()?.into_owned());
        let listed = first(nodes, "enum").map(Node::items).unwrap_or_default();
        if let Some(one) = first(nodes, "const") {
            return vec![DocumentedValue { value: one.value(), meaning: None, span: self.span(one) }];
        }
        if listed.is_empty() {
            let titled = titles.map(Node::members).unwrap_or_default();
            return titled
                .iter()
                .filter_map(|(value, title)| {
                    let meaning = title.text().map(|t| t.into_owned());
                    Some(DocumentedValue { value: typed(kind, json!(value))?, meaning, span: self.span(title) })
                })
                .collect();
        }
        let value = |node: &Node<'_>| {
            let value = typed(kind, node.value()).filter(|v| !v.is_null())?;
            Some(DocumentedValue { value, meaning: meaning(node), span: self.span(node) })
        };
        listed.iter().filter_map(value).collect()
    }
}

fn left_out(field: &mut Field, why: &str) {
    field.notes.push(Note { text: why.to_owned(), span: Some(field.span) });
}

/// The first part that has the member.
fn first<'t, 'd>(nodes: &[&'d Node<'t>], name: &str) -> Option<&'d Node<'t>> {
    nodes.iter().find_map(|n| n.get(name))
}

/// What an OpenAPI object lists as required.
fn required_names(nodes: &[&Node<'_>]) -> Vec<String> {
    let lists = nodes.iter().filter_map(|n| n.get("required"));
    lists.flat_map(|n| n.items()).filter_map(|n| Some(n.text()?.into_owned())).collect()
}

fn beyond_required(node: &Node<'_>) -> Option<bool> {
    node.get(BEYOND)?.get("required")?.value().as_bool()
}

/// What a vendor's metadata say of the member itself: `docRequired` is what its pages print, where the two differ.
pub(super) fn required_flag(node: &Node<'_>) -> Option<bool> {
    ["docRequired", "required"].iter().find_map(|word| node.get(word)?.value().as_bool())
}
