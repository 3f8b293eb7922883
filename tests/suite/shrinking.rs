//! The reported case is the smallest there is: held by brute force, for defects that depend on values.

use std::sync::Arc;

use fineprint::case::Case;
use fineprint::contract::{self, Contract};
use fineprint::driver::{Call, Client as _, Source};
use fineprint::extract;
use fineprint::finding::Finding;
use fineprint::generate::{self, Calls};
use fineprint::outcome::{Event, Outcome};
use fineprint::reference::{self, Reference};
use fineprint::run::{Choice, Run};
use fineprint::schema;
use proptest::strategy::ValueTree as _;
use serde_json::{Map, Value, json};

type Params = Map<String, Value>;

/// A page with these parameters, or with one of every type.
fn page(names: &str) -> Arc<Contract> {
    let span = json!({ "page": 0, "first": 1, "last": 1 });
    let field = |name: &str, kind: &str, more: Value| {
        let mut field = json!({ "name": name, "span": span, "kind": { "value": kind } });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let item = || field("", "string", json!({}));
    let listed = |value: &str| json!({ "value": value, "span": span });
    let mut text = json!({
        "fineprint_contract": 1, "style": "rpc", "version": { "value": "2021-09-01" },
        "operations": [{ "name": "Shrink", "span": span, "parameters": [
            field("Text", "string", json!({})),
            field("Other", "string", json!({})),
            field("Count", "integer", json!({})),
            field("Share", "number", json!({})),
            field("Flag", "boolean", json!({})),
            field("Mode", "string", json!({ "values": [listed("A"), listed("B"), listed("C")] })),
            field("List", "array", json!({ "items": item() })),
            field("Map", "map", json!({ "items": item() })),
        ] }]
    });
    let parameters = text["operations"][0]["parameters"].as_array_mut().unwrap();
    parameters.retain(|p| names.is_empty() || names.split(' ').any(|name| p["name"] == name));
    Arc::new(contract::from_json(&text.to_string()).unwrap())
}

/// A defect: the parameters it is about, a value that shows it and is far from the smallest, and when it shows.
struct Defect {
    what: &'static str,
    names: &'static str,
    far: Value,
    shows: fn(&Params) -> bool,
}

fn has_text(params: &Params, test: fn(&str) -> bool) -> bool {
    params.get("Text").and_then(Value::as_str).is_some_and(test)
}

fn count(params: &Params, test: fn(i128) -> bool) -> bool {
    let count = params.get("Count").and_then(Value::as_number);
    count.and_then(|n| n.as_i64().map(i128::from).or(n.as_u64().map(i128::from))).is_some_and(test)
}

fn list(params: &Params, test: fn(&[Value]) -> bool) -> bool {
    params.get("List").and_then(Value::as_array).is_some_and(|items| test(items))
}

fn is(params: &Params, name: &str, value: impl Into<Value>) -> bool {
    params.get(name) == Some(&value.into())
}

fn hex_follows(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(3).any(|w| w[0] == '%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit())
}

#[rustfmt::skip]
fn defects() -> Vec<Defect> {
    let of = |what, names, far, shows| Defect { what, names, far, shows };
    let noise = "Zq7 -x_+~é云😀\r\n\0%41 e\u{301}\u{200f}#";
    let long = noise.repeat(40);
    let given = |value: Value| json!({ "Text": value, "Other": noise, "Count": 77_777, "Flag": true, "Mode": "B", "List": ["x", "y"] });
    let counted = |value: i64| json!({ "Text": noise, "Count": value, "Share": 2.75, "Mode": "C" });
    vec![
        of("over 255 characters", "Text", given(json!(long)), |p| has_text(p, |t| t.chars().count() > 255)),
        of("over 64 characters", "Text", given(json!(long)), |p| has_text(p, |t| t.chars().count() > 64)),
        of("1,000 characters and more", "Text", given(json!(long.repeat(3))), |p| has_text(p, |t| t.chars().count() >= 1_000)),
        of("over 128 characters", "Text", given(json!(long)), |p| has_text(p, |t| t.chars().count() > 128)),
        of("non-BMP", "Text", given(json!(long)), |p| has_text(p, |t| t.chars().any(|c| c > '\u{ffff}'))),
        of("non-ASCII", "Text", given(json!(long)), |p| has_text(p, |t| !t.is_ascii())),
        of("a combining mark", "Text", given(json!(long)), |p| has_text(p, |t| t.contains('\u{301}'))),
        of("a direction mark", "Text", given(json!(long)), |p| has_text(p, |t| t.contains('\u{200f}'))),
        of("a blank", "Text", given(json!(long)), |p| has_text(p, |t| t.contains(' '))),
        of("a blank at the beginning", "Text", given(json!(format!("  {long}"))), |p| has_text(p, |t| t.starts_with(' '))),
        of("a blank at the end", "Text", given(json!(format!("{long}  "))), |p| has_text(p, |t| t.ends_with(' '))),
        of("a plus", "Text", given(json!(long)), |p| has_text(p, |t| t.contains('+'))),
        of("CR LF", "Text", given(json!(long)), |p| has_text(p, |t| t.contains("\r\n"))),
        of("NUL", "Text", given(json!(noise)), |p| has_text(p, |t| t.contains('\0'))),
        of("an escape in hexadecimal", "Text", given(json!(long)), |p| has_text(p, hex_follows)),
        of("a capital letter", "Text", given(json!(long)), |p| has_text(p, |t| t.chars().any(|c| c.is_ascii_uppercase()))),
        of("an empty text", "Text", given(json!("")), |p| has_text(p, str::is_empty)),
        of("a negative number", "Count", counted(-123_456), |p| count(p, |n| n < 0)),
        of("over 1,000", "Count", counted(2_000_000_000), |p| count(p, |n| n > 1_000)),
        of("beyond 32 bits", "Count", counted(9_007_199_254_740_993), |p| count(p, |n| n > i128::from(i32::MAX))),
        of("beyond a double", "Count", counted(9_007_199_254_740_993), |p| count(p, |n| n > 1 << 53)),
        of("below 32 bits", "Count", counted(i64::MIN), |p| count(p, |n| n < i128::from(i32::MIN))),
        of("even and not zero", "Count", counted(1_000_000), |p| count(p, |n| n != 0 && n % 2 == 0)),
        of("a million and more", "Count", counted(i64::MAX), |p| count(p, |n| n >= 1_000_000)),
        of("several items", "List", json!({ "List": ["a b", "c", "d", "e", "f"], "Flag": true }), |p| list(p, |l| l.len() > 1)),
        of("over eleven items", "List", json!({ "List": vec!["xyz"; 100] }), |p| list(p, |l| l.len() > 11)),
        of("an item twice", "List", json!({ "List": ["a", "bc", "d", "bc", "e"] }), |p| list(p, |l| (1..l.len()).any(|i| l[..i].contains(&l[i])))),
        of("an empty list", "List", json!({ "List": [], "Text": noise }), |p| list(p, <[Value]>::is_empty)),
        of("a dot in a key", "Map", json!({ "Map": { "a.b": "c", "d": "e" }, "Text": "x" }), |p| p.get("Map").and_then(Value::as_object).is_some_and(|m| m.keys().any(|k| k.contains('.')))),
        of("a blank in a key", "Map", json!({ "Map": { "key": "c", "some words": "e" }, "Count": 3 }), |p| p.get("Map").and_then(Value::as_object).is_some_and(|m| m.keys().any(|k| k.contains(' ')))),
        of("a key without a letter", "Map", json!({ "Map": { "1234.5": "c", "some words": "e" }, "Count": 3 }), |p| p.get("Map").and_then(Value::as_object).is_some_and(|m| m.keys().any(|k| !k.contains(char::is_alphabetic)))),
        of("B beside a flag", "Flag Mode", given(json!("x")), |p| is(p, "Mode", "B") && p.contains_key("Flag")),
        of("C beside 0", "Count Mode", json!({ "Text": noise, "Count": 0, "Mode": "C", "Flag": false }), |p| is(p, "Mode", "C") && is(p, "Count", 0)),
        of("C beside false and a negative number", "Count Flag Mode", json!({ "Text": noise, "Count": -88, "Mode": "C", "Flag": false }), |p| is(p, "Mode", "C") && is(p, "Flag", false) && count(p, |n| n < 0)),
        of("two equal texts", "Text Other", json!({ "Text": noise, "Other": noise, "Flag": true }), |p| p.get("Text").is_some() && p.get("Text") == p.get("Other")),
        of("five parameters and more", "", given(json!(noise)), |p| p.len() >= 5),
    ]
}

/// How large a call is: fewer parameters first, then fewer characters and items, then nearer to nothing.
fn size(params: &Params) -> (usize, usize, u128) {
    fn bytes(value: &Value) -> (usize, u128) {
        let sum = |parts: &mut dyn Iterator<Item = (usize, u128)>| parts.fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        match value {
            Value::String(listed) if ["A", "B", "C"].contains(&listed.as_str()) => {
                (0, u128::from(listed.as_bytes()[0] - b'A'))
            }
            Value::String(text) => (text.chars().count(), text.chars().filter(|c| *c != 'a').count() as u128),
            Value::Array(items) => sum(&mut items.iter().map(|i| (1 + bytes(i).0, bytes(i).1))),
            Value::Object(members) => sum(&mut members.iter().map(|(name, value)| {
                let odd = name.chars().filter(|c| *c != 'a').count() as u128;
                (1 + name.chars().count() + bytes(value).0, odd + bytes(value).1)
            })),
            Value::Number(n) => (0, n.as_f64().map_or(0, |f| f.abs() as u128 * 2 + u128::from(f < 0.0))),
            Value::Bool(truth) => (0, u128::from(*truth)),
            Value::Null => (0, 0),
        }
    }
    let all = params.values().map(bytes).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    (params.len(), all.0, all.1)
}

/// Every value of a parameter that is worth a look when something smaller is searched for by brute force.
fn candidates(name: &str, found: Option<&Value>) -> Vec<Value> {
    const LETTERS: &[&str] = &["a", "Z", " ", "+", "\r", "\n", "\0", "%", "4", "é", "😀", "\u{301}", "\u{200f}"];
    let mut short: Vec<String> = vec![String::new()];
    for length in 0..3 {
        let longer: Vec<String> = short
            .iter()
            .filter(|t| t.chars().count() == length)
            .flat_map(|t| LETTERS.iter().map(move |l| format!("{t}{l}")))
            .collect();
        short.extend(longer);
    }
    match name {
        "Text" => {
            let most = found.and_then(Value::as_str).map_or(0, |t| t.chars().count());
            let plain = (0..=most).map(|n| "a".repeat(n));
            let letters =
                LETTERS.iter().flat_map(|l| (0..most.saturating_sub(1)).map(move |n| format!("{}{l}", "a".repeat(n))));
            short.into_iter().chain(plain).chain(letters).map(Value::from).collect()
        }
        "Other" => ["", "a", "b", " "].map(Value::from).to_vec(),
        "Count" => {
            let most = found.and_then(Value::as_i64).map_or(0, i64::unsigned_abs).min(3_000) as i64;
            let edges = found
                .and_then(Value::as_i64)
                .into_iter()
                .flat_map(|n| (n.saturating_sub(500))..=(n.saturating_add(500)));
            (-most..=most).chain(edges).map(Value::from).collect()
        }
        "Share" => (-8..8).map(|n| json!(f64::from(n) / 4.0)).chain([json!(0)]).collect(),
        "Flag" => vec![json!(false), json!(true)],
        "Mode" => ["A", "B", "C"].map(Value::from).to_vec(),
        "List" => {
            (0..=12).map(|n| json!(vec![""; n])).chain([json!(["a"]), json!(["a", "a"]), json!(["a", "b"])]).collect()
        }
        _ => ["", " ", ".", "a", "1", "a.", " a", "a.b"]
            .map(|key| json!({ key: "" }))
            .into_iter()
            .chain([json!({})])
            .collect(),
    }
}

/// A smaller call that shows the defect as well: one parameter of the call changed at a time, and one or two
/// parameters on their own.
fn smaller(defect: &Defect, found: &Params) -> Option<Params> {
    let names = ["Text", "Other", "Count", "Share", "Flag", "Mode", "List", "Map"];
    let better = |params: &Params| (defect.shows)(params) && size(params) < size(found);
    let mut bases: Vec<Params> = vec![Params::new(), found.clone()];
    bases.extend(found.keys().map(|name| {
        let mut without = found.clone();
        without.shift_remove(name);
        without
    }));
    if let Some(base) = bases.iter().find(|base| better(base)) {
        return Some(base.clone());
    }
    for base in &bases {
        for name in names {
            for value in candidates(name, found.get(name)) {
                let mut params = base.clone();
                params.insert(name.into(), value);
                if better(&params) {
                    return Some(params);
                }
            }
        }
    }
    None
}

/// Shrinks as a run does: by hand, a call a step, none twice. The result and how many calls it took.
fn shrunk(calls: &Calls, far: &Value, shows: fn(&Params) -> bool) -> (Params, usize) {
    let mut tree = calls.tree(far.clone());
    let (mut best, mut tried) = (far.clone(), std::collections::HashSet::new());
    let mut more = tree.simplify();
    while more {
        let value = tree.current();
        let is_new = tried.insert(value.to_string());
        more = match is_new && shows(value.as_object().unwrap()) {
            true => {
                best = value;
                tree.simplify()
            }
            false => tree.complicate(),
        };
    }
    (best.as_object().unwrap().clone(), tried.len())
}

#[test]
fn from_far_away_shrinking_ends_at_the_smallest_within_256_calls() {
    let contract = page("");
    let calls = generate::valid(&schema::request(&contract.operations[0])).unwrap();
    let mut wrong = Vec::new();
    for defect in defects() {
        assert!((defect.shows)(defect.far.as_object().unwrap()), "{}", defect.what);
        let (found, steps) = shrunk(&calls, &defect.far, defect.shows);
        if steps > 256 {
            wrong.push(format!("{}: {steps} steps", defect.what));
        }
        if let Some(smaller) = smaller(&defect, &found) {
            wrong.push(format!(
                "{}: {} after {steps} steps, and there is {}",
                defect.what,
                json!(found),
                json!(smaller)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A client that sends something undocumented where the defect shows.
fn run_of(contract: &Arc<Contract>, strength: usize, shows: fn(&Params) -> bool) -> Run {
    let honest = Arc::new(Reference::new(None));
    let client = move |mut call: Call| {
        let honest = Arc::clone(&honest);
        if shows(&call.params) {
            call.params.insert("Oops".into(), json!(1));
        }
        async move { honest.call(&call).await }
    };
    let choice = Choice { clauses: vec!["*/request/*".into()], strength, random: 20, ..Choice::default() };
    Run { choice, jobs: 2, ..Run::new(Arc::clone(contract), Source::Here(Arc::new(client))) }
}

/// Three parameters on a page are combined by threes.
fn strength(defect: &Defect) -> usize {
    defect.names.split(' ').count().clamp(2, 3)
}

/// What the run says of the defect: the case, the message, and the calls that were made to make it small.
fn reported(run: &Run) -> Option<(Case, String, usize)> {
    let mut outcome = Outcome::default();
    let mut calls = 0;
    run.go(&mut |event| {
        if let Event::Shrunk(shrunk) = &event {
            calls += shrunk.calls;
        }
        outcome.add(event);
    })
    .unwrap();
    let finding = outcome.findings.iter().find(|f| f.message.contains("Oops"))?;
    let case = finding.exhibit.as_ref().unwrap().case.clone().unwrap();
    Some((serde_json::from_value(case).unwrap(), finding.message.clone(), calls))
}

#[test]
fn the_reported_case_is_minimal_for_every_defect_that_depends_on_values() {
    let mut wrong = Vec::new();
    for defect in defects() {
        let Some((case, message, calls)) = reported(&run_of(&page(defect.names), strength(&defect), defect.shows))
        else {
            wrong.push(format!("{} is not found", defect.what));
            continue;
        };
        let found = &case.steps[0].params;
        if calls > 256 {
            wrong.push(format!("{}: {calls} calls", defect.what));
        }
        if let Some(smaller) = smaller(&defect, found) {
            wrong.push(format!("{}: {}, and there is {} ({message})", defect.what, json!(found), json!(smaller)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The findings of a defect of the reference client on the built-in page.
fn findings(id: &str, strength: usize, jobs: usize) -> Vec<Finding> {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    let contract = Arc::new(extract::read(&[extract::Input { name: "page.txt", text }]));
    let defect = reference::find(id).unwrap();
    let source = Source::Each(Arc::new(move || Arc::new(Reference::new(Some(defect)))));
    // What shows in a combination only is found by combinations, and by nothing else.
    let choice = Choice { clauses: vec!["*/request/combinations".into()], strength, random: 10, ..Choice::default() };
    let run = Run { choice, jobs, ..Run::new(contract, source) };
    run.outcome().unwrap().findings
}

#[test]
fn a_combination_that_fails_is_named_by_its_values_and_not_by_its_row() {
    for (id, strength, line, params) in [
        (
            "R12-two",
            2,
            r#"only when `ImageName` = "" and `Description` = "" together"#,
            json!({ "ImageName": "", "Description": "" }),
        ),
        (
            "R01-values",
            3,
            r#"only when `ImageName` = "", `DiskType` = "ALL" and `BizType` = 0 together"#,
            json!({ "ImageName": "", "DiskType": "ALL", "BizType": 0 }),
        ),
        (
            "R01-two",
            2,
            r#"only when `InstanceType` = "CloudDesktop", beside `AutoCleanUserdata` and `DiskType`"#,
            json!({ "InstanceType": "CloudDesktop", "AutoCleanUserdata": false, "DiskType": "ALL" }),
        ),
    ] {
        let findings = findings(id, strength, 4);
        let [finding] = findings.as_slice() else { panic!("{id}: {findings:#?}") };
        assert!(finding.message.ends_with(line), "{id}: {}", finding.message);
        let case = finding.exhibit.as_ref().unwrap().case.as_ref().unwrap();
        assert_eq!(case["steps"][0]["params"], params, "{id}");
    }
}

#[test]
fn lanes_change_neither_the_smallest_case_nor_what_is_said_of_it() {
    let seen = |jobs: usize| {
        let all = findings("R12-two", 2, jobs);
        all.into_iter().map(|f| (f.message, f.exhibit.map(|e| (e.calls, e.case, e.replay)))).collect::<Vec<_>>()
    };
    assert_eq!(seen(1), seen(5));
}
