//! Cases about what is surfaced of a success.

use serde_json::{Value, json};

use super::awkward::awkward;
use super::{Plan, step};
use crate::case::{Answer, Body, Origin};
use crate::contract::{AnswerAspect, Aspect, Field, Kind, ResponseAspect};
use crate::fake;
use crate::fake::broken::json_type;

/// The page's own sample.
pub(super) fn samples(plan: &mut Plan<'_>) {
    let Some(sample) = fake::sample(plan.operation) else { return };
    let (seed, mut fresh) = plan.fresh("sample");
    let params = plan.required(&mut fresh);
    let clauses = vec![plan.id("response/sample"), plan.id("response/status")];
    plan.push(seed, Origin::Sample, "the page's own sample", clauses, vec![step(params, vec![sample.into()])]);
}

/// Cases for every clause about the answer.
pub(super) fn plan(plan: &mut Plan<'_>) {
    fresh_values(plan);
    nulls(plan);
    let aspects: Vec<(String, Aspect)> = plan.clauses.iter().map(|c| (c.id.clone(), c.aspect.clone())).collect();
    for (id, aspect) in aspects {
        match aspect {
            Aspect::Response(path, of) => member(plan, &id, &path, of),
            Aspect::Answer(of) => whole(plan, &id, of),
            _ => {}
        }
    }
}

/// Three answers with fresh values for every member.
fn fresh_values(plan: &mut Plan<'_>) {
    let surfaced: Vec<String> = plan
        .clauses
        .iter()
        .filter(|c| matches!(c.aspect, Aspect::Response(_, ResponseAspect::Surfaced)))
        .map(|c| c.id.clone())
        .collect();
    for index in 0..3 {
        let (seed, mut fresh) = plan.fresh(&format!("surfaced#{index}"));
        let params = plan.required(&mut fresh);
        let call = plan.call(params, &mut fresh);
        let mut clauses = surfaced.clone();
        clauses.push(plan.id("response/status"));
        plan.push(seed, Origin::Success, "fresh values for every member", clauses, vec![call]);
    }
}

/// An answer in which every member is null that does not say success, and whose objects are there.
fn nulls(plan: &mut Plan<'_>) {
    let nullable = plan.clauses.iter().filter(|c| matches!(c.aspect, Aspect::Response(_, ResponseAspect::Null)));
    let clauses: Vec<String> = nullable.map(|c| c.id.clone()).collect();
    if clauses.len() < 2 {
        return;
    }
    let (seed, mut fresh) = plan.fresh("null#all");
    let params = plan.required(&mut fresh);
    let mut answer = fake::success(plan.operation, &mut fresh);
    if let Body::Json(value) = &mut answer.body {
        hollow(value);
    }
    plan.push(seed, Origin::Success, "null in every member", clauses, vec![step(params, vec![answer.into()])]);
}

fn hollow(value: &mut Value) {
    let Some(members) = value.as_object_mut() else { return };
    for (name, inner) in members {
        match inner {
            Value::Object(_) => hollow(inner),
            Value::String(_) if name != "Code" => *inner = Value::Null,
            _ => {}
        }
    }
}

/// A success in which the member at this path is changed.
fn changed(plan: &mut Plan<'_>, id: &str, path: &str, about: &str, change: impl Fn(&mut Spot<'_>)) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
    let params = plan.required(&mut fresh);
    let mut answer = fake::success(plan.operation, &mut fresh);
    if let Body::Json(value) = &mut answer.body {
        at(value, &path.split('.').collect::<Vec<_>>(), &change);
    }
    let call = step(params, vec![answer.into()]);
    plan.push(seed, Origin::Success, format!("`{path}`: {about}"), vec![id.to_owned()], vec![call]);
}

/// Where a member stands: in an object under a name, or in a list.
enum Spot<'a> {
    Member(&'a mut serde_json::Map<String, Value>, &'a str),
    Item(&'a mut Value),
}

impl Spot<'_> {
    fn set(&mut self, value: Value) {
        match self {
            Spot::Member(members, name) => {
                members.insert((*name).to_owned(), value);
            }
            Spot::Item(item) => **item = value,
        }
    }

    fn remove(&mut self) {
        if let Spot::Member(members, name) = self {
            members.remove(*name);
        }
    }
}

