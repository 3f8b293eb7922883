//! One request as it stood on the wire.

/// A request, byte for byte. Text members hold one character a byte (Latin-1), so that nothing is lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The exact target: path and query, or an absolute form.
    pub target: String,
    /// Minor version of HTTP/1.
    pub minor: u8,
    /// The headers in order and case.
    pub headers: Vec<Header>,
    /// The body, chunk framing removed.
    pub body: Vec<u8>,
    /// How the body was framed.
    pub framing: Framing,
    /// All bytes, as received.
    pub raw: Vec<u8>,
}

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name in the sender's case.
    pub name: String,
    /// The value without the blanks around it.
    pub value: String,
}

/// How a body was framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// No body was announced.
    None,
    /// `Content-Length`.
    Length(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Both, which HTTP forbids.
    Both,
}

impl Request {
    /// The value of the first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    /// The target up to the question mark.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The target after the question mark.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}
