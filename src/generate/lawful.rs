//! Calls brought in line with what the page says of several parameters together.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fresh::Fresh;
use crate::contract::{Asks, Condition, Field, Operation};
use crate::schema;
use crate::schema::judge::Judge;

/// What a page says of its parameters together; most pages say nothing.
#[derive(Debug)]
pub(crate) struct Lawful<'o> {
    operation: &'o Operation,
    judge: Judge,
}

impl<'o> Lawful<'o> {
    /// None where the page says nothing of parameters together.
    pub(crate) fn of(operation: &'o Operation) -> Option<Lawful<'o>> {
        let binds = |asks: Asks| matches!(asks, Asks::RequiredWhen | Asks::ForbiddenWhen | Asks::OneOf);
        let bound = operation.parameters.iter().flat_map(|p| &p.field.conditions).any(|c| binds(c.value.asks));
        let judge = bound.then(|| Judge::new(&schema::request(operation)).ok())??;
        Some(Lawful { operation, judge })
    }

    /// The call with parameters added or taken out until the page allows it. Those in `fixed` stay as they are, given or
    /// not; where that leaves no way, so does the call.
    pub(crate) fn settle(
        &self,
        params: Map<String, Value>,
        fixed: &BTreeSet<&str>,
        fresh: &mut Fresh,
    ) -> Map<String, Value> {
        let mut settled = params.clone();
        // What is null is as good as left out.
        settled.retain(|_, value| !value.is_null());
        for _ in 0..2 * self.operation.parameters.len() + 2 {
            let faults = self.judge.faults(&Value::Object(settled.clone()));
            if faults.is_empty() {
                for (name, null) in params.into_iter().filter(|(_, value)| value.is_null()) {
                    settled.entry(name).or_insert(null);
                }
                return settled;
            }
            let mended = faults.iter().any(|fault| match fault.keyword.as_str() {
                "required" => self.add_or_yield(&mut settled, &name(&fault.path), fixed, fresh),
                "falseSchema" => self.drop_or_yield(&mut settled, &name(&fault.path), fixed),
                "anyOf" if fault.path.is_empty() => self.choose(&mut settled, fixed, fresh),
                _ => false,
            });
            if !mended {
                return params;
            }
        }
        params
    }

    fn field(&self, name: &str) -> Option<&'o Field> {
        self.operation.parameters.iter().map(|p| &p.field).find(|field| field.name == name)
    }

    /// Gives what must be given; if that is to stay away, the parameter that asks for it goes.
    fn add_or_yield(
        &self,
        call: &mut Map<String, Value>,
        name: &str,
        fixed: &BTreeSet<&str>,
        fresh: &mut Fresh,
    ) -> bool {
        let Some(field) = self.field(name) else { return false };
        if fixed.contains(name) {
            return self.yields(call, field, Asks::RequiredWhen, fixed);
        }
        call.insert(name.to_owned(), fresh.value(field));
        true
    }

    /// Takes out what must not be given; if that is to stay, the parameter that forbids it goes.
    fn drop_or_yield(&self, call: &mut Map<String, Value>, name: &str, fixed: &BTreeSet<&str>) -> bool {
        let Some(field) = self.field(name) else { return false };
        if fixed.contains(name) || field.required == Some(true) {
            return self.yields(call, field, Asks::ForbiddenWhen, fixed);
        }
        call.shift_remove(name).is_some()
    }

    /// Takes out a parameter that a condition of the field looks at, or gives it a value that the condition is not about.
    fn yields(&self, call: &mut Map<String, Value>, field: &Field, asks: Asks, fixed: &BTreeSet<&str>) -> bool {
        let looks = |condition: &Condition, call: &Map<String, Value>| {
            let other = condition.parameter.as_deref().filter(|other| !fixed.contains(other))?;
            let value = call.get(other)?;
            (condition.values.is_empty() || condition.values.contains(value)).then(|| other.to_owned())
        };
        let conditions = field.conditions.iter().map(|c| &c.value).filter(|c| c.asks == asks);
        let Some((condition, other)) = conditions.filter_map(|c| Some((c, looks(c, call)?))).next() else {
            return false;
        };
        let Some(its) = self.field(&other) else { return false };
        if its.required != Some(true) {
            return call.shift_remove(&other).is_some();
        }
        let free = its.values.iter().map(|v| &v.value).find(|v| !condition.values.contains(v));
        free.filter(|_| !condition.values.is_empty()).map(|free| call.insert(other, free.clone())).is_some()
    }

    /// Gives one of those of which one has to be given.
    fn choose(&self, call: &mut Map<String, Value>, fixed: &BTreeSet<&str>, fresh: &mut Fresh) -> bool {
        for field in self.operation.parameters.iter().map(|p| &p.field) {
            let others = field.conditions.iter().map(|c| &c.value).filter(|c| c.asks == Asks::OneOf);
            let others: Vec<&str> = others.filter_map(|c| c.parameter.as_deref()).collect();
            let choices: Vec<&str> = std::iter::once(field.name.as_str()).chain(others.iter().copied()).collect();
            if others.is_empty() || choices.iter().any(|name| call.contains_key(*name)) {
                continue;
            }
            let free = choices.iter().filter(|name| !fixed.contains(**name)).find_map(|name| self.field(name));
            if let Some(free) = free {
                call.insert(free.name.clone(), fresh.value(free));
                return true;
            }
        }
        false
    }
}

/// The parameter that a pointer is about.
fn name(pointer: &str) -> String {
    let first = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    first.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::tests::operation;

    #[test]
    fn a_call_is_settled_around_what_it_is_about() {
        let asks = |asks: &str, other: &str, values: Value| json!({ "conditions": [{ "value": { "text": "t", "asks": asks, "parameter": other, "values": values } }] });
        let operation = operation(json!({
            "Charge": {}, "Period": asks("required-when", "Charge", json!(["PrePaid"])),
            "Spot": asks("forbidden-when", "Charge", json!(["PrePaid"])),
            "Vpc": asks("one-of", "Net", json!([])), "Net": asks("one-of", "Vpc", json!([]))
        }));
        let lawful = Lawful::of(&operation).unwrap();
        let settled = |params: Value, fixed: &[&str]| {
            let fixed = fixed.iter().copied().collect();
            let call = lawful.settle(params.as_object().unwrap().clone(), &fixed, &mut Fresh::new(1));
            assert!(lawful.judge.accepts(&Value::Object(call.clone())), "{call:?}");
            call.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(settled(json!({ "Charge": "PrePaid", "Net": "n" }), &["Charge"]), "Charge Net Period");
        assert_eq!(settled(json!({ "Charge": "PrePaid", "Net": "n" }), &["Period"]), "Net");
        let all = json!({ "Charge": "PrePaid", "Spot": "s", "Period": "1", "Vpc": "v", "Net": "n" });
        assert_eq!(settled(all.clone(), &[]), "Charge Period Vpc Net");
        assert_eq!(settled(all, &["Spot"]), "Spot Period Vpc Net");
        assert_eq!(settled(json!({}), &["Vpc"]), "Net");
        let stuck = json!({ "Charge": "PrePaid" });
        let call = lawful.settle(stuck.as_object().unwrap().clone(), &["Charge", "Period"].into(), &mut Fresh::new(1));
        assert_eq!(Value::Object(call), stuck);
    }

    #[test]
    fn a_page_that_says_nothing_of_parameters_together_costs_nothing() {
        assert!(Lawful::of(&operation(json!({ "A": {} }))).is_none());
    }
}
