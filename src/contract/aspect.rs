//! What of an operation a clause is about.

use serde_json::Value;

use super::{Promise, escape};

/// What of an operation a clause is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Aspect {
    /// A parameter of the request, named by path (`TagList[].Key`).
    Request(String, RequestAspect),
    /// No value depends on its neighbours.
    Combinations,
    /// Nothing is sent that the page does not document.
    Undocumented,
    /// A member of the answer, named by path.
    Response(String, ResponseAspect),
    /// The answer as a whole.
    Answer(AnswerAspect),
    /// A documented error, by its index in the operation's list.
    Error(usize, ErrorAspect),
    /// An error that is not on the page.
    OtherError(OtherErrorAspect),
    /// What goes over the connection.
    Transport(TransportAspect),
    /// How the request looks on the wire.
    Wire(WireAspect),
    /// What one call has to do with the next.
    Session(SessionAspect),
}

/// Defines an enum whose variants have a kebab-case name, listed in order.
macro_rules! aspects {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $name {
            /// All of them, in the order of reports.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The segment of a clause id.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }
    };
}

/// What is asked of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestAspect {
    /// The value arrives, once, by its documented name and place.
    Sent,
    /// One documented value is accepted and sent unchanged.
    Value(Value),
    /// Left out means not sent.
    Absent,
    /// Null means not sent.
    Null,
    /// Left out although required: refused, or sent so that the server can refuse it.
    Required,
    /// A value against the page is refused or sent as it is.
    Breach,
    /// Awkward text arrives as it was given.
    Text,
    /// Awkward numbers arrive as they were given.
    Number,
    /// Both truth values are spelled as the page spells them.
    Spelling,
    /// Lists of none, one and many arrive whole and in order.
    List,
    /// Objects and maps arrive whole.
    Object,
    /// The same on every attempt, for a token that makes a call safe to repeat.
    Retry,
}

impl RequestAspect {
    pub(super) fn segment(&self) -> String {
        match self {
            RequestAspect::Sent => "sent".into(),
            RequestAspect::Value(Value::String(text)) => format!("value={}", escape(text)),
            RequestAspect::Value(other) => format!("value={}", escape(&other.to_string())),
            RequestAspect::Absent => "absent".into(),
            RequestAspect::Null => "null".into(),
            RequestAspect::Required => "required".into(),
            RequestAspect::Breach => "breach".into(),
            RequestAspect::Text => "text".into(),
            RequestAspect::Number => "number".into(),
            RequestAspect::Spelling => "spelling".into(),
            RequestAspect::List => "list".into(),
            RequestAspect::Object => "object".into(),
            RequestAspect::Retry => "retry".into(),
        }
    }
}

aspects! {
    /// What is asked of a member of the answer.
    ResponseAspect {
        /// A fresh value reaches the caller under its name.
        Surfaced = "surfaced",
        /// Left out by the server: nothing crashes, nothing is invented.
        Absent = "absent",
        /// Null: nothing crashes, nothing is invented.
        Null = "null",
        /// Both of the types that the page gives it are read.
        Type = "type",
        /// Awkward text reaches the caller as it was served.
        Text = "text",
        /// Awkward numbers reach the caller as they were served.
        Number = "number",
        /// Both truth values reach the caller.
        Spelling = "spelling",
        /// Lists of none, one and many reach the caller whole and in order.
        List = "list",
        /// A value that the page does not list reaches the caller.
        UnknownValue = "unknown-value",
    }
}

aspects! {
    /// What is asked of the answer as a whole.
    AnswerAspect {
        /// The page's own sample is read.
        Sample = "sample",
        /// Members that the page does not know disturb nothing.
        UnknownMember = "unknown-member",
        /// A refusal inside HTTP 200 is not shown as a success.
        Refusal = "refusal",
        /// Status and headers can be seen on success.
        Status = "status",
        /// Headers are read in any case, and do without what no standard asks for.
        Headers = "headers",
        /// The same answer in another spelling of JSON is the same answer.
        Spelling = "spelling",
    }
}

aspects! {
    /// What is asked of an error.
    ErrorAspect {
        /// The code reaches the caller.
        Code = "code",
        /// The message reaches the caller.
        Message = "message",
        /// The request id reaches the caller.
        RequestId = "request-id",
        /// The HTTP status reaches the caller.
        Status = "status",
        /// It is told apart from transport errors and refusals before sending.
        Kind = "kind",
        /// It is asked for once.
        Attempts = "attempts",
    }
}

aspects! {
    /// Errors that are not on the page.
    OtherErrorAspect {
        /// A code that the page does not list.
        UndocumentedCode = "undocumented-code",
        /// A status that the page does not list.
        UndocumentedStatus = "undocumented-status",
        /// No code in it.
        MissingCode = "missing-code",
        /// No message in it.
        MissingMessage = "missing-message",
        /// No request id in it, or none in its headers.
        MissingRequestId = "missing-request-id",
        /// Further members reach the caller.
        FurtherMembers = "further-members",
        /// Another envelope: camelCase or nested.
        Envelope = "envelope",
        /// Awkward text in the message.
        Text = "text",
    }
}

