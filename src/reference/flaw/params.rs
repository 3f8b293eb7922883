//! Defects in what is sent: which parameters, and how their values are spelled.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Flaw, Memory, small_first, walk, without_seconds};
use crate::driver::ErrorKind;
use crate::wire::encode::{pe, pe_into};

type Pairs = Vec<(String, String)>;

impl Flaw {
    /// Parameters before they are spelled; an error refuses the call.
    pub(super) fn change(&self, params: &mut Map<String, Value>, memory: &Memory) -> Result<(), String> {
        let is = |params: &Map<String, Value>, name: &str, value: &str| params.get(name).is_some_and(|v| v == value);
        let cloud = is(params, "InstanceType", "CloudDesktop");
        match self.id {
            "R01" => drop(params.shift_remove("BizType")),
            "R01-long" => params.retain(|_, v| length(v) <= 255),
            "R01-zero" => params.retain(|_, v| *v != 0),
            "R01-false" => params.retain(|_, v| *v != false),
            "R06-half" => params.values_mut().for_each(mend),
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
            "R01-parallel" if self.is_busy() => drop(params.shift_remove("Description")),
            "R01-word" => params.retain(|_, v| v != "constructor"),
            "R01-code" if memory.code.as_deref() == Some("Image.NotExist") => drop(params.shift_remove("ImageName")),
            "R01-hung" if memory.kind == Some(ErrorKind::Timeout) => drop(params.shift_remove("Description")),
            "R02-swap" => {
                if let (Some(name), Some(description)) = (params.get("ImageName"), params.get("Description")) {
                    let (name, description) = (name.clone(), description.clone());
                    params.insert("ImageName".into(), description);
                    params.insert("Description".into(), name);
                }
            }
            "R10" => params.values_mut().filter(|v| v.get("$num").is_some()).for_each(|v| *v = 0.into()),
            "R10-null" => params.retain(|_, v| v.get("$num").is_none()),
            "R12" => params.retain(|_, v| v != ""),
            "R12-two" if is(params, "ImageName", "") && is(params, "Description", "") => {
                params.shift_remove("Description");
            }
            "R13" => nulls_as(params, "null"),
            "R13-none" => nulls_as(params, "None"),
            "R13-empty" => nulls_as(params, ""),
            "R13-zero" => nulls_as(params, "0"),
            "R14" => {
                params.values_mut().filter(|v| v.is_array() && is_empty(v)).for_each(|v| *v = Value::from(vec![""]));
            }
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
            "R19-seventh" if memory.calls.is_multiple_of(7) && !params.contains_key("ProductType") => {
                params.insert("ProductType".into(), "Usual".into());
            }
            "R20" if !params.contains_key("PageNumber") => drop(params.insert("PageNumber".into(), 1.into())),
            "R20-transport" => refused(!params.contains_key("PageNumber"), "`PageNumber` is required")?,
            "R29-listed" if !params.contains_key("DiskType") => {
                params.extend(memory.params.get("DiskType").map(|v| ("DiskType".to_owned(), v.clone())));
            }
            "R35" => {
                if let Some(number) = params.get("PageNumber").and_then(Value::as_i64) {
                    params.insert("PageNumber".into(), number.saturating_sub(1).into());
                }
            }
            "R35-token" => drop(params.shift_remove("NextToken")),
            "R29" if !params.contains_key("Description") => {
                params.extend(memory.params.get("Description").map(|v| ("Description".to_owned(), v.clone())));
            }
            "R29-null" => params
                .iter_mut()
                .filter(|(_, value)| value.is_null())
                .filter_map(|(name, value)| Some((value, memory.params.get(name)?)))
                .for_each(|(value, before)| *value = before.clone()),
            "R29-error" if memory.failed => {
                params.extend(memory.params.get("InstanceId").map(|v| ("InstanceId".to_owned(), v.clone())));
            }
            _ => {}
        }
        Ok(())
    }

    /// A JSON body before it is written.
    pub(in crate::reference) fn json(&self, body: &mut Value) {
        walk(body, &mut |value| match (self.id, &mut *value) {
            ("R14-body", Value::Object(members)) => members.retain(|_, v| !is_empty(v)),
            ("R08-quoted", Value::Bool(truth)) => *value = truth.to_string().into(),
            ("R09-text", Value::Number(number)) if !number.is_f64() => *value = number.to_string().into(),
            ("R31-body", Value::String(text)) => {
                if let Some(coarse) = without_seconds(text) {
                    *text = coarse;
                }
            }
            ("R32" | "R32-bare" | "R32-twice", Value::Object(spelling)) => {
                if let Some(Value::String(text)) = spelling.get_mut("$bytes") {
                    *text = match self.id {
                        "R32" => text.replace('+', "-").replace('/', "_"),
                        "R32-bare" => text.trim_end_matches('=').to_owned(),
                        _ => STANDARD.encode(&*text),
                    };
                }
            }
            ("R01-nested", Value::Object(members)) => drop(members.shift_remove("km")),
            ("R02-nested", Value::Object(members)) => {
                if let Some(origin) = members.shift_remove("origin") {
                    members.insert("Origin".into(), origin);
                }
            }
            ("R15-reverse", Value::Array(items)) => items.reverse(),
            _ => {}
        });
        if self.is("R16-text")
            && let Some(route) = body.get_mut("route")
        {
            *route = route.to_string().into();
        }
    }

