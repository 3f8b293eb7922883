//! One cause, one finding: what follows from another finding becomes part of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Identity, Ledger, SYSTEMATIC};
use crate::finding::Severity;

/// Rules about a request whose parameters are not where they are looked for.
const SPOILS_ALL: [&str; 6] = [
    "not-http",
    "broken-framing",
    "unsaid-encoding",
    "wrong-content-type",
    "misplaced-parameter",
    "misnamed-parameter",
];

impl Ledger {
    /// One cause, one finding: a client that fails on an ordinary success fails on the unusual ones for the same reason.
    pub(super) fn fold(&mut self) {
        if std::mem::replace(&mut self.folded, true) {
            return;
        }
        let dropped =
            self.found.iter().find(|(id, f)| id.0 == "parameter-dropped" && f.combined_only).map(|(id, _)| id.clone());
        let empty = ("empty-text-dropped", "an empty text is not sent".to_owned());
        if let Some(dropped) = dropped
            && self.found.get(&empty).is_some_and(|f| f.combined_only)
        {
            // A parameter that is dropped beside certain others is dropped when it is empty, too.
            self.absorb(&empty, &dropped);
        }
        self.fold_special_values();
        self.fold_parallel();
        let general: Vec<Identity> =
            self.found.keys().filter(|(rule, _)| *rule == "success-shown-as-error").cloned().collect();
        for (rule, transform) in general {
            let consequences: Vec<Identity> = self
                .found
                .keys()
                .filter(|(r, t)| *r != rule && *r != "one-type-only" && *t == transform)
                .cloned()
                .collect();
            for identity in consequences {
                self.absorb(&identity, &(rule, transform.clone()));
            }
            // Where only one of two contradicting types is read, an answer of the other type is no success to it.
            let contested = self
                .found
                .iter()
                .find(|(id, f)| id.0 == "one-type-only" && f.severity < Severity::Error)
                .map(|(id, _)| id.clone());
            if let Some(contested) = contested {
                self.absorb(&(rule, transform), &contested);
            }
        }
    }

    /// A call whose request is wrong on its own cannot be found again among others.
    fn fold_parallel(&mut self) {
        let alone = |rule: &str| {
            self.found.iter().any(|(id, found)| id.0 == rule && found.alone && found.confirmed >= SYSTEMATIC)
        };
        if SPOILS_ALL.iter().any(|rule| alone(rule)) {
            self.found.remove(&("parallel-crossed", "parallel calls share their parameters".to_owned()));
        }
        // What fails on an ordinary answer fails on it beside others, too.
        let fails = |rule: &str| self.found.iter().any(|(id, found)| id.0 == rule && found.alone);
        if ["success-shown-as-error", "one-type-only", "stricter-than-page"].into_iter().any(fails) {
            self.found.retain(|id, _| id.0 != "parallel-crossed" || !id.1.ends_with("while others are open"));
        }
    }

    /// A parameter that is never sent is not sent when it is 0, false or empty, either.
    fn fold_special_values(&mut self) {
        let parameter = |clause: &String| clause.split('/').nth(2).map(str::to_owned);
        let always: BTreeMap<String, Identity> = self
            .found
            .iter()
            .filter(|(id, found)| {
                id.0 == "parameter-dropped"
                    && id.1.starts_with('`')
                    && id.1.ends_with("` is not sent")
                    && !found.combined_only
            })
            .flat_map(|(id, found)| found.clauses.iter().filter_map(parameter).map(|name| (name, id.clone())))
            .collect();
        let special = |id: &Identity| {
            id.0 == "empty-text-dropped" || (id.0 == "parameter-dropped" && !id.1.ends_with("` is not sent"))
        };
        let parts: Vec<(Identity, Identity)> = self
            .found
            .iter()
            .filter(|(id, _)| special(id))
            .filter_map(|(id, found)| {
                let owners: BTreeSet<_> =
                    found.clauses.iter().filter_map(parameter).map(|name| always.get(&name)).collect();
                match owners.len() {
                    1 => owners.first().copied().flatten().map(|whole| (id.clone(), whole.clone())),
                    _ => None,
                }
            })
            .collect();
        for (part, whole) in parts {
            self.absorb(&part, &whole);
        }
        let long: Vec<Identity> = self.found.keys().filter(|id| id.1.contains("` over ")).cloned().collect();
        for part in long {
            // What is never there is not there when it is long, either.
            let (name, rest) = part.1.split_once("` over ").unwrap_or_default();
            let end = rest.split_once(" characters").map_or("", |(_, end)| end);
            let whole = (part.0, format!("{name}`{end}"));
            if self.found.contains_key(&whole) {
                self.absorb(&part, &whole);
            }
        }
    }

    /// Makes one finding part of another.
    fn absorb(&mut self, part: &Identity, whole: &Identity) {
        let Some(part) = self.found.remove(part) else { return };
        if let Some(whole) = self.found.get_mut(whole) {
            whole.clauses.extend(part.clauses);
            whole.confirmed += part.confirmed;
            whole.session |= part.session;
            whole.alone |= part.alone;
            whole.combined_only &= part.combined_only;
        }
    }
}
