//! Steps that make a value simpler: towards the example, then towards small.

use serde_json::Value;

use super::draw::{integer_value, number_value};
use super::facts::{type_of, whole};
use super::plan::{Node, Plan};

/// Lists of steps end here; what is left is then simplified by further rounds.
const STEPS: usize = 2_000;
/// Texts longer than this are only cut, not simplified character by character.
const SHORT: usize = 80;

/// One step: another value at this place, or nothing there.
#[derive(Debug, Clone)]
pub(super) struct Step {
    path: Vec<Place>,
    to: Option<Value>,
}

#[derive(Debug, Clone)]
enum Place {
    Member(String),
    Item(usize),
}

/// Every step from a value, the boldest first. Each makes it strictly simpler, so that shrinking comes to an end:
/// fewer values, an example for what is none, a shorter text, a smaller number.
pub(super) fn steps(plan: &Plan, value: &Value) -> Vec<Step> {
    let mut steps = Steps { plan, found: Vec::new(), path: Vec::new() };
    steps.fewer(plan.root, value);
    steps.simpler(plan.root, value);
    steps.found
}

impl Step {
    /// The value after the step.
    pub(super) fn apply(&self, value: &Value) -> Value {
        let mut out = value.clone();
        let mut at = &mut out;
        let Some((last, way)) = self.path.split_last() else {
            return self.to.clone().unwrap_or(Value::Null);
        };
        for place in way {
            at = match place {
                Place::Member(name) => &mut at[name.as_str()],
                Place::Item(index) => &mut at[*index],
            };
        }
        match (last, at, &self.to) {
            (Place::Member(name), Value::Object(members), Some(to)) => drop(members.insert(name.clone(), to.clone())),
            (Place::Member(name), Value::Object(members), None) => drop(members.shift_remove(name)),
            (Place::Item(index), Value::Array(items), Some(to)) => items[*index] = to.clone(),
            (Place::Item(index), Value::Array(items), None) => drop(items.remove(*index)),
            _ => unreachable!("the path was taken from the value"),
        }
        out
    }
}

struct Steps<'p> {
    plan: &'p Plan,
    found: Vec<Step>,
    path: Vec<Place>,
}

impl<'p> Steps<'p> {
    fn offer(&mut self, to: Option<Value>) {
        if self.found.len() < STEPS {
            self.found.push(Step { path: self.path.clone(), to });
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
                let bare: serde_json::Map<_, _> = bare.map(|(n, v)| (n.clone(), v.clone())).collect();
                if bare.len() + 1 < members.len() {
                    self.offer(Some(Value::Object(bare)));
                }
                for name in members.keys().filter(|name| !required(name)) {
                    self.path.push(Place::Member(name.clone()));
                    self.offer(None);
                    self.path.pop();
                }
            }
            Value::Array(items) => {
                let half = items.len() / 2;
                if half > 1 {
                    self.offer(Some(Value::Array(items[..half].to_vec())));
                    self.offer(Some(Value::Array(items[half..].to_vec())));
                }
                for index in (0..items.len()).rev() {
                    self.path.push(Place::Item(index));
                    self.offer(None);
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
                self.offer(Some(earlier.clone()));
            }
            return;
        }
        if let Some(example) = example {
            self.offer(Some(example.clone()));
        }
        match value {
            Value::Bool(true) => self.offer(Some(Value::Bool(false))),
            Value::Number(number) => match whole(number) {
                Some(value) if !number.is_f64() => self.smaller(node, value),
                _ => self.smaller_fraction(number.as_f64().unwrap_or(0.0)),
            },
            Value::String(text) => self.shorter(text),
            _ => {}
        }
        if let Some(node) = node {
            self.inside(node, value, Steps::simpler);
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
        let mut gap = value - goal;
        if value < 0 && -value <= most {
            self.offer(Some(integer_value(-value)));
        }
        while gap != 0 {
            self.offer(Some(integer_value(value - gap)));
            gap /= 2;
        }
    }

    fn smaller_fraction(&mut self, value: f64) {
        for simpler in [0.0, value.trunc(), (value / 2.0).trunc(), (value * 4.0).trunc() / 4.0] {
            let fewer_digits = simpler.to_string().len() < value.to_string().len();
            if simpler.abs() < value.abs() || simpler == value && fewer_digits {
                self.offer(Some(number_value(simpler)));
            }
        }
        // Whole numbers are written without a fraction, which is simpler still.
        if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
            self.offer(Some(integer_value(value as i128)));
        }
    }

    fn shorter(&mut self, text: &str) {
        let chars: Vec<char> = text.chars().collect();
        let mut offer = |chars: &mut dyn Iterator<Item = char>| self.offer(Some(Value::String(chars.collect())));
        if chars.is_empty() {
            return;
        }
        offer(&mut std::iter::empty());
        let mut cut = chars.len() / 2;
        while cut > 0 {
            offer(&mut chars[..chars.len() - cut].iter().copied());
            offer(&mut chars[cut..].iter().copied());
            cut /= 2;
        }
        if chars.len() > SHORT {
            return;
        }
        let without = |at: usize| chars.iter().enumerate().filter(move |(i, _)| *i != at).map(|(_, c)| *c);
        for at in 1..chars.len().saturating_sub(1) {
            offer(&mut without(at));
        }
        for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c != 'a') {
            offer(&mut chars.iter().enumerate().map(|(i, c)| if i == at { 'a' } else { *c }));
        }
    }
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
