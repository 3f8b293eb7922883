//! Whether a text fits a page's pattern. Each pattern is compiled once, however many requests are held to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::judge::Judge;

/// Patterns that are kept ready: those of the largest products, and no more than a hostile page may fill.
const READY: usize = 4_096;

/// By pattern; none for one that is no regular expression.
static KNOWN: Mutex<Option<HashMap<String, Option<Arc<Judge>>>>> = Mutex::new(None);

/// Whether the text fits; every text fits a pattern that cannot be read.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    judge(pattern).is_none_or(|judge| judge.accepts(&Value::from(text)))
}

fn judge(pattern: &str) -> Option<Arc<Judge>> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(judge) = known.get(pattern) {
        return judge.clone();
    }
    if known.len() == READY {
        known.clear();
    }
    let judge = Judge::new(&json!({ "pattern": pattern })).ok().map(Arc::new);
    known.insert(pattern.to_owned(), judge.clone());
    judge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_cannot_be_read_holds_nobody() {
        assert!(fits("^[a-z]+$", "abc") && !fits("^[a-z]+$", "abc1") && fits("(", "abc"));
        let known = KNOWN.lock().unwrap();
        assert!(known.as_ref().is_some_and(|known| known["("].is_none() && known["^[a-z]+$"].is_some()));
    }
}
