//! Defects in the request around its parameters: method, headers, signature, framing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::request::{Draft, encoded};
use super::{Flaw, Memory, lock, small_first, without_seconds};
use crate::reference::object::Object;
use crate::wire::signature::hash;

const HASH: &str = "x-acs-content-sha256";
const TOKEN: &str = "x-acs-security-token";

impl Flaw {
    /// A request before it is signed.
    pub(in crate::reference) fn unsigned(&self, draft: &mut Draft, object: &Object, memory: &Memory) {
        let any = |holds: fn(&str) -> bool| draft.form.iter().any(|(_, value)| holds(value));
        match self.id {
            "R21" | "R21-rest" => draft.method = "PUT".into(),
            "R21-body" => draft.method = "GET".into(),
            "R22" => draft.path = "/api/".into(),
            "R23" => draft.set("x-acs-version", "2000-01-01"),
            "R23-action" => {
                let action = header(draft, "x-acs-action");
                draft.set("x-acs-action", small_first(&action));
            }
            "R23-other" => draft.set("x-acs-action", "CreateImage"),
            "R23-two" => draft.query.push(("Version".into(), "2000-01-01".into())),
            "R26-two" => draft.query.push(("AccessKeyId".into(), "somebody".into())),
            "R24" => draft.set("host", "elsewhere.example"),
            "R24-port" => draft.set("host", "127.0.0.1:1"),
            "R24-region" => {
                draft.form.push(("RegionId".into(), "xx-nowhere".into()));
                self.rewrite(draft);
            }
            "R25-date" => draft.drop("x-acs-date"),
            "R31-hours" => {
                let date = header(draft, "x-acs-date");
                let hour = date.get(11..13).and_then(|hour| hour.parse::<u32>().ok()).unwrap_or(0);
                draft.set("x-acs-date", format!("{}{:02}{}", &date[..11], (hour + 8) % 24, &date[13..]));
            }
            "R31-minutes" => {
                let date = header(draft, "x-acs-date");
                draft.set("x-acs-date", without_seconds(&date).unwrap_or(date));
            }
            "R25" if !draft.form.is_empty() => draft.set("content-type", "text/plain"),
            "R25-octets" if !draft.form.is_empty() => draft.set("content-type", "application/octet-stream"),
            "R25-charset" if !draft.form.is_empty() => {
                draft.set("content-type", "application/x-www-form-urlencoded; charset=GBK");
            }
            "R25-xml" => draft.set("accept", "application/xml"),
            "R25-none" => draft.drop("content-type"),
            "R26-stale" => {
                let own = (draft.key_id.clone(), draft.secret.clone());
                (draft.key_id, draft.secret) = lock(&self.shared).key.get_or_insert(own).clone();
            }
            "R26-empty" => draft.key_id.clear(),
            "R26-token" => {
                draft.drop(TOKEN);
                draft.drop("x-acs-accesskey-id");
            }
            "R26-token-stale" if !header(draft, TOKEN).is_empty() => {
                let token = lock(&self.shared).token.get_or_insert_with(|| header(draft, TOKEN)).clone();
                draft.set(TOKEN, token);
            }
            "R26-token-kept" => {
                let own = header(draft, TOKEN);
                let mut shared = lock(&self.shared);
                match own.is_empty() {
                    true => shared.token.iter().for_each(|token| draft.set(TOKEN, token.clone())),
                    false => shared.token = Some(own),
                }
            }
            "R26-token-query" => {
                let token = header(draft, TOKEN);
                draft.drop(TOKEN);
                draft.query.extend((!token.is_empty()).then(|| ("SecurityToken".to_owned(), token)));
            }
            "R27" => {
                let pairs: Vec<String> = draft.form.iter().map(|(name, value)| format!("{name}={value}")).collect();
                draft.set(HASH, hash(pairs.join("&").as_bytes()));
            }
            "R27-space" if any(|value| value.contains(' ')) => draft.secret.push('+'),
            "R27-many" if draft.form.len() >= 9 => draft.secret.push('9'),
            "R27-empty" if any(str::is_empty) => draft.secret.push('0'),
            "R36" => {
                let (moved, kept) = draft.form.drain(..).partition(|(name, _)| name == "BizType");
                draft.form = kept;
                let moved: Vec<(String, String)> = moved;
                moved.into_iter().for_each(|(_, value)| draft.set("x-acs-biztype", value));
                draft.body = encoded(self, &draft.form);
                draft.set(HASH, hash(&draft.body));
            }
            "R33" if self.is_again(object, memory) => {
                let token = object.nonce();
                draft.form.iter_mut().filter(|(name, _)| name == "ClientToken").for_each(|(_, v)| *v = token.clone());
                self.rewrite(draft);
            }
            "R33-missing" | "R01-retry" if self.is_again(object, memory) => {
                let lost = if self.is("R01-retry") { "Description" } else { "ClientToken" };
                draft.form.retain(|(name, _)| name != lost);
                self.rewrite(draft);
            }
            "R36-query" => {
                let trace = draft.headers.iter().find(|(name, _)| name == "x-trace-id").cloned();
                draft.drop("x-trace-id");
                draft.query.extend(trace.map(|(name, value)| (name.into_owned(), value)));
            }
            "R36-body" => {
                let (moved, kept): (Vec<_>, Vec<_>) = draft.query.drain(..).partition(|(name, _)| name == "note");
                draft.query = kept;
                if let Ok(serde_json::Value::Object(mut body)) = serde_json::from_slice(&draft.body) {
                    body.extend(moved.into_iter().map(|(name, value)| (name, value.into())));
                    draft.body = serde_json::Value::Object(body).to_string().into_bytes();
                    draft.set(HASH, hash(&draft.body));
                }
            }
            "R36-json" if !draft.form.is_empty() => {
                let members = draft.form.drain(..).map(|(name, value)| (name, value.into()));
                draft.body = serde_json::Value::Object(members.collect()).to_string().into_bytes();
                draft.set("content-type", "application/json");
                draft.set(HASH, hash(&draft.body));
            }
            "R36-parts" if !draft.form.is_empty() => {
                let part = |(name, value): (String, String)| {
                    format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                };
                draft.body =
                    draft.form.drain(..).map(part).chain(["--part--\r\n".into()]).collect::<String>().into_bytes();
                draft.set("content-type", "multipart/form-data; boundary=part");
                draft.set(HASH, hash(&draft.body));
            }
            "T14-body" if self.is_again(object, memory) => {
                draft.form.clear();
                self.rewrite(draft);
            }
            "T14-date" => {
                let date = header(draft, "x-acs-date");
                let date = self.first_date(object, memory, date);
                draft.set("x-acs-date", date);
            }
            "R07-header" => {
                let described = draft.form.iter().find(|(name, _)| name == "Description");
                let note = described.map(|(_, value)| value.clone());
                note.into_iter().for_each(|note| draft.headers.push(("x-sdk-note".into(), note)));
            }
            "R37" if draft.body.len() > 600 => {
                draft.body = STANDARD.encode(&draft.body).into_bytes();
                draft.set(HASH, hash(&draft.body));
            }
            "R37-said" => draft.set("content-encoding", "gzip"),
            "T14" => draft.set("x-acs-signature-nonce", format!("{}-{}", object.target.key, memory.calls)),
            _ => {}
        }
    }

