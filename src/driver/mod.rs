//! The client under test and how we talk to it: in this process, or in one of its own over JSON Lines.

#[cfg_attr(not(unix), expect(dead_code, reason = "only a process has an environment"))]
mod command;
#[cfg(unix)]
mod group;
pub mod install;
mod link;
#[cfg(unix)]
mod log;
#[cfg_attr(not(unix), expect(dead_code, reason = "only a process speaks"))]
mod message;
#[cfg(unix)]
mod pipe;
#[cfg_attr(not(unix), path = "elsewhere.rs")]
mod process;
mod reply;
#[cfg_attr(not(unix), expect(dead_code, reason = "only a process needs spellings"))]
pub mod value;
mod when;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use command::{Command, Surroundings};
pub use link::{Link, Source};
pub use message::Described;
pub use process::{Process, kill_all};
pub use reply::{ClientError, ErrorKind, Http, Reply, Unsupported};
pub use when::When;

/// A call to be made, as the protocol's `call` message says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The operation's name.
    pub operation: String,
    /// The parameters; a member that is left out is absent, null is null.
    pub params: Map<String, Value>,
    /// What the page says of the API, for generic clients.
    #[serde(default)]
    pub api: Arc<Api>,
    /// The client object that makes the call.
    pub client: Target,
}

/// What the page says of the API; members that it does not say are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the members are those of the protocol")]
pub struct Api {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub style: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Where each parameter travels, as far as the page says: `query`, `form`, `header`, `path` or `body`. The protocol has no member for
    /// it, so only a client in this process hears of it.
    #[serde(skip)]
    pub places: BTreeMap<String, String>,
}

/// One SDK client object: where it sends and as whom. For one `key` the other members never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Names the object.
    pub key: String,
    /// Scheme, host and port.
    pub endpoint: String,
    /// The region, such as `cn-hangzhou`.
    pub region: String,
    /// The access key id, of which each object has its own.
    pub access_key_id: String,
    /// The secret: a canary that must show nowhere.
    pub access_key_secret: String,
    /// Milliseconds to connect.
    pub connect_timeout_ms: u64,
    /// Milliseconds to read.
    pub read_timeout_ms: u64,
    /// How often to try; none leaves the SDK's own default.
    pub max_attempts: Option<u32>,
    /// A file with the certificate authority to trust.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ca_file: Option<String>,
    /// A security token.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security_token: Option<String>,
    /// A bearer token.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bearer_token: Option<String>,
}

impl Target {
    /// Where it sends without the scheme: host and port.
    pub fn authority(&self) -> &str {
        self.endpoint.split_once("://").map_or(&self.endpoint, |(_, authority)| authority)
    }
}

/// What a driver says of itself and of its client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The driver.
    pub driver: Named,
    /// The client under test.
    pub client: Named,
    /// The operations it can call; none: whatever is asked for.
    #[serde(default)]
    pub operations: Option<Vec<String>>,
    /// How many calls may be open at once.
    #[serde(default = "one")]
    pub max_in_flight: u32,
    /// What the client and the driver are able to show.
    #[serde(default)]
    pub can: Vec<String>,
}

/// A name, a version, and the versions of what it runs on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the members are those of the protocol")]
pub struct Named {
    pub name: String,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub runtime: BTreeMap<String, String>,
}

fn one() -> u32 {
    1
}

impl Hello {
    /// Whether the client and its driver can show this: `null`, `headers`, `retries` …
    pub fn can(&self, what: &str) -> bool {
        self.can.iter().any(|c| c == what)
    }
}

/// A future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A client under test, in this process. Async closures from [`Call`] to [`Reply`] implement it; one that holds something clones
/// it for each call (`move |call| { let sdk = sdk.clone(); async move { … } }`), since calls may be open at once and outlive a borrow.
pub trait Client: Send + Sync {
    /// Makes the call and reads the SDK's answer back.
    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Reply>;

    /// Asks for a call that is open to be cancelled; only a client that says it can `cancel` is asked. The call ends all the same.
    fn cancel(&self, _call: &Call) {}

    /// What it says of itself; closures can show null and headers and take four calls at once.
    fn hello(&self) -> Hello {
        Hello {
            driver: Named { name: "in-process".into(), ..Named::default() },
            client: Named { name: "in-process".into(), ..Named::default() },
            operations: None,
            max_in_flight: 4,
            can: ["null", "headers", "retries", "cause"].map(String::from).to_vec(),
        }
    }
}

impl<F, Fut> Client for F
where
    F: Fn(Call) -> Fut + Send + Sync,
    Fut: Future<Output = Reply> + Send + 'static,
{
    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Reply> {
        Box::pin(self(call.clone()))
    }
}

/// Why there is no reply: the process under test misbehaved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// No reply within the deadline; the process group was killed.
    Hung {
        /// The deadline.
        after: Duration,
        /// The tail of its stderr.
        stderr: String,
    },
    /// The process ended.
    Died {
        /// `exit status 1`, `signal 9` …
        status: String,
        /// The tail of its stderr.
        stderr: String,
    },
    /// It broke the protocol; the process group was killed.
    Babbled {
        /// What is wrong with what it said.
        why: String,
        /// The line, cut.
        line: String,
        /// The tail of its stderr.
        stderr: String,
    },
}

impl Broken {
    /// Whether the process was killed: by somebody else, since no program ends itself so, or for want of memory.
    pub fn was_killed(&self) -> bool {
        matches!(self, Broken::Died { status, .. } if status == KILLED)
    }
}

/// How a process ended that was killed.
const KILLED: &str = "signal 9";

/// In a line what happened; with `{:#}` also the tail of its stderr, or the line that broke the protocol.
impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Hung { after, .. } => write!(f, "no reply within {:.1} s", after.as_secs_f64())?,
            Broken::Died { status, .. } => write!(f, "the client's process ended: {status}")?,
            Broken::Babbled { why, .. } => write!(f, "the driver broke the protocol: {why}")?,
        }
        match self {
            Broken::Died { stderr, .. } if f.alternate() && !stderr.is_empty() => write!(f, " {stderr}"),
            Broken::Babbled { line, .. } if f.alternate() => write!(f, ": {line}"),
            _ => Ok(()),
        }
    }
}
