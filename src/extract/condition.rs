//! When a parameter may or must be given: sentences that name another parameter.

use serde_json::Value;

use crate::contract::{Asks, Condition, Kind, Operation, Said};
use crate::page::words::squeezed;
use crate::span::Span;

/// Another parameter, with what a sentence may call it.
struct Other {
    name: String,
    /// Its letters and digits, small.
    squeezed: String,
    /// Its values, each with its letters and digits.
    values: Vec<(Value, String)>,
}

/// What a sentence asks, by the first of its cues; each in small letters, and all of one must stand in the sentence.
const CUES: &[(&[&str], Asks)] = &[
    (&["specify either"], Asks::OneOf),
    (&["specify at least one of"], Asks::OneOf),
    (&["specify one of"], Asks::OneOf),
    (&["must specify", "one of the"], Asks::OneOf),
    (&["至少", "一个"], Asks::OneOf),
    (&["二选一"], Asks::OneOf),
    (&["mutually exclusive"], Asks::ForbiddenWhen),
    (&["cannot be specified", " at the same time"], Asks::ForbiddenWhen),
    (&["cannot specify", " at the same time"], Asks::ForbiddenWhen),
    (&["cannot be used together with"], Asks::ForbiddenWhen),
    (&["cannot be specified when"], Asks::ForbiddenWhen),
    (&["cannot be specified if"], Asks::ForbiddenWhen),
    (&["do not specify this parameter when"], Asks::ForbiddenWhen),
    (&["do not specify this parameter if"], Asks::ForbiddenWhen),
    (&["不能同时"], Asks::ForbiddenWhen),
    (&["required only when"], Asks::RequiredWhen),
    (&["required only if"], Asks::RequiredWhen),
    (&["is required when"], Asks::RequiredWhen),
    (&["is required if"], Asks::RequiredWhen),
    (&["must be specified when"], Asks::RequiredWhen),
    (&["must be specified if"], Asks::RequiredWhen),
    (&["must specify this parameter when"], Asks::RequiredWhen),
    (&["must specify this parameter if"], Asks::RequiredWhen),
    (&["if ", "this parameter is required"], Asks::RequiredWhen),
    (&["when ", "this parameter is required"], Asks::RequiredWhen),
    (&["if ", "you must specify this parameter"], Asks::RequiredWhen),
    (&["when ", "you must specify this parameter"], Asks::RequiredWhen),
    (&["时", "必填"], Asks::RequiredWhen),
    (&["时", "必须传"], Asks::RequiredWhen),
    (&["only", "only to "], Asks::AppliesWhen),
    (&["only", " when "], Asks::AppliesWhen),
    (&["only", " if "], Asks::AppliesWhen),
    (&["only", " which "], Asks::AppliesWhen),
    (&["only", " where "], Asks::AppliesWhen),
    (&["仅", "时"], Asks::AppliesWhen),
    (&["只有", "时"], Asks::AppliesWhen),
];

/// Reads what names other parameters, once all are known.
pub(super) fn settle(operation: &mut Operation) {
    let others: Vec<Other> = operation.parameters.iter().take(MOST_OTHERS).map(|p| other(&p.field)).collect();
    for parameter in &mut operation.parameters {
        let field = &mut parameter.field;
        let Some(description) = &field.description else { continue };
        let Some(first) = description.span else { continue };
        let found: Vec<Condition> = description
            .value
            .split_inclusive(['.', '。', '\n'])
            .filter_map(|sentence| condition(sentence.trim(), &others, &field.name))
            .collect();
        for condition in found {
            // Whoever must give it under a condition cannot be told that it must always be given.
            let idle = condition.asks == Asks::RequiredWhen && field.required == Some(true);
            if !idle {
                field.conditions.push(Said::said(condition, Span::line(first.page, first.first)));
            }
        }
    }
}

fn other(field: &crate::contract::Field) -> Other {
    let listed = field.values.iter().map(|v| v.value.clone());
    let bools = [true, false].into_iter().map(Value::Bool).filter(|_| field.kind.value == Kind::Boolean);
    let values = match field.values.is_empty() {
        true => bools.map(|v| (v.clone(), v.to_string())).collect(),
        false => listed.map(|v| (v.clone(), v.as_str().map_or_else(|| v.to_string(), squeezed))).collect(),
    };
    Other { name: field.name.clone(), squeezed: squeezed(&field.name), values }
}

