//! One call, and per attempt the answer or fault: plain data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One test: steps that run one after the other (or at once), and the clauses that they exercise.
///
/// A value in `params` or in an expectation is plain JSON; what JSON cannot say is spelled as the driver protocol
/// spells it (`{"$int":"…"}`, `{"$num":"NaN"}`, `{"$utf16":[…]}`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The operation's name.
    pub operation: String,
    /// Where the case came from.
    pub origin: Origin,
    /// The ids of the clauses that it exercises.
    pub clauses: Vec<String>,
    /// What it is about, in a few words.
    pub about: String,
    /// The seed that its fresh values were drawn from.
    pub seed: u64,
    /// How long to watch for further requests after the last reply, in milliseconds.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub watch_ms: u32,
    /// Whether the steps are all open at once.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub parallel: bool,
    /// The calls.
    pub steps: Vec<Step>,
}

/// Where a case came from; a run takes them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The page's own samples and examples.
    Sample,
    /// The deterministic catalogue of boundary values.
    Boundary,
    /// A call against the page.
    Breach,
    /// A success with fresh values, or one of its variations.
    Success,
    /// A documented error, or one beside the page.
    Error,
    /// A broken connection or answer.
    Fault,
    /// A row of a covering array.
    Cover,
    /// A random valid call.
    Random,
    /// Several calls of one object, or of two, or at once.
    Session,
}

/// One call and what the fake says to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The parameters as given to the client; a member that is left out is absent.
    pub params: Map<String, Value>,
    /// The client object that makes the call.
    #[serde(default)]
    pub object: Object,
    /// Per attempt the answer; attempts beyond the plan get the last one.
    pub attempts: Vec<Arc<Serve>>,
    /// When the call is made, in milliseconds after the first of those that are open at once.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub begin_ms: u32,
    /// When the call is cancelled, in milliseconds after it began; not at all if 0.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub cancel_ms: u32,
    /// Whether the call only leads up to the one that the case is about: it is not judged.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub leads_in: bool,
    /// What the call does against the page, if it is a breach.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub breach: Option<Breach>,
}

/// A client object of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Object {
    /// The lane's next one, *a* and *b* in turn.
    #[default]
    Turn,
    /// The first.
    A,
    /// The second.
    B,
    /// One made for this case, with the SDK's own number of attempts.
    Fresh,
    /// One made for this case, that was told to try this often.
    Attempts(u32),
    /// One made for this case, that was told to wait for an answer for a short time only.
    Hasty,
    /// One made for this case, with a security token; each number is another object.
    Token(u32),
    /// One made for this case, whose endpoint nobody listens at.
    Nowhere,
    /// One made for this case, that trusts our certificate authority and meets this certificate.
    Secure(Certificate),
}

/// What a server shows of itself in TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// One for the host, of an authority that the client trusts.
    Good,
    /// One for another host.
    OtherHost,
    /// One that was good until yesterday.
    Expired,
    /// One that will be good from tomorrow on.
    NotYetValid,
    /// One of an authority that the client knows nothing of.
    UnknownAuthority,
    /// One that nobody but itself vouches for.
    SelfSigned,
}

impl Certificate {
    /// All of them.
    pub const ALL: [Certificate; 6] = [
        Certificate::Good,
        Certificate::OtherHost,
        Certificate::Expired,
        Certificate::NotYetValid,
        Certificate::UnknownAuthority,
        Certificate::SelfSigned,
    ];

    /// Its name in cases and arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Certificate::Good => "good",
            Certificate::OtherHost => "other-host",
            Certificate::Expired => "expired",
            Certificate::NotYetValid => "not-yet-valid",
            Certificate::UnknownAuthority => "unknown-authority",
            Certificate::SelfSigned => "self-signed",
        }
    }
}

/// The one thing about a call that the page forbids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// The parameter, by path.
    pub parameter: String,
    /// What is broken: `values`, `range`, `length`, `pattern`, `required`, `type`, `condition`.
    pub facet: String,
    /// In words.
    pub why: String,
}

