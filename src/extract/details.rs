//! Pages whose tables have two columns: the name with its type, and everything else.

use crate::page::words::{BUTTONS, FOLDED, SHOWN};

/// A line with its number.
type Numbered = (u32, String);

/// What such a cell says, and the example that it shows.
pub(super) fn parted(lines: &[Numbered]) -> (Vec<Numbered>, Option<Numbered>) {
    let mut said = Vec::new();
    let mut shown = None;
    let put = |said: &mut Vec<Numbered>, line: u32, text: &str| {
        let text = unfolded(text);
        if !text.is_empty() {
            said.push((line, text.to_owned()));
        }
    };
    for (line, text) in lines {
        match example(text).filter(|_| shown.is_none()) {
            Some((before, example)) => {
                put(&mut said, *line, before);
                shown = Some((*line, unfolded(example).to_owned())).filter(|(_, text)| !text.is_empty());
            }
            None => put(&mut said, *line, text),
        }
    }
    (said, shown)
}

/// What stands before and behind the words that introduce an example.
fn example(text: &str) -> Option<(&str, &str)> {
    let found = SHOWN.iter().filter_map(|words| Some((text.find(words)?, words.len()))).min();
    found.map(|(at, length)| (text[..at].trim(), text[at + length..].trim()))
}

/// A text without the labels of what the page folded.
fn unfolded(text: &str) -> &str {
    let end = FOLDED.iter().filter_map(|words| text.find(words)).min().unwrap_or(text.len());
    text[..end].trim()
}

/// A message without the label of the button that stands behind it.
pub(super) fn without_button(text: &str) -> &str {
    BUTTONS.iter().find_map(|label| text.strip_suffix(label)).filter(|rest| !rest.is_empty()).unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_details_holds_an_example() {
        let line = |text: &str| (1, text.to_owned());
        assert_eq!(
            parted(&[line("The type. 取值范围:展开详情"), line("示例值:VM参考取值来源:"), line("More.")]),
            (vec![line("The type."), line("More.")], Some(line("VM")))
        );
        assert_eq!(parted(&[line("Its name. Example: a")]), (vec![line("Its name.")], Some(line("a"))));
        assert_eq!(without_button("It is gone.诊断"), "It is gone.");
    }
}
