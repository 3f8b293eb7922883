//! Steps that make a value simpler: towards the example, then towards small.

use std::ops::Range;

use serde_json::{Map, Value};

use super::draw::{integer_value, number_value};
use super::facts::{type_of, whole};
use super::plan::{Node, Plan};

/// Lists of steps end here; what is left is then simplified by further rounds.
const STEPS: usize = 2_000;
/// Numbers so near to nothing are offered one by one.
const NEAR: i128 = 8;
/// So many steps are offered for one text.
const TEXT_STEPS: usize = 400;

/// One step: a change of what stands at this place.
#[derive(Debug, Clone)]
pub(super) struct Step {
    path: Vec<Place>,
    change: Change,
    /// Where to go on after it was taken: a number is halved again from the start, a text cut again in the same way.
    resume: usize,
}

#[derive(Debug, Clone)]
enum Place {
    Member(String),
    Item(usize),
    /// The name of a member instead of what stands under it; only at the end of a path.
    Name(String),
}

/// What a step does. Texts are changed when the step is taken, so that a list of steps stays small.
#[derive(Debug, Clone)]
enum Change {
    /// Another value.
    Put(Value),
    /// Nothing there.
    Remove,
    /// These characters taken out.
    Cut(Range<usize>),
    /// Each of these characters the plainest one.
    Plain(Range<usize>),
}

/// The plainest character.
const PLAIN: char = 'a';

/// Every step from a value, the boldest first. Each makes it strictly simpler, so that shrinking comes to an end:
/// fewer values, an example for what is none, a shorter text, a smaller number.
pub(super) fn steps(plan: &Plan, value: &Value) -> Vec<Step> {
    let mut steps = Steps { plan, found: Vec::new(), path: Vec::new() };
    steps.fewer(plan.root, value);
    steps.simpler(plan.root, value);
    steps.found
}

impl Step {
    /// The step of the next list to go on with.
    pub(super) fn resume(&self) -> usize {
        self.resume
    }

    /// The value after the step.
    pub(super) fn apply(&self, value: &Value) -> Value {
        let mut out = value.clone();
        let mut at = &mut out;
        for place in &self.path[..self.path.len().saturating_sub(usize::from(self.is_of_parent()))] {
            at = match place {
                Place::Member(name) => &mut at[name.as_str()],
                Place::Item(index) => &mut at[*index],
                Place::Name(_) => unreachable!("it ends a path"),
            };
        }
        match (&self.change, self.path.last(), at) {
            (change, Some(Place::Name(name)), Value::Object(members)) => rename(members, name, &change.of_text(name)),
            (Change::Put(to), _, at) => *at = to.clone(),
            (Change::Remove, Some(Place::Member(name)), Value::Object(members)) => drop(members.shift_remove(name)),
            (Change::Remove, Some(Place::Item(index)), Value::Array(items)) => drop(items.remove(*index)),
            (change @ (Change::Cut(_) | Change::Plain(_)), _, Value::String(text)) => *text = change.of_text(text),
            _ => unreachable!("the path was taken from the value"),
        }
        out
    }

    /// Whether it changes what its place stands in.
    fn is_of_parent(&self) -> bool {
        matches!(self.change, Change::Remove) || matches!(self.path.last(), Some(Place::Name(_)))
    }
}

impl Change {
    /// What becomes of a text.
    fn of_text(&self, text: &str) -> String {
        let chars = text.chars().enumerate();
        match self {
            Change::Put(to) => to.as_str().unwrap_or(text).to_owned(),
            Change::Remove => text.to_owned(),
            Change::Cut(range) => chars.filter(|(i, _)| !range.contains(i)).map(|(_, c)| c).collect(),
            Change::Plain(range) => chars.map(|(i, c)| if range.contains(&i) { PLAIN } else { c }).collect(),
        }
    }
}

/// Gives a member another name, in its old place; nothing happens where the name is taken.
fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if members.contains_key(to) {
        return;
    }
    let renamed = std::mem::take(members).into_iter();
    *members = renamed.map(|(name, value)| (if name == from { to.to_owned() } else { name }, value)).collect();
}

struct Steps<'p> {
    plan: &'p Plan,
    found: Vec<Step>,
    path: Vec<Place>,
}

impl<'p> Steps<'p> {
    fn offer(&mut self, to: Value) {
        self.step(Change::Put(to));
    }

    fn step(&mut self, change: Change) {
        let resume = self.found.len();
        if resume < STEPS {
            self.found.push(Step { path: self.path.clone(), change, resume });
        }
    }

