//! Parameters back into values: plain, flattened (`Tag.1.Key`), or as one JSON text.

use serde_json::{Map, Value};

use super::json::{self, Leaves};
use super::rpc::{Pair, Sent};
use crate::contract::{Field, Kind, Parameter};

/// Lists and objects within each other, at most; deeper names are malformed.
const MAX_DEPTH: usize = 32;

/// What was sent for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Collected {
    /// Nothing.
    Absent,
    /// A value, all leaves of which are texts (or null, from JSON), and how often it was sent: of several the first.
    Value(Value, usize),
    /// Something that makes no value of the documented type, and why.
    Malformed(String),
}

/// Every documented parameter that was sent well, as a tree of text leaves.
pub fn arrange(sent: &Sent, parameters: &[Parameter]) -> Map<String, Value> {
    let mut all = Map::new();
    for parameter in parameters {
        if let Collected::Value(value, _) = collect(sent, &parameter.field) {
            all.insert(parameter.field.name.clone(), value);
        }
    }
    all
}

/// The business pairs that belong to none of the parameters.
pub fn unclaimed<'a>(sent: &'a Sent, parameters: &[Parameter]) -> Vec<&'a Pair> {
    let claims = |pair: &Pair| parameters.iter().any(|p| below(&pair.name, &p.field).is_some());
    sent.pairs.iter().filter(|pair| !claims(pair)).collect()
}

/// What was sent for one parameter.
pub fn collect(sent: &Sent, parameter: &Field) -> Collected {
    let claimed: Vec<(&str, &str)> = sent
        .pairs
        .iter()
        .filter_map(|pair| below(&pair.name, parameter).map(|path| (path, pair.value.as_str())))
        .collect();
    if claimed.is_empty() {
        return Collected::Absent;
    }
    let name = &parameter.name;
    match claimed.iter().filter(|(path, _)| path.is_empty()).count() {
        plain if plain == claimed.len() => match whole(parameter.kind.value, claimed[0].1) {
            Ok(value) => Collected::Value(value, plain),
            Err(why) => Collected::Malformed(format!("`{name}` is {why}")),
        },
        0 => match flattened(name, parameter, &claimed) {
            Ok((value, occurrences)) => Collected::Value(value, occurrences),
            Err(why) => Collected::Malformed(why),
        },
        _ => Collected::Malformed(format!("`{name}` is sent both whole and flattened")),
    }
}

/// The rest of a pair's name below a parameter's: nothing for the name itself, `1.Key` for `Tag.1.Key`.
fn below<'a>(name: &'a str, parameter: &Field) -> Option<&'a str> {
    let rest = name.strip_prefix(parameter.name.as_str())?;
    match parameter.kind.value {
        _ if rest.is_empty() => Some(rest),
        Kind::Array | Kind::Object | Kind::Map | Kind::Any => rest.strip_prefix('.').filter(|rest| !rest.is_empty()),
        _ => None,
    }
}

/// One text for the whole parameter: a scalar, or a list or object in JSON.
fn whole(kind: Kind, text: &str) -> Result<Value, String> {
    let wanted = match kind {
        Kind::Array => "list",
        Kind::Object | Kind::Map => "object",
        _ => return Ok(Value::String(text.to_owned())),
    };
    let value = json::read(text.as_bytes(), Leaves::Spelled).map_err(|why| format!("no {wanted} in JSON: {why}"))?;
    match (&value, wanted) {
        (Value::Array(_), "list") | (Value::Object(_), "object") => Ok(value),
        _ => Err(format!("JSON, but no {wanted}")),
    }
}

/// Names taken apart: what stands under each segment.
#[derive(Default)]
struct Node<'a> {
    values: Vec<&'a str>,
    inner: Vec<(&'a str, Node<'a>)>,
}

fn flattened(name: &str, field: &Field, pairs: &[(&str, &str)]) -> Result<(Value, usize), String> {
    let mut root = Node::default();
    for (path, value) in pairs {
        insert(&mut root, Some(field), path, value, MAX_DEPTH).map_err(|why| format!("`{name}.{path}` {why}"))?;
    }
    let mut occurrences = 1;
    let value = tree(name, Some(field), &root, &mut occurrences)?;
    Ok((value, occurrences))
}

