//! Defects in what is sent: which parameters, and how their values are spelled.

use serde_json::{Map, Value};

use super::{Flaw, Memory, small_first, without_seconds};
use crate::wire::encode::{pe, pe_into};

type Pairs = Vec<(String, String)>;

impl Flaw {
    /// Parameters before they are spelled; an error refuses the call.
    pub(super) fn change(&self, params: &mut Map<String, Value>, memory: &Memory) -> Result<(), String> {
        let is = |params: &Map<String, Value>, name: &str, value: &str| params.get(name).is_some_and(|v| v == value);
        let refused = |is_refused: bool, why: &str| if is_refused { Err(why.to_owned()) } else { Ok(()) };
        let cloud = is(params, "InstanceType", "CloudDesktop");
        match self.id {
            "R01" => drop(params.shift_remove("BizType")),
            "R01-long" => params.retain(|_, v| length(v) <= 255),
            "R01-zero" => params.retain(|_, v| *v != 0),
            "R01-false" => params.retain(|_, v| *v != false),
            "R01-two" if cloud && params.contains_key("AutoCleanUserdata") => drop(params.shift_remove("DiskType")),
            "R01-three" => {
                let workstation = is(params, "InstanceType", "WuyingServer") && is(params, "DiskType", "ALL");
                if workstation && params.get("AutoCleanUserdata").is_some_and(|v| *v == false) {
                    params.shift_remove("SubInstanceId");
                }
            }
            "R01-values" if is(params, "ImageName", "") && is(params, "DiskType", "ALL") => {
                params.retain(|name, v| name != "BizType" || *v != 0);
            }
            "R01-many" if params.len() >= 9 => {
                let last = params.keys().next_back().cloned().unwrap_or_default();
                params.shift_remove(&last);
            }
            "R01-seventh" if memory.calls.is_multiple_of(7) => drop(params.shift_remove("Description")),
            "R02-swap" => {
                if let (Some(name), Some(description)) = (params.get("ImageName"), params.get("Description")) {
                    let (name, description) = (name.clone(), description.clone());
                    params.insert("ImageName".into(), description);
                    params.insert("Description".into(), name);
                }
            }
            "R10" => params.values_mut().filter(|v| v.get("$num").is_some()).for_each(|v| *v = 0.into()),
            "R12" => params.retain(|_, v| v != ""),
            "R12-two" if is(params, "ImageName", "") && is(params, "Description", "") => {
                params.shift_remove("Description");
            }
            "R13" => nulls_as(params, "null"),
            "R13-none" => nulls_as(params, "None"),
            "R13-empty" => nulls_as(params, ""),
            "R14" => params.retain(|_, v| !is_empty(v)),
            "R15-last" => {
                params.values_mut().filter_map(Value::as_array_mut).filter(|l| l.len() > 1).for_each(|list| {
                    list.pop();
                })
            }
            "R17" => refused(is(params, "InstanceType", "WuyingServer"), "`InstanceType` must be CloudDesktop")?,
            "R17-map" => params.values_mut().filter(|v| **v == "ALL").for_each(|v| *v = "SYSTEM".into()),
            "R17-upper" => {
                if let Some(Value::String(text)) = params.get_mut("InstanceType") {
                    *text = text.to_uppercase();
                }
            }
            "R18" => refused(params.values().any(|v| length(v) > 64), "a text of over 64 characters")?,
            "R18-needed" => refused(!params.contains_key("ImageName"), "`ImageName` is required")?,
            "R18-shape" => {
                let id = params.get("InstanceId").and_then(Value::as_str);
                refused(id.is_some_and(|id| !id.starts_with("ws-")), "`InstanceId` must begin with ws-")?;
            }
            "R18-negative" => {
                let is_negative = |v: &Value| v.as_i64().is_some_and(|number| number < 0);
                refused(params.values().any(is_negative), "an integer must not be negative")?;
            }
            "R19" if !params.contains_key("DiskType") => drop(params.insert("DiskType".into(), "SYSTEM".into())),
            "R19-with" if cloud && !params.contains_key("AutoCleanUserdata") => {
                params.insert("AutoCleanUserdata".into(), true.into());
            }
            "R29" if !params.contains_key("Description") => {
                params.extend(memory.params.get("Description").map(|v| ("Description".to_owned(), v.clone())));
            }
            "R29-error" if memory.failed => {
                params.extend(memory.params.get("InstanceId").map(|v| ("InstanceId".to_owned(), v.clone())));
            }
            _ => {}
        }
        Ok(())
    }

    /// A scalar's spelling.
    pub(in crate::reference) fn leaf(&self, value: &Value, text: String) -> String {
        match value {
            _ if self.id.is_empty() => text,
            Value::Bool(truth) => self.truth(*truth, text),
            Value::String(_) => self.text(text),
            Value::Number(number) if number.is_f64() => text,
            Value::Number(_) => self.integer(text),
            Value::Object(spelling) if spelling.contains_key("$int") => self.integer(text),
            _ => text,
        }
    }

    fn truth(&self, truth: bool, text: String) -> String {
        match (self.id, truth) {
            ("R08", true) => "True".into(),
            ("R08", false) => "False".into(),
            ("R08-digit", _) => u8::from(truth).to_string(),
            ("R08-empty", false) => String::new(),
            _ => text,
        }
    }