/// An answer, and how it is delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Serve {
    /// What is said.
    pub answer: Answer,
    /// How the delivery is broken, if it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fault: Option<Fault>,
}

/// An HTTP answer: plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Further headers; `Content-Type` for JSON, `Content-Length` and `Connection` are added unless they stand here. A `Content-Length`
    /// of nothing leaves it out: the body ends with the connection.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// A JSON value, sent compact, as UTF-8.
    Json(Value),
    /// A text, sent as it is; `means` is the value that a correct client reads from it, if there is one.
    Text {
        /// The text.
        text: String,
        /// What it says.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        means: Option<Value>,
    },
    /// Bytes, in base64 when stored.
    Bytes {
        /// The bytes.
        #[serde(with = "base64_bytes")]
        bytes: Vec<u8>,
        /// What they say.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        means: Option<Value>,
    },
    /// A pattern repeated, for bodies too large to be kept in a case.
    Repeat {
        /// What comes first.
        head: String,
        /// What is repeated.
        unit: String,
        /// How often.
        times: u32,
        /// What comes last.
        tail: String,
    },
    /// The whole answer as it stands on the wire, its head included, for what no other form can say: status and headers beside it are
    /// those of what it says.
    Wire {
        /// All of it.
        text: String,
        /// What it says.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        means: Option<Value>,
    },
    /// Nothing.
    Empty,
}

/// How the delivery of an answer is broken. Offsets count the bytes of the answer, head included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A TCP reset after this many bytes of the answer.
    Reset {
        /// Bytes sent before it.
        after: u32,
    },
    /// A plain close after this many bytes of the answer.
    Close {
        /// Bytes sent before it.
        after: u32,
    },
    /// A close after the head and this many bytes of the body.
    Truncate {
        /// Bytes of the body sent before it; counted from the end if negative.
        body: i32,
    },
    /// Silence after this many bytes; then the rest.
    Stall {
        /// Bytes sent before it.
        after: u32,
        /// How long, in milliseconds.
        ms: u32,
    },
    /// A few bytes at a time.
    Drip {
        /// Bytes of each piece.
        bytes: u32,
        /// Milliseconds between pieces.
        every_ms: u32,
        /// Bytes at most that are dripped; the rest follows at once.
        most: u32,
    },
    /// Bytes that belong to no answer after the head and this many bytes of the body; counted from the end if negative. In a chunked
    /// body, at 0, they stand where the size of the first chunk belongs.
    Garble {
        /// Bytes of the body sent before them.
        body: i32,
    },
    /// Bytes that are no HTTP instead of the answer.
    Garbage,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl Body {
    /// The bytes that are sent.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Body::Json(value) => serde_json::to_vec(value).expect("a JSON value can be written"),
            Body::Text { text, .. } | Body::Wire { text, .. } => text.clone().into_bytes(),
            Body::Bytes { bytes, .. } => bytes.clone(),
            Body::Repeat { head, unit, times, tail } => {
                let mut out = Vec::with_capacity(head.len() + unit.len() * *times as usize + tail.len());
                out.extend_from_slice(head.as_bytes());
                for _ in 0..*times {
                    out.extend_from_slice(unit.as_bytes());
                }
                out.extend_from_slice(tail.as_bytes());
                out
            }
            Body::Empty => Vec::new(),
        }
    }

    /// What a correct client reads from it, if it says anything.
    pub fn means(&self) -> Option<&Value> {
        match self {
            Body::Json(value) => Some(value),
            Body::Text { means, .. } | Body::Bytes { means, .. } | Body::Wire { means, .. } => means.as_ref(),
            Body::Repeat { .. } | Body::Empty => None,
        }
    }
}

impl Answer {
    /// A JSON answer.
    pub fn json(status: u16, value: Value) -> Answer {
        Answer { status, headers: Vec::new(), body: Body::Json(value) }
    }
}

impl From<Answer> for Serve {
    fn from(answer: Answer) -> Serve {
        Serve { answer, fault: None }
    }
}