    /// Makes the body and its hash those of the form.
    fn rewrite(&self, draft: &mut Draft) {
        draft.body = encoded(self, &draft.form);
        draft.set(HASH, hash(&draft.body));
        draft.set("content-type", "application/x-www-form-urlencoded");
    }

    /// A request after it was signed.
    pub(in crate::reference) fn signed(&self, draft: &mut Draft, memory: &Memory) {
        let length = draft.body.len();
        match self.id {
            "R26" if memory.calls.is_multiple_of(7) => draft.drop("authorization"),
            "R26-error" if memory.failed => draft.drop("authorization"),
            "P16-gzip" => draft.headers.push(("accept-encoding".into(), "gzip".into())),
            "R28-header" => {
                let version = header(draft, "x-acs-version");
                draft.headers.push(("x-acs-version".into(), version));
            }
            "R30" => {
                draft.set("transfer-encoding", "chunked");
                let size = format!("{length:x}\r\n").into_bytes();
                let body = std::mem::take(&mut draft.body);
                draft.body = match length {
                    0 => b"0\r\n\r\n".to_vec(),
                    _ => [&size, body.as_slice(), b"\r\n0\r\n\r\n"].concat(),
                };
            }
            "R30-long" if length > 0 => {
                draft.body.extend_from_slice(b"\r\n");
                draft.set("content-length", (length + 2).to_string());
            }
            "R30-short" if length > 2 => draft.set("content-length", (length - 2).to_string()),
            _ => self.chunk(draft),
        }
    }
}

fn header(draft: &Draft, name: &str) -> String {
    draft.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap_or_default()
}