fn insert<'a>(
    node: &mut Node<'a>,
    field: Option<&Field>,
    path: &'a str,
    value: &'a str,
    depth: usize,
) -> Result<(), &'static str> {
    if path.is_empty() {
        node.values.push(value);
        return Ok(());
    }
    if depth == 0 {
        return Err("is nested too deep");
    }
    let (segment, rest) = split(field, path);
    let inner = field.and_then(|field| member(field, segment));
    let at = node.inner.iter().position(|(name, _)| *name == segment).unwrap_or_else(|| {
        node.inner.push((segment, Node::default()));
        node.inner.len() - 1
    });
    insert(&mut node.inner[at].1, inner, rest, value, depth - 1)
}

/// The first segment and the rest. Keys of a map of scalars, and documented names, may hold dots themselves.
fn split<'a>(field: Option<&Field>, path: &'a str) -> (&'a str, &'a str) {
    if let Some(field) = field {
        let scalars = field.items.as_ref().is_none_or(|items| items.is_leaf() && !is_nested(items.kind.value));
        if field.kind.value == Kind::Map && scalars {
            return (path, "");
        }
        let named = field.fields.iter().filter_map(|f| {
            let rest = path.strip_prefix(f.name.as_str())?;
            let rest = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
            Some((&path[..f.name.len()], rest))
        });
        if let Some(longest) = named.max_by_key(|(name, _)| name.len()) {
            return longest;
        }
    }
    path.split_once('.').unwrap_or((path, ""))
}

fn is_nested(kind: Kind) -> bool {
    matches!(kind, Kind::Array | Kind::Object | Kind::Map)
}

fn member<'a>(field: &'a Field, segment: &str) -> Option<&'a Field> {
    match field.kind.value {
        Kind::Object => field.fields.iter().find(|f| f.name == segment),
        _ => field.items.as_deref(),
    }
}

fn tree(path: &str, field: Option<&Field>, node: &Node<'_>, occurrences: &mut usize) -> Result<Value, String> {
    let kind = field.map_or(Kind::Any, |field| field.kind.value);
    match (node.values.as_slice(), node.inner.is_empty()) {
        ([value, ..], true) => {
            *occurrences = (*occurrences).max(node.values.len());
            whole(kind, value).map_err(|why| format!("`{path}` is {why}"))
        }
        ([], _) if kind == Kind::Array || (kind == Kind::Any && is_numbered(node)) => {
            list(path, field, node, occurrences)
        }
        ([], _) if is_nested(kind) || kind == Kind::Any => {
            let mut map = Map::new();
            for (name, inner) in &node.inner {
                let value = tree(&format!("{path}.{name}"), field.and_then(|f| member(f, name)), inner, occurrences)?;
                map.insert((*name).to_owned(), value);
            }
            Ok(Value::Object(map))
        }
        ([], _) => Err(format!("`{path}` is sent as if it were nested")),
        _ => Err(format!("`{path}` is sent both whole and flattened")),
    }
}

fn is_numbered(node: &Node<'_>) -> bool {
    node.inner.iter().all(|(name, _)| index(name).is_some())
}

/// Digits without leading zeros.
fn index(segment: &str) -> Option<usize> {
    let is_plain = segment.bytes().all(|b| b.is_ascii_digit()) && (segment == "0" || !segment.starts_with('0'));
    segment.parse().ok().filter(|_| is_plain)
}

