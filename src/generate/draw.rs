//! Values out of a plan: at random, or the plainest one.

use serde_json::{Map, Value};

use super::dice::Dice;
use super::plan::{Integer, List, NEVER, Node, Number, Object, Plan, Text, ceil_to};
use super::{format, text};

/// How deep values nest, if the schema lets them nest without end.
const DEPTH: u32 = 7;
/// How many values one value may hold before optional ones are left out.
const FUEL: u32 = 400;
/// How many it may hold at all. A schema that asks for more gets what does not fit, and the judge says so.
const LIMIT: u32 = 50_000;
/// The longest text, whatever the schema asks for.
const LONGEST: usize = 1 << 20;
/// How often a text that fits pattern and length is tried for.
const TRIES: usize = 20;

/// Random values of the plan without end. What the plan does not aim at may not fit. With each comes what it cost.
pub(super) fn draws<'a>(plan: &'a Plan, dice: &'a mut Dice) -> impl Iterator<Item = (Value, u32)> + 'a {
    let depth = DEPTH.max(plan.costs[plan.root].saturating_add(1));
    std::iter::repeat_with(move || {
        let mut draw = Draw { plan, dice, spent: 0 };
        (draw.value(plan.root, depth), draw.spent)
    })
}

struct Draw<'p, 'd> {
    plan: &'p Plan,
    dice: &'d mut Dice,
    spent: u32,
}

impl Draw<'_, '_> {
    /// Whether there is fuel for what is optional.
    fn free(&self) -> bool {
        self.spent < FUEL
    }

    fn value(&mut self, node: usize, depth: u32) -> Value {
        self.spent += 1;
        if self.spent > LIMIT {
            return Value::Null;
        }
        match &self.plan.nodes[node] {
            Node::Never => Value::Null,
            Node::Choice(list) => self.dice.pick(list).clone(),
            Node::Integer(integer) => self.integer(integer),
            Node::Number(number) => self.number(number),
            Node::Text(text) => Value::String(self.text(text)),
            Node::List(list) => self.list(list, depth),
            Node::Object(object) => self.object(object, depth),
            Node::Union(nodes) => {
                let node = self.branch(nodes, depth);
                self.value(node, depth)
            }
        }
    }

    /// A branch that still fits the depth, or the shallowest.
    fn branch(&mut self, nodes: &[usize], depth: u32) -> usize {
        let costs = &self.plan.costs;
        let limit = if self.free() { depth } else { 0 };
        let fitting = nodes.iter().filter(|n| costs[**n] <= limit).count();
        match fitting {
            0 => *nodes.iter().min_by_key(|n| costs[**n]).expect("a union has a branch, or its cost is never"),
            _ => {
                let chosen = self.dice.below(fitting);
                *nodes.iter().filter(|n| costs[**n] <= limit).nth(chosen).expect("they were just counted")
            }
        }
    }

    fn integer(&mut self, integer: &Integer) -> Value {
        let Integer { least, most, step, example } = integer;
        let (least, most) = (*least, *most);
        let value = match self.dice.below(8) {
            0 if example.is_some() => return example.clone().expect("it was just seen"),
            0..3 => self.dice.between(least.max(-10), most.min(100)),
            3 => *self.dice.pick(&[least, most]),
            4 => *self.dice.pick(&[0, 1, -1, 255, 256, 65_535, 65_536, 1_000_000, 2_147_483_647, -2_147_483_648]),
            _ => self.dice.between(least, most),
        };
        let value = ceil_to(value.clamp(least, most), *step);
        integer_value(if value > most { value - step } else { value })
    }

