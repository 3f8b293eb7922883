//! What is wrong with a request, and the error that the page has for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FAULT_HEADER, envelope, error};
use crate::case::{Answer, Body};
use crate::contract::{DocumentedError, Operation};
use crate::generate::fresh::Fresh;
use crate::wire::signature::{self, Signature, Verdict};
use crate::wire::{Framing, Request};

/// The one thing that a request is refused for.
#[derive(Debug)]
pub(crate) struct Objection {
    pub(crate) about: About,
    /// In words.
    pub(crate) why: String,
    /// What the answer shows beside the words.
    more: Vec<(&'static str, Value)>,
}

/// What an objection is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// It is not well-formed HTTP, too large or too slow; with the status for that.
    Malformed(u16),
    /// It asks for an answer that there is not.
    Preference,
    /// It names no operation of the page.
    Operation,
    /// The caller does not show that it is one; with what the vendor's gateway calls that.
    Caller(&'static str),
    /// A required parameter is missing.
    Missing(String),
    /// A parameter's value is against the page.
    Invalid(String),
}

impl Objection {
    pub(crate) fn new(about: About, why: impl Into<String>) -> Objection {
        Objection { about, why: why.into(), more: Vec::new() }
    }

    /// The same, with what the request signs.
    pub(crate) fn signed(mut self, found: &Signature) -> Objection {
        self.more.push(("CanonicalRequest", json!(found.canonical)));
        self.more.push(("StringToSign", json!(found.string_to_sign)));
        self
    }

    /// The page's own error for it, or one in its manner; a header says what is wrong either way.
    pub(crate) fn answer(&self, operation: Option<&Operation>, fresh: &mut Fresh) -> Answer {
        let documented = operation.and_then(|operation| operation.errors.iter().find(|e| self.is_meant_by(e)));
        let mut answer = match documented {
            Some(documented) => error(documented, fresh),
            None => {
                let (status, code) = self.usual();
                envelope(status, &code, &self.why, fresh)
            }
        };
        if let Body::Json(Value::Object(members)) = &mut answer.body {
            members.extend(self.more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        answer.headers.push((FAULT_HEADER.into(), plain(&self.why)));
        answer
    }

    fn usual(&self) -> (u16, String) {
        match &self.about {
            About::Malformed(status) => (*status, "MalformedRequest".into()),
            About::Preference => (400, "UnknownPreference".into()),
            About::Operation => (404, "InvalidAction.NotFound".into()),
            About::Caller(code) => (400, (*code).into()),
            About::Missing(name) => (400, format!("Missing{name}")),
            About::Invalid(name) => (400, format!("Invalid{name}")),
        }
    }

    /// Whether the page's error says this: it names the parameter, or parameters as such.
    fn is_meant_by(&self, documented: &DocumentedError) -> bool {
        let letters = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let code = letters(&documented.code);
        let says = |words: &[&str]| words.iter().any(|word| code.contains(word));
        let about = |name: &str| code.contains(&letters(name)) || says(&["parameter", "argument"]);
        match &self.about {
            About::Malformed(_) | About::Preference | About::Operation => false,
            About::Caller(usual) => code == letters(usual),
            About::Missing(name) => says(&["missing", "required", "mandatory", "notnull", "empty"]) && about(name),
            About::Invalid(name) => {
                says(&["invalid", "illegal", "malformed", "outofrange"])
                    && about(name)
                    && !says(&["notfound", "notexist", "missing"])
            }
        }
    }
}

/// A header's value: printable, and of a length that clients take.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(400).collect()
}

/// Why a request is no HTTP that a server takes, although it could be read.
pub(crate) fn malformed(request: &Request) -> Option<Objection> {
    let is_raw = |text: &str| text.chars().any(|c| c.is_control() && c != '\t');
    let why = match request {
        _ if request.method == "CONNECT" => "a tunnel is asked for, and this is no proxy".into(),
        _ if is_raw(&request.target) => "a raw control byte in the target".into(),
        _ if request.framing == Framing::Both => "both Content-Length and Transfer-Encoding".into(),
        _ => {
            let header = request.headers.iter().find(|h| is_raw(&h.value))?;
            format!("a raw control byte in the header `{}`", header.name)
        }
    };
    Some(Objection::new(About::Malformed(400), why))
}

/// The signature of a request whose key is known; a key that is not known is nobody's business.
///
/// # Errors
/// With why it does not verify.
pub(crate) fn signature(request: &Request, secrets: &BTreeMap<String, String>) -> Result<Option<Signature>, Objection> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let found = signature::verify(request, &|key| secrets.get(key).cloned());
    let refused = |why: String| Objection::new(About::Caller("SignatureDoesNotMatch"), why).signed(&found);
    let why = match &found.verdict {
        Verdict::Verified => return Ok(Some(found)),
        Verdict::UnknownKey => return Ok(None),
        Verdict::Unsigned => {
            return Err(Objection::new(About::Caller("SignatureDoesNotMatch"), "the request is not signed"));
        }
        Verdict::Wrong { why } => why,
    };
    let secret = found.key_id.as_ref().and_then(|key| secrets.get(key));
    let cause = secret.and_then(|secret| signature::cause(&found, secret));
    let mut more = vec![("SignatureGot", json!(found.got)), ("SignatureExpected", json!(found.expected))];
    let why = match cause {
        Some(cause) => {
            more.push(("Signed", json!(cause.signed)));
            more.push(("FirstDifference", json!(cause.at)));
            format!("{why}: {}, from byte {} of `Signed` on", cause.what, cause.at)
        }
        None => {
            let equal = found.got.bytes().zip(found.expected.bytes()).take_while(|(a, b)| a == b).count();
            more.push(("FirstDifference", json!(equal)));
            format!("{why}; it differs from the right one from byte {equal} on")
        }
    };
    let mut objection = refused(format!("{why}; the string to sign is {}", json!(found.string_to_sign)));
    objection.more.extend(more);
    Err(objection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::operation;

    #[test]
    fn the_pages_own_error_is_said_where_it_has_one() {
        let mut page = operation(json!({ "A": {} }));
        let error = |code: &str| {
            let span = json!({ "page": 0, "first": 1, "last": 1 });
            serde_json::from_value(json!({ "status": 403, "code": code, "message": "No.", "span": span })).unwrap()
        };
        page.errors = ["InvalidA.NotFound", "MissingParameter", "A.Illegal"].map(error).into();
        let said = |about: About| {
            let answer = Objection::new(about, "why\n").answer(Some(&page), &mut Fresh::new(1));
            assert_eq!(answer.headers.last().unwrap().1, "why?");
            (answer.status, answer.body.means().unwrap()["Code"].as_str().unwrap().to_owned())
        };
        assert_eq!(said(About::Missing("A".into())), (403, "MissingParameter".into()));
        assert_eq!(said(About::Invalid("A".into())), (403, "A.Illegal".into()));
        assert_eq!(said(About::Invalid("B".into())), (400, "InvalidB".into()));
        assert_eq!(said(About::Caller("SignatureDoesNotMatch")), (400, "SignatureDoesNotMatch".into()));
    }
}
