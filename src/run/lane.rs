//! One tap, one client with one call open, and the client objects that cases use in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Run;
use super::busy::{Busy, longest_silence};
use super::call::{call, secret};
use super::demand::{GRACE, deadline, is_foreign, late_for};
use super::ground::{Ground, Secure};
use super::owner::{Owners, Recent, is_same, names};
use super::plan::FOREIGN;
use super::subject::Subject;
use crate::case::{Case, Object, Serve, Step};
use crate::check::{Evidence, Hit, Judgement, Observed, Seen, judge};
use crate::contract::{Aspect, Contract, Style, TransportAspect};
use crate::driver::{Broken, Call, ErrorKind, Link, Reply, Source, Target, When};
use crate::error::Error;
use crate::fake;
use crate::fake::coding::negotiated;
use crate::generate::fresh::Fresh;
use crate::tap::Exchange;
use crate::wire::{rpc, signature};

/// Milliseconds that an ordinary object is told to wait for a connection and for an answer.
const CONNECT_MS: u64 = 500;
const READ_MS: u64 = 2_000;
/// The same, for an object that meets stalled answers.
const HASTY_CONNECT_MS: u64 = 200;
pub(super) const HASTY_READ_MS: u32 = 600;

/// A place where cases run one after the other.
pub(super) struct Lane {
    name: String,
    seed: u64,
    source: Source,
    link: Link,
    ground: Ground,
    raw: bool,
    turn: bool,
    made: u32,
    recent: Recent,
    busy: Busy,
    /// How often the client's process had to be started again because it misbehaved.
    pub(super) restarts: u32,
}

/// What was seen of a case, and what it came to.
pub(super) struct Ran {
    /// What the rules say.
    pub(super) judgement: Judgement,
    /// What was seen.
    pub(super) seen: Vec<Seen>,
    /// Why the client's process gave no reply, if it did not.
    pub(super) broken: Option<Broken>,
    /// A parameter or operation that the client does not offer.
    pub(super) unsupported: Option<crate::driver::Unsupported>,
    /// Whether the machine was too busy for anything to be said about time.
    held_up: bool,
}

impl Ran {
    /// Whether what was found may come of a machine that is too busy: it is about time, or the client ran out of it.
    pub(super) fn is_doubtful(&self) -> bool {
        let hits = &self.judgement.hits;
        self.held_up && self.broken.is_none() && !hits.is_empty() && (self.ran_out() || hits.iter().any(is_about_time))
    }

    /// Believes only what has nothing to do with time; where that is nothing, the case could not be judged.
    pub(super) fn doubt(&mut self) {
        let ran_out = self.ran_out();
        self.judgement.hits.retain(|hit| !ran_out && !is_about_time(hit));
        if self.judgement.hits.is_empty() {
            self.judgement.errored = Some("the machine is too busy to tell whether the client is late".into());
        }
    }

    fn ran_out(&self) -> bool {
        self.seen.iter().any(may_have_run_out)
    }
}

/// Whether a call broke off that may have waited for as long as it was told to.
fn may_have_run_out(seen: &Seen) -> bool {
    let Target { connect_timeout_ms, read_timeout_ms, .. } = seen.call.client;
    let broke_off =
        matches!(&seen.reply, Ok(Reply::Error(e)) if matches!(e.kind, ErrorKind::Timeout | ErrorKind::Transport));
    let at: Vec<Duration> = seen.requests.iter().map(|o| o.exchange.at).collect();
    // A request may be noticed late: one wait of a client is seen as two silences then, and one of them is half as long at least.
    let silent = 2 * longest_silence(seen.took, &at) >= Duration::from_millis(connect_timeout_ms.min(read_timeout_ms));
    broke_off && (silent || seen.took >= Duration::from_millis(read_timeout_ms))
}

fn is_about_time(hit: &Hit) -> bool {
    matches!(hit.rule.class, "T05" | "T06" | "T08")
}