    /// A value in the path.
    pub(in crate::reference) fn segment(&self, value: &str) -> String {
        match self.id {
            "R22-slash" => pe(value).replace("%2F", "/"),
            "R22-plus" => pe(value).replace("%20", "+"),
            "R22-twice" => pe(&pe(value)),
            _ => pe(value),
        }
    }

    /// A place of the path that is left open; none if there is none, or if it does not matter.
    pub(in crate::reference) fn open(&self, path: &mut String) -> Option<String> {
        let (from, to) = (path.find('{')?, path.find('}')?);
        let name = path.get(from + 1..to)?.to_owned();
        match self.id {
            "R20-path" => {
                path.replace_range(from..=to, "");
                None
            }
            "R20-word" => {
                path.replace_range(from..=to, "undefined");
                None
            }
            _ => Some(name),
        }
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
            "R09-groups" => grouped(&text),
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
            "R05-address" => text.replace("//", "/"),
            "R05-file" if text.starts_with('@') => String::new(),
            "R05-groups" => text.replace("$&", "").replace("$$", "$"),
            "R05-json" if text.starts_with('{') => {
                serde_json::from_str::<Value>(&text).map_or(text, |value| value.to_string())
            }
            "R05-entities" => text.replace('<', "&lt;").replace('>', "&gt;"),
            "R06" => each(|c| if c > '\u{ff}' { '?' } else { c }),
            "R06-astral" => each(|c| if c > '\u{ffff}' { '\u{fffd}' } else { c }),
            "R06-space" => text.replace('\u{a0}', " "),
            "R06-joiner" => text.chars().filter(|c| !is_mark(*c)).collect(),
            "R07" => text.replace('\n', ""),
            "R07-crlf" => text.replace("\r\n", "\n"),
            "R31" => without_seconds(&text).unwrap_or(text),
            "R31-offset" if without_seconds(&text).is_some() => text.replace('Z', "+00:00"),
            "R31-epoch" if without_seconds(&text).is_some() => text.chars().filter(char::is_ascii_digit).collect(),
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
            "R03-three" if ["WuyingServer", "ALL"].iter().all(|v| params.values().any(|given| given == v)) => {
                pairs.extend(params.contains_key("AutoCleanUserdata").then(|| ("Debug".into(), "1".into())));
            }
            "R15-brackets" => pairs.iter_mut().for_each(|(name, _)| *name = in_brackets(name)),
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
                match kept.contains(c) || (self.is("R06-raw") && !c.is_ascii()) {
                    true => out.extend_from_slice(c.encode_utf8(&mut letter).as_bytes()),
                    false => pe_into(c.encode_utf8(&mut letter).as_bytes(), &mut out),
                }
            }
            out
        };
        if let Some(varied) = self.varied(text) {
            return varied;
        }
        match self.id {
            "R04" => keeping(" "),
            "R06-raw" => keeping(""),
            "R07-raw" => keeping("\r\n\t"),
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

/// `1234567` as `1,234,567`.
fn grouped(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        let left = text.len() - at;
        if at > 0 && left.is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `Tag.1.Key` as `Tag[0].Key`.
fn in_brackets(name: &str) -> String {
    let mut out = String::new();
    for segment in name.split('.') {
        match segment.parse::<u64>() {
            Ok(number) => out.push_str(&format!("[{}]", number.saturating_sub(1))),
            Err(_) if out.is_empty() => out.push_str(segment),
            Err(_) => out.push_str(&format!(".{segment}")),
        }
    }
    out
}

fn rename(pairs: &mut Pairs, from: &str, to: &str) {
    pairs.iter_mut().filter(|(name, _)| name == from).for_each(|(name, _)| *name = to.to_owned());
}

fn each_segment(pairs: &mut Pairs, change: impl Fn(&str) -> Option<String>) {
    for (name, _) in pairs {
        *name = name.split('.').filter_map(&change).collect::<Vec<_>>().join(".");
    }
}

/// Refuses a call, if so.
pub(super) fn refused(is_refused: bool, why: &str) -> Result<(), String> {
    if is_refused { Err(why.to_owned()) } else { Ok(()) }
}

/// Puts U+FFFD where a text is not valid Unicode.
fn mend(value: &mut Value) {
    let Some(units) = value.get("$utf16").and_then(Value::as_array) else { return };
    let units: Vec<u16> = units.iter().filter_map(|unit| u16::try_from(unit.as_u64()?).ok()).collect();
    *value = String::from_utf16_lossy(&units).into();
}
