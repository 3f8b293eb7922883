//! `[[answer]]`: what `fineprint serve` says to some requests.

use serde::Deserialize;

use crate::contract::Contract;
use crate::serve::When;

/// One entry: which requests, by key, operation or value, and what they are answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Answer {
    key: Option<String>,
    operation: Option<String>,
    parameter: Option<String>,
    value: Option<String>,
    answer: String,
}

impl Answer {
    /// The entry as the server takes it; why not, where the pages have no such answer.
    pub(super) fn when(&self, contract: &Contract) -> Result<When, String> {
        let parameter = match (&self.parameter, &self.value) {
            (Some(name), Some(value)) => Some((name.clone(), value.clone())),
            (None, None) => None,
            _ => return Err("`parameter` and `value` go together".into()),
        };
        if self.key.is_none() && self.operation.is_none() && parameter.is_none() {
            return Err("it names no `key`, `operation` or `parameter` (for all requests there is `--answer`)".into());
        }
        let answer = self.answer.parse()?;
        let when = When { key: self.key.clone(), operation: self.operation.clone(), parameter, answer };
        when.check(contract)?;
        Ok(when)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::extract::{Input, read};
    use crate::serve::When;

    fn answers(text: &str) -> Result<Vec<When>, String> {
        let page = include_str!("../../fixtures/pages/create-image-by-instance.txt");
        let contract = read(&[Input { name: "page.txt", text: page }]);
        Config::read("f.toml", text).and_then(|config| config.answers(&contract)).map_err(|e| e.to_string())
    }

    #[test]
    fn an_entry_names_requests_and_an_answer() {
        let text =
            "[[answer]]\nparameter = \"InstanceId\"\nvalue = \"ws-none\"\nanswer = \"error=Instance.NotFound\"\n";
        let whens = answers(text).unwrap();
        assert_eq!(whens[0].parameter, Some(("InstanceId".into(), "ws-none".into())));
        assert_eq!(Ok(whens[0].answer.clone()), "error=Instance.NotFound".parse());
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_line() {
        let why = |entry: &str| answers(&format!("\n[[answer]]\n{entry}\n")).unwrap_err();
        assert_eq!(why("key = \"k\"\nanswer = \"fault=nope\"").split(": no fault").next(), Some("f.toml:2"));
        assert!(why("key = \"k\"\nanswer = \"error=Nope\"").contains("no error `Nope`"));
        assert!(why("answer = \"dynamic=true\"").contains("names no `key`"));
        assert!(why("parameter = \"A\"\nanswer = \"dynamic=true\"").contains("go together"));
        assert!(why("operation = \"Nope\"\nanswer = \"dynamic=true\"").contains("no operation `Nope`"));
    }
}
