//! Values that fit a schema, as a proptest strategy that shrinks and never leaves it.

use std::fmt;
use std::sync::Arc;

use proptest::prelude::Rng as _;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::dialect;
use super::dice::Dice;
use super::draw::{draws, plainest};
use super::plan::{NEVER, Plan};
use super::shrink::{Step, steps};
use crate::error::Error;
use crate::schema::DIALECT;
use crate::schema::judge::{DEPTH, Judge, is_unsatisfiable, shallow};

/// How many values are drawn until one fits.
const BUDGET: usize = 1_000;
/// How many values inside of values are drawn meanwhile.
const WORK: u32 = 200_000;

/// Values that fit a schema. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    ready: Arc<Ready>,
}

struct Ready {
    plan: Plan,
    judge: Judge,
    plainest: Value,
}

/// The strategy of all values that fit a schema: JSON Schema as it stands in the wild, and as OpenAPI 3.0 spells it.
///
/// # Errors
/// When it is not a schema, when no value fits it, or when none is found within the budget; the message names the
/// keywords that stand in the way.
pub fn valid(schema: &Value) -> Result<Calls, Error> {
    if !shallow(schema, DEPTH) {
        return Err(Error::input(format!("the schema nests more than {DEPTH} levels deep")));
    }
    let mut schema = dialect::modern(schema);
    if let Value::Object(members) = &mut schema
        && members.contains_key("$schema")
    {
        members.insert("$schema".into(), DIALECT.into());
    }
    let judge = Judge::new(&schema)?;
    let ready = |guess| {
        let plan = Plan::of(&schema, guess);
        let plainest = first_that_fits(&plan, &judge);
        (plan, plainest)
    };
    // What the keywords are about may be impossible while other types are not.
    let (plan, plainest) = match ready(true) {
        (plan, Some(plainest)) => (plan, plainest),
        (plan, None) => match ready(false) {
            (other, Some(plainest)) => (other, plainest),
            (_, None) => return Err(nothing_fits(&schema, &plan)),
        },
    };
    Ok(Calls { ready: Arc::new(Ready { plan, judge, plainest }) })
}

fn nothing_fits(schema: &Value, plan: &Plan) -> Error {
    if plan.costs[plan.root] == NEVER || is_unsatisfiable(schema) {
        return Error::input(format!("no value fits the schema{}", named(schema)));
    }
    let notes: Vec<&str> = plan.notes.iter().map(String::as_str).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    Error::input(format!("found no value that fits the schema{} in {BUDGET} tries{notes}", named(schema)))
}

fn named(schema: &Value) -> String {
    schema["title"].as_str().or(schema["$id"].as_str()).map_or_else(String::new, |name| format!(" `{name}`"))
}

fn first_that_fits(plan: &Plan, judge: &Judge) -> Option<Value> {
    if plan.costs[plan.root] == NEVER {
        return None;
    }
    let plainest = plainest(plan);
    if judge.accepts(&plainest) {
        return Some(plainest);
    }
    search(plan, judge, &mut Dice::new(0))
}

/// A value that fits, if one is found within the budget.
fn search(plan: &Plan, judge: &Judge, dice: &mut Dice) -> Option<Value> {
    let mut work = 0;
    for (value, spent) in draws(plan, dice).take(BUDGET) {
        if judge.accepts(&value) {
            return Some(value);
        }
        work += spent;
        if work > WORK {
            break;
        }
    }
    None
}

impl Calls {
    /// The plainest value: what is required and nothing else, by the page's example where there is one.
    pub fn plainest(&self) -> &Value {
        &self.ready.plainest
    }