    fn number(&mut self, number: &Number) -> Value {
        let Number { least, most, step, example } = number;
        let unit = (self.dice.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let value = match self.dice.below(6) {
            0 if example.is_some() => return example.clone().expect("it was just seen"),
            0 | 1 => self.dice.between(-100, 1_000) as f64 / 4.0,
            2 => *self.dice.pick(&[0.0, -0.0, 0.1, 1.0, -1.5, 1e-7, 100.25, 1e21]),
            3 => *self.dice.pick(&[*least, *most]),
            _ => least + (most - least) * unit,
        };
        let value = value.clamp(*least, *most);
        number_value(step.map_or(value, |step| multiple(value, step, *least)))
    }

    fn text(&mut self, text: &Text) -> String {
        if let Some(pattern) = &text.pattern {
            let drawn = (0..TRIES).map(|_| pattern.draw(self.dice));
            let mut drawn: Vec<String> = drawn.take(1).collect();
            while !fits(&drawn[drawn.len() - 1], text) && drawn.len() < TRIES {
                drawn.push(pattern.draw(self.dice));
            }
            let last = drawn.pop().expect("one was drawn");
            return if fits(&last, text) { last } else { stretched(last, &drawn, text) };
        }
        if let Some(drawn) = text.format.as_deref().and_then(|f| format::draw(f, self.dice)) {
            return drawn;
        }
        if let Some(Value::String(example)) = &text.example
            && self.dice.one_in(4)
        {
            return example.clone();
        }
        let least = text.least.min(LONGEST);
        let most = text.most.unwrap_or_else(|| least + if self.dice.one_in(64) { 300 } else { 24 }).min(least + 300);
        let length = match self.dice.below(16) {
            0 => least,
            1 => most,
            _ => least + self.dice.below(most - least + 1),
        };
        self.free_text(length)
    }

    /// So many characters: mostly plain, now and then awkward.
    fn free_text(&mut self, length: usize) -> String {
        self.spent += (length / 64) as u32;
        let mut out = String::with_capacity(length + 8);
        let awkward = self.dice.one_in(3);
        let mut left = length;
        while left > 0 {
            if awkward && self.dice.one_in(3) {
                let (_, piece) = self.dice.pick(text::AWKWARD);
                let count = piece.chars().count();
                out.extend(piece.chars().take(left));
                left -= count.min(left);
                continue;
            }
            // One word of randomness makes several characters.
            let mut word = self.dice.next();
            for _ in 0..left.min(10) {
                out.push(char::from(PLAIN[word as usize % PLAIN.len()]));
                word >>= 6;
                left -= 1;
            }
        }
        out
    }

    fn list(&mut self, list: &List, depth: u32) -> Value {
        let depth = depth.saturating_sub(1);
        let reach = |node: usize| self.plan.costs[node] <= depth && self.free();
        let items = reach(list.items);
        let prefix = list.prefix.iter().take_while(|node| reach(**node)).count();
        let wish = match self.dice.below(8) {
            0 => 0,
            1..6 => 1 + self.dice.below(3),
            _ => self.dice.below(8),
        };
        let most = list.most.unwrap_or(usize::MAX).min(if items { usize::MAX } else { prefix.max(list.least) });
        // No list is longer than its fuel, whatever the schema asks for; the judge then says that it does not fit.
        let length = wish.clamp(list.least, most.max(list.least)).min(LIMIT as usize);
        let mut out: Vec<Value> = Vec::with_capacity(length);
        for index in 0..length {
            let node = match list.contains {
                Some(contains) if index + 1 == length.max(list.prefix.len() + 1) => contains,
                _ => list.prefix.get(index).copied().unwrap_or(list.items),
            };
            if self.plan.costs[node] == NEVER || self.spent > LIMIT {
                break;
            }
            let mut value = self.value(node, depth);
            for _ in 0..TRIES {
                if !list.unique || !out.contains(&value) {
                    break;
                }
                value = self.value(node, depth);
            }
            if !list.unique || !out.contains(&value) {
                out.push(value);
            }
        }
        if let Some(contains) = list.contains.filter(|_| out.is_empty()) {
            out.push(self.value(contains, depth));
        }
        Value::Array(out)
    }

    fn object(&mut self, object: &Object, depth: u32) -> Value {
        let depth = depth.saturating_sub(1);
        let mut out = Map::with_capacity(object.members.len());
        // How many of the optional members there are differs from value to value: none, few, most, all.
        let share = self.dice.below(5);
        let most = object.most.unwrap_or(usize::MAX);
        for member in &object.members {
            let reach = self.plan.costs[member.node] <= depth && self.free();
            let wanted = out.len() < object.least || self.dice.below(4) < share;
            if member.required || reach && wanted && out.len() < most {
                out.insert(member.name.clone(), self.value(member.node, depth));
            }
        }
        self.extra_members(object, depth, &mut out);
        Value::Object(out)
    }

    fn extra_members(&mut self, object: &Object, depth: u32, out: &mut Map<String, Value>) {
        for (pattern, node) in &object.patterned {
            if self.plan.costs[*node] <= depth && self.free() && self.dice.below(3) > 0 {
                let name = pattern.draw(self.dice);
                let value = self.value(*node, depth);
                out.entry(name).or_insert(value);
            }
        }
        let Some(extra) = object.extra.filter(|n| self.plan.costs[*n] <= depth) else { return };
        let wish = if object.free { self.dice.below(3) } else { self.dice.below(4) };
        let wish = if self.free() { out.len() + wish } else { 0 };
        let length = wish.clamp(object.least, object.most.unwrap_or(usize::MAX).max(object.least)).min(LIMIT as usize);
        for _ in 0..length + TRIES {
            if out.len() >= length || self.spent > LIMIT {
                return;
            }
            let name = match object.names {
                Some(names) => match self.value(names, 0) {
                    Value::String(name) => name,
                    _ => return,
                },
                None => self.name(),
            };
            if !object.members.iter().any(|m| m.name == name) {
                let value = self.value(extra, depth);
                out.entry(name).or_insert(value);
            }
        }
    }

    fn name(&mut self) -> String {
        match self.dice.below(4) {
            0 => {
                let length = 1 + self.dice.below(12);
                self.free_text(length)
            }
            _ => format!("key{}", self.dice.below(1_000)),
        }
    }
}

const PLAIN: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

fn fits(drawn: &str, text: &Text) -> bool {
    let length = drawn.chars().count();
    length >= text.least && text.most.is_none_or(|most| length <= most)
}

/// What the pattern's own repetitions left too short or too long, joined or cut; it may no longer fit the pattern.
fn stretched(last: String, drawn: &[String], text: &Text) -> String {
    let mut out = last;
    for more in drawn {
        if out.chars().count() >= text.least {
            break;
        }
        out.push_str(more);
    }
    match text.most {
        Some(most) => out.chars().take(most).collect(),
        None => out,
    }
}

/// A whole number as JSON.
pub(super) fn integer_value(value: i128) -> Value {
    match i64::try_from(value) {
        Ok(small) => Value::from(small),
        Err(_) => Value::from(u64::try_from(value).unwrap_or(u64::MAX)),
    }
}

/// A number as JSON; what JSON cannot say is 0.
pub(super) fn number_value(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::from(0), Value::Number)
}

