//! One call: how often it is tried, and what is waited in between.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::connection::{Broken, Raw};
use super::flaw::{Flaw, Memory};
use super::object::Object;
use super::request::request;
use super::{answer, raised};
use crate::driver::{Call, ClientError, ErrorKind, Reply};
use crate::wire::retry::pause;

/// The longest wait that a server may ask for.
const MAX_WAIT: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_millis(50);

pub(super) async fn call(flaw: &Flaw, object: Arc<Object>, call: &Call) -> Reply {
    if let Some(reply) = flaw.early(call).await {
        return reply;
    }
    let memory = flaw.begin(&object, call).await;
    let reply = match flaw.params(&call.params, &memory).await {
        Ok(params) => tokio::select! {
            reply = tried(flaw, &object, call, &params, &memory) => reply,
            along = flaw.called_off(&object, call), if !flaw.ignores_cancel() => {
                flaw.cancelled(along, &object, call, &params, &memory).await
            }
        },
        Err(why) => refused(why),
    };
    flaw.end(reply, &object, call, &memory).await
}

/// One call, tried as often as it may be.
pub(super) async fn tried(
    flaw: &Flaw,
    object: &Arc<Object>,
    call: &Call,
    params: &Map<String, Value>,
    memory: &Memory,
) -> Reply {
    let attempts = flaw.attempts(object.target.max_attempts.unwrap_or(1));
    let mut first: Option<String> = None;
    let mut tried = 1;
    loop {
        let reply = attempt(flaw, object, call, params, memory).await;
        let wait = again(&reply, tried).filter(|_| tried < attempts);
        match (flaw.again(wait, &reply, tried), reply) {
            (Some(wait), Reply::Error(error)) => {
                first = first.or(error.text);
                tokio::time::sleep(wait).await;
                tried += 1;
            }
            (_, Reply::Error(mut error)) => {
                if let Some(first) = first {
                    let cause = format!("attempt 1 of {tried}: {first}");
                    error.text = error.text.map(|text| format!("{text}, after {cause}"));
                    error.cause = Some(cause);
                }
                return Reply::Error(error);
            }
            (_, reply) => return reply,
        }
    }
}

/// The wait before another attempt, if the call was throttled: then it was not carried out. Whatever else went
/// wrong, it may have been.
fn again(reply: &Reply, tried: u32) -> Option<Duration> {
    let Reply::Error(error) = reply else { return None };
    let says_so = error.code.as_ref().and_then(Value::as_str).is_some_and(|code| code.contains("Throttling"));
    let is_throttled = error.kind == ErrorKind::Service && (says_so || matches!(error.http_status, Some(429 | 503)));
    let wait = hint(error).unwrap_or_else(|| FIRST_WAIT * 2u32.saturating_pow(tried.min(10)));
    is_throttled.then_some(wait.min(MAX_WAIT))
}

/// The wait that an answer asks for.
pub(super) fn hint(error: &ClientError) -> Option<Duration> {
    let headers = error.http.as_ref().and_then(|http| http.headers.as_ref()).into_iter().flatten();
    pause(headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))))
}

async fn attempt(
    flaw: &Flaw,
    object: &Arc<Object>,
    call: &Call,
    params: &Map<String, Value>,
    memory: &Memory,
) -> Reply {
    let bytes = match request(flaw, object, call, params, memory) {
        Ok(bytes) => bytes,
        Err(why) => return refused(why),
    };
    match exchange(flaw, object, &bytes, memory).await {
        Ok(raw) => {
            let raw = flaw.answered(raw, object, &bytes).await;
            flaw.read(&raw).unwrap_or_else(|| answer::read(&raw))
        }
        Err(broken) => flaw.broken(&broken).unwrap_or_else(|| Reply::Error(Box::new(answer::broken(&broken)))),
    }
}

/// What a cancelled call is shown as.
pub(super) fn cancelled() -> Reply {
    Reply::Error(Box::new(raised(ErrorKind::Cancelled, "the call was cancelled")))
}

fn refused(why: String) -> Reply {
    Reply::Error(Box::new(raised(ErrorKind::Validation, why)))
}

async fn exchange(flaw: &Flaw, object: &Object, bytes: &[u8], memory: &Memory) -> Result<Raw, Broken> {
    let mut connection = object.connection(flaw.trusts_idle_connections()).await?;
    let patience = flaw.patience(object.read_timeout(), memory);
    let is_final = |status| status >= 200 || flaw.takes_interim();
    let answer = connection.exchange_until(bytes, patience, is_final).await;
    if flaw.keeps(&answer) {
        object.keep(connection);
    }
    answer
}
