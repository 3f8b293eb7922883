//! Which clauses the traffic exercised: whether a client keeps them is not judged here.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use super::preference::Shows;
use crate::contract::{AnswerAspect, ResponseAspect};
use crate::contract::{Aspect, Clause, Operation, RequestAspect, TransportAspect, WireAspect, clauses};

/// The clauses of one operation, and which of them were exercised.
pub(super) struct Tally {
    pub(super) name: String,
    pub(super) requests: AtomicU64,
    clauses: Vec<(Clause, AtomicBool)>,
    /// By a parameter's path.
    parameters: HashMap<String, Indices>,
    errors: Vec<Vec<usize>>,
    success: Vec<usize>,
    sample: Vec<usize>,
    wire: Vec<usize>,
    signature: Vec<usize>,
    situations: HashMap<TransportAspect, usize>,
}

/// Where the clauses of a parameter stand.
#[derive(Debug, Default)]
struct Indices {
    sent: Vec<usize>,
    values: Vec<(String, usize)>,
    absent: Option<usize>,
    required: Option<usize>,
    breach: Option<usize>,
}

/// What a request did to a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// It left the parameter out.
    LeaveOut,
    /// It left the parameter out, which the page forbids.
    Miss,
    /// It sent something that the page forbids.
    Breach,
}

impl Tally {
    pub(super) fn new(operation: &Operation) -> Tally {
        let clauses: Vec<Clause> = clauses(operation);
        let mut tally = Tally {
            name: operation.name.clone(),
            requests: AtomicU64::new(0),
            clauses: Vec::new(),
            parameters: HashMap::new(),
            errors: vec![Vec::new(); operation.errors.len()],
            success: Vec::new(),
            sample: Vec::new(),
            wire: Vec::new(),
            signature: Vec::new(),
            situations: HashMap::new(),
        };
        for (index, clause) in clauses.iter().enumerate() {
            tally.place(index, &clause.aspect);
        }
        tally.clauses = clauses.into_iter().map(|clause| (clause, AtomicBool::new(false))).collect();
        tally
    }

    fn place(&mut self, index: usize, aspect: &Aspect) {
        match aspect {
            Aspect::Request(path, aspect) => {
                let indices = self.parameters.entry(path.clone()).or_default();
                match aspect {
                    RequestAspect::Sent => indices.sent.push(index),
                    RequestAspect::Value(Value::String(value)) => indices.values.push((value.clone(), index)),
                    RequestAspect::Value(value) => indices.values.push((value.to_string(), index)),
                    RequestAspect::Absent => indices.absent = Some(index),
                    RequestAspect::Required => indices.required = Some(index),
                    RequestAspect::Breach => indices.breach = Some(index),
                    _ => {}
                }
            }
            Aspect::Response(_, ResponseAspect::Surfaced) | Aspect::Answer(AnswerAspect::Status) => {
                self.success.push(index);
            }
            Aspect::Answer(AnswerAspect::Sample) => self.sample.push(index),
            Aspect::Error(error, _) => self.errors[*error].push(index),
            Aspect::Transport(situation) => {
                self.situations.insert(*situation, index);
            }
            Aspect::Wire(WireAspect::Signature) => self.signature.push(index),
            // A nonce is seen to be new only beside another.
            Aspect::Wire(WireAspect::Nonce) => {}
            Aspect::Wire(_) | Aspect::Undocumented => self.wire.push(index),
            _ => {}
        }
    }

    fn mark(&self, index: usize) {
        let seen = &self.clauses[index].1;
        // Reading first leaves the line shared between the cores.
        if !seen.load(Ordering::Relaxed) {
            seen.store(true, Ordering::Relaxed);
        }
    }

    fn mark_all(&self, indices: &[usize]) {
        indices.iter().for_each(|index| self.mark(*index));
    }

    /// A request for the operation; `is_verified` where its signature was looked at and is right.
    pub(super) fn request(&self, is_verified: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.mark_all(&self.wire);
        if is_verified {
            self.mark_all(&self.signature);
        }
    }

    /// A value was sent for a parameter.
    pub(super) fn value(&self, path: &str, value: &Value) {
        if let Some(indices) = self.parameters.get(path) {
            self.mark_all(&indices.sent);
            if let Value::String(text) = value {
                indices.values.iter().filter(|(value, _)| value == text).for_each(|(_, index)| self.mark(*index));
            }
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(&format!("{path}[]"), item)),
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.value(&format!("{path}.{name}"), value));
            }
            _ => {}
        }
    }

    /// Something else was done to a parameter.
    pub(super) fn did(&self, path: &str, did: Did) {
        let Some(indices) = self.parameters.get(path) else { return };
        let index = match did {
            Did::LeaveOut => indices.absent,
            Did::Miss => indices.required,
            Did::Breach => indices.breach,
        };
        index.into_iter().for_each(|index| self.mark(index));
    }

    /// An answer was given.
    pub(super) fn answer(&self, shows: Shows, situation: Option<TransportAspect>) {
        match (situation, shows) {
            (Some(situation), _) => self.situations.get(&situation).into_iter().for_each(|index| self.mark(*index)),
            (None, Shows::Sample) => {
                self.mark_all(&self.sample);
                self.mark_all(&self.success);
            }
            (None, Shows::Success) => self.mark_all(&self.success),
            (None, Shows::Error(index)) => self.mark_all(&self.errors[index]),
            (None, Shows::Nothing) => {}
        }
    }

    /// Each clause, and whether it was exercised.
    pub(super) fn clauses(&self) -> impl Iterator<Item = (&Clause, bool)> {
        self.clauses.iter().map(|(clause, seen)| (clause, seen.load(Ordering::Relaxed)))
    }

    pub(super) fn clear(&self) {
        self.requests.store(0, Ordering::Relaxed);
        self.clauses.iter().for_each(|(_, seen)| seen.store(false, Ordering::Relaxed));
    }
}
