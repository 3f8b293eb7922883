//! Flat rows into a tree: where an object ends, only the sample knows.

mod frame;

use std::collections::HashMap;

use serde_json::Value;

use self::frame::{Frame, Step};
use super::prose;
use super::rows::{GivenUp, Row};
use crate::contract::{Field, How, Kind, Mark, Note, Said, Sample};
use crate::page::words::TOP_NAMES;
use crate::span::Span;

/// Deepest nesting that is followed.
const DEEPEST: usize = 32;

/// The parameters of a request, in the page's order.
pub(super) fn parameters(rows: Vec<Row>, notes: &mut Vec<Note>) -> Vec<Field> {
    let Some(first) = rows.first() else { return Vec::new() };
    let mut root = Field::new("", Said::guessed(Kind::Object, None), first.span);
    root.fields.reserve_exact(rows.len());
    Walk::new(root, &rows, None, notes).all(rows).fields
}

/// The response: the first row without a name is the answer itself.
pub(super) fn response(mut rows: Vec<Row>, sample: Option<&Sample>, notes: &mut Vec<Note>) -> Option<Field> {
    let first = rows.first()?;
    let root = match first.name.is_empty() {
        true => field(rows.remove(0)),
        false => Field::new("", Said::guessed(Kind::Object, Some(first.span)), first.span),
    };
    let value = sample.and_then(|s| s.value.as_ref());
    let mut answer = Walk::new(root, &rows, value, notes).all(rows);
    // In XML every value is a text.
    if let (Some(sample), Some(value)) = (sample.filter(|s| s.shows_types()), value) {
        contradict(&mut answer, value, sample.span);
    }
    Some(answer)
}

struct Walk<'a, 'n> {
    frames: Vec<Frame<'a>>,
    /// How often each name is still to come, where there is a sample to place it by.
    left: HashMap<String, usize>,
    /// Whether the table gives the items of lists rows of their own.
    items: bool,
    /// Whether rows bear a mark when they are inside the one above.
    marked: bool,
    sampled: bool,
    notes: &'n mut Vec<Note>,
}

impl<'a, 'n> Walk<'a, 'n> {
    fn new(root: Field, rows: &[Row], sample: Option<&'a Value>, notes: &'n mut Vec<Note>) -> Walk<'a, 'n> {
        let mut left = HashMap::new();
        for row in rows.iter().filter(|_| sample.is_some()) {
            *left.entry(row.name.clone()).or_insert(0) += 1;
        }
        Walk {
            frames: vec![Frame::new(root, sample.into_iter().collect())],
            left,
            items: rows.iter().any(|r| r.name.is_empty()),
            marked: rows.iter().any(|r| r.inner),
            sampled: sample.is_some(),
            notes,
        }
    }

    fn all(mut self, rows: Vec<Row>) -> Field {
        for row in GivenUp::new(rows) {
            if let Some(count) = self.left.get_mut(&row.name) {
                *count -= 1;
            }
            match row.name.is_empty() || self.names_item(&row) {
                true => self.item(Row { name: String::new(), ..row }),
                false => self.member(row),
            }
        }
        self.close(1);
        self.frames.pop().expect("the root stays open").field
    }

    /// Closes what is open beyond a depth.
    fn close(&mut self, depth: usize) {
        while self.frames.len() > depth.max(1) {
            let Some(inner) = self.frames.pop() else { return };
            let Some(outer) = self.frames.last_mut() else { return };
            match inner.field.name.is_empty() {
                true => outer.field.items = Some(Box::new(inner.field)),
                false => outer.field.fields.push(inner.field),
            }
        }
    }

    fn open(&mut self, mut field: Field, values: Vec<&'a Value>) {
        // A list whose sample is an object holds its items in a member of that object.
        let wrapped = field.kind.value == Kind::Array && values.first().is_some_and(|v| v.is_object());
        if wrapped && !self.items {
            field.also.push(field.kind.clone());
            field.kind.value = Kind::Object;
            field.kind.how = How::Sampled;
        }
        if let Some(outer) = self.frames.last_mut() {
            outer.names.insert(field.name.clone());
        }
        self.frames.push(Frame::new(field, values));
    }

    /// Whether a row gives the items of the list above it a name, which is not on the wire.
    fn names_item(&self, row: &Row) -> bool {
        let Some(top) = self.frames.last() else { return false };
        let list = top.field.kind.value == Kind::Array && top.field.items.is_none() && row.kind == Kind::Object;
        list && row.name == top.field.name && !(self.items && top.values.is_empty())
    }