fn multiple(value: f64, step: f64, least: f64) -> f64 {
    let down = (value / step).floor() * step;
    if down < least { (value / step).ceil() * step } else { down }
}

/// The plainest value of the plan: what is required, by its example where there is one.
pub(super) fn plainest(plan: &Plan) -> Value {
    Draw { plan, dice: &mut Dice::new(0), spent: 0 }.plainest(plan.root)
}

impl Draw<'_, '_> {
    fn plainest(&mut self, node: usize) -> Value {
        self.spent += 1;
        if self.spent > LIMIT {
            return Value::Null;
        }
        match &self.plan.nodes[node] {
            Node::Never => Value::Null,
            Node::Choice(list) => list[0].clone(),
            Node::Integer(integer) => integer.example.clone().unwrap_or_else(|| {
                let value = ceil_to(0_i128.clamp(integer.least, integer.most), integer.step);
                integer_value(if value > integer.most { value - integer.step } else { value })
            }),
            Node::Number(number) => {
                let zero = 0_f64.clamp(number.least, number.most);
                let value = number.step.map_or(zero, |step| multiple(zero, step, number.least));
                number.example.clone().unwrap_or_else(|| number_value(value))
            }
            Node::Text(text) => text.example.clone().unwrap_or_else(|| {
                let length = text.least.max(text.most.unwrap_or(4).min(4)).min(LONGEST);
                let plain = text.pattern.is_none() && text.format.is_none();
                Value::String(if plain { "a".repeat(length) } else { self.text(text) })
            }),
            Node::Union(nodes) => {
                let least = nodes.iter().min_by_key(|n| self.plan.costs[**n]);
                least.map_or(Value::Null, |least| self.plainest(*least))
            }
            Node::List(list) => {
                let length = list.least.max(usize::from(list.contains.is_some())).min(LIMIT as usize);
                let at = |i: usize| match list.contains {
                    Some(contains) if i + 1 == length => contains,
                    _ => list.prefix.get(i).copied().unwrap_or(list.items),
                };
                Value::Array((0..length).map_while(|i| (self.spent <= LIMIT).then(|| self.plainest(at(i)))).collect())
            }
            Node::Object(object) => {
                let required = object.members.iter().filter(|m| m.required);
                Value::Object(required.map(|m| (m.name.clone(), self.plainest(m.node))).collect())
            }
        }
    }
}
