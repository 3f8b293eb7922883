//! Whether a value fits a schema: the only place that knows the validator.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonschema::canonical::Satisfiability;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::error::Error;

/// Schemas nested deeper than this are refused, so that a hostile one cannot exhaust the stack.
pub(crate) const DEPTH: usize = 128;
/// Faults beyond this many are not listed.
const FAULTS: usize = 1_000;
/// How often a pattern may try again before a text counts as unfit.
const BACKTRACKS: usize = 100_000;

/// A schema made ready to judge values. It opens no file and no connection: a reference to elsewhere is an error.
#[derive(Debug)]
pub struct Judge {
    validator: Validator,
}

/// One reason why a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// A JSON pointer to the value at fault; for a member that is missing or unknown, to where it is or would be.
    pub path: String,
    /// The keyword that it breaks, such as `enum`.
    pub keyword: String,
    /// In words, without the value.
    pub message: String,
}

impl Judge {
    /// Makes a schema ready; 2020-12 unless it says otherwise. Known formats are checked, unknown ones ignored.
    ///
    /// # Errors
    /// When it is not a schema, nests too deeply, or refers to something outside itself.
    pub fn new(schema: &Value) -> Result<Judge, Error> {
        if !shallow(schema, DEPTH) {
            return Err(Error::input(format!("the schema nests more than {DEPTH} levels deep")));
        }
        let validator = jsonschema::options()
            .with_draft(draft(schema))
            .offline()
            .should_validate_formats(true)
            // OpenAPI's word for base64, which JSON Schema has no format for.
            .with_format("byte", |text: &str| STANDARD.decode(text).is_ok())
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS))
            .build(schema)
            .map_err(|e| Error::input(format!("not a JSON Schema that can be used: {}", cut(&e.to_string()))))?;
        Ok(Judge { validator })
    }

    /// Whether the value fits.
    pub fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Every reason why it does not fit, sorted; empty if it does.
    pub fn faults(&self, value: &Value) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.validator.iter_errors(value).flat_map(|e| faults(&e)).take(FAULTS).collect();
        faults.sort();
        faults.dedup();
        faults
    }
}

/// Longer schemas are not looked into: alternatives of alternatives are a product.
const PROVED: usize = 4_000;

/// Whether it is proved that no value fits the schema. What is not proved may still be so.
pub(crate) fn is_unsatisfiable(schema: &Value) -> bool {
    let options = jsonschema::canonical::options().with_draft(draft(schema)).offline();
    let is_short = schema.to_string().len() <= PROVED;
    is_short && options.canonicalize(schema).is_ok_and(|form| form.satisfiability() == Satisfiability::No)
}

/// Whether the schema fits the meta-schema of its dialect, as far as that is built in; 2020-12 unless it says otherwise.
pub fn is_schema(schema: &Value) -> bool {
    match draft(schema) {
        Draft::Draft202012 => jsonschema::draft202012::meta::is_valid(schema),
        _ => jsonschema::meta::is_valid(schema),
    }
}

/// The dialect that a schema says it is of; 2020-12 where it says none, or one that is not built in.
fn draft(schema: &Value) -> Draft {
    match Draft::Draft202012.detect(schema) {
        Draft::Unknown => Draft::Draft202012,
        known => known,
    }
}

fn faults(error: &ValidationError<'_>) -> Vec<Fault> {
    let at = error.instance_path().as_str();
    let fault = |path: String| Fault {
        path,
        keyword: error.kind().keyword().to_owned(),
        message: cut(&error.masked_with("the value").to_string()),
    };
    match error.kind() {
        ValidationErrorKind::Required { property: Value::String(name) } => vec![fault(pointer(at, name))],
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| fault(pointer(at, name))).collect()
        }
        _ => vec![fault(at.to_owned())],
    }
}

fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A closed list of a thousand values would fill the screen.
fn cut(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// Whether it nests no deeper than this.
pub(crate) fn shallow(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|v| shallow(v, depth - 1)),
        Value::Object(members) => depth > 0 && members.values().all(|v| shallow(v, depth - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults_of(schema: Value, value: Value) -> Vec<(String, String)> {
        let judge = Judge::new(&schema).unwrap();
        assert_eq!(judge.accepts(&value), judge.faults(&value).is_empty());
        judge.faults(&value).into_iter().map(|f| (f.path, f.keyword)).collect()
    }

    #[test]
    fn a_fault_names_the_place_and_the_keyword() {
        let schema = json!({
            "properties": { "a": { "enum": [1] }, "b/c": { "type": "string" } },
            "required": ["d~"], "additionalProperties": false
        });
        let faults = faults_of(schema, json!({ "a": 2, "b/c": 1, "e": 0 }));
        let expected = [("/a", "enum"), ("/b~1c", "type"), ("/d~0", "required"), ("/e", "additionalProperties")];
        assert_eq!(faults, expected.map(|(p, k)| (p.to_owned(), k.to_owned())));
    }

    #[test]
    fn a_message_does_not_repeat_the_value() {
        let judge = Judge::new(&json!({ "type": "integer" })).unwrap();
        let faults = judge.faults(&json!("secret"));
        assert_eq!(faults[0].message, "the value is not of type \"integer\"");
    }

    #[test]
    fn a_reference_to_elsewhere_is_refused() {
        for target in ["https://example.com/a.json", "file:///etc/passwd", "other.json"] {
            assert!(Judge::new(&json!({ "$ref": target })).is_err(), "{target}");
        }
    }

    #[test]
    fn what_is_no_schema_is_refused_without_a_panic() {
        let deep = (0..=DEPTH).fold(json!({}), |inner, _| json!({ "not": inner }));
        for schema in [json!({ "type": "sandwich" }), json!({ "pattern": "(" }), json!(7), deep] {
            assert!(Judge::new(&schema).is_err());
        }
    }

    #[test]
    fn an_unknown_dialect_is_read_as_ours() {
        let judge = Judge::new(&json!({ "$schema": "https://example.com/ours", "type": "integer" }));
        assert!(judge.is_ok_and(|judge| judge.accepts(&json!(1)) && !judge.accepts(&json!("1"))));
    }

    #[test]
    fn known_formats_are_checked_and_unknown_ones_are_not() {
        assert_eq!(faults_of(json!({ "format": "date-time" }), json!("yesterday")).len(), 1);
        assert_eq!(faults_of(json!({ "format": "sandwich" }), json!("yesterday")).len(), 0);
        assert_eq!(faults_of(json!({ "format": "byte" }), json!("a#b")).len(), 1);
        assert_eq!(faults_of(json!({ "format": "byte" }), json!("YWI=")).len(), 0);
    }

    #[test]
    fn a_schema_that_only_refers_to_itself_is_an_error_or_a_judge_but_no_hang() {
        if let Ok(judge) = Judge::new(&json!({ "$ref": "#" })) {
            judge.faults(&json!(1));
        }
    }
}
