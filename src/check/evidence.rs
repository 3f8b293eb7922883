//! What was seen of a case: the calls, the requests, the answers and the replies.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::case;
use crate::case::{Case, Fault, Serve};
use crate::contract::{Aspect, Contract, Operation, SessionAspect, Style, TransportAspect, error_label, escape};
use crate::driver::{Broken, Call, ClientError, Hello, Reply};
use crate::tap::Exchange;
use crate::wire::{path, rpc, signature};

/// All that was seen of one case.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The contract that it is held to.
    pub contract: &'a Contract,
    /// The operation that was called.
    pub operation: &'a Operation,
    /// What was planned.
    pub case: &'a Case,
    /// What the clauses of the case are about.
    pub about: Vec<&'a Aspect>,
    /// What the client can show.
    pub hello: &'a Hello,
    /// Whether the requests are kept byte for byte.
    pub raw: bool,
    /// What was seen of each step.
    pub seen: Vec<Seen>,
    /// Requests that came when no call was open, or under a key that was not in use.
    pub strays: Vec<Observed>,
    /// Requests that came to another origin.
    pub foreign: Vec<Observed>,
    /// Whether the secret of one of the case's objects stands in what the client logged.
    pub logged: bool,
}

/// What was seen of one call.
#[derive(Debug)]
pub struct Seen {
    /// The call as it was made.
    pub call: Call,
    /// What came back.
    pub reply: Result<Reply, Broken>,
    /// How long it took.
    pub took: Duration,
    /// The requests that came while it was open.
    pub requests: Vec<Observed>,
}

/// A request as the tap saw it, read.
#[derive(Debug)]
pub struct Observed {
    /// The bytes both ways.
    pub exchange: Exchange,
    /// The parameters that it carries; none if it is no request.
    pub sent: Option<rpc::Sent>,
    /// Whether its signature verifies; none if it is no request.
    pub signature: Option<signature::Signature>,
}

/// One step, with all that surrounds it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The case.
    pub evidence: &'a Evidence<'a>,
    /// Which step it is, from 0.
    pub index: usize,
}

impl<'a> Evidence<'a> {
    /// The id of a clause of this operation.
    pub fn clause(&self, rest: &str) -> String {
        [&*escape(&self.operation.name), "/", rest].concat()
    }

    /// The case's clauses below `rest`; if it has none there, the one at `rest` + `fallback`.
    pub fn clauses_at(&self, rest: &str, fallback: &str) -> Vec<String> {
        let prefix = self.clause(rest);
        let own: Vec<String> = self.case.clauses.iter().filter(|c| c.starts_with(&prefix)).cloned().collect();
        if own.is_empty() { vec![format!("{prefix}{fallback}")] } else { own }
    }

    /// Whether the case is about this.
    pub fn is_about(&self, test: impl Fn(&Aspect) -> bool) -> bool {
        self.about.iter().any(|a| test(a))
    }

    /// Its steps.
    pub fn steps(&'a self) -> impl Iterator<Item = Step<'a>> {
        (0..self.seen.len()).map(|index| Step { evidence: self, index })
    }
}

impl<'a> Step<'a> {
    /// What was seen.
    pub fn seen(&self) -> &'a Seen {
        &self.evidence.seen[self.index]
    }

    /// What was planned.
    pub fn plan(&self) -> &'a case::Step {
        &self.evidence.case.steps[self.index]
    }

    /// The requests of this call that are for its operation, retries included.
    pub fn own(&self) -> impl DoubleEndedIterator<Item = &'a Observed> {
        let (operation, style) = (self.evidence.operation, self.evidence.contract.style);
        self.seen().requests.iter().filter(move |o| o.is_for(operation, style))
    }

    /// The steps of the case before this one.
    pub fn earlier(&self) -> impl DoubleEndedIterator<Item = Step<'a>> {
        let evidence = self.evidence;
        (0..self.index).map(move |index| Step { evidence, index })
    }

    /// The operation.
    pub fn operation(&self) -> &'a Operation {
        self.evidence.operation
    }

    /// The reply, if there is one.
    pub fn reply(&self) -> Option<&'a Reply> {
        self.seen().reply.as_ref().ok()
    }

    /// The error that was surfaced, if any.
    pub fn error(&self) -> Option<&'a ClientError> {
        match self.reply() {
            Some(Reply::Error(error)) => Some(error),
            _ => None,
        }
    }

    /// The last thing that was served to this call, or to whatever else came if the call itself did not.
    pub fn served(&self) -> Option<&'a Serve> {
        let last = self.own().next_back().or_else(|| self.seen().requests.last());
        last.map(|observed| &*observed.exchange.serve)
    }

    /// How a documented error is named in clause ids, if the served answer is one.
    pub fn documented_error(&self) -> Option<(usize, String)> {
        self.evidence.about.iter().find_map(|a| match a {
            Aspect::Error(index, _) => Some((*index, error_label(self.operation(), *index))),
            _ => None,
        })
    }
}