impl Lane {
    /// Opens a lane on the current runtime.
    pub(super) async fn open(name: String, run: &Run, link: Option<Link>) -> Result<Lane, Error> {
        let ground = Ground::open(&run.carrier)?;
        let link = match link {
            Some(link) => link,
            None => Link::start(&run.source).await?,
        };
        let (seed, raw, source) = (run.choice.seed, run.carrier.is_raw(), run.source.clone());
        let (recent, busy) = (Recent::default(), Busy::look(link.id()));
        Ok(Lane { name, seed, source, link, ground, raw, turn: false, made: 0, recent, busy, restarts: 0 })
    }

    /// The name of a lane that looks again at what this one found.
    pub(super) fn again(&self) -> String {
        format!("{}-again", self.name)
    }

    /// Says goodbye to the client.
    pub(super) async fn close(self) {
        self.link.stop().await;
    }

    /// Ends the client at once.
    pub(super) async fn kill(&mut self) {
        self.link.kill().await;
    }

    /// Starts the client's process again.
    pub(super) async fn restart(&mut self) -> Result<(), Error> {
        self.link.kill().await;
        self.link = Link::start(&self.source).await?;
        Ok(())
    }

    /// Gives up requests that are not all there: the client is known to send such.
    pub(super) fn hurry(&self) {
        self.ground.hurry();
    }

    /// Runs a case; with `alone`, all of its objects are made for it.
    pub(super) async fn run(&mut self, subject: &Subject<'_>, case: &Case, alone: bool) -> Ran {
        self.made += 1;
        self.busy.renew(self.link.id());
        let began = Instant::now();
        let is_secure = case.steps.iter().any(|step| matches!(step.object, Object::Secure(_)));
        let protected = if is_secure { self.ground.protect() } else { Ok(()) };
        let targets: Vec<Target> = case.steps.iter().map(|s| self.target(s.object, alone)).collect();
        let mut keys: Vec<String> = targets.iter().map(|t| &t.key).filter(|k| k.contains('.')).cloned().collect();
        keys.dedup();
        let calls: Vec<Call> =
            case.steps.iter().zip(targets).map(|(step, target)| call(subject, step, target)).collect();
        let seen = match case.parallel {
            true => self.at_once(subject, case, calls).await,
            false => self.in_turn(subject, case, calls).await,
        };
        if case.watch_ms > 0 {
            tokio::time::sleep(Duration::from_millis(case.watch_ms.into())).await;
        }
        let strays = self.ground.strays();
        let strays = if case.watch_ms > 0 { self.observe(subject, strays) } else { Vec::new() };
        let foreign = self.ground.foreign_strays();
        let foreign = self.observe(subject, foreign);
        let mut broken = seen.iter().find_map(|s| s.reply.as_ref().err().cloned());
        if broken.is_none() {
            broken = self.link.settle().await.err();
        }
        for key in keys {
            self.link.close_object(&key);
        }
        let logged = seen.iter().any(|s| self.link.logged(&s.call.client.access_key_secret));
        let unsupported = seen.iter().find_map(|s| match &s.reply {
            Ok(Reply::Unsupported(what)) => Some(what.clone()),
            _ => None,
        });
        let about = case.clauses.iter().filter_map(|c| subject.aspects.get(c)).collect();
        let Subject { contract, operation, .. } = *subject;
        let hello = self.link.hello();
        let raw = self.raw;
        let evidence = Evidence { contract, operation, case, about, hello, raw, seen, strays, foreign, logged };
        let judgement = match protected {
            Ok(()) => judge(&evidence),
            Err(e) => Judgement { hits: Vec::new(), errored: Some(e.to_string()), exercised: Vec::new() },
        };
        Ran { judgement, seen: evidence.seen, broken, unsupported, held_up: self.busy.held_up(began) }
    }

