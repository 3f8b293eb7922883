//! What a request, a run or a line of a script asks to be answered: `code=400, error=Instance.NotFound, fault=reset:20`.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::case::{Answer, Body, Serve};
use crate::contract::{Contract, Operation, SampleOf, TransportAspect};
use crate::fake::broken::{self, Asked, Broken};
use crate::fake::variant::{Variant, varied};
use crate::fake::{envelope, error, sample, success};
use crate::generate::fresh::Fresh;

/// The longest delay that can be asked for.
const MOST: Duration = Duration::from_secs(600);
const WORDS: &str = "`sample`, `code`, `error`, `example`, `dynamic`, `variant`, `fault`, `delay`";

/// What is asked to be answered. Nothing asks for the page's sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preference {
    /// Only requests for this operation; lines of a script know it.
    pub(super) operation: Option<String>,
    code: Option<u16>,
    error: Option<String>,
    example: Option<usize>,
    dynamic: bool,
    variant: Option<(Variant, Option<String>)>,
    fault: Option<(&'static Broken, Option<u32>)>,
    delay: Duration,
}

/// An answer, and what it shows of the page.
pub(super) struct Chosen {
    pub(super) serve: Arc<Serve>,
    pub(super) hold: Duration,
    pub(super) shows: Shows,
    pub(super) situation: Option<TransportAspect>,
    /// How long no connection is taken from now on.
    pub(super) refuses: Option<Duration>,
}

/// What of the page an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// The page's sample.
    Sample,
    /// A success with fresh values.
    Success,
    /// The documented error of this index.
    Error(usize),
    /// Nothing that stands on it.
    Nothing,
}

impl FromStr for Preference {
    type Err = String;

    fn from_str(text: &str) -> Result<Preference, String> {
        let mut asked = Preference::default();
        for piece in text.split([',', ';']).map(str::trim).filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            match name.as_str() {
                "sample" => {}
                "code" => asked.code = Some(code(value)?),
                "error" if !value.is_empty() => asked.error = Some(value.to_owned()),
                "operation" if !value.is_empty() => asked.operation = Some(value.to_owned()),
                "example" => {
                    let number = value.parse().ok().filter(|n| *n > 0);
                    asked.example =
                        Some(number.ok_or_else(|| format!("`example={value}` is no number of a sample, from 1"))?);
                }
                "dynamic" => asked.dynamic = truth(value)?,
                "variant" => asked.variant = Some(variant(value)?),
                "fault" => asked.fault = Some(fault(value)?),
                "delay" => asked.delay = delay(value)?,
                _ => return Err(format!("no preference `{piece}` (there are {WORDS})")),
            }
        }
        Ok(asked)
    }
}

fn code(value: &str) -> Result<u16, String> {
    let code = value.parse().ok().filter(|code| (200..=599).contains(code));
    code.ok_or_else(|| format!("`code={value}` is no HTTP status from 200 to 599"))
}

fn truth(value: &str) -> Result<bool, String> {
    match value {
        "true" | "" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`dynamic={value}` is neither true nor false")),
    }
}

fn variant(value: &str) -> Result<(Variant, Option<String>), String> {
    let (name, path) = value.split_once(':').map_or((value, None), |(name, path)| (name, Some(path)));
    let Some((_, variant)) = Variant::ALL.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = Variant::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!("no variant `{name}` (there are {})", names.join(", ")));
    };
    match path {
        Some(_) if !variant.takes_path() => Err(format!("the variant `{name}` takes no member")),
        path => Ok((*variant, path.map(str::to_owned))),
    }
}

fn fault(value: &str) -> Result<(&'static Broken, Option<u32>), String> {
    let (name, number) = value.split_once(':').map_or((value, None), |(name, number)| (name, Some(number)));
    let Some(way) = broken::named(name) else {
        let names: Vec<&str> = broken::BROKEN.iter().map(|b| b.name).collect();
        return Err(format!("no fault `{name}` (there are {})", names.join(", ")));
    };
    let number = match (number, way.number) {
        (None, _) => None,
        (Some(_), None) => return Err(format!("the fault `{name}` takes no number")),
        (Some(number), Some((meaning, _))) => {
            let parsed = number.parse().ok().filter(|n| *n <= 600_000);
            Some(parsed.ok_or_else(|| format!("`{number}` is no number of {meaning}, up to 600000"))?)
        }
    };
    Ok((way, number))
}

/// `500` and `500ms` are milliseconds, `2s` is seconds.
fn delay(value: &str) -> Result<Duration, String> {
    let time = match (value.strip_suffix("ms"), value.strip_suffix('s')) {
        (Some(ms), _) => ms.trim().parse().ok().map(Duration::from_millis),
        (None, Some(s)) => s.trim().parse().ok().map(Duration::from_secs),
        (None, None) => value.parse().ok().map(Duration::from_millis),
    };
    time.filter(|t| *t <= MOST).ok_or_else(|| format!("`delay={value}` is no time up to 600s (`500`, `500ms`, `2s`)"))
}

impl Preference {
    /// Whether it asks for nothing but the page's sample.
    pub(super) fn is_usual(&self) -> bool {
        *self == Preference { operation: self.operation.clone(), ..Preference::default() }
    }

    /// Whether a request for this operation is meant.
    pub(super) fn is_for(&self, operation: &str) -> bool {
        self.operation.as_ref().is_none_or(|name| name == operation)
    }

