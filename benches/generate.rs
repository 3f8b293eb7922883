//! How fast values are drawn, and how small covering arrays are: `cargo bench --bench generate`.

#![expect(clippy::print_stdout, reason = "what it prints is all it does")]

use std::time::{Duration, Instant};

use fineprint::contract::{Field, Kind, Operation, Parameter, Said};
use fineprint::generate::fresh::Fresh;
use fineprint::generate::{self, Factor, Model};
use fineprint::schema;
use fineprint::schema::judge::Judge;
use fineprint::span::Span;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

/// Levels, and how many factors have that many.
type Shape = &'static [(usize, usize)];

/// The bounds that arrays have to keep: shape, strength, rows, seconds.
const ARRAYS: &[(Shape, usize, usize, u64)] = &[
    (&[(3, 13)], 2, 17, 1),
    (&[(4, 15), (3, 17), (2, 29)], 2, 34, 1),
    (&[(4, 1), (3, 39), (2, 35)], 2, 25, 1),
    (&[(2, 100)], 2, 13, 1),
    (&[(10, 20)], 2, 195, 1),
    (&[(3, 13)], 3, 74, 60),
    (&[(10, 20)], 3, 3_300, 60),
];

/// How many values a figure is taken over.
const VALUES: u32 = 300_000;

fn main() {
    let operation = operation();
    let by_hand = rate("a hand-written loop", {
        let mut state = 1;
        move || by_hand(&mut state)
    });
    let calls = generate::valid(&schema::request(&operation)).expect("the page can be called");
    let mut seed = 0;
    let drawn = rate("calls that fit, each proved", || {
        seed += 1;
        calls.value(seed)
    });
    let mut runner = TestRunner::deterministic();
    let trees =
        rate("the same as proptest's value trees", || calls.new_tree(&mut runner).expect("it never fails").current());
    println!("{:.2} and {:.2} of the hand-written loop\n", drawn / by_hand, trees / by_hand);
    let response = operation.response.as_ref().expect("the page has one");
    let mut seed = 0;
    rate("fresh answers", || {
        seed += 1;
        Fresh::new(seed).value(response)
    });
    let judge = Judge::new(&schema::request(&operation)).expect("our schemas are sound");
    let fitting = (0..1_000_000).filter(|seed| judge.accepts(&calls.value(*seed))).count();
    println!("{fitting} of 1,000,000 calls fit\n");
    for (shape, strength, rows, seconds) in ARRAYS {
        array(shape, *strength, *rows, Duration::from_secs(*seconds));
    }
}

fn array(shape: Shape, strength: usize, rows: usize, time: Duration) {
    let sizes = shape.iter().flat_map(|(levels, times)| std::iter::repeat_n(*levels, *times));
    let factors = sizes.enumerate().map(|(i, levels)| Factor { name: format!("f{i}"), levels, invalid: vec![] });
    let model = Model { factors: factors.collect(), ..Model::default() };
    let name: Vec<String> = shape.iter().map(|(levels, times)| format!("{levels}^{times}")).collect();
    for seed in 0..3 {
        let start = Instant::now();
        let covering = generate::cover(&model, strength, seed);
        let took = start.elapsed();
        let kept = covering.is_complete() && covering.rows.len() <= rows && took <= time;
        let missing = generate::verify(&model, &covering.rows, strength).len();
        println!(
            "{:<18} t={strength} seed {seed}: {:>5} rows (at most {rows}) in {took:?}, {missing} missing {}",
            name.join("·"),
            covering.rows.len(),
            if kept { "" } else { "!!" }
        );
    }
}

/// Values a second.
fn rate(name: &str, mut next: impl FnMut() -> Value) -> f64 {
    let start = Instant::now();
    let mut size = 0;
    for _ in 0..VALUES {
        size += next().as_object().map_or(0, Map::len);
    }
    let rate = f64::from(VALUES) / start.elapsed().as_secs_f64();
    println!("{name:<40} {rate:>12.0} a second, {:.1} members each", size as f64 / f64::from(VALUES));
    rate
}

/// The nine parameters of CreateImageByInstance, and its answer.
fn operation() -> Operation {
    let span = Span::line(0, 1);
    let field = |name: &str, kind: Kind, values: &[&str]| {
        let mut field = Field::new(name, Said::said(kind, span), span);
        let listed = |v: &&str| serde_json::json!({ "value": v, "span": span });
        field.values = values.iter().map(|v| serde_json::from_value(listed(v)).expect("it is one")).collect();
        field
    };
    let text = |name: &str| field(name, Kind::String, &[]);
    let parameters = vec![
        text("ImageName"),
        text("Description"),
        text("InstanceId"),
        text("SubInstanceId"),
        field("InstanceType", Kind::String, &["CloudDesktop", "WuyingServer"]),
        field("AutoCleanUserdata", Kind::Boolean, &[]),
        field("DiskType", Kind::String, &["SYSTEM", "ALL"]),
        field("BizType", Kind::Integer, &[]),
        text("ProductType"),
    ];
    let mut data = field("Data", Kind::Object, &[]);
    data.fields = ["ImageId", "VersionId", "TaskId"].map(text).to_vec();
    let mut response = field("", Kind::Object, &[]);
    response.fields =
        vec![data, field("Success", Kind::Boolean, &[]), text("Code"), text("Message"), text("RequestId")];
    let bare = serde_json::json!({ "name": "CreateImageByInstance", "span": span });
    let mut operation: Operation = serde_json::from_value(bare).expect("it is one");
    operation.parameters = parameters.into_iter().map(|field| Parameter { place: Default::default(), field }).collect();
    operation.response = Some(response);
    operation
}

/// What a tester would write for this one operation: each parameter given or not, texts of up to 24 characters.
fn by_hand(state: &mut u64) -> Value {
    let mut next = || {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    };
    let text = |next: &mut dyn FnMut() -> u64| {
        let length = next() % 25;
        (0..length).map(|_| char::from(b' ' + (next() % 95) as u8)).collect::<String>()
    };
    let mut call = Map::new();
    for name in ["ImageName", "Description", "InstanceId", "SubInstanceId", "ProductType"] {
        if next() % 2 == 0 {
            call.insert(name.into(), text(&mut next).into());
        }
    }
    if next() % 2 == 0 {
        call.insert("InstanceType".into(), ["CloudDesktop", "WuyingServer"][next() as usize % 2].into());
    }
    if next() % 2 == 0 {
        call.insert("AutoCleanUserdata".into(), (next() % 2 == 0).into());
    }
    if next() % 2 == 0 {
        call.insert("DiskType".into(), ["SYSTEM", "ALL"][next() as usize % 2].into());
    }
    if next() % 2 == 0 {
        call.insert("BizType".into(), (next() as i32).into());
    }
    Value::Object(call)
}