    /// Steps that take values away.
    fn fewer(&mut self, node: usize, value: &Value) {
        match value {
            Value::Object(members) => {
                let plan: &'p Plan = self.plan;
                let object = self.branch(node, value).map(|n| &plan.nodes[n]);
                let required = |name: &str| match object {
                    Some(Node::Object(o)) => o.members.iter().any(|m| m.required && m.name == name),
                    _ => false,
                };
                let bare = members.iter().filter(|(name, _)| required(name));
                let bare: Map<_, _> = bare.map(|(n, v)| (n.clone(), v.clone())).collect();
                if bare.len() + 1 < members.len() {
                    self.offer(Value::Object(bare));
                }
                for name in members.keys().filter(|name| !required(name)) {
                    self.path.push(Place::Member(name.clone()));
                    self.step(Change::Remove);
                    self.path.pop();
                }
            }
            Value::Array(items) => {
                let half = items.len() / 2;
                if half > 1 {
                    self.offer(Value::Array(items[..half].to_vec()));
                    self.offer(Value::Array(items[half..].to_vec()));
                }
                for index in (0..items.len()).rev() {
                    self.path.push(Place::Item(index));
                    self.step(Change::Remove);
                    self.path.pop();
                }
            }
            _ => {}
        }
        self.inside(node, value, Steps::fewer);
    }

    /// Steps that make a value simpler where it stands.
    fn simpler(&mut self, node: usize, value: &Value) {
        let node = self.branch(node, value);
        let example = node.and_then(|n| example(&self.plan.nodes[n])).filter(|e| type_of(e) == type_of(value));
        if example == Some(value) {
            return;
        }
        if let Some(Node::Choice(list)) = node.map(|n| &self.plan.nodes[n]) {
            for earlier in list.iter().take_while(|v| *v != value) {
                self.offer(earlier.clone());
            }
            return;
        }
        if let Some(example) = example {
            self.offer(example.clone());
        }
        match value {
            Value::Bool(true) => self.offer(Value::Bool(false)),
            Value::Number(number) => match whole(number) {
                Some(value) if !number.is_f64() => self.smaller(node, value),
                _ => self.smaller_fraction(number.as_f64().unwrap_or(0.0)),
            },
            Value::String(text) => self.shorter(text),
            Value::Array(items) => self.alike(node, items),
            Value::Object(members) => self.names(node, members),
            _ => {}
        }
        if let Some(node) = node {
            self.inside(node, value, Steps::simpler);
        }
    }

    /// The names of members that the schema does not name.
    fn names(&mut self, node: Option<usize>, members: &Map<String, Value>) {
        let Some(Node::Object(object)) = node.map(|n| &self.plan.nodes[n]) else { return };
        for name in members.keys().filter(|name| !object.members.iter().any(|m| m.name == **name)) {
            self.path.push(Place::Name(name.clone()));
            self.shorter(name);
            self.path.pop();
        }
    }

    /// Several items at once: what is wrong about two that are equal does not show when one of them changes.
    fn alike(&mut self, node: Option<usize>, items: &[Value]) {
        let Some(Node::List(list)) = node.map(|n| &self.plan.nodes[n]) else { return };
        let plainest = match &self.plan.nodes[list.items] {
            Node::Text(text) => text.example.clone().unwrap_or_else(|| "".into()),
            Node::Integer(integer) => integer.example.clone().unwrap_or_else(|| 0.into()),
            _ => return,
        };
        if items.len() > 1 && items.iter().all(|item| *item != plainest) {
            self.offer(Value::Array(vec![plainest; items.len()]));
        }
    }