/// What came back of a call.
#[derive(Debug, Clone, Copy)]
pub enum Came<'a> {
    /// The SDK returned.
    Returned(&'a Value),
    /// The SDK raised.
    Raised(&'a ClientError),
    /// The process misbehaved.
    Broke(&'a Broken),
    /// Nothing that could be judged.
    Nothing,
}

/// What was served to a call in the end.
#[derive(Debug, Clone, Copy)]
pub enum Served<'a> {
    /// No request came.
    NoRequest,
    /// Nothing was sent, by plan.
    Silence,
    /// A success that can be read.
    Success(&'a Value),
    /// A success that cannot be read.
    Unreadable,
    /// A redirect.
    Redirect,
    /// An error, with its body if that is an object.
    Error(u16, Option<&'a Map<String, Value>>),
    /// An answer that was cut, held back or dripped.
    Faulty(Fault),
}

impl<'a> Step<'a> {
    /// What came back.
    pub fn came(&self) -> Came<'a> {
        match &self.seen().reply {
            Ok(Reply::Ok { value, .. }) => Came::Returned(value),
            Ok(Reply::Error(error)) => Came::Raised(error),
            Ok(Reply::Unsupported(_) | Reply::DriverError(_)) => Came::Nothing,
            Err(broken) => Came::Broke(broken),
        }
    }

    /// What was served in the end.
    pub fn was_served(&self) -> Served<'a> {
        if self.seen().requests.is_empty() {
            return Served::NoRequest;
        }
        let Some(serve) = self.served() else { return Served::Silence };
        if let Some(fault) = serve.fault {
            return Served::Faulty(fault);
        }
        let means = serve.answer.body.means();
        match serve.answer.status {
            200..=299 => match means {
                Some(value) if value.is_object() => Served::Success(value),
                _ => Served::Unreadable,
            },
            300..=399 => Served::Redirect,
            status => Served::Error(status, means.and_then(Value::as_object)),
        }
    }

    /// Whether the case is about this.
    pub fn is_about(&self, test: impl Fn(&Aspect) -> bool) -> bool {
        !self.plan().leads_in && self.evidence.is_about(test)
    }

    /// Whether the case is about this situation on the connection.
    pub fn in_situation(&self, situations: &[TransportAspect]) -> bool {
        self.is_about(|a| matches!(a, Aspect::Transport(t) if situations.contains(t)))
    }

    /// Whether members were left out of the answer on purpose, to see whether earlier ones come in their place.
    pub fn is_sparse(&self) -> bool {
        let Served::Success(served) = self.was_served() else { return false };
        let about = |aspect: &Aspect| matches!(aspect, Aspect::Session(SessionAspect::NoLeak));
        let fields = self.operation().response.as_ref().map_or(&[][..], |response| &response.fields);
        self.is_about(about) && fields.iter().any(|field| served.get(&field.name).is_none())
    }

    /// Another value of a common parameter in the query or the form, beside the one that counts.
    pub fn twice_said(&self, observed: &'a Observed, name: &str, expected: &str) -> Option<&'a str> {
        if self.operation().parameters.iter().any(|p| p.field.name == name) {
            return None;
        }
        let common = &observed.sent.as_ref()?.common;
        common.iter().find(|p| p.name == name && p.value != expected).map(|p| p.value.as_str())
    }

    /// The requests of this call for this operation, retries included.
    pub fn attempts(&self) -> usize {
        self.seen().requests.len()
    }
}

impl Observed {
    /// Whether the request names the operation: by its action, in any case, or by its path.
    pub fn is_for(&self, operation: &Operation, style: Style) -> bool {
        match (style, &operation.path) {
            (Style::Rpc, _) => {
                let action = self.sent.as_ref().and_then(|s| s.action.as_ref());
                action.is_some_and(|a| a.value == operation.name || a.value.eq_ignore_ascii_case(&operation.name))
            }
            (Style::Rest, Some(template)) => {
                self.exchange.request.as_ref().is_ok_and(|r| path::fits(&template.value, r.path()))
            }
            (Style::Rest, None) => self.exchange.request.is_ok(),
        }
    }
}
