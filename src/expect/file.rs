//! `fineprint.expect.toml`, read.

use serde::Deserialize;

use super::{Day, Expectation, Expectations};
use crate::error::Error;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(default)]
    expect: Vec<One>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    rule: String,
    clause: String,
    #[serde(default = "one")]
    count: usize,
    #[serde(default)]
    why: String,
    issue: Option<String>,
    until: Option<toml::Value>,
}

fn one() -> usize {
    1
}

/// Reads a file of known findings: `[[expect]]` with `rule`, `clause` (a glob), and as wanted `count`, `why`, `issue`, `until`.
///
/// # Errors
/// When it is no TOML, or an entry lacks its rule or clause or has something that none has; the message names the line.
pub fn read(name: &str, text: &str) -> Result<Expectations, Error> {
    let whole: Whole = toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(1, |span| line_of(text, span.start));
        Error::input(format!("{name}:{line}: {}", e.message()))
    })?;
    let starts = starts(text);
    let line = |at: usize| starts.get(at).map_or(1, |start| line_of(text, *start));
    let mut all = Vec::new();
    for (at, entry) in whole.expect.into_iter().enumerate() {
        let line = line(at);
        let until = match entry.until {
            None => None,
            Some(day) => {
                let day = day.as_str().map_or_else(|| day.to_string(), str::to_owned);
                Some(day.parse::<Day>().map_err(|e| Error::input(format!("{name}:{line}: until: {e}")))?)
            }
        };
        let One { rule, clause, count, why, issue, .. } = entry;
        if count == 0 {
            return Err(Error::input(format!("{name}:{line}: count: nothing is no finding (take the entry out)")));
        }
        all.push(Expectation { rule, clause, count, why, issue, until, line });
    }
    Ok(Expectations { name: name.to_owned(), all })
}

/// Where each entry begins, in bytes.
pub(super) fn starts(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut starts = Vec::new();
    for line in text.split_inclusive('\n') {
        let head: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        if head.starts_with("[[expect]]") {
            starts.push(at);
        }
        at += line.len();
    }
    starts
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_their_lines() {
        let text = "# known\n\n[[expect]]\nrule = \"a\"\nclause = \"b\"\n\n[[ expect ]]\nrule = \"c\"\nclause = \"d\"\ncount = 3\nwhy = \"w\"\nissue = \"#7\"\nuntil = 2026-11-24\n";
        let read = read("e.toml", text).unwrap_or_else(|e| panic!("{e}"));
        let [first, second] = read.all.as_slice() else { panic!("{read:?}") };
        assert_eq!((first.line, first.count, first.until), (3, 1, None));
        assert_eq!((second.line, second.count, second.issue.as_deref()), (7, 3, Some("#7")));
        assert_eq!(second.until.map(|d| d.to_string()), Some("2026-11-24".into()));
    }

    #[test]
    fn what_is_no_entry_is_refused_with_its_line() {
        let refused = |text: &str| read("e.toml", text).map(|_| ()).expect_err(text).to_string();
        assert!(refused("[[expect]]\nrule = \"a\"\n").starts_with("e.toml:1: missing field `clause`"));
        assert!(
            refused("[[expect]]\nrule = \"a\"\nclause = \"b\"\nrules = 1\n").starts_with("e.toml:4: unknown field")
        );
        assert!(
            refused("\n[[expect]]\nrule = \"a\"\nclause = \"b\"\nuntil = \"soon\"\n")
                .starts_with("e.toml:2: until: no day")
        );
        assert!(refused("[[expect]]\nrule = \"a\"\nclause = \"b\"\nuntil = 2026-11-24T00:00:00Z\n").contains("no day"));
        assert!(refused("[[expect]]\nrule = \"a\"\nclause = \"b\"\ncount = 0\n").contains("nothing is no finding"));
        assert!(refused("[[expect\n").starts_with("e.toml:1: "));
    }
}