aspects! {
    /// What goes over the connection.
    TransportAspect {
        /// The answer ends early.
        Truncated = "truncated",
        /// The connection is reset.
        Reset = "reset",
        /// The connection is closed before the answer.
        Closed = "closed",
        /// Nobody listens.
        Refused = "refused",
        /// The answer does not come in time.
        Stall = "stall",
        /// The answer comes late, and in time.
        Slow = "slow",
        /// The answer comes byte by byte.
        Drip = "drip",
        /// The answer comes after the client gave up, and the next call is made.
        Late = "late",
        /// The body is not JSON.
        NotJson = "not-json",
        /// An HTML page with a success status.
        HtmlSuccess = "html-success",
        /// An HTML page with an error status.
        HtmlError = "html-error",
        /// An empty body with a success status.
        Empty = "empty",
        /// An empty body with an error status.
        EmptyError = "empty-error",
        /// 204 No Content.
        NoContent = "no-content",
        /// JSON under another content type.
        ContentType = "content-type",
        /// A body that is not UTF-8.
        InvalidUtf8 = "invalid-utf8",
        /// A body that begins with a byte order mark.
        Bom = "bom",
        /// A body compressed otherwise than its header says.
        Mislabelled = "mislabelled",
        /// A body compressed as the request allows.
        Compressed = "compressed",
        /// A member that stands twice.
        DuplicateKeys = "duplicate-keys",
        /// Very deep nesting.
        Deep = "deep",
        /// A very large body.
        Huge = "huge",
        /// A chunked answer.
        Chunked = "chunked",
        /// An interim answer before the answer, and another call after it.
        Interim = "interim",
        /// An answer in another framing that is broken.
        Garbage = "garbage",
        /// A redirect at the same origin.
        Redirect = "redirect",
        /// A redirect to another origin.
        RedirectForeign = "redirect-foreign",
        /// Redirects without end.
        RedirectLoop = "redirect-loop",
        /// Throttled, then accepted; the client was told how often to try.
        Throttled = "throttled",
        /// Throttled without end.
        ThrottledForever = "throttled-forever",
        /// A server error: the call may have been carried out.
        ServerError = "server-error",
        /// Unavailable without end.
        Unavailable = "unavailable",
        /// A server error, then another: the first must stay visible.
        FirstCause = "first-cause",
        /// A certificate of another host, of another time or of an unknown authority: no request goes there.
        Certificate = "certificate",
    }
}

aspects! {
    /// How the request looks on the wire.
    WireAspect {
        /// The documented method, or POST or GET for RPC style.
        Method = "method",
        /// The documented path, or `/` for RPC style.
        Path = "path",
        /// The operation's name.
        Action = "action",
        /// The API version.
        Version = "version",
        /// The endpoint that was configured.
        Host = "host",
        /// A content type that tells what the body is.
        ContentType = "content-type",
        /// The body and its length agree.
        Framing = "framing",
        /// The configured credentials.
        Credentials = "credentials",
        /// No header or parameter twice.
        Once = "once",
        /// The signature verifies.
        Signature = "verifies",
        /// A new nonce for each request.
        Nonce = "nonce",
    }
}

aspects! {
    /// What one call has to do with the next.
    SessionAspect {
        /// Nothing of one call shows in the next.
        NoLeak = "no-leak",
        /// Many calls of one object go as the first.
        Repetition = "repetition",
        /// Nothing of a failed call shows in the next.
        AfterError = "after-error",
        /// Nothing of a broken connection or an unreadable answer shows in the next call.
        AfterFault = "after-fault",
        /// Two objects keep their own credentials.
        TwoObjects = "two-objects",
        /// Parallel calls do not cross.
        Parallel = "parallel",
        /// A call that is cancelled ends, and is not made again.
        Cancel = "cancel",
        /// Each object sends its own security token.
        Token = "security-token",
        /// No request but the one that was asked for.
        HiddenTraffic = "hidden-traffic",
        /// No secret in what a user would log.
        Secrecy = "secrecy",
    }
}

impl TransportAspect {
    pub(super) fn promise(self) -> Promise {
        match self {
            TransportAspect::Throttled | TransportAspect::ThrottledForever => Promise::Wire,
            TransportAspect::ServerError
            | TransportAspect::Unavailable
            | TransportAspect::FirstCause
            | TransportAspect::Late => Promise::Manners,
            _ => Promise::Http,
        }
    }
}

impl SessionAspect {
    pub(super) fn promise(self) -> Promise {
        match self {
            SessionAspect::Token => Promise::Wire,
            _ => Promise::Manners,
        }
    }
}

impl WireAspect {
    pub(super) fn promise(self) -> Promise {
        match self {
            WireAspect::Method | WireAspect::Path | WireAspect::Action | WireAspect::Version => Promise::Page,
            WireAspect::Host | WireAspect::ContentType | WireAspect::Framing | WireAspect::Once => Promise::Http,
            WireAspect::Credentials | WireAspect::Signature | WireAspect::Nonce => Promise::Wire,
        }
    }
}
