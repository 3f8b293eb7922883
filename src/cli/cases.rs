//! `fineprint cases`: generated calls, for any tool that takes them.

use std::io::{BufWriter, Write};

use serde_json::{Map, Value, json};

use super::End;
use super::pages::Pages;
use crate::case::{Breach, Origin};
use crate::contract::Operation;
use crate::error::Error;
use crate::generate::{self, Budget, Entry, Row, Wish};
use crate::run::{Choice, DEFAULT_SEED};
use crate::schema;
use crate::wire::curl::curl;

/// Print calls that break clients, one a line, each proved to be what it says it is
///
/// Without a choice of kinds it prints all: the boundary catalogue, breaches, pairs of values, and ten random valid calls.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    /// So many random calls of each operation that the page allows
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "100")]
    valid: Option<usize>,
    /// The catalogue of values at the edges
    #[arg(long)]
    boundary: bool,
    /// Print the catalogue itself, with what each of its values is for, and nothing else
    #[arg(long)]
    catalogue: bool,
    /// Every clause about a parameter broken, one at a time
    #[arg(long)]
    breach: bool,
    /// Every combination of so many parameters' values stands in a call: 1 to 4
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u8).range(1..=4))]
    strength: Option<u8>,
    /// Values against the page are combined as well, never two in a call; each such call has a `breach`
    #[arg(long, requires = "strength")]
    invalid: bool,
    /// Parameters with a strength of their own: `ImageName,DiskType,BizType=3`; repeatable
    #[arg(long = "group", value_name = "NAME,NAME=T", requires = "strength", value_parser = group)]
    groups: Vec<(Vec<String>, usize)>,
    /// The most calls that `--strength` may take; how far they reach is told on standard error
    #[arg(long, value_name = "N", requires = "strength")]
    rows: Option<usize>,
    /// Only this operation; repeatable
    #[arg(long = "operation", value_name = "NAME")]
    operations: Vec<String>,
    /// What random values are drawn from
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "ndjson", value_parser = ["ndjson", "curl"])]
    format: String,
    /// Where `curl` sends the calls
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    endpoint: String,
}

/// One call, before it is printed.
struct Call {
    origin: Origin,
    params: Map<String, Value>,
    about: String,
    breach: Option<Breach>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    if arguments.catalogue {
        let mut out = anstream::stdout().lock();
        for Entry { kind, class, value, why } in generate::catalogue() {
            let _ = writeln!(out, "{kind:8} {class:26} {value:32} {why}");
        }
        return Ok(End::Kept);
    }
    let contract = arguments.pages.contract()?;
    let choice = Choice { operations: arguments.operations.clone(), ..Choice::default() };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let known = |name: &String| contract.operations.iter().any(|o| o.parameters.iter().any(|p| p.field.name == *name));
    if let Some(name) = arguments.groups.iter().flat_map(|(names, _)| names).find(|name| !known(name)) {
        return Err(Error::usage(format!("no parameter `{name}` to put into a group")));
    }
    for operation in choice.operations(&contract)? {
        for call in calls(arguments, operation) {
            let line = match arguments.format.as_str() {
                "curl" => curl(&contract, operation, &call.params, &arguments.endpoint),
                _ => ndjson(operation, call),
            };
            // Who reads no further wants no more.
            if writeln!(out, "{line}").is_err() {
                return Ok(End::Kept);
            }
        }
    }
    let _ = out.flush();
    Ok(End::Kept)
}

fn ndjson(operation: &Operation, call: Call) -> String {
    let mut line =
        json!({ "operation": operation.name, "params": call.params, "origin": call.origin, "about": call.about });
    if let Some(breach) = call.breach {
        line["breach"] = json!(breach);
    }
    line.to_string()
}

/// The calls of an operation, in the order of a run. What they leave open is told on standard error.
fn calls<'a>(arguments: &'a Arguments, operation: &'a Operation) -> Box<dyn Iterator<Item = Call> + 'a> {
    let name = &operation.name;
    let fitting = match generate::valid(&schema::request(operation)) {
        Ok(fitting) => fitting,
        Err(error) => {
            tell(name, &error.to_string());
            return Box::new(std::iter::empty());
        }
    };
    fitting.notes().for_each(|note| tell(name, note));
    let chosen = arguments.valid.is_some() || arguments.boundary || arguments.breach || arguments.strength.is_some();
    let strength = arguments.strength.map(usize::from).or((!chosen).then_some(2));
    let valid = arguments.valid.or((!chosen).then_some(10)).unwrap_or(0);
    let boundary = if arguments.boundary || !chosen { generate::boundary(operation) } else { Vec::new() };
    let breaches = if arguments.breach || !chosen { generate::breaches(operation) } else { Vec::new() };
    let rows = strength.map_or_else(Vec::new, |strength| combinations(arguments, operation, strength));
    let call = |origin, params, about: String, breach| Call { origin, params, about, breach };
    let boundary = boundary
        .into_iter()
        .map(move |edge| call(Origin::Boundary, edge.params, format!("`{}`: {}", edge.parameter, edge.class), None));
    let breaches = breaches.into_iter().map(move |breach| {
        let about = format!("`{}` {}", breach.breach.parameter, breach.breach.why);
        call(Origin::Breach, breach.params, about, Some(breach.breach))
    });
    let rows = rows.into_iter().map(move |Row { params, breach }| {
        let wrong = breach.as_ref().map_or_else(String::new, |b| format!(": `{}` {}", b.parameter, b.why));
        call(Origin::Cover, params, format!("a row of the covering array{wrong}"), breach)
    });
    let seed = generate::seed(arguments.seed, name, "cover");
    let random = generate::randoms(operation, seed).take(valid);
    let random = random.map(move |params| call(Origin::Random, params, "a random valid call".into(), None));
    Box::new(boundary.chain(breaches).chain(rows).chain(random))
}

fn combinations(arguments: &Arguments, operation: &Operation, strength: usize) -> Vec<Row> {
    let usual = Budget::default();
    let wish = Wish {
        strength,
        groups: arguments.groups.clone(),
        invalid: arguments.invalid,
        seeded: true,
        // The same as a check of the same seed.
        seed: generate::seed(arguments.seed, &operation.name, "cover"),
        budget: Budget { rows: arguments.rows.unwrap_or(usual.rows), ..usual },
        ..Wish::default()
    };
    let array = generate::array(operation, &wish);
    let covering = &array.covering;
    let impossible = match covering.impossible {
        0 => String::new(),
        n => format!(", {n} more that the page rules out"),
    };
    tell(
        &operation.name,
        &format!(
            "{} calls hold {} of {} combinations of {} values{impossible}",
            array.rows.len(),
            covering.covered,
            covering.of,
            covering.strength
        ),
    );
    array.rows
}

fn tell(operation: &str, what: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{operation}: {what}");
}

/// `A,B,C=3` as names and a strength.
fn group(text: &str) -> Result<(Vec<String>, usize), String> {
    let (names, strength) = text.rsplit_once('=').ok_or("write the names and their strength: `A,B,C=3`")?;
    let strength = strength.parse().ok().filter(|t| (1..=4).contains(t)).ok_or("the strength is 1 to 4")?;
    Ok((names.split(',').map(|name| name.trim().to_owned()).collect(), strength))
}
