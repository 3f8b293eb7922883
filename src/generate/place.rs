//! Every place of a request where a value stands, and the plainest call around it.

use serde_json::{Map, Value};

use super::{Calls, valid};
use crate::contract::{Field, Kind, Operation};
use crate::error::Error;
use crate::schema;
use crate::schema::judge::Judge;

/// How many random calls are searched for one that goes with a parameter.
const SEARCH: u64 = 300;

/// An operation made ready for calls that differ from the plainest in one place.
pub(super) struct Bench<'o> {
    pub(super) judge: Judge,
    pub(super) places: Vec<Place<'o>>,
    calls: Calls,
}

/// One place: a parameter or something inside of one.
pub(super) struct Place<'o> {
    /// As clauses name it: `TagList[].Key`.
    pub(super) path: String,
    /// As the judge names it: `/TagList/0/Key`.
    pub(super) pointer: String,
    pub(super) field: &'o Field,
    /// The fields from the parameter down to this one, each with its plainest value.
    way: Vec<(&'o Field, Value)>,
    /// The plainest call that has a value here.
    around: Map<String, Value>,
}

impl<'o> Bench<'o> {
    /// # Errors
    /// When no call fits the page.
    pub(super) fn of(operation: &'o Operation) -> Result<Bench<'o>, Error> {
        let schema = schema::request(operation);
        let (judge, calls) = (Judge::new(&schema)?, valid(&schema)?);
        let mut bench = Bench { judge, places: Vec::new(), calls };
        let mut places = Vec::new();
        for parameter in &operation.parameters {
            let field = &parameter.field;
            collect(&mut places, field.name.clone(), format!("/{}", escape(&field.name)), vec![with_plainest(field)]);
        }
        for place in &mut places {
            place.around = bench.around(place);
        }
        bench.places = places;
        Ok(bench)
    }

    /// The plainest call of all.
    pub(super) fn plainest(&self) -> Map<String, Value> {
        self.calls.plainest().as_object().cloned().unwrap_or_default()
    }

    /// Whether the page allows the call.
    pub(super) fn accepts(&self, call: &Map<String, Value>) -> bool {
        self.judge.accepts(&Value::Object(call.clone()))
    }

    /// The plainest call with something at the place: the plainest of all with it put in, or, where conditions ask
    /// for company, what is left of a random one.
    fn around(&self, place: &Place<'_>) -> Map<String, Value> {
        let here = place.plainest().clone();
        let plain = place.put(&self.plainest(), here.clone());
        if self.accepts(&plain) {
            return plain;
        }
        let random = (0..SEARCH).filter_map(|seed| self.calls.value(seed).as_object().cloned());
        let Some(mut call) = random.map(|call| place.put(&call, here.clone())).find(|call| self.accepts(call)) else {
            return plain;
        };
        let names: Vec<String> = call.keys().filter(|name| **name != place.way[0].0.name).cloned().collect();
        for name in names {
            let mut fewer = call.clone();
            fewer.shift_remove(&name);
            if self.accepts(&fewer) {
                call = fewer;
            }
        }
        call
    }
}

impl<'o> Place<'o> {
    /// The plainest value of the place.
    pub(super) fn plainest(&self) -> &Value {
        &self.way[self.way.len() - 1].1
    }

    /// The plainest call with this value in the place.
    pub(super) fn call(&self, value: Value) -> Map<String, Value> {
        let mut call = Value::Object(self.around.clone());
        if let Some(here) = call.pointer_mut(&self.pointer) {
            *here = value;
        }
        match call {
            Value::Object(call) => call,
            _ => unreachable!("it was made an object"),
        }
    }

    /// The plainest call with the place left out; none for what cannot be left out of its list or map.
    pub(super) fn call_without(&self) -> Option<Map<String, Value>> {
        let mut call = Value::Object(self.around.clone());
        let (parent, _) = self.pointer.rsplit_once('/')?;
        call.pointer_mut(parent)?.as_object_mut()?.shift_remove(&self.field.name)?;
        call.as_object().cloned()
    }

    /// The parameter that it is, or is inside of.
    pub(super) fn parameter(&self) -> &'o str {
        &self.way[0].0.name
    }

    /// Whether it is a parameter itself.
    pub(super) fn is_parameter(&self) -> bool {
        self.way.len() == 1
    }

    fn put(&self, call: &Map<String, Value>, value: Value) -> Map<String, Value> {
        let mut call = call.clone();
        call.insert(self.way[0].0.name.clone(), plant(&self.way, value));
        call
    }
}

fn with_plainest(field: &Field) -> (&Field, Value) {
    (field, plainest(field))
}

fn collect<'o>(places: &mut Vec<Place<'o>>, path: String, pointer: String, way: Vec<(&'o Field, Value)>) {
    let field = way[way.len() - 1].0;
    let down = |inner: &'o Field| way.iter().cloned().chain([with_plainest(inner)]).collect::<Vec<_>>();
    let mut inside = Vec::new();
    if field.kind.value == Kind::Object {
        for inner in &field.fields {
            inside.push((format!("{path}.{}", inner.name), format!("{pointer}/{}", escape(&inner.name)), down(inner)));
        }
    }
    if let Some(items) = &field.items {
        match field.kind.value {
            Kind::Array => inside.push((format!("{path}[]"), format!("{pointer}/0"), down(items))),
            Kind::Map => inside.push((format!("{path}.*"), format!("{pointer}/{KEY}"), down(items))),
            _ => {}
        }
    }
    places.push(Place { path, pointer, field, way, around: Map::new() });
    for (path, pointer, way) in inside {
        collect(places, path, pointer, way);
    }
}

/// The name of a map's one member.
const KEY: &str = "key";

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A value wrapped in what stands around it.
fn plant(way: &[(&Field, Value)], value: Value) -> Value {
    let (Some((outer, around)), Some((inner, _))) = (way.first(), way.get(1)) else { return value };
    let planted = plant(&way[1..], value);
    match around.clone() {
        Value::Object(mut members) if outer.kind.value == Kind::Map => {
            members.insert(KEY.into(), planted);
            Value::Object(members)
        }
        Value::Object(mut members) => {
            members.insert(inner.name.clone(), planted);
            Value::Object(members)
        }
        Value::Array(mut items) => {
            items.splice(0..items.len().min(1), [planted]);
            Value::Array(items)
        }
        _ => planted,
    }
}

/// The plainest value of a field; null where there is none.
pub(super) fn plainest(field: &Field) -> Value {
    valid(&schema::parameter(field)).map_or(Value::Null, |calls| calls.plainest().clone())
}
