//! A script of answers: one preference a line, each for one request.

use super::preference::Preference;
use crate::contract::Contract;

/// Lines of a script, at most.
const MOST: usize = 100_000;

/// Answers for one request each, in order; a line with `operation=NAME` waits for a request of that operation.
///
/// A request takes the first line that is for it and was not taken; after the last of these it is answered as the last one says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script {
    lines: Vec<Line>,
    /// All before this one were taken.
    front: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    number: usize,
    text: String,
    preference: Preference,
    is_met: bool,
}

impl Script {
    /// Reads a script; empty lines and those that begin with `#` are left out.
    ///
    /// # Errors
    /// With the line's number, when it asks for something that there is not.
    pub fn parse(text: &str, contract: &Contract) -> Result<Script, String> {
        let mut lines = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if lines.len() == MOST {
                return Err(format!("line {number}: over {MOST} lines"));
            }
            let preference: Preference = line.parse().map_err(|e| format!("line {number}: {e}"))?;
            preference.check(contract).map_err(|e| format!("line {number}: {e}"))?;
            lines.push(Line { number, text: line.to_owned(), preference, is_met: false });
        }
        Ok(Script { lines, front: 0 })
    }

    /// What a request for this operation is answered, if the script has a line for it.
    pub(super) fn take(&mut self, operation: &str) -> Option<Preference> {
        let open = &mut self.lines[self.front..];
        let taken = open.iter_mut().find(|line| !line.is_met && line.preference.is_for(operation)).map(|line| {
            line.is_met = true;
            line.preference.clone()
        });
        self.front += self.lines[self.front..].iter().take_while(|line| line.is_met).count();
        taken.or_else(|| self.lines.iter().rev().find(|l| l.preference.is_for(operation)).map(|l| l.preference.clone()))
    }

    /// Begins again.
    pub(super) fn rewind(&mut self) {
        self.lines.iter_mut().for_each(|line| line.is_met = false);
        self.front = 0;
    }

    /// Each line with its number, and whether a request took it.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        self.lines.iter().map(|line| (line.number, line.text.as_str(), line.is_met))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Input, read};

    #[test]
    fn lines_are_taken_in_order_and_the_last_one_stays() {
        let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
        let contract = read(&[Input { name: "page.txt", text }]);
        let name = "CreateImageByInstance";
        let script = "# a\n\nerror=Throttling.User, code=429\noperation=CreateImageByInstance, code=400\nsample\n";
        let mut script = Script::parse(script, &contract).expect("it is fine");
        let taken: Vec<Option<Preference>> = (0..4).map(|_| script.take(name)).collect();
        assert_eq!(taken[2], Some(Preference::default()));
        assert_eq!(taken[3], taken[2]);
        assert_ne!(taken[0], taken[1]);
        assert!(script.lines().all(|(_, _, is_met)| is_met));
        script.rewind();
        // A line for another operation is left for it.
        assert_eq!(script.take("Other"), taken[0]);
        assert_eq!(script.take("Other"), taken[2]);
        assert_eq!(
            script.lines().map(|(n, _, is_met)| (n, is_met)).collect::<Vec<_>>(),
            [(3, true), (4, false), (5, true)]
        );
        let why = |text: &str| Script::parse(text, &contract).expect_err(text);
        assert!(why("sample\nfault=nope").starts_with("line 2: no fault `nope`"));
        assert!(why("operation=Nope").contains("no operation `Nope`"));
        assert!(why("error=Nope").contains("add `code=STATUS`"));
    }
}