/// Most parameters that a sentence is searched for: each sentence of a long table would be held against each of its rows.
const MOST_OTHERS: usize = 1_000;

/// Longest sentence that is looked at, in bytes.
const LONGEST: usize = 600;

/// What a sentence on one parameter asks of it, if it names another.
fn condition(sentence: &str, others: &[Other], own: &str) -> Option<Condition> {
    if sentence.len() > LONGEST {
        return None;
    }
    let small = sentence.to_lowercase();
    let asks = CUES.iter().find(|(cues, _)| cues.iter().all(|cue| small.contains(cue))).map(|(_, asks)| *asks)?;
    let letters = squeezed(&small);
    let rest = || others.iter().filter(|other| other.name != own);
    let shown = |values: &[(Value, String)]| -> Vec<Value> {
        let long = |text: &str| text.len() > 2 && letters.contains(text);
        values.iter().filter(|(_, text)| long(text)).map(|(value, _)| value.clone()).collect()
    };
    let by_value = || {
        let mut named = rest().filter(|other| !other.squeezed.is_empty() && letters.contains(&other.squeezed));
        named.find_map(|other| Some((other, shown(&other.values))).filter(|(_, values)| !values.is_empty()))
    };
    // Without a value it must be named as it is spelled, as a word of its own.
    let by_name = || rest().find(|other| word_in(sentence, &other.name)).map(|other| (other, Vec::new()));
    let (other, values) = match asks {
        Asks::AppliesWhen => by_value()?,
        Asks::OneOf => by_name()?,
        // "Is set to" with a value that is in no list: what it asks is not understood.
        _ => by_value().or_else(|| by_name().filter(|_| !small.contains(" set to ")))?,
    };
    Some(Condition { text: sentence.to_owned(), asks, parameter: Some(other.name.clone()), values })
}

/// Whether a text holds a name as a word of its own.
fn word_in(text: &str, name: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let ends = |at: usize| {
        let after = text[at + name.len()..].chars().next();
        edge(text[..at].chars().next_back()) && (edge(after) || after == Some('.'))
    };
    name.len() > 2 && text.match_indices(name).any(|(at, _)| ends(at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn others() -> Vec<Other> {
        let other = |name: &str, values: &[&str]| Other {
            name: name.to_owned(),
            squeezed: squeezed(name),
            values: values.iter().map(|v| (json!(v), squeezed(v))).collect(),
        };
        vec![other("This", &[]), other("ChargeType", &["PrePaid", "PostPaid"]), other("VpcId", &[])]
    }

    fn asks(sentence: &str) -> Option<(Asks, String, Vec<Value>)> {
        condition(sentence, &others(), "This").map(|c| (c.asks, c.parameter.expect("it names one"), c.values))
    }

    #[test]
    fn a_sentence_says_when_a_parameter_must_be_given() {
        let prepaid = |asks| Some((asks, "ChargeType".to_owned(), vec![json!("PrePaid")]));
        assert_eq!(asks("This parameter is required when ChargeType is set to PrePaid."), prepaid(Asks::RequiredWhen));
        assert_eq!(asks("If the charge type is PrePaid, this parameter is required."), prepaid(Asks::RequiredWhen));
        assert_eq!(asks("It takes effect only when ChargeType is PrePaid."), prepaid(Asks::AppliesWhen));
        assert_eq!(asks("It cannot be specified if ChargeType is PrePaid."), prepaid(Asks::ForbiddenWhen));
        assert_eq!(asks("ChargeType 为 PrePaid 时必填。"), prepaid(Asks::RequiredWhen));
        let vpc = |asks| Some((asks, "VpcId".to_owned(), Vec::new()));
        assert_eq!(asks("This parameter and VpcId are mutually exclusive."), vpc(Asks::ForbiddenWhen));
        assert_eq!(asks("You must specify one of the This and VpcId parameters."), vpc(Asks::OneOf));
    }

    #[test]
    fn what_names_no_other_parameter_asks_nothing() {
        assert_eq!(asks("This parameter is required when the network is down."), None);
        assert_eq!(asks("The VpcId of the network."), None);
        assert_eq!(asks("This parameter is required when VpcId is set to vpc-1."), None);
    }
}