    /// Keywords that drawing does not aim at: values are filtered by them.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.ready.plan.notes.iter().map(String::as_str)
    }

    /// Whether a value fits.
    pub fn accepts(&self, value: &Value) -> bool {
        self.ready.judge.accepts(value)
    }

    /// The value of a seed: always the same, always proved to fit.
    pub fn value(&self, seed: u64) -> Value {
        self.draw(&mut Dice::new(seed))
    }

    pub(super) fn draw(&self, dice: &mut Dice) -> Value {
        let Ready { plan, judge, plainest } = &*self.ready;
        search(plan, judge, dice).unwrap_or_else(|| plainest.clone())
    }

    /// The value, and how it shrinks.
    pub fn tree(&self, value: Value) -> Tree {
        Tree { calls: self.clone(), base: Value::Null, current: value, steps: Vec::new(), next: 0, left: 0 }
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("plainest", &self.ready.plainest).finish_non_exhaustive()
    }
}

impl Strategy for Calls {
    type Tree = Tree;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(self.tree(self.value(runner.rng().next_u64())))
    }
}

/// A value that fits, and the steps that make it simpler. Every step is proved to fit before it is shown.
#[derive(Debug, Clone)]
pub struct Tree {
    calls: Calls,
    /// The simplest value that is known to show what is looked for; unset until there are steps.
    base: Value,
    current: Value,
    steps: Vec<Step>,
    /// The step to take next, and how many are left of the round.
    next: usize,
    left: usize,
}

impl Tree {
    /// Goes to the next step from `base` that fits.
    fn advance(&mut self) -> bool {
        while self.left > 0 {
            let value = self.steps[self.next % self.steps.len()].apply(&self.base);
            (self.next, self.left) = (self.next + 1, self.left - 1);
            if value != self.base && self.calls.ready.judge.accepts(&value) {
                self.current = value;
                return true;
            }
        }
        self.current = self.base.clone();
        false
    }
}

impl ValueTree for Tree {
    type Value = Value;