    /// A row without a name: an item of the list above it, or the value of a map.
    fn item(&mut self, row: Row) {
        let Some(top) = self.frames.last_mut().filter(|f| f.takes_item()) else {
            let text = "a row without a name belongs to no list and was left out".to_owned();
            self.notes.push(Note { text, span: Some(row.span) });
            return;
        };
        if !top.is_list() {
            let listed = top.values.iter().any(|v| v.is_array());
            top.field.kind.value = if listed { Kind::Array } else { Kind::Map };
        }
        let values = top.inside();
        self.push(field(row), values);
    }

    fn member(&mut self, row: Row) {
        if row.name.contains('.') && !self.frames.iter().any(|f| !f.under(&row.name).is_empty()) {
            self.close(1);
            let root = self.frames.last_mut().expect("the root stays open");
            by_path(&mut root.field, row);
            return;
        }
        let (depth, way) = match self.marked && !self.sampled && !row.inner {
            true => (0, Vec::new()),
            false => self.place(&row.name),
        };
        self.close(depth + 1);
        for step in way {
            self.step(step, row.span);
        }
        let top = self.frames.last_mut().expect("the root stays open");
        if top.field.kind.value == Kind::Any {
            top.field.kind = Said::guessed(Kind::Object, Some(top.field.span));
        }
        let values = top.under(&row.name);
        if depth > 0 && self.frames.len() > 1 && self.frames.last().is_some_and(|f| f.field.fields.is_empty()) {
            self.tell(depth);
        }
        self.push(field(row), values);
    }

    /// Says once per object that its members were placed.
    fn tell(&mut self, depth: usize) {
        let named = self.frames[..=depth].iter_mut().rev().find(|f| !f.field.name.is_empty());
        let Some(frame) = named else { return };
        let by = if frame.blind() { "by a guess" } else { "by the sample" };
        let text = format!("the table is flat: the members of `{}` are placed {by}", frame.field.name);
        if !frame.field.notes.iter().any(|n| n.text == text) {
            frame.field.notes.push(Note { text, span: Some(frame.field.span) });
        }
    }

    fn push(&mut self, field: Field, values: Vec<&'a Value>) {
        if self.frames.len() >= DEEPEST {
            let text = format!("nesting below `{}` is too deep and was left out", field.name);
            self.notes.push(Note { text, span: Some(field.span) });
            return;
        }
        self.open(field, values);
    }

    /// Opens a container that the table leaves out.
    fn step(&mut self, step: Step, span: Span) {
        let Some(top) = self.frames.last_mut() else { return };
        let listed = top.values.first().is_some_and(|v| v.is_array());
        if listed && top.field.kind.value != Kind::Array {
            let kind = std::mem::replace(&mut top.field.kind, Said::sampled(Kind::Array, span));
            if kind.value != Kind::Any {
                top.field.also.push(kind);
            }
        }
        let (name, values) = match step {
            Step::Item => (String::new(), top.inside()),
            Step::Member(name) => (name.clone(), top.under(&name)),
        };
        let kind = match values.first() {
            Some(Value::Array(_)) => Kind::Array,
            _ => Kind::Object,
        };
        let mut field = Field::new(name, Said::sampled(kind, span), span);
        field.how = How::Sampled;
        self.push(field, values);
    }

    /// The open object that a name belongs to: its depth, and what is to be opened inside it first.
    fn place(&self, name: &str) -> (usize, Vec<Step>) {
        let top = self.innermost();
        let known = self.frames.iter().enumerate().rev().find_map(|(at, frame)| {
            let open = at + 1 < self.frames.len();
            Some((at, frame.way(name, open)?))
        });
        let inner = &self.frames[top];
        match known {
            Some((at, way)) if at >= top || !inner.blind() => return (at, way),
            Some((at, way)) => {
                let fresh = inner.field.fields.is_empty() && top + 1 == self.frames.len();
                let again = self.left.get(name).is_some_and(|n| *n > 0);
                return if fresh && again && !inner.names.contains(name) { self.into(top) } else { (at, way) };
            }
            None => {}
        }
        if !inner.blind() && !inner.under(name).is_empty() {
            return self.into(top);
        }
        let convention = TOP_NAMES.contains(&name.to_lowercase().as_str()) && !self.frames[0].names.contains(name);
        let fresh = inner.field.fields.is_empty() && top + 1 == self.frames.len();
        if inner.names.contains(name) || convention && !fresh && !self.sampled {
            let free = self.frames[..top].iter().rposition(|f| f.takes_members() && !f.names.contains(name));
            return (if convention { 0 } else { free.unwrap_or(0) }, Vec::new());
        }
        self.into(top)
    }