fn list(path: &str, field: Option<&Field>, node: &Node<'_>, occurrences: &mut usize) -> Result<Value, String> {
    let mut items = Vec::with_capacity(node.inner.len());
    for (name, inner) in &node.inner {
        let at = index(name).ok_or_else(|| format!("`{path}.{name}` has no number where a list's index belongs"))?;
        items.push((at, inner));
    }
    items.sort_by_key(|(at, _)| *at);
    if items.first().is_some_and(|(at, _)| *at == 0) {
        return Err(format!("`{path}` is counted from 0"));
    }
    if let Some(gap) = items.iter().zip(1..).find(|((at, _), wanted)| at != wanted) {
        return Err(format!("`{path}.{}` is sent without `{path}.{}`", gap.0.0, gap.1));
    }
    let inner = field.and_then(|field| field.items.as_deref());
    let values = items.iter().map(|(at, node)| tree(&format!("{path}.{at}"), inner, node, occurrences));
    values.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Said;
    use crate::span::Span;
    use crate::wire::{Parsed, parse, rpc};

    fn field(name: &str, kind: Kind) -> Field {
        Field::new(name, Said::said(kind, Span::line(0, 1)), Span::line(0, 1))
    }

    fn array(name: &str, items: Field) -> Field {
        Field { items: Some(Box::new(items)), ..field(name, Kind::Array) }
    }

    fn tags() -> Field {
        let fields =
            vec![field("Key", Kind::String), field("Value", Kind::String), array("N", field("", Kind::Integer))];
        array("Tag", Field { fields, ..field("", Kind::Object) })
    }

    fn sent(query: &str) -> Sent {
        match parse(format!("GET /?{query} HTTP/1.1\r\n\r\n").as_bytes()) {
            Parsed::Complete(request, _) => rpc::read(&request, &[]),
            other => panic!("{other:?}"),
        }
    }

    fn collects(query: &str, parameter: &Field) -> Value {
        match collect(&sent(query), parameter) {
            Collected::Absent => json!("absent"),
            Collected::Value(value, 1) => value,
            Collected::Value(value, times) => json!([value, times]),
            Collected::Malformed(why) => json!({ "malformed": why }),
        }
    }

    #[test]
    fn scalars_are_texts() {
        let name = field("A", Kind::Integer);
        assert_eq!(collects("A=1", &name), json!("1"));
        assert_eq!(collects("A=", &name), json!(""));
        assert_eq!(collects("A.1=1&B=2", &name), json!("absent"));
        assert_eq!(collects("A=1&A=2", &name), json!(["1", 2]));
    }

    #[test]
    fn lists_and_objects_are_read_flattened_and_as_json() {
        let expected = json!([{"Key": "k1", "Value": "v 1"}, {"Key": "k2", "N": ["1", "2"]}]);
        let flat = "Tag.2.Key=k2&Tag.1.Key=k1&Tag.1.Value=v+1&Tag.2.N.1=1&Tag.2.N.2=2";
        assert_eq!(collects(flat, &tags()), expected);
        let text = r#"[{"Key":"k1","Value":"v 1"},{"Key":"k2","N":[1,2]}]"#;
        assert_eq!(collects(&format!("Tag={}", crate::wire::encode::pe(text)), &tags()), expected);
        assert_eq!(collects("Tag=[]", &tags()), json!([]));
        assert_eq!(collects("Tag.1.N=[3]", &tags()), json!([{"N": ["3"]}]));
    }

    #[test]
    fn what_makes_no_list_is_malformed() {
        let why = |query: &str| collects(query, &tags())["malformed"].as_str().unwrap_or_default().to_owned();
        assert_eq!(why("Tag.0.Key=k"), "`Tag` is counted from 0");
        assert_eq!(why("Tag.1.Key=k&Tag.3.Key=k"), "`Tag.3` is sent without `Tag.2`");
        assert_eq!(why("Tag.Key=k"), "`Tag.Key` has no number where a list's index belongs");
        assert_eq!(why("Tag={}"), "`Tag` is JSON, but no list");
        assert_eq!(why("Tag=[{'Key'"), "`Tag` is no list in JSON: no member name at byte 2");
        assert_eq!(why("Tag=[]&Tag.1.Key=k"), "`Tag` is sent both whole and flattened");
        assert_eq!(why("Tag.1=x"), "`Tag.1` is no object in JSON: no JSON value at byte 0");
        assert_eq!(why("Tag.1.Key.X=x"), "`Tag.1.Key` is sent as if it were nested");
        assert!(why(&format!("Tag.1{}=x", ".1".repeat(40))).ends_with("is nested too deep"));
    }

    #[test]
    fn keys_of_a_map_may_hold_dots() {
        let map = Field { items: Some(Box::new(field("", Kind::String))), ..field("M", Kind::Map) };
        assert_eq!(collects("M.a.b=1&M.2=x", &map), json!({"a.b": "1", "2": "x"}));
    }

    #[test]
    fn repeats_inside_a_list_are_counted() {
        assert_eq!(collects("Tag.1.Key=a&Tag.1.Key=b", &tags()), json!([[{"Key": "a"}], 2]));
    }

    #[test]
    fn what_no_parameter_claims_is_left() {
        let parameters = [Parameter { place: Default::default(), field: tags() }];
        let sent = sent("Tag.1.Key=a&Tags=b&X=1");
        let names: Vec<_> = unclaimed(&sent, &parameters).iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Tags", "X"]);
        assert_eq!(Value::Object(arrange(&sent, &parameters)), json!({"Tag": [{"Key": "a"}]}));
    }
}