/// Changes every place of a path (`A.B[].C`, `Map.*`).
fn at(value: &mut Value, path: &[&str], change: &impl Fn(&mut Spot<'_>)) {
    let Some((first, rest)) = path.split_first() else { return };
    let name = first.trim_end_matches("[]");
    let depth = (first.len() - name.len()) / 2;
    if *first == "*" {
        if let Some(members) = value.as_object_mut() {
            for inner in members.values_mut() {
                if rest.is_empty() { change(&mut Spot::Item(inner)) } else { at(inner, rest, change) }
            }
        }
        return;
    }
    let Some(members) = value.as_object_mut() else { return };
    if depth == 0 {
        if rest.is_empty() {
            change(&mut Spot::Member(members, name));
        } else if let Some(inner) = members.get_mut(name) {
            at(inner, rest, change);
        }
        return;
    }
    if let Some(list) = members.get_mut(name) {
        items(list, depth, rest, change);
    }
}

fn items(list: &mut Value, depth: usize, rest: &[&str], change: &impl Fn(&mut Spot<'_>)) {
    let Some(all) = list.as_array_mut() else { return };
    for item in all {
        match (depth, rest.is_empty()) {
            (2.., _) => items(item, depth - 1, rest, change),
            (_, true) => change(&mut Spot::Item(item)),
            (_, false) => at(item, rest, change),
        }
    }
}

fn member(plan: &mut Plan<'_>, id: &str, path: &str, of: ResponseAspect) {
    match of {
        ResponseAspect::Surfaced => {}
        ResponseAspect::Absent => {
            changed(plan, id, path, "left out", |spot| spot.remove());
            if find(plan, path).is_some_and(|field| !field.fields.is_empty() && field.kind.value == Kind::Object) {
                changed(plan, id, path, "an object without members", |spot| spot.set(json!({})));
            }
        }
        ResponseAspect::Null => changed(plan, id, path, "null", |spot| spot.set(Value::Null)),
        ResponseAspect::Type => both_types(plan, id, path),
        ResponseAspect::Text => {
            for (about, text) in awkward() {
                changed(plan, id, path, about, |spot| spot.set(json!(text)));
            }
        }
        ResponseAspect::Number => {
            let wide = |field: &Field| field.spelled.to_ascii_lowercase().contains("long") || field.format.is_none();
            let wide = find(plan, path).is_none_or(wide);
            let fractional = find(plan, path).is_some_and(|f| f.kind.value == Kind::Number);
            let mut numbers = vec![json!(0), json!(1), json!(-1), json!(2_147_483_647)];
            if wide {
                numbers.extend([json!(2_147_483_648_i64), json!(9_007_199_254_740_993_i64), json!(i64::MAX)]);
            }
            if fractional {
                numbers.extend([json!(0.1), json!(-2.5), json!(1e21)]);
            }
            for number in numbers {
                changed(plan, id, path, &number.to_string(), |spot| spot.set(number.clone()));
            }
        }
        ResponseAspect::Spelling => {
            for truth in [json!(true), json!(false), json!("false")] {
                changed(plan, id, path, &truth.to_string(), |spot| spot.set(truth.clone()));
            }
        }
        ResponseAspect::List => {
            let Some(item) = find(plan, path).and_then(|f| f.items.as_deref().cloned()) else { return };
            let sizes =
                [("an empty list", 0), ("a list of one", 1), ("a list with an item twice", 3), ("a list of 250", 250)];
            for (about, size) in sizes {
                let (_, mut fresh) = plan.fresh(&format!("{id}#{about}#items"));
                let mut list: Vec<Value> = (0..size).map(|_| fresh.value(&item)).collect();
                if size == 3 {
                    list[2] = list[0].clone();
                }
                changed(plan, id, path, about, |spot| spot.set(json!(list)));
            }
        }
        ResponseAspect::UnknownValue => {
            let (_, mut fresh) = plan.fresh(&format!("{id}#value"));
            let value = match find(plan, path).map(|f| f.kind.value) {
                Some(Kind::Integer | Kind::Number) => json!(fresh.integer() + 1_000_000),
                _ => json!(fresh.text(None)),
            };
            changed(plan, id, path, "a value that the page does not list", |spot| spot.set(value.clone()));
        }
    }
}

fn find<'a>(plan: &Plan<'a>, path: &str) -> Option<&'a Field> {
    let mut found = None;
    plan.operation.response.as_ref()?.walk("", &mut |at, field| {
        if at == path {
            found = Some(field);
        }
    });
    found
}

