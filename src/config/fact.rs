//! What an amendment names: a fact of the product, of an operation, of a parameter, of a member or of an error.

use super::nearest;
use crate::contract::{Contract, DocumentedError, Field, Operation, Parameter};

/// A fact's name, taken apart: `CreateImageByInstance/response/Code/type`.
#[derive(Debug, PartialEq)]
pub(super) enum Fact {
    /// Of the product: `version`.
    Product(String),
    /// Of an operation: its name, and what.
    Operation(String, String),
    /// Of a parameter, a member or an error.
    Of { operation: String, area: Area, subject: String, what: String },
}

/// Where a fact's subject stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    Request,
    Response,
    Error,
}

impl Fact {
    /// Takes a name apart. Its segments are escaped as those of clause ids are.
    pub(super) fn read(name: &str) -> Result<Fact, String> {
        let segments: Vec<String> =
            name.split('/').map(|s| percent_encoding::percent_decode_str(s).decode_utf8_lossy().into_owned()).collect();
        let area = |word: &str| match word {
            "request" => Some(Area::Request),
            "response" => Some(Area::Response),
            "error" => Some(Area::Error),
            _ => None,
        };
        match segments.as_slice() {
            [what] => Ok(Fact::Product(what.clone())),
            [operation, what] => Ok(Fact::Operation(operation.clone(), what.clone())),
            [operation, word, subject, what] if area(word).is_some() => Ok(Fact::Of {
                operation: operation.clone(),
                area: area(word).expect("the guard looked"),
                subject: subject.clone(),
                what: what.clone(),
            }),
            _ => Err(format!(
                "`{name}` names no fact: write `version`, `OPERATION/method`, `OPERATION/request/PARAMETER/required`, \
                 `OPERATION/response/PATH/type` or `OPERATION/error/STATUS:CODE/message`"
            )),
        }
    }
}

/// The contract that has the operation of that name.
pub(super) fn contract<'c>(contracts: &'c mut [Contract], name: &str) -> Result<&'c mut Contract, String> {
    let Some(at) = contracts.iter().position(|c| c.operation(name).is_some()) else {
        let names = contracts.iter().flat_map(|c| &c.operations).map(|o| o.name.as_str());
        return Err(match nearest(name, names) {
            Some(near) => format!("the pages have no operation `{name}` (the nearest is `{near}`)"),
            None => format!("the pages have no operation `{name}`"),
        });
    };
    Ok(&mut contracts[at])
}

/// The operation of that name.
pub(super) fn operation<'c>(contract: &'c mut Contract, name: &str) -> Result<&'c mut Operation, String> {
    let found = contract.operations.iter_mut().find(|o| o.name == name);
    found.ok_or_else(|| format!("the pages have no operation `{name}`"))
}

/// The parameter of that name.
pub(super) fn parameter<'c>(operation: &'c mut Operation, name: &str) -> Result<&'c mut Parameter, String> {
    let Some(at) = operation.parameters.iter().position(|p| p.field.name == name) else {
        let names = operation.parameters.iter().map(|p| p.field.name.as_str());
        let near = nearest(name, names).map(|n| format!(" (the nearest is `{n}`)")).unwrap_or_default();
        return Err(format!("`{}` has no parameter `{name}`{near}", operation.name));
    };
    Ok(&mut operation.parameters[at])
}

/// The parameter, member or item of that path.
pub(super) fn field<'c>(operation: &'c mut Operation, area: Area, path: &str) -> Result<&'c mut Field, String> {
    let mut paths = Vec::new();
    match area {
        Area::Response => {
            if let Some(answer) = &operation.response {
                answer.walk("", &mut |path, _| paths.push(path.to_owned()));
            }
        }
        _ => operation
            .parameters
            .iter()
            .for_each(|p| p.field.walk(&p.field.name, &mut |path, _| paths.push(path.to_owned()))),
    }
    let name = operation.name.clone();
    let found = match area {
        Area::Response => operation.response.as_mut().and_then(|answer| answer.at_mut("", path)),
        _ => operation.parameters.iter_mut().find_map(|p| {
            let top = p.field.name.clone();
            p.field.at_mut(&top, path)
        }),
    };
    found.filter(|_| !path.is_empty()).ok_or_else(|| {
        let what = if area == Area::Response { "member of the answer" } else { "parameter" };
        let near = nearest(path, paths.iter().map(String::as_str).filter(|p| !p.is_empty()));
        let near = near.map(|n| format!(" (the nearest is `{n}`)")).unwrap_or_default();
        format!("`{name}` has no {what} `{path}`{near}")
    })
}

/// The row of that label, `STATUS:CODE`; of several alike, `STATUS:CODE~2` is the second.
pub(super) fn error<'c>(operation: &'c mut Operation, label: &str) -> Result<&'c mut DocumentedError, String> {
    let labels = operation.error_labels();
    let Some(at) = labels.iter().position(|l| l == label) else {
        let near = nearest(label, labels.iter().map(String::as_str));
        let near = near.map(|n| format!(" (the nearest is `{n}`)")).unwrap_or_default();
        return Err(format!("`{}` has no error `{label}`{near}", operation.name));
    };
    Ok(&mut operation.errors[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_named_as_a_clause_is() {
        assert_eq!(Fact::read("version"), Ok(Fact::Product("version".into())));
        let read = Fact::read("GET%20%2Fa/error/400:A%2FB/message");
        let wanted = Fact::Of {
            operation: "GET /a".into(),
            area: Area::Error,
            subject: "400:A/B".into(),
            what: "message".into(),
        };
        assert_eq!(read, Ok(wanted));
        assert!(Fact::read("A/B/C").is_err() && Fact::read("A/answer/B/type").is_err());
    }
}
