//! A fineprint driver (protocol 1) for aliyun-openapi-core-rust-sdk, which takes any RPC action: `driver VERSION`
//!
//! The SDK hands out text; it is read with `serde_json`, as its users do.

use std::collections::HashMap;
use std::error::Error as _;
use std::io::{BufRead, Write};
use std::time::Duration;

use aliyun_openapi_core_rust_sdk::client::error::Error;
use aliyun_openapi_core_rust_sdk::client::rpc::RPClient;
use serde_json::{json, Map, Number, Value};
use sha2::{Digest, Sha256};

const EXACT: i64 = 1 << 53;
const LONG_TEXT: usize = 1 << 16;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let version = std::env::args().nth(1).unwrap_or_default();
    let mut clients: HashMap<String, RPClient> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let Ok(message) = serde_json::from_str::<Value>(&line) else { return };
        let id = message["id"].clone();
        let said = match message["t"].as_str() {
            Some("hello") => json!({
                "t": "hello", "protocol": 1, "driver": { "name": "rust-core", "version": "1" },
                "client": { "name": "aliyun-openapi-core-rust-sdk", "version": version, "runtime": {} },
                "operations": null, "max_in_flight": 1, "can": ["cause"],
            }),
            Some("echo") => json!({ "t": "echo", "id": id, "value": message["value"] }),
            Some("call") => {
                let mut said = result(&message, &mut clients, &runtime);
                said["t"] = "result".into();
                said["id"] = id;
                said
            }
            Some("close") => {
                clients.remove(message["key"].as_str().unwrap_or_default());
                continue;
            }
            Some("bye") => json!({ "t": "bye" }),
            _ => continue,
        };
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{said}").and_then(|()| out.flush()).is_err() || said["t"] == "bye" {
            return;
        }
    }
}

fn result(message: &Value, clients: &mut HashMap<String, RPClient>, runtime: &tokio::runtime::Runtime) -> Value {
    let (api, target) = (&message["api"], &message["client"]);
    let operation = message["operation"].as_str().unwrap_or_default();
    if api["style"] == "roa" {
        return json!({ "unsupported": { "operation": operation }, "why": "RPClient makes RPC calls only" });
    }
    let mut query = Vec::new();
    for (name, value) in message["params"].as_object().into_iter().flatten() {
        match text(&plain(value)) {
            Ok(Some(text)) => query.push((name.clone(), text)),
            Ok(None) => {}
            Err(why) => return json!({ "unsupported": { "param": name }, "why": why }),
        }
    }
    let word = |name: &str| target[name].as_str().unwrap_or_default().to_owned();
    let client = clients
        .entry(word("key"))
        .or_insert_with(|| RPClient::new(word("access_key_id"), word("access_key_secret"), word("endpoint")));
    let method = match api["method"].as_str() {
        Some(method) if !method.contains("POST") => method,
        _ => "POST",
    };
    let timeout = target["read_timeout_ms"].as_u64().unwrap_or(10_000);
    let call = client
        .clone()
        .version(api["version"].as_str().unwrap_or_default())
        .request(method, operation)
        .query(query)
        .timeout(Duration::from_millis(timeout));
    match runtime.block_on(call.text()) {
        Ok(text) => match serde_json::from_str::<Value>(&text) {
            Ok(value) => json!({ "ok": spelled(&value) }),
            Err(why) => json!({ "error": { "kind": "decode", "class": "serde_json::Error", "message": why.to_string() } }),
        },
        Err(error) => json!({ "error": told(&error) }),
    }
}

/// A parameter as the text that a user of the SDK would make of it.
fn text(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Object(_) | Value::Array(_) => Err("RPClient takes texts only"),
        other => Ok(Some(other.to_string())),
    }
}

/// An error as a user's `match` sees it.
fn told(error: &Error) -> Value {
    let mut said = Map::new();
    said.insert("text".into(), error.to_string().into());
    match error {
        Error::InvalidResponse { request_id, error_code, error_message } => {
            said.insert("kind".into(), "service".into());
            said.insert("class".into(), "Error::InvalidResponse".into());
            said.insert("code".into(), error_code.clone().into());
            said.insert("message".into(), error_message.clone().into());
            said.insert("request_id".into(), request_id.clone().into());
        }
        Error::Reqwest(why) => {
            let kind = match () {
                () if why.is_timeout() => "timeout",
                () if why.is_decode() => "decode",
                () if why.is_builder() => "validation",
                () => "transport",
            };
            said.insert("kind".into(), kind.into());
            said.insert("class".into(), "Error::Reqwest".into());
            said.insert("message".into(), why.to_string().into());
            if let Some(status) = why.status() {
                said.insert("http_status".into(), status.as_u16().into());
            }
            if let Some(cause) = why.source() {
                said.insert("cause".into(), cause.to_string().into());
            }
        }
        other => {
            said.insert("kind".into(), "validation".into());
            said.insert("class".into(), "Error".into());
            said.insert("message".into(), other.to_string().into());
        }
    }
    Value::Object(said)
}

/// From the channel's spelling; what a text cannot be made of stays an object.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => match (members.get("$int").or(members.get("$num")), members.len()) {
            (Some(Value::String(digits)), 1) => {
                digits.parse::<Number>().map_or_else(|_| value.clone(), Value::Number)
            }
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

/// To the channel's spelling.
fn spelled(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > LONG_TEXT => {
            let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "$digest": { "sha256": hash, "bytes": text.len() } })
        }
        Value::Array(items) => items.iter().map(spelled).collect(),
        Value::Number(number) => spelled_number(&number.to_string(), value),
        Value::Object(members) if !members.is_empty() && members.keys().all(|name| name.starts_with('$')) => {
            let pairs: Vec<Value> = members.iter().map(|(name, inner)| json!([name, spelled(inner)])).collect();
            json!({ "$obj": pairs })
        }
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, inner)| (name.clone(), spelled(inner))).collect())
        }
        other => other.clone(),
    }
}

fn spelled_number(digits: &str, value: &Value) -> Value {
    let is_integer = digits.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match digits.parse::<i64>() {
        _ if digits == "-0" => json!({ "$num": "-0" }),
        Ok(n) if (-EXACT..=EXACT).contains(&n) => value.clone(),
        _ if is_integer => json!({ "$int": digits }),
        _ if digits.parse::<f64>().is_ok_and(f64::is_finite) => value.clone(),
        _ => json!({ "$num": digits }),
    }
}
