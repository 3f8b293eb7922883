//! What the client surfaced.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What came of a call, as the driver read it out of the SDK's own objects.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The SDK returned: its decoded answer under wire names.
    Ok {
        /// The answer, decoded from the protocol's spelling.
        value: Value,
        /// What the SDK shows of the HTTP answer.
        http: Option<Http>,
    },
    /// The SDK raised.
    Error(Box<ClientError>),
    /// The client does not offer this; a reason is given.
    Unsupported(Unsupported),
    /// The driver's own fault, not the SDK's.
    DriverError(String),
}

impl Reply {
    /// The SDK returned this answer, with this HTTP status.
    pub fn ok(status: u16, value: Value) -> Reply {
        Reply::Ok { value, http: Some(Http { status: Some(status), headers: None }) }
    }

    /// The SDK raised an error of the service. `body` is the error's envelope as the SDK shows it: `Code`, `Message`,
    /// `RequestId` and whatever else it has.
    pub fn service_error(status: u16, mut body: Map<String, Value>) -> Reply {
        let text = Value::Object(body.clone()).to_string();
        Reply::Error(Box::new(ClientError {
            kind: ErrorKind::Service,
            code: body.remove("Code"),
            message: body.remove("Message"),
            request_id: body.remove("RequestId"),
            http_status: Some(status),
            more: Some(body).filter(|m| !m.is_empty()),
            text: Some(text),
            ..ClientError::default()
        }))
    }

    /// What a client surfaces that hands out the HTTP answer as it is: a success below 300, an error of the service from
    /// there on, and an error of decoding where the body is not what that asks for.
    ///
    /// ```
    /// use fineprint::Reply;
    ///
    /// assert!(matches!(Reply::from_http(200, br#"{"Success":true}"#), Reply::Ok { .. }));
    /// assert!(matches!(Reply::from_http(400, br#"{"Code":"Image.NotExist"}"#), Reply::Error(_)));
    /// ```
    pub fn from_http(status: u16, body: &[u8]) -> Reply {
        match serde_json::from_slice(body) {
            Ok(value) if status < 300 => Reply::ok(status, value),
            Ok(Value::Object(body)) => Reply::service_error(status, body),
            Ok(_) | Err(_) => {
                let text = format!("HTTP {status}: {}", String::from_utf8_lossy(&body[..body.len().min(400)]));
                let kind = if status < 300 { ErrorKind::Decode } else { ErrorKind::Service };
                let message = Some(Value::String(text.clone()));
                let http_status = Some(status);
                Reply::Error(Box::new(ClientError {
                    kind,
                    message,
                    http_status,
                    text: Some(text),
                    ..ClientError::default()
                }))
            }
        }
    }

    /// The SDK raised an error of another kind.
    pub fn error(kind: ErrorKind, text: impl Into<String>) -> Reply {
        let text = text.into();
        Reply::Error(Box::new(ClientError {
            kind,
            message: Some(Value::String(text.clone())),
            text: Some(text),
            ..ClientError::default()
        }))
    }
}

/// What the SDK shows of an HTTP answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Http {
    /// The status.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// The headers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub headers: Option<Map<String, Value>>,
}

/// An error as the SDK shows it; what the SDK does not expose is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClientError {
    /// What sort of error it is.
    #[serde(default)]
    pub kind: ErrorKind,
    /// The class that was raised.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub class: Option<String>,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<Value>,
    /// The message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<Value>,
    /// The request id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<Value>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub http_status: Option<u16>,
    /// Further members of the error.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub more: Option<Map<String, Value>>,
    /// What lay behind it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<String>,
    /// What a user would log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// What the SDK shows of the HTTP answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub http: Option<Http>,
}

/// What sort of error a client raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// The server answered with an error.
    Service,
    /// Refused before sending.
    Validation,
    /// The answer could not be read.
    Decode,
    /// It took too long.
    Timeout,
    /// The connection failed.
    Transport,
    /// The caller cancelled it.
    Cancelled,
    /// None of these.
    #[default]
    Other,
}

/// What a client does not offer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Unsupported {
    /// The operation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<String>,
    /// The parameter, by path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub param: Option<String>,
    /// The value of that parameter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<Value>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}