/// The member in each of the types that the page gives it, one call each.
fn both_types(plan: &mut Plan<'_>, id: &str, path: &str) {
    let texts = [json!("200"), json!("Ok7")];
    let numbers = [json!(200), json!(9_007_199_254_740_993_i64)];
    let Some(field) = find(plan, path) else { return };
    let kinds: Vec<Kind> = std::iter::once(field.kind.value).chain(field.also.iter().map(|a| a.value)).collect();
    let values: Vec<Value> = kinds
        .iter()
        .flat_map(|kind| match kind {
            Kind::String => texts.to_vec(),
            Kind::Integer | Kind::Number => numbers.to_vec(),
            Kind::Boolean => vec![json!(true), json!(false)],
            _ => vec![],
        })
        .collect();
    let (seed, mut fresh) = plan.fresh(&format!("{id}#both"));
    let steps = values
        .into_iter()
        .map(|value| {
            let params = plan.required(&mut fresh);
            let mut answer = fake::success(plan.operation, &mut fresh);
            if let Body::Json(body) = &mut answer.body {
                at(body, &path.split('.').collect::<Vec<_>>(), &|spot: &mut Spot<'_>| spot.set(value.clone()));
            }
            step(params, vec![answer.into()])
        })
        .collect();
    plan.push(seed, Origin::Success, format!("`{path}` in each of its types"), vec![id.to_owned()], steps);
}

fn whole(plan: &mut Plan<'_>, id: &str, of: AnswerAspect) {
    match of {
        AnswerAspect::Sample => {}
        AnswerAspect::Status => accepted(plan, id),
        AnswerAspect::Headers => headers(plan, id),
        AnswerAspect::UnknownMember => {
            unknown_members(plan, id);
            namesakes(plan, id);
        }
        AnswerAspect::Refusal => refusals(plan, id),
        AnswerAspect::Spelling => spellings(plan, id),
    }
}

/// A success with another status of its kind.
fn accepted(plan: &mut Plan<'_>, id: &str) {
    for status in [201, 202] {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{status}"));
        let params = plan.required(&mut fresh);
        let answer = Answer { status, ..fake::success(plan.operation, &mut fresh) };
        let about = format!("a success with HTTP {status}");
        plan.push(seed, Origin::Success, about, vec![id.to_owned()], vec![step(params, vec![answer.into()])]);
    }
}

/// A success whose headers are spelled otherwise, are more, or lack the request id.
fn headers(plan: &mut Plan<'_>, id: &str) {
    type Change = fn(&mut Answer);
    let changes: [(&str, Change); 5] = [
        ("names of headers in small letters", |answer| respell(answer, str::to_ascii_lowercase)),
        ("names of headers in capitals", |answer| respell(answer, str::to_ascii_uppercase)),
        ("no request id in the headers", |answer| answer.headers.retain(|(name, _)| name != fake::REQUEST_ID_HEADER)),
        ("a header with colons and commas", |answer| {
            answer.headers.push((fake::NOTE_HEADER.into(), fake::NOTE.into()));
        }),
        ("a place that is named and to which nobody sends", |answer| {
            answer.headers.push(("Location".into(), "/elsewhere".into()));
        }),
    ];
    for (about, change) in changes {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let params = plan.required(&mut fresh);
        let mut answer = fake::success(plan.operation, &mut fresh);
        change(&mut answer);
        plan.push(seed, Origin::Success, about, vec![id.to_owned()], vec![step(params, vec![answer.into()])]);
    }
}

/// Spells the names of all headers in another way, those of the framing included.
fn respell(answer: &mut Answer, spell: fn(&str) -> String) {
    answer.headers.push(json_type());
    answer.headers.push(("Content-Length".into(), answer.body.bytes().len().to_string()));
    answer.headers.iter_mut().for_each(|(name, _)| *name = spell(name));
}

fn unknown_members(plan: &mut Plan<'_>, id: &str) {
    let mut places = vec![String::new()];
    if let Some(response) = &plan.operation.response {
        response.walk("", &mut |path, field| {
            if !path.is_empty() && field.kind.value == Kind::Object && !field.fields.is_empty() {
                places.push(path.to_owned());
            }
        });
    }
    for place in places {
        let unknown = [
            ("NewMember", "a text", json!("new")),
            ("NewMember", "an object", json!({ "A": [1, { "b": null }] })),
            ("NewMember", "a null", Value::Null),
            ("NewMember", "a number", json!(-7)),
            ("constructor", "a word of a language", json!("new")),
        ];
        for (member, about, value) in unknown {
            let place_shown = if place.is_empty() { "the top" } else { &place };
            let name = format!("{about} that the page does not know, at {place_shown}");
            let (seed, mut fresh) = plan.fresh(&format!("{id}#{name}"));
            let params = plan.required(&mut fresh);
            let mut answer = fake::success(plan.operation, &mut fresh);
            if let Body::Json(body) = &mut answer.body {
                let path = if place.is_empty() { member.to_owned() } else { format!("{place}.{member}") };
                at(body, &path.split('.').collect::<Vec<_>>(), &|spot: &mut Spot<'_>| spot.set(value.clone()));
            }
            plan.push(seed, Origin::Success, name, vec![id.to_owned()], vec![step(params, vec![answer.into()])]);
        }
    }
}

/// Members that the page does not know, and that a careless reader takes for some that it does.
fn namesakes(plan: &mut Plan<'_>, id: &str) {
    type Add = fn(&mut serde_json::Map<String, Value>);
    let additions: [(&str, Add); 3] = [
        ("members at the top with the names of inner ones", |members| {
            let inner = members.values().find_map(Value::as_object).map(|inner| renewed(&Value::Object(inner.clone())));
            if let Some(Value::Object(inner)) = inner {
                let own: Vec<String> = members.keys().cloned().collect();
                members.extend(inner.into_iter().filter(|(name, _)| !own.contains(name)));
            }
        }),
        ("an object before all others, with members of the same names", |members| {
            let inner = renewed(&Value::Object(members.clone()));
            members.shift_insert(0, "Related".into(), inner);
        }),
        ("members behind all others, whose names are the same but for their case", |members| {
            let texts: Vec<String> =
                members.iter().filter(|(_, v)| v.is_string()).map(|(name, _)| name.to_ascii_uppercase()).collect();
            members.extend(texts.into_iter().map(|name| (name, json!("of another name"))));
        }),
    ];
    for (about, add) in additions {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let params = plan.required(&mut fresh);
        let mut answer = fake::success(plan.operation, &mut fresh);
        if let Body::Json(Value::Object(members)) = &mut answer.body {
            add(members);
        }
        plan.push(seed, Origin::Success, about, vec![id.to_owned()], vec![step(params, vec![answer.into()])]);
    }
}

/// The same members with other texts.
fn renewed(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, inner)| (name.clone(), renewed(inner))).collect(),
        Value::String(text) => json!(format!("related-{}", text.chars().rev().collect::<String>())),
        other => other.clone(),
    }
}

