//! A schema made ready for drawing: nodes that refer to one another, so that a recursive schema is a finite plan.

use std::collections::BTreeSet;

use serde_json::Value;

use super::pattern::Pattern;
use super::planner::Planner;

/// The cost of what cannot be drawn.
pub(super) const NEVER: u32 = u32::MAX;
/// What has to nest deeper than this counts as impossible, so that drawing cannot exhaust the stack.
const DEEPEST: u32 = 100;

/// A schema made ready for drawing.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) nodes: Vec<Node>,
    /// How deep the smallest value of a node nests; [`NEVER`] where there is none.
    pub(super) costs: Vec<u32>,
    pub(super) root: usize,
    /// Keywords that nothing aims at.
    pub(super) notes: BTreeSet<String>,
}

/// What may stand in one place.
#[derive(Debug)]
pub(super) enum Node {
    Never,
    /// A closed list, the example first.
    Choice(Vec<Value>),
    Integer(Integer),
    Number(Number),
    Text(Text),
    List(List),
    Object(Object),
    /// One of several.
    Union(Vec<usize>),
}

#[derive(Debug)]
pub(super) struct Integer {
    pub(super) least: i128,
    pub(super) most: i128,
    pub(super) step: i128,
    pub(super) example: Option<Value>,
}

#[derive(Debug)]
pub(super) struct Number {
    pub(super) least: f64,
    pub(super) most: f64,
    pub(super) step: Option<f64>,
    pub(super) example: Option<Value>,
}

#[derive(Debug)]
pub(super) struct Text {
    pub(super) least: usize,
    pub(super) most: Option<usize>,
    pub(super) pattern: Option<Pattern>,
    pub(super) format: Option<String>,
    pub(super) example: Option<Value>,
}

#[derive(Debug)]
pub(super) struct List {
    pub(super) prefix: Vec<usize>,
    pub(super) items: usize,
    /// What one of the items has to be.
    pub(super) contains: Option<usize>,
    pub(super) least: usize,
    pub(super) most: Option<usize>,
    pub(super) unique: bool,
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    /// What members of other names may be.
    pub(super) extra: Option<usize>,
    /// What other names look like.
    pub(super) names: Option<usize>,
    /// Names by pattern, and what stands under them.
    pub(super) patterned: Vec<(Pattern, usize)>,
    pub(super) least: usize,
    pub(super) most: Option<usize>,
    /// Whether nothing at all is said of the members.
    pub(super) free: bool,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) node: usize,
    pub(super) required: bool,
}

impl Plan {
    /// Plans a schema of the 2020-12 form. Where it says no type, `guess` takes what its keywords are about.
    pub(super) fn of(schema: &Value, guess: bool) -> Plan {
        let (nodes, root, notes) = Planner::plan(schema, guess);
        let costs = costs(&nodes);
        Plan { nodes, costs, root, notes }
    }
}

/// The least multiple of `step` that is not below `value`.
pub(super) fn ceil_to(value: i128, step: i128) -> i128 {
    value.div_euclid(step) * step + if value.rem_euclid(step) == 0 { 0 } else { step }
}

/// How deep the smallest value of each node nests.
fn costs(nodes: &[Node]) -> Vec<u32> {
    let mut costs = vec![NEVER; nodes.len()];
    let mut settled = false;
    while !settled {
        settled = true;
        for (index, node) in nodes.iter().enumerate().rev() {
            let cost = cost(node, &costs);
            settled &= cost == costs[index];
            costs[index] = cost;
        }
    }
    costs
}

fn cost(node: &Node, costs: &[u32]) -> u32 {
    let inner = |nodes: &mut dyn Iterator<Item = usize>| match nodes.map(|n| costs[n]).max() {
        Some(cost) if cost < DEEPEST => cost + 1,
        Some(_) => NEVER,
        None => 0,
    };
    match node {
        Node::Never => NEVER,
        Node::Choice(_) | Node::Integer(_) | Node::Number(_) | Node::Text(_) => 0,
        Node::Union(nodes) => nodes.iter().map(|n| costs[*n]).min().unwrap_or(NEVER),
        Node::List(list) => {
            let rest = (list.least > list.prefix.len()).then_some(list.items);
            let prefix = list.prefix.iter().take(list.least).copied();
            inner(&mut prefix.chain(rest).chain(list.contains))
        }
        Node::Object(object) => {
            let required = object.members.iter().filter(|m| m.required).map(|m| m.node);
            inner(&mut required.collect::<Vec<_>>().into_iter())
        }
    }
}