    /// The way into a container whose sample does not show the member: through what the sample wraps around it.
    fn into(&self, depth: usize) -> (usize, Vec<Step>) {
        let frame = &self.frames[depth];
        let fresh = frame.field.fields.is_empty() && frame.field.items.is_none() && depth + 1 == self.frames.len();
        let mut way = Vec::new();
        match frame.values.first() {
            Some(Value::Object(members)) if fresh && members.len() == 1 && depth > 0 => {
                let listed = members.iter().next().filter(|(key, value)| {
                    let objects = value.get(0).is_some_and(Value::is_object);
                    objects && !self.left.contains_key(*key)
                });
                way.extend(listed.into_iter().flat_map(|(key, _)| [Step::Member(key.clone()), Step::Item]));
            }
            Some(Value::Array(_)) if fresh => way.push(Step::Item),
            _ if frame.is_list() => way.push(Step::Item),
            _ => {}
        }
        (depth, way)
    }

    /// The innermost open container that can take a member.
    fn innermost(&self) -> usize {
        let found = self.frames.iter().enumerate().rposition(|(depth, frame)| {
            let plain = frame.values.iter().all(|v| of_scalars(v));
            let list = frame.is_list() && frame.field.items.is_none() && (frame.values.is_empty() || !plain);
            match self.sampled {
                true => frame.takes_members() && !frame.values.iter().any(|v| of_scalars(v)) || !self.items && list,
                false => frame.takes_members() && self.says(frame) || self.marked && list && depth == 1,
            }
        });
        found.unwrap_or(0)
    }

    /// Whether a table without a sample says of a container that its members follow: in later pages every object is
    /// followed by them, in earlier ones names bear their path.
    fn says(&self, frame: &Frame<'_>) -> bool {
        let own = &frame.field;
        self.items || self.marked || own.name.is_empty() || own.spelled.starts_with(|c: char| c.is_ascii_lowercase())
    }
}

/// Whether a sample shows a list of values without members, wrapped in an object perhaps.
fn of_scalars(value: &Value) -> bool {
    let list = |value: &Value| value.get(0).is_some_and(|v| !v.is_object() && !v.is_array());
    let wrapped = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.values().next());
    list(value) || wrapped.is_some_and(list)
}

/// Puts a row whose name is its path, such as `Tag.N.Key`, below the parents that the path names.
fn by_path(root: &mut Field, row: Row) {
    let path = row.name.clone();
    let parts: Vec<&str> = path.split('.').filter(|p| !p.is_empty()).take(DEEPEST).collect();
    let mut at = root;
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let index_like = *part == "N" || *part == "n" || part.chars().all(|c| c.is_ascii_digit());
        let list = part.ends_with("[]");
        let part = part.trim_end_matches("[]");
        let fresh = |name: &str, kind| {
            let mut made = Field::new(name, Said::guessed(kind, Some(row.span)), row.span);
            made.how = How::Guessed;
            made
        };
        if last && !list {
            let mut made = field(row);
            made.name = part.to_owned();
            if index_like && !at.name.is_empty() {
                made.name.clear();
                at.kind.value = Kind::Array;
                at.items = Some(Box::new(made));
            } else {
                at.fields.push(made);
            }
            return;
        }
        at = if index_like && !at.name.is_empty() {
            at.kind.value = Kind::Array;
            at.items.get_or_insert_with(|| Box::new(fresh("", Kind::Object)))
        } else {
            let found = at.fields.iter().rposition(|f| f.name == part).unwrap_or_else(|| {
                at.fields.push(fresh(part, Kind::Object));
                at.fields.len() - 1
            });
            let inner = &mut at.fields[found];
            match list {
                true => {
                    inner.kind.value = Kind::Array;
                    inner.items.get_or_insert_with(|| Box::new(fresh("", Kind::Object)))
                }
                false => inner,
            }
        };
    }
}

/// A row as a field, without what is inside it.
fn field(row: Row) -> Field {
    let head = Span::line(row.span.page, row.span.first);
    let mut field = Field::new(row.name, Said::said(row.kind, head), row.span);
    field.spelled = row.spelled;
    field.required = row.required;
    field.example = row.example.map(|(line, text)| Said::said(text, Span::line(row.span.page, line)));
    if row.deprecated {
        field.marks.push(Said::said(Mark::Deprecated, head));
    }
    prose::read(&mut field, &row.prose);
    field
}

/// Keeps both types where the sample shows another than the table says.
fn contradict(field: &mut Field, sample: &Value, span: Span) {
    let said = field.kind.value;
    if let Some(shown) = said.against(sample) {
        field.also.push(Said::sampled(shown, span));
        let (name, said, shown) = (&field.name, said.article(), shown.article());
        let text = format!("the table calls `{name}` {said}, the sample shows {shown}: both are kept");
        field.notes.push(Note { text, span: Some(span) });
        return;
    }
    for inner in &mut field.fields {
        if let Some(value) = sample.get(&inner.name) {
            contradict(inner, value, span);
        }
    }
    if let (Some(items), Some(first)) = (&mut field.items, sample.get(0)) {
        contradict(items, first, span);
    }
}