    async fn in_turn(&mut self, subject: &Subject<'_>, case: &Case, calls: Vec<Call>) -> Vec<Seen> {
        let mut seen: Vec<Seen> = Vec::with_capacity(calls.len());
        let late = is_late(subject, case);
        for (step, call) in case.steps.iter().zip(calls) {
            self.ground.begin(self.answers(subject.contract, &case.operation, &step.attempts));
            let from = Instant::now();
            let within = deadline(&call.client, &step.attempts);
            let reply = match step.cancel_ms {
                0 => self.link.call(&call, within).await,
                ms => self.link.call_and_cancel(&call, Duration::from_millis(ms.into()), within).await,
            };
            let took = from.elapsed();
            let requests = self.ground.take();
            self.ground.end();
            if step.attempts.iter().any(|s| s.fault.is_some()) {
                if late {
                    // The answer that nobody waits for any more must be on the wire before the next call is made.
                    tokio::time::sleep(late_for(&step.attempts).saturating_sub(took)).await;
                } else {
                    self.ground.reset_connections();
                }
            }
            let over = reply.is_err();
            let requests = self.observe(subject, requests);
            let (late, own): (Vec<Observed>, Vec<Observed>) =
                requests.into_iter().partition(|o| self.recent.has(o, &call.client.access_key_id));
            let mut requests = if own.is_empty() { late } else { own };
            self.recent.add(&requests);
            if requests.len() > 1 {
                // A request that an earlier call sent again comes too late to be judged as one of this call.
                let earlier = |o: &Observed| seen.iter().flat_map(|s| &s.requests).any(|e| is_same(e, o));
                let (late, own): (Vec<Observed>, Vec<Observed>) = requests.into_iter().partition(earlier);
                requests = if own.is_empty() { late } else { own };
            }
            seen.push(Seen { call, reply, took, requests });
            if over {
                break;
            }
        }
        seen
    }

    /// Opens all calls at once; each request belongs to the call whose values it carries.
    async fn at_once(&mut self, subject: &Subject<'_>, case: &Case, calls: Vec<Call>) -> Vec<Seen> {
        let scripts: Vec<_> = case.steps.iter().map(|s| self.script(&s.attempts)).collect();
        let owners = Arc::new(Owners::of(&calls));
        let known = Arc::clone(&owners);
        self.ground.begin(Arc::new(move |request, nth| {
            let owner = known.find(&rpc::read(request, &[]), nth).unwrap_or(0);
            scripts[owner].first().map_or_else(|| Arc::new(nothing()), |serve| negotiated(serve, request))
        }));
        let longest = case.steps.iter().zip(&calls).map(|(s, c)| deadline(&c.client, &s.attempts)).max();
        let from = Instant::now();
        let when: Vec<When> = case.steps.iter().map(when).collect();
        let replies = self.link.calls(&calls, &when, longest.unwrap_or(GRACE)).await;
        let took = from.elapsed();
        let requests = self.ground.take();
        self.ground.end();
        let mut shares: Vec<Vec<Observed>> = calls.iter().map(|_| Vec::new()).collect();
        for (nth, observed) in self.observe(subject, requests).into_iter().enumerate() {
            let owner = observed.sent.as_ref().and_then(|sent| owners.find(sent, nth)).unwrap_or(0);
            shares[owner].push(observed);
        }
        let seen = calls.into_iter().zip(replies).zip(shares);
        seen.map(|((call, reply), requests)| Seen { call, reply, took, requests }).collect()
    }

    /// The answers of a step to the requests for its operation; others get an error and are findings.
    fn answers(&self, contract: &Contract, operation: &str, attempts: &[Arc<Serve>]) -> crate::tap::Answers {
        let script = self.script(attempts);
        let nth = AtomicUsize::new(0);
        let operation = operation.to_owned();
        let rpc_style = contract.style == Style::Rpc;
        Arc::new(move |request, _| {
            if rpc_style && !names(request, &operation) {
                return Arc::new(nothing());
            }
            let nth = nth.fetch_add(1, Ordering::Relaxed);
            script.get(nth).or(script.last()).map_or_else(|| Arc::new(nothing()), |serve| negotiated(serve, request))
        })
    }

    fn script(&self, attempts: &[Arc<Serve>]) -> Vec<Arc<Serve>> {
        attempts.iter().map(|serve| self.located(serve)).collect()
    }

