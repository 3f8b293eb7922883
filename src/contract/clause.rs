//! The clauses of an operation: each is one promise that a check can find broken.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Field, Kind, Operation, Place};
use crate::span::Span;

/// One promise that can be tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Stable and readable: `Operation/area/subject/aspect`, segments percent-escaped by [`escape`].
    pub id: String,
    /// Whose promise it is.
    pub promise: Promise,
    /// What of the operation it is about.
    pub aspect: Aspect,
    /// The page's lines that make it; empty for what no page says.
    pub spans: Vec<Span>,
}

/// Whose promise a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// The documentation page's.
    Page,
    /// A fact of the vendor's protocol: signatures, common parameters, the envelope of an error.
    Wire,
    /// HTTP's.
    Http,
    /// Good manners of any client.
    Manners,
}

impl Promise {
    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Promise::Page => "page",
            Promise::Wire => "wire",
            Promise::Http => "http",
            Promise::Manners => "manners",
        }
    }
}

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
}

impl RequestAspect {
    fn segment(&self) -> String {
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
        /// A member that stands twice.
        DuplicateKeys = "duplicate-keys",
        /// Very deep nesting.
        Deep = "deep",
        /// A very large body.
        Huge = "huge",
        /// A chunked answer.
        Chunked = "chunked",
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
        /// Two objects keep their own credentials.
        TwoObjects = "two-objects",
        /// Parallel calls do not cross.
        Parallel = "parallel",
        /// No request but the one that was asked for.
        HiddenTraffic = "hidden-traffic",
        /// No secret in what a user would log.
        Secrecy = "secrecy",
    }
}

/// Escapes `%`, `/`, `*`, `=` and blanks, so that a segment of a clause id can hold any name.
pub fn escape(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for c in segment.chars() {
        match c {
            '%' | '/' | '*' | '=' | ' ' => write!(out, "%{:02X}", c as u32).expect("a String takes all"),
            c if c.is_control() => write!(out, "%{:02X}", c as u32).expect("a String takes all"),
            c => out.push(c),
        }
    }
    out
}

/// Every clause of an operation, in the order of reports.
pub fn clauses(operation: &Operation) -> Vec<Clause> {
    let mut list = List { operation: &operation.name, clauses: Vec::new() };
    for parameter in &operation.parameters {
        list.parameter(&parameter.field, parameter.place);
    }
    if operation.parameters.len() > 1 {
        list.push("request/combinations", Promise::Page, Aspect::Combinations, vec![]);
    }
    list.push("request/undocumented", Promise::Page, Aspect::Undocumented, vec![]);
    if let Some(response) = &operation.response {
        response.walk("", &mut |path, field| list.response(path, field));
    }
    list.answer(operation);
    for (index, error) in operation.errors.iter().enumerate() {
        let repeated = operation.errors[..index].iter().filter(|e| e.label() == error.label()).count();
        let label = match repeated {
            0 => escape(&error.label()),
            n => format!("{}~{}", escape(&error.label()), n + 1),
        };
        for &aspect in ErrorAspect::ALL {
            let promise = match aspect {
                ErrorAspect::RequestId => Promise::Wire,
                ErrorAspect::Kind | ErrorAspect::Attempts => Promise::Manners,
                _ => Promise::Page,
            };
            let id = format!("error/{label}/{}", aspect.as_str());
            list.push(&id, promise, Aspect::Error(index, aspect), vec![error.span]);
        }
    }
    for &aspect in OtherErrorAspect::ALL {
        list.push(&format!("error/other/{}", aspect.as_str()), Promise::Wire, Aspect::OtherError(aspect), vec![]);
    }
    for &aspect in TransportAspect::ALL {
        list.push(&format!("transport/{}", aspect.as_str()), aspect.promise(), Aspect::Transport(aspect), vec![]);
    }
    for &aspect in WireAspect::ALL {
        let area = match aspect {
            WireAspect::Signature | WireAspect::Nonce => "signature",
            _ => "wire",
        };
        list.push(&format!("{area}/{}", aspect.as_str()), aspect.promise(), Aspect::Wire(aspect), vec![]);
    }
    for &aspect in SessionAspect::ALL {
        list.push(&format!("session/{}", aspect.as_str()), Promise::Manners, Aspect::Session(aspect), vec![]);
    }
    list.clauses
}

impl TransportAspect {
    fn promise(self) -> Promise {
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

impl WireAspect {
    fn promise(self) -> Promise {
        match self {
            WireAspect::Method | WireAspect::Path | WireAspect::Action | WireAspect::Version => Promise::Page,
            WireAspect::Host | WireAspect::ContentType | WireAspect::Framing | WireAspect::Once => Promise::Http,
            WireAspect::Credentials | WireAspect::Signature | WireAspect::Nonce => Promise::Wire,
        }
    }
}

struct List<'a> {
    operation: &'a str,
    clauses: Vec<Clause>,
}

impl List<'_> {
    fn push(&mut self, rest: &str, promise: Promise, aspect: Aspect, spans: Vec<Span>) {
        self.clauses.push(Clause { id: format!("{}/{rest}", escape(self.operation)), promise, aspect, spans });
    }

