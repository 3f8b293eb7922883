//! Honest ways to do the same: none of them is a defect, and no rule may say so.

use std::time::Duration;

use serde_json::Value;

use super::super::request::{Draft, encoded};
use super::{Flaw, Memory, walk};
use crate::driver::{Call, Hello, Reply, Unsupported};
use crate::wire::encode::pe;
use crate::wire::signature::{hash, sign_v1};

/// How long a slow client thinks about each call.
const THOUGHT: Duration = Duration::from_millis(20);

/// The one operation of a client that offers few.
const OFFERED: &str = "CreateImageByInstance";

impl Flaw {
    /// A request in another form, before it is signed. True where it is signed already.
    pub(in crate::reference) fn vary(&self, draft: &mut Draft) -> bool {
        match self.id {
            "clean-v1" => {
                self.sign_v1(draft);
                return true;
            }
            "clean-query" => {
                draft.query.append(&mut draft.form);
                draft.drop("content-type");
                self.settle(draft);
            }
            "clean-order" => {
                draft.form.reverse();
                draft.headers.reverse();
                self.settle(draft);
            }
            "clean-headers" => {
                draft.drop("user-agent");
                draft.drop("accept");
                draft.headers.push(("accept-language".into(), "en".into()));
                draft.headers.push(("x-sdk-client".into(), "somebody/1.0".into()));
            }
            "clean-connection" => draft.headers.push(("connection".into(), "close".into())),
            _ => {}
        }
        false
    }

    /// Makes the body and its hash those of the form.
    fn settle(&self, draft: &mut Draft) {
        draft.body = encoded(self, &draft.form);
        draft.set("x-acs-content-sha256", hash(&draft.body));
    }

    /// The older signature, for which all that V3 says in headers is a parameter.
    fn sign_v1(&self, draft: &mut Draft) {
        let mut said = |name: &str| {
            let value = draft.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
            draft.drop(name);
            value.unwrap_or_default()
        };
        let common = [
            ("Action", said("x-acs-action")),
            ("Version", said("x-acs-version")),
            ("Timestamp", said("x-acs-date")),
            ("SignatureNonce", said("x-acs-signature-nonce")),
            ("SecurityToken", said("x-acs-security-token")),
            ("Format", "JSON".into()),
            ("AccessKeyId", draft.key_id.clone()),
            ("SignatureMethod", "HMAC-SHA1".into()),
            ("SignatureVersion", "1.0".into()),
        ];
        draft.drop("x-acs-content-sha256");
        draft.drop("x-acs-accesskey-id");
        draft.set("content-type", "application/x-www-form-urlencoded");
        let given = common.into_iter().filter(|(_, value)| !value.is_empty());
        draft.form.extend(given.map(|(name, value)| (name.to_owned(), value)));
        let pairs: Vec<(&str, &str)> = draft.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let signature = sign_v1(&draft.method, &pairs, &draft.secret);
        draft.form.push(("Signature".into(), signature));
        draft.body = encoded(self, &draft.form);
        draft.headers.push(("content-length".into(), draft.body.len().to_string()));
    }

    /// A value in a form, where it is not spelled as usual.
    pub(super) fn varied(&self, text: &str) -> Option<Vec<u8>> {
        (self.id == "clean-plus").then(|| pe(text).replace("%20", "+").into_bytes())
    }

    /// A body in pieces.
    pub(super) fn chunk(&self, draft: &mut Draft) {
        if self.id != "clean-chunked" {
            return;
        }
        draft.drop("content-length");
        draft.headers.push(("transfer-encoding".into(), "chunked".into()));
        let (first, second) = draft.body.split_at(draft.body.len() / 2);
        let pieces = [first, second].into_iter().filter(|piece| !piece.is_empty());
        let mut body: Vec<u8> = Vec::new();
        for piece in pieces {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        draft.body = body;
    }

    /// Whether lists and objects are flattened also where nothing is left of them.
    pub(in crate::reference) fn flattens_all(&self) -> bool {
        self.id == "clean-flat"
    }

    /// Takes its time.
    pub(super) async fn think(&self, memory: &Memory) {
        match self.id {
            "clean-slow" => tokio::time::sleep(THOUGHT).await,
            // Of calls that are open at once the last is answered first.
            "clean-reversed" => tokio::time::sleep(THOUGHT * (4 - (memory.calls % 4) as u32)).await,
            _ => {}
        }
    }

    /// What it does not offer.
    pub(in crate::reference) fn unsupported(&self, call: &Call) -> Option<Reply> {
        if self.id == "clean-fewer" && call.operation != OFFERED {
            return Some(Reply::Unsupported(Unsupported {
                operation: Some(call.operation.clone()),
                why: Some("this release has no such operation".into()),
                ..Unsupported::default()
            }));
        }
        let name = "BizType";
        (self.id == "clean-narrow" && call.params.contains_key(name)).then(|| {
            Reply::Unsupported(Unsupported {
                param: Some(name.into()),
                why: Some("this release does not have it".into()),
                ..Unsupported::default()
            })
        })
    }

    /// What it says of itself.
    pub(in crate::reference) fn hello(&self, mut hello: Hello) -> Hello {
        match self.id {
            "clean-no-null" => hello.can.retain(|can| can != "null"),
            "clean-few" => hello.operations = Some(vec![OFFERED.into()]),
            "clean-narrow" => {
                hello.can.clear();
                hello.max_in_flight = 1;
            }
            _ => {}
        }
        hello
    }

    /// An answer of a client that cannot tell null from absent.
    pub(super) fn without_nulls(&self, value: &mut Value) {
        if self.id != "clean-no-null" {
            return;
        }
        walk(value, &mut |value| {
            if let Value::Object(members) = value {
                members.retain(|_, member| !member.is_null());
            }
        });
    }
}