fn refusals(plan: &mut Plan<'_>, id: &str) {
    let first = plan.operation.errors.first().map_or(fake::REFUSAL_CODE, |e| e.code.as_str()).to_owned();
    for code in [first, fake::REFUSAL_CODE.to_owned()] {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{code}"));
        let params = plan.required(&mut fresh);
        let mut answer = fake::success(plan.operation, &mut fresh);
        if let Body::Json(Value::Object(members)) = &mut answer.body {
            for (name, value) in members.iter_mut() {
                match name.to_ascii_lowercase().as_str() {
                    "success" => *value = json!(false),
                    "code" => *value = json!(code),
                    "data" => *value = Value::Null,
                    _ => {}
                }
            }
        }
        plan.push(
            seed,
            Origin::Success,
            "a refusal inside HTTP 200",
            vec![id.to_owned()],
            vec![step(params, vec![answer.into()])],
        );
    }
}

/// The same answer, spelled otherwise.
fn spellings(plan: &mut Plan<'_>, id: &str) {
    for about in [
        "every character beyond ASCII escaped",
        "slashes and letters escaped",
        "a content type without a charset",
        "blanks and line ends between members",
        "blanks and line ends around the object",
        "members in another order",
    ] {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{about}"));
        let params = plan.required(&mut fresh);
        let answer = fake::success(plan.operation, &mut fresh);
        let Body::Json(mut value) = answer.body else { continue };
        awkward_first(&mut value);
        let text = match about {
            "every character beyond ASCII escaped" => escaped(&value.to_string()),
            "slashes and letters escaped" => spelled_out(&value.to_string()),
            "blanks and line ends around the object" => format!("\r\n\t {value}\n \n"),
            "members in another order" => reversed(&value).to_string(),
            "a content type without a charset" => value.to_string(),
            _ => serde_json::to_string_pretty(&value).expect("a JSON value can be written"),
        };
        let media = match about {
            "a content type without a charset" => ("Content-Type".into(), "application/json".into()),
            _ => json_type(),
        };
        let headers = [answer.headers, vec![media]].concat();
        let answer = Answer { status: 200, headers, body: Body::Text { text, means: Some(value) } };
        plan.push(seed, Origin::Success, about, vec![id.to_owned()], vec![step(params, vec![answer.into()])]);
    }
}

/// Puts text beyond the BMP into every text but the request id.
fn awkward_first(value: &mut Value) {
    if let Value::Object(members) = value {
        for (name, inner) in members.iter_mut() {
            match inner {
                Value::String(text) if !name.eq_ignore_ascii_case("requestid") => text.push_str(" 世😀/a"),
                _ => awkward_first(inner),
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut units = [0; 2];
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// JSON with an escape for every slash and every `a` of its texts and names.
fn spelled_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut within, mut escaped) = (false, false);
    for c in json.chars() {
        match c {
            '"' if !escaped => within = !within,
            '/' if within => out.push('\\'),
            _ => {}
        }
        match c {
            'a' if within && !escaped => out.push_str("\\u0061"),
            c => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.iter().rev().map(|(k, v)| (k.clone(), reversed(v))).collect()),
        other => other.clone(),
    }
}