    fn parameter(&mut self, top: &Field, place: Place) {
        let name = top.name.clone();
        top.walk(&name, &mut |path, field| {
            let root = std::ptr::eq(field, top);
            for aspect in request_aspects(field, root, place) {
                let spans = match &aspect {
                    RequestAspect::Value(value) => {
                        field.values.iter().filter(|v| v.value == *value).map(|v| v.span).collect()
                    }
                    _ => vec![field.span],
                };
                let promise = match aspect {
                    RequestAspect::Null => Promise::Manners,
                    _ => Promise::Page,
                };
                let id = format!("request/{}/{}", escape(path), aspect.segment());
                self.push(&id, promise, Aspect::Request(path.to_owned(), aspect), spans);
            }
        });
    }

    fn response(&mut self, path: &str, field: &Field) {
        if path.is_empty() {
            return;
        }
        for &aspect in response_aspects(path, field).iter() {
            let promise = match aspect {
                ResponseAspect::Null | ResponseAspect::Absent | ResponseAspect::UnknownValue => Promise::Manners,
                _ => Promise::Page,
            };
            let id = format!("response/{}/{}", escape(path), aspect.as_str());
            let mut spans = vec![field.span];
            if aspect == ResponseAspect::Type {
                spans.extend(field.also.iter().filter_map(|a| a.span));
            }
            self.push(&id, promise, Aspect::Response(path.to_owned(), aspect), spans);
        }
    }

    fn answer(&mut self, operation: &Operation) {
        let sample = operation.samples.iter().find(|s| s.of == super::SampleOf::Success && s.value.is_some());
        for &aspect in AnswerAspect::ALL {
            let (promise, spans) = match aspect {
                AnswerAspect::Sample => match sample {
                    Some(sample) => (Promise::Page, vec![sample.span]),
                    None => continue,
                },
                AnswerAspect::Refusal => match refusal_flag(operation) {
                    Some(flag) => (Promise::Page, vec![flag.span]),
                    None => continue,
                },
                AnswerAspect::Spelling => (Promise::Http, vec![]),
                AnswerAspect::UnknownMember | AnswerAspect::Status => (Promise::Manners, vec![]),
            };
            self.push(&format!("response/{}", aspect.as_str()), promise, Aspect::Answer(aspect), spans);
        }
    }
}

/// The member of the answer that says whether the call succeeded, if the page has one.
pub(crate) fn refusal_flag(operation: &Operation) -> Option<&Field> {
    let top = &operation.response.as_ref()?.fields;
    top.iter().find(|f| f.kind.value == Kind::Boolean && f.name.eq_ignore_ascii_case("success"))
}

fn request_aspects(field: &Field, root: bool, place: Place) -> Vec<RequestAspect> {
    let mut aspects = vec![RequestAspect::Sent];
    let boolean = field.kind.value == Kind::Boolean;
    aspects.extend(field.values.iter().map(|v| RequestAspect::Value(v.value.clone())));
    if root {
        match field.required {
            Some(true) => aspects.push(RequestAspect::Required),
            _ if place == Place::Path => {}
            _ => aspects.extend([RequestAspect::Absent, RequestAspect::Null]),
        }
    }
    let closed = !field.values.is_empty() && !boolean;
    if closed || field.range.is_some() || field.length.is_some() || field.pattern.is_some() {
        aspects.push(RequestAspect::Breach);
    }
    match field.kind.value {
        Kind::String if !closed => aspects.push(RequestAspect::Text),
        Kind::Integer | Kind::Number if !closed => aspects.push(RequestAspect::Number),
        Kind::Boolean => aspects.push(RequestAspect::Spelling),
        Kind::Array => aspects.push(RequestAspect::List),
        Kind::Object | Kind::Map => aspects.push(RequestAspect::Object),
        _ => {}
    }
    aspects
}

fn response_aspects(path: &str, field: &Field) -> Vec<ResponseAspect> {
    let item = path.ends_with("[]") || path.ends_with('*');
    let mut aspects = vec![ResponseAspect::Surfaced];
    if !item {
        aspects.extend([ResponseAspect::Absent, ResponseAspect::Null]);
    }
    if !field.also.is_empty() {
        aspects.push(ResponseAspect::Type);
    }
    match field.kind.value {
        Kind::String => aspects.push(ResponseAspect::Text),
        Kind::Integer | Kind::Number => aspects.push(ResponseAspect::Number),
        Kind::Boolean => aspects.push(ResponseAspect::Spelling),
        Kind::Array => aspects.push(ResponseAspect::List),
        _ => {}
    }
    if !field.values.is_empty() && field.kind.value != Kind::Boolean {
        aspects.push(ResponseAspect::UnknownValue);
    }
    aspects
}