    fn current(&self) -> Value {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.base = self.current.clone();
        // On from where the last step was taken: what was in vain before it mostly still is, and comes last. All is
        // tried once more before this ends.
        self.next = match (self.next.checked_sub(1), self.steps.len()) {
            (Some(taken), length @ 1..) => self.steps[taken % length].resume(),
            _ => 0,
        };
        self.steps = steps(&self.calls.ready.plan, &self.base);
        self.left = self.steps.len();
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        !self.steps.is_empty() && self.advance()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Everything a schema of this strategy can be asked: many values, all shrunk to the end, all fit.
    fn holds(schema: &Value) -> Vec<Value> {
        let calls = valid(schema).unwrap_or_else(|e| panic!("{e}: {schema}"));
        let judge = Judge::new(&dialect::modern(schema)).unwrap();
        let mut values = Vec::new();
        for seed in 0..60 {
            let value = calls.value(seed);
            assert!(judge.accepts(&value), "{value} against {schema}");
            let mut tree = calls.tree(value.clone());
            let mut rounds = 0;
            while tree.simplify() {
                assert!(judge.accepts(&tree.current()), "{} against {schema}", tree.current());
                rounds += 1;
                assert!(rounds < 2_000, "{value} does not stop shrinking: {}", tree.current());
            }
            values.push(value);
        }
        values
    }

    /// What is left of a value when everything is taken away that keeps `shows` true.
    fn shrunk(schema: &Value, start: Value, shows: impl Fn(&Value) -> bool) -> Value {
        let mut tree = valid(schema).unwrap().tree(start);
        assert!(shows(&tree.current()));
        if !tree.simplify() {
            return tree.current();
        }
        loop {
            let more = if shows(&tree.current()) { tree.simplify() } else { tree.complicate() };
            if !more {
                return tree.current();
            }
        }
    }

    #[test]
    fn plain_schemas_are_drawn_as_they_say() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["a", "list"],
            "properties": {
                "a": { "type": "string", "minLength": 2, "maxLength": 5, "examples": ["abc"] },
                "b": { "type": "integer", "minimum": 5, "exclusiveMaximum": 9, "multipleOf": 2 },
                "c": { "type": "number", "minimum": 0.5, "maximum": 0.75 },
                "d": { "enum": ["x", 1, null] },
                "e": { "type": ["boolean", "null"] },
                "list": { "type": "array", "items": { "type": "integer" }, "minItems": 1, "maxItems": 3, "uniqueItems": true },
                "map": { "type": "object", "additionalProperties": { "type": "boolean" }, "minProperties": 1, "maxProperties": 2 }
            }
        });
        let values = holds(&schema);
        for name in ["b", "c", "d", "e", "map"] {
            let with = values.iter().filter(|v| v.get(name).is_some()).count();
            assert!((10..55).contains(&with), "{name} {with}");
        }
        assert_eq!(valid(&schema).unwrap().plainest(), &json!({ "a": "abc", "list": [0] }));
    }

    #[test]
    fn shrinking_goes_to_the_example_and_then_to_small() {
        let schema = json!({ "type": "object", "properties": {
            "a": { "type": "string", "examples": ["test"] }, "b": { "type": "integer", "examples": [7] },
            "c": { "type": "string" }
        } });
        let start = json!({ "a": "x y+z", "b": 123_456, "c": "hello" });
        let has = |name: &'static str| move |v: &Value| v.get(name).is_some();
        assert_eq!(shrunk(&schema, start.clone(), has("a")), json!({ "a": "test" }));
        assert_eq!(shrunk(&schema, start.clone(), has("b")), json!({ "b": 7 }));
        assert_eq!(
            shrunk(&schema, start.clone(), |v| v["a"].as_str().is_some_and(|a| a.contains('+'))),
            json!({ "a": "+" })
        );
        assert_eq!(
            shrunk(&schema, start.clone(), |v| v["b"].as_i64().is_some_and(|b| b > 1_000)),
            json!({ "b": 1_001 })
        );
        assert_eq!(shrunk(&schema, start, |v| v["c"].as_str().is_some_and(|c| c.len() > 2)), json!({ "c": "aaa" }));
    }

    #[test]
    fn a_test_over_the_strategy_is_shrunk_by_proptest() {
        use proptest::test_runner::{Config, TestCaseError, TestError};
        let schema = json!({ "type": "array", "items": { "type": "integer", "minimum": 0 }, "maxItems": 20 });
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner =
            TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(Default::default()));
        let result = runner.run(&valid(&schema).unwrap(), |value| match value.as_array().unwrap().len() < 3 {
            true => Ok(()),
            false => Err(TestCaseError::fail("three or more")),
        });
        let Err(TestError::Fail(_, value)) = result else { panic!("{result:?}") };
        assert_eq!(value, json!([0, 0, 0]));
    }

    #[test]
    fn schemas_as_openapi_spells_them_are_drawn() {
        for schema in [
            json!({ "type": "string", "nullable": true, "enum": ["a", "b"] }),
            json!({ "type": "string", "format": "uuid" }),
            json!({ "type": "string", "format": "date-time", "nullable": true }),
            json!({ "type": "string", "pattern": "^[a-z]+$", "minLength": 40, "maxLength": 50 }),
            json!({ "type": "string", "pattern": "^[a-z]*$", "maxLength": 3 }),
            json!({ "allOf": [{ "properties": { "a": { "type": "string" } }, "required": ["a"] },
                { "type": "object", "properties": { "a": { "maxLength": 3 }, "b": { "type": "integer" } } }] }),
            json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }], "type": "object",
                "properties": { "a": { "type": "string" }, "b": { "type": "string" } }, "additionalProperties": false }),
            json!({ "oneOf": [{ "type": "integer" }, { "type": "number", "multipleOf": 0.5 }, { "type": "string" }] }),
            json!({ "if": { "properties": { "a": { "const": 1 } }, "required": ["a"] }, "then": { "required": ["b"] },
                "else": { "required": ["c"] }, "properties": { "a": { "type": "integer" } }, "type": "object" }),
            json!({ "$ref": "#/$defs/Tree", "$defs": { "Tree": { "type": "object", "required": ["v"], "properties": {
                "v": { "type": "integer" }, "kids": { "type": "array", "items": { "$ref": "#/$defs/Tree" } } } } } }),
            json!({ "$ref": "#/components/schemas/Pet", "components": { "schemas": {
                "Pet": { "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
                    "discriminator": { "propertyName": "kind" } },
                "Cat": { "type": "object", "properties": { "kind": { "type": "string" }, "lives": { "type": "integer" } } },
                "Dog": { "type": "object", "properties": { "kind": { "type": "string" } } } } } }),
            json!({ "type": "array", "items": { "enum": [1, 2, 3] }, "minItems": 3, "maxItems": 3, "uniqueItems": true }),
            json!({ "type": "array", "items": [{ "type": "string" }, { "type": "integer" }], "minItems": 2 }),
            json!({ "type": "array", "contains": { "const": 7 }, "items": { "type": "integer" } }),
            json!({ "type": "object", "patternProperties": { "^x-": { "type": "integer" } }, "additionalProperties": false }),
            json!({ "type": "object", "propertyNames": { "pattern": "^[a-c]$" }, "minProperties": 2,
                "additionalProperties": { "type": "boolean" } }),
            json!({ "type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 3 }),
            json!({ "type": "number", "multipleOf": 0.25, "minimum": 1, "maximum": 2 }),
            json!({ "not": { "type": "string" } }),
            json!({ "contains": false }),
            json!({ "$ref": "#here", "$defs": { "a": { "$anchor": "here", "type": "integer" } } }),
            json!({ "$id": "https://example.com/a", "$ref": "b", "$defs": { "b": { "$id": "b", "type": "string" } } }),
            json!({ "type": "object", "dependentRequired": { "a": ["b"] }, "properties": { "a": {}, "b": {} } }),
            json!(true),
            json!({}),
        ] {
            let values = holds(&schema);
            let distinct: std::collections::BTreeSet<String> = values.iter().map(Value::to_string).collect();
            assert!(distinct.len() > 1, "{schema} gives only {distinct:?}");
        }
    }

    #[test]
    fn what_no_value_fits_is_an_error_that_says_so() {
        let error = |schema: Value| valid(&schema).unwrap_err().to_string();
        for schema in [
            json!(false),
            json!({ "type": "integer", "minimum": 3, "maximum": 2 }),
            json!({ "allOf": [{ "type": "string" }, { "type": "integer" }] }),
            json!({ "enum": [1], "type": "string" }),
            json!({ "type": "object", "required": ["a"], "properties": { "a": false } }),
            json!({ "$ref": "#/$defs/a", "$defs": { "a": { "type": "object", "required": ["a"],
                "properties": { "a": { "$ref": "#/$defs/a" } } } } }),
        ] {
            assert!(
                error(schema.clone()).starts_with("no value fits the schema"),
                "{schema}: {}",
                error(schema.clone())
            );
        }
        let blind = error(json!({ "title": "T", "type": "string", "maxLength": 2, "pattern": "^(?=aaa)" }));
        assert_eq!(
            blind,
            "found no value that fits the schema `T` in 1000 tries (`pattern` ^(?=aaa) is not aimed at, only held to)"
        );
    }

    #[test]
    fn a_hostile_schema_costs_bounded_time() {
        let wide = json!({ "type": "array", "minItems": 400, "items": { "type": "array", "minItems": 400, "items": {
            "type": "array", "minItems": 400, "items": { "type": "array", "minItems": 400 } } } });
        let long = json!({ "type": "string", "minLength": 4_000_000_000_u64 });
        let many: Vec<Value> =
            (0..12).map(|i| json!({ "anyOf": [{ "minLength": i }, { "maxLength": i + 90 }] })).collect();
        let link = |i: u32| {
            let next = json!({ "$ref": format!("#/$defs/{i}") });
            json!({ "type": "object", "required": ["x"], "properties": { "x": next } })
        };
        let mut chain: serde_json::Map<String, Value> = (0..3_000).map(|i| (i.to_string(), link(i + 1))).collect();
        chain.insert("3000".into(), json!({ "type": "string" }));
        let deep = json!({ "$ref": "#/$defs/0", "$defs": chain });
        assert!(valid(&deep).unwrap_err().to_string().starts_with("no value fits"));
        for schema in [wide, long, json!({ "type": "string", "allOf": many })] {
            drop(valid(&schema));
        }
    }
}