    /// Whether the pages have what is asked for.
    ///
    /// # Errors
    /// When no operation that is meant has it: no such operation, error or sample.
    pub fn check(&self, contract: &Contract) -> Result<(), String> {
        let mut why = match &self.operation {
            Some(name) => format!("no operation `{name}` on the pages"),
            None => "no operation on the pages".into(),
        };
        for operation in contract.operations.iter().filter(|o| self.is_for(&o.name)) {
            match self.choose(operation, Asked { host: "localhost", target: "/" }, &mut Fresh::new(0)) {
                Ok(_) => return Ok(()),
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    /// The answer to a request for this operation that went there.
    pub(super) fn choose(&self, operation: &Operation, asked: Asked<'_>, fresh: &mut Fresh) -> Result<Chosen, String> {
        let (mut answer, mut shows) = self.said(operation, fresh)?;
        if let Some((variant, path)) = &self.variant {
            answer = varied(*variant, path.as_deref(), answer, operation, fresh)?;
            shows = Shows::Nothing;
        }
        let (serve, situation) = match self.fault {
            None => (answer.into(), None),
            Some((way, number)) => (broken::serve(way, number, &answer, asked, fresh), Some(way.situation)),
        };
        let refuses = self.fault.filter(|(way, _)| way.situation == TransportAspect::Refused);
        let refuses = refuses.map(|(way, number)| Duration::from_millis(way.number(number).into()));
        Ok(Chosen { serve: Arc::new(serve), hold: self.delay, shows, situation, refuses })
    }

    fn said(&self, operation: &Operation, fresh: &mut Fresh) -> Result<(Answer, Shows), String> {
        let status_fits = |status: Option<u16>| self.code.is_none_or(|code| status.unwrap_or(400) == code);
        let documented = |wanted: &dyn Fn(&str, &str) -> bool| {
            operation.errors.iter().position(|e| wanted(&e.label(), &e.code) && status_fits(e.status))
        };
        match (&self.error, self.code) {
            (Some(name), code) => match (documented(&|label, code| label == name || code == name), code) {
                (Some(index), _) => Ok((error(&operation.errors[index], fresh), Shows::Error(index))),
                // An error that the page does not know is said when it is spelled out.
                (None, Some(code)) => Ok((envelope(code, name, "An error beside the page.", fresh), Shows::Nothing)),
                (None, None) => Err(format!(
                    "the page of {} has no error `{name}`; to have it all the same, add `code=STATUS`",
                    operation.name
                )),
            },
            (None, Some(code @ 300..)) => match documented(&|_, _| true) {
                Some(index) => Ok((error(&operation.errors[index], fresh), Shows::Error(index))),
                None => Err(format!(
                    "the page of {} has no error with status {code}; to have one all the same, add `error=CODE`",
                    operation.name
                )),
            },
            (None, code) => self.success(operation, fresh).map(|(answer, shows)| {
                let body = if code == Some(204) { Body::Empty } else { answer.body };
                (Answer { status: code.unwrap_or(answer.status), body, ..answer }, shows)
            }),
        }
    }

    fn success(&self, operation: &Operation, fresh: &mut Fresh) -> Result<(Answer, Shows), String> {
        if let Some(number) = self.example {
            let mut samples = operation.samples.iter().filter(|s| s.of != SampleOf::Request && s.value.is_some());
            let found = samples.nth(number - 1);
            let found = found.ok_or_else(|| format!("the page of {} has no sample {number}", operation.name))?;
            let status = found.status.unwrap_or(if found.of == SampleOf::Error { 400 } else { 200 });
            return Ok((Answer::json(status, found.value.clone().unwrap_or_default()), Shows::Sample));
        }
        Ok(match sample(operation).filter(|_| !self.dynamic) {
            Some(sample) => (sample, Shows::Sample),
            None => (success(operation, fresh), Shows::Success),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        text.parse::<Preference>().expect_err(text)
    }

    #[test]
    fn every_word_is_read() {
        let asked: Preference =
            "code=400, error=\"A.B\" ,dynamic=true; variant=null:Data.Id; fault=reset:20, delay=2s, operation=X"
                .parse()
                .expect("it is fine");
        let reset = broken::named("reset").expect("it is one");
        let expected = Preference {
            operation: Some("X".into()),
            code: Some(400),
            error: Some("A.B".into()),
            example: None,
            dynamic: true,
            variant: Some((Variant::Null, Some("Data.Id".into()))),
            fault: Some((reset, Some(20))),
            delay: Duration::from_secs(2),
        };
        assert_eq!(asked, expected);
        assert!("".parse::<Preference>().is_ok_and(|p| p.is_usual()));
        assert_eq!("delay=70".parse::<Preference>().map(|p| p.delay), Ok(Duration::from_millis(70)));
    }

    #[test]
    fn what_cannot_be_had_says_what_can() {
        assert!(why("respond-async").contains("`dynamic`"));
        assert!(why("fault=nope").contains("truncate"));
        assert_eq!(why("fault=bom:3"), "the fault `bom` takes no number");
        assert!(why("fault=reset:x").contains("bytes of the answer before it"));
        assert!(why("variant=nope").contains("camel-case"));
        assert_eq!(why("variant=envelope:A"), "the variant `envelope` takes no member");
        assert!(why("code=99").contains("200 to 599"));
        assert!(why("delay=601s").contains("600s"));
        assert!(why("example=0").contains("from 1"));
        assert!(why("dynamic=perhaps").contains("neither"));
    }
}