    /// The answer with this lane's other origin where the plan says *another origin*.
    fn located(&self, serve: &Arc<Serve>) -> Arc<Serve> {
        let mut serve = Arc::clone(serve);
        if serve.answer.headers.iter().any(|(_, value)| is_foreign(value)) {
            let endpoint = self.ground.foreign_endpoint();
            let headers = Arc::make_mut(&mut serve).answer.headers.iter_mut();
            for (_, value) in headers.filter(|(_, value)| is_foreign(value)) {
                *value = value.replacen(FOREIGN, endpoint.trim_start_matches("http:"), 1);
            }
        }
        serve
    }

    fn observe(&self, subject: &Subject<'_>, exchanges: Vec<Exchange>) -> Vec<Observed> {
        let seed = self.seed;
        exchanges
            .into_iter()
            .map(|exchange| {
                let request = exchange.request.as_ref().ok();
                let sent = request.map(|r| rpc::read(r, &subject.listed));
                let secret_of = |id: &str| id.starts_with(fake::RUN_KEYS).then(|| secret(seed, id));
                let signature = request.map(|r| signature::verify(r, &secret_of));
                Observed { exchange, sent, signature }
            })
            .collect()
    }

    /// The client object of a step. A key with a dot is made for one case.
    fn target(&mut self, object: Object, alone: bool) -> Target {
        let made = self.made;
        let lasting = |which: &str| match alone {
            true => format!("{}.{made}-{which}", self.name),
            false => format!("{}-{which}", self.name),
        };
        let (key, attempts) = match object {
            Object::Turn if alone => (lasting("t"), None),
            Object::Turn => {
                self.turn = !self.turn;
                (lasting(if self.turn { "a" } else { "b" }), None)
            }
            Object::A => (lasting("a"), None),
            Object::B => (lasting("b"), None),
            Object::Fresh => (format!("{}.{made}-f", self.name), None),
            Object::Attempts(n) => (format!("{}.{made}-n{n}", self.name), Some(n)),
            Object::Hasty => (format!("{}.{made}-h", self.name), None),
            Object::Token(n) => (format!("{}.{made}-k{n}", self.name), None),
            Object::Nowhere => (format!("{}.{made}-x", self.name), None),
            Object::Secure(certificate) => (format!("{}.{made}-{}", self.name, certificate.as_str()), None),
        };
        let hasty = object == Object::Hasty;
        let access_key_id = format!("{}{key}", fake::RUN_KEYS);
        let token =
            matches!(object, Object::Token(_)).then(|| format!("token-{}", secret(self.seed ^ 1, &access_key_id)));
        Target {
            endpoint: match object {
                Object::Nowhere => self.ground.nowhere(),
                Object::Secure(certificate) => {
                    self.ground.secure().map_or_else(|| self.ground.nowhere(), |secure| secure.endpoint(certificate))
                }
                _ => self.ground.endpoint(),
            },
            region: "cn-hangzhou".into(),
            access_key_secret: secret(self.seed, &access_key_id),
            access_key_id,
            key,
            connect_timeout_ms: if hasty { HASTY_CONNECT_MS } else { CONNECT_MS },
            read_timeout_ms: if hasty { HASTY_READ_MS.into() } else { READ_MS },
            max_attempts: attempts,
            ca_file: self.ground.secure().filter(|_| matches!(object, Object::Secure(_))).map(Secure::file),
            security_token: token,
            bearer_token: None,
        }
    }
}

/// When a step of several at once is made and cancelled.
fn when(step: &Step) -> When {
    let begin = Duration::from_millis(step.begin_ms.into());
    let cancel = (step.cancel_ms > 0).then(|| begin + Duration::from_millis(step.cancel_ms.into()));
    When { begin, cancel }
}

fn is_late(subject: &Subject<'_>, case: &Case) -> bool {
    case.clauses.iter().any(|c| matches!(subject.aspects.get(c), Some(Aspect::Transport(TransportAspect::Late))))
}

/// What a request gets that the case does not plan for.
fn nothing() -> Serve {
    let mut fresh = Fresh::new(0);
    fake::envelope(500, "Unplanned", "No such call is planned.", &mut fresh).into()
}
