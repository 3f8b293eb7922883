//! Defects in what an error shows.

use serde_json::{Value, json};

use super::{Flaw, Memory, crash};
use crate::driver::{ClientError, ErrorKind, Reply};
use crate::reference::answer::said;
use crate::reference::object::Object;
use crate::wire::encode::hex;

/// The codes that the page lists.
const DOCUMENTED: [&str; 14] = [
    "Instance.NotFound",
    "DesktopInstance.NotFound",
    "Instance.ImageUnsupported",
    "Instance.PhysicalNodeNotExist",
    "ImageCreateByInstance.TaskExist",
    "ExceedBuilderQuota",
    "InvalidBaseImage.NotConfigured",
    "CreateDesktopImageRecord.Failed",
    "Image.NotExist",
    "ImageRegionDistribute.NotAllow",
    "ImageUpdateFailed.NotAllow",
    "ImageUpdateSharedImageFailed.NotAllow",
    "ParentImageRegionDistribute.NotExist",
    "InternalError",
];

impl Flaw {
    /// An error, before the caller sees it.
    pub(super) fn error(&self, mut error: ClientError, object: &Object, memory: &Memory) -> Reply {
        if self.is("R20-transport") && error.kind == ErrorKind::Validation {
            error.kind = ErrorKind::Transport;
            error.class = Some("TransportError".into());
        }
        if error.kind != ErrorKind::Service {
            return Reply::Error(Box::new(error));
        }
        let code = error.code.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.is("E10") && !DOCUMENTED.contains(&code.as_str()) {
            return crash("no such code");
        }
        let before = error.clone();
        self.code(&mut error, &code, memory);
        self.message(&mut error, &code, object);
        self.kind(&mut error, &code);
        match self.id {
            "E03" => error.request_id = None,
            "E03-made-up" if error.request_id.is_none() => error.request_id = Some(json!("7B1C9D52-made-up-by-us")),
            "E03-previous" => error.request_id = memory.request_id.clone().or(error.request_id),
            "E04" => (error.http_status, error.http) = (None, None),
            "E04-always" => {
                error.http_status = Some(400);
                error.http = None;
            }
            "E04-one" if code == "Image.NotExist" => (error.http_status, error.http) = (None, None),
            "E03-seventh" if memory.calls.is_multiple_of(7) => error.request_id = None,
            "E02-error" if memory.failed => error.message = None,
            "E06" => error.more = None,
            "T15" => error.cause = None,
            _ => {}
        }
        if error != before {
            error.text = Some(said(&error));
        }
        let secret = &object.target.access_key_secret;
        if self.is("T11") || (self.is("T11-one") && code == "Image.NotExist") {
            error.text = error.text.map(|text| format!("{text} [signed with {secret}]"));
        }
        if let Some(token) = object.target.security_token.as_ref().filter(|_| self.is("T11-token")) {
            error.text = error.text.map(|text| format!("{text} [{token}]"));
        }
        if self.is("T11-digits") {
            error.text = error.text.map(|text| format!("{text} [{}]", hex(secret.as_bytes())));
        }
        Reply::Error(Box::new(error))
    }

    fn code(&self, error: &mut ClientError, code: &str, memory: &Memory) {
        let new = match self.id {
            "E01" if code == "ExceedBuilderQuota" => json!("QuotaExceeded"),
            "E01-last" => json!(code.rsplit('.').next()),
            "E01-lower" => json!(code.to_lowercase()),
            "E01-suffix" => json!(format!("{code}Error")),
            "E01-dotless" if !code.contains('.') => Value::Null,
            "E01-seventh" if memory.calls.is_multiple_of(7) => json!("InternalError.Seventh"),
            "E01-parallel" if self.is_busy() => Value::Null,
            "E07-null" if error.code.is_none() => {
                error.code = Some("null".into());
                return;
            }
            _ => return,
        };
        error.code = error.code.take().map(|_| new).filter(|new| !new.is_null());
    }

    fn message(&self, error: &mut ClientError, code: &str, object: &Object) {
        if self.is("E07") && error.message.is_none() {
            error.message = Some("None".into());
        }
        let Some(Value::String(message)) = &mut error.message else { return };
        match self.id {
            "E02" => error.message = None,
            "E02-prefix" => *message = format!("code: {}, {message}", error.http_status.unwrap_or(0)),
            "E02-one" if code == "InternalError" => *message = "Something went wrong".into(),
            "E02-cut" => *message = message.chars().take(60).collect(),
            "E02-stop" => *message = message.trim_end_matches('.').to_owned(),
            "T11-message" if error.http_status >= Some(500) => {
                message.push_str(&format!(" (key {})", object.target.access_key_secret));
            }
            _ => {}
        }
    }

    fn kind(&self, error: &mut ClientError, code: &str) {
        let status = error.http_status.unwrap_or(0);
        let (kind, class) = match self.id {
            "E05" if code.contains("NotFound") => (ErrorKind::Transport, "TransportError"),
            "E05-4xx" if (400..500).contains(&status) => (ErrorKind::Validation, "ValidationError"),
            "E05-5xx" if status >= 500 => (ErrorKind::Transport, "TransportError"),
            "E12" => (ErrorKind::Other, "Error"),
            _ => return,
        };
        error.kind = kind;
        error.class = Some(class.into());
    }
}