    fn integer(&self, text: String) -> String {
        let double = text.parse::<f64>().unwrap_or_default();
        match self.id {
            "R09" => format!("{text}.0"),
            "R09-exponent" if double.abs() >= 1e6 => format!("{double:e}"),
            "R09-quoted" => format!("\"{text}\""),
            "R09-sign" => text.trim_start_matches('-').to_owned(),
            "R11" => (text.parse::<i128>().unwrap_or_default() as i32).to_string(),
            "R11-double" => (double as i128).to_string(),
            _ => text,
        }
    }

    fn text(&self, text: String) -> String {
        let is_mark =
            |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
        let each = |change: fn(char) -> char| text.chars().map(change).collect();
        match self.id {
            "R01-cut" => text.chars().take(255).collect(),
            "R04-trim" => text.trim().to_owned(),
            "R05-star" => text.replace('*', ""),
            "R05-hash" => text.split('#').next().unwrap_or_default().to_owned(),
            "R05-entities" => text.replace('<', "&lt;").replace('>', "&gt;"),
            "R06" => each(|c| if c > '\u{ff}' { '?' } else { c }),
            "R06-astral" => each(|c| if c > '\u{ffff}' { '\u{fffd}' } else { c }),
            "R06-joiner" => text.chars().filter(|c| !is_mark(*c)).collect(),
            "R07" => text.replace('\n', ""),
            "R07-crlf" => text.replace("\r\n", "\n"),
            "R31" => without_seconds(&text).unwrap_or(text),
            "R07-nul" => text.split('\0').next().unwrap_or_default().to_owned(),
            _ => text,
        }
    }

    /// Names and values, flattened.
    pub(in crate::reference) fn pairs(&self, pairs: &mut Pairs, params: &Map<String, Value>, memory: &Memory) {
        match self.id {
            "R02" => rename(pairs, "InstanceId", "InstanceID"),
            "R02-snake" => rename(pairs, "SubInstanceId", "sub_instance_id"),
            "R02-camel" => rename(pairs, "ProductType", &small_first("ProductType")),
            "R03" => pairs.push(("SdkVersion".into(), "1.0.3".into())),
            "R03-token" if params.contains_key("ImageName") => {
                pairs.push(("ClientToken".into(), format!("token-{}", memory.calls)));
            }
            "R15" => each_segment(pairs, |segment| match segment.parse::<u64>() {
                Ok(number) => Some(number.saturating_sub(1).to_string()),
                Err(_) => Some(segment.to_owned()),
            }),
            "R15-bare" => each_segment(pairs, |segment| match segment.parse::<u64>() {
                Ok(_) => None,
                Err(_) => Some(segment.to_owned()),
            }),
            "R16" | "R16-parent" => pairs.iter_mut().for_each(|(name, _)| {
                if let Some((parent, member)) = name.rsplit_once('.').filter(|(_, m)| m.parse::<u64>().is_err()) {
                    *name = if self.is("R16") { format!("{parent}[{member}]") } else { member.to_owned() };
                }
            }),
            "R28" if params.contains_key("Description") => {
                let again = pairs.iter().find(|(name, _)| name == "ImageName").cloned();
                pairs.extend(again);
            }
            _ => {}
        }
    }

    /// A value's percent-encoding.
    pub(in crate::reference) fn encode(&self, text: &str) -> Vec<u8> {
        let keeping = |kept: &str| {
            let mut out = Vec::new();
            let mut letter = [0; 4];
            for c in text.chars() {
                match kept.contains(c) {
                    true => out.extend_from_slice(c.encode_utf8(&mut letter).as_bytes()),
                    false => pe_into(c.encode_utf8(&mut letter).as_bytes(), &mut out),
                }
            }
            out
        };
        match self.id {
            "R04" => keeping(" "),
            "R05-plus" => keeping("+"),
            "R05-and" => keeping("&"),
            "R05-percent" => keeping("%"),
            "R04-twice" => pe(text).replace("%20", "%2520").into_bytes(),
            "R05-tilde" => pe(text).replace('~', "%257E").into_bytes(),
            "R05-slash" => pe(text).replace("%2F", "%252F").into_bytes(),
            "R06-bytes" => {
                let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
                let mut out = Vec::new();
                pe_into(&latin, &mut out);
                out
            }
            _ => pe(text).into_bytes(),
        }
    }
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Array(items) if items.is_empty()) || matches!(value, Value::Object(m) if m.is_empty())
}

fn nulls_as(params: &mut Map<String, Value>, text: &str) {
    params.values_mut().filter(|v| v.is_null()).for_each(|v| *v = text.into());
}

fn rename(pairs: &mut Pairs, from: &str, to: &str) {
    pairs.iter_mut().filter(|(name, _)| name == from).for_each(|(name, _)| *name = to.to_owned());
}

fn each_segment(pairs: &mut Pairs, change: impl Fn(&str) -> Option<String>) {
    for (name, _) in pairs {
        *name = name.split('.').filter_map(&change).collect::<Vec<_>>().join(".");
    }
}