    fn inside(&mut self, node: usize, value: &Value, visit: fn(&mut Self, usize, &Value)) {
        let plan = self.plan;
        match (self.branch(node, value).map(|n| &plan.nodes[n]), value) {
            (Some(Node::Object(object)), Value::Object(members)) => {
                for (name, member) in members {
                    let known = object.members.iter().find(|m| m.name == *name).map(|m| m.node);
                    if let Some(inner) = known.or(object.extra) {
                        self.path.push(Place::Member(name.clone()));
                        visit(self, inner, member);
                        self.path.pop();
                    }
                }
            }
            (Some(Node::List(list)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Place::Item(index));
                    visit(self, list.prefix.get(index).copied().unwrap_or(list.items), item);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    /// The node behind unions that the value seems to come from. A wrong guess costs steps, nothing else.
    fn branch(&self, node: usize, value: &Value) -> Option<usize> {
        let mut best = (0, None);
        let mut queue = vec![node];
        let mut seen = Vec::new();
        while let Some(at) = queue.pop() {
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            let score = match (&self.plan.nodes[at], value) {
                (Node::Union(nodes), _) => {
                    queue.extend(nodes);
                    0
                }
                (Node::Choice(list), value) if list.contains(value) => 1_000,
                (Node::Integer(_) | Node::Number(_), Value::Number(_)) | (Node::Text(_), Value::String(_)) => 1,
                (Node::List(_), Value::Array(_)) => 1,
                (Node::Object(object), Value::Object(members)) => {
                    1 + object.members.iter().filter(|m| members.contains_key(&m.name)).count()
                }
                _ => 0,
            };
            if score > best.0 {
                best = (score, Some(at));
            }
        }
        best.1
    }

    fn smaller(&mut self, node: Option<usize>, value: i128) {
        let (least, most) = match node.map(|n| &self.plan.nodes[n]) {
            Some(Node::Integer(integer)) => (integer.least, integer.most),
            _ => (i128::MIN, i128::MAX),
        };
        let goal = 0.clamp(least, most);
        let first = self.found.len();
        if value < 0 && -value <= most {
            self.offer(integer_value(-value));
        }
        // What is next to nothing at once: what asks for an even number is not found by halving.
        let towards = if value < goal { -1 } else { 1 };
        for near in (0..=NEAR).take_while(|near| *near < (value - goal).abs()) {
            self.offer(integer_value(goal + near * towards));
        }
        // Then as far as it goes, by powers of two. A power that could be taken is taken again, a larger one is not
        // tried before all is tried once more.
        let powers = |distance: i128| distance.unsigned_abs().checked_ilog2().map_or(0, |power| power as usize + 1);
        let gaps = self.found.len();
        self.found[first..].iter_mut().for_each(|step| step.resume = first);
        for power in (0..powers(value - goal)).rev() {
            let nearer = value - towards * (1_i128 << power);
            let resume = gaps + powers(nearer - goal).saturating_sub(power + 1);
            self.offer(integer_value(nearer));
            self.found.last_mut().into_iter().for_each(|step| step.resume = resume);
        }
    }

    fn smaller_fraction(&mut self, value: f64) {
        for simpler in [0.0, value.trunc(), (value / 2.0).trunc(), (value * 4.0).trunc() / 4.0] {
            let fewer_digits = simpler.to_string().len() < value.to_string().len();
            if simpler.abs() < value.abs() || simpler == value && fewer_digits {
                self.offer(number_value(simpler));
            }
        }
        // Whole numbers are written without a fraction, which is simpler still.
        if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
            self.offer(integer_value(value as i128));
        }
    }

    /// Nothing at all, then less at either end, then less in between; then plainer characters, many at a time first.
    fn shorter(&mut self, text: &str) {
        let before = self.found.len();
        let plain: Vec<bool> = text.chars().map(|c| c == PLAIN).collect();
        let length = plain.len();
        if length == 0 {
            return;
        }
        self.offer(Value::String(String::new()));
        for size in halves(length / 2) {
            self.step(Change::Cut(length - size..length));
            self.step(Change::Cut(0..size));
        }
        for range in halves(length).flat_map(|size| chunks(length, size)) {
            if self.found.len() - before >= TEXT_STEPS / 2 {
                break;
            }
            if !plain[range.clone()].iter().all(|plain| *plain) {
                self.step(Change::Plain(range));
            }
        }
        for range in halves(length / 4).flat_map(|size| chunks(length, size)) {
            if self.found.len() - before >= TEXT_STEPS {
                break;
            }
            if range.start > 0 && range.end < length {
                self.step(Change::Cut(range));
            }
        }
    }
}

/// From `most` down to one, each half of the one before.
fn halves(most: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(most), |size| Some(size / 2)).take_while(|size| *size > 0)
}

/// Pieces of that size, side by side; the last may be smaller.
fn chunks(length: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..length).step_by(size).map(move |start| start..(start + size).min(length))
}

fn example(node: &Node) -> Option<&Value> {
    match node {
        Node::Integer(integer) => integer.example.as_ref(),
        Node::Number(number) => number.example.as_ref(),
        Node::Text(text) => text.example.as_ref(),
        Node::Choice(list) => list.first(),
        Node::List(_) | Node::Object(_) | Node::Union(_) | Node::Never => None,
    }
}
