//! Texts that fit a regular expression of JSON Schema.

use proptest::strategy::{SBoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::dice::Dice;

/// Longer ones are left to the judge.
const LONGEST: usize = 1_000;

/// A regular expression made ready for drawing: alternatives, each without its anchors.
#[derive(Debug)]
pub(super) struct Pattern(Vec<SBoxedStrategy<String>>);

impl Pattern {
    /// None where the expression asks for more than can be aimed at, such as looking ahead.
    pub(super) fn of(said: &str) -> Option<Pattern> {
        if said.len() > LONGEST {
            return None;
        }
        let ready = |alternative: &str| {
            let strategy = proptest::string::string_regex(&ascii_classes(bare(alternative))).ok()?;
            Some(strategy.sboxed())
        };
        alternatives(said).into_iter().map(ready).collect::<Option<_>>().map(Pattern)
    }

    /// One text; it mostly fits.
    pub(super) fn draw(&self, dice: &mut Dice) -> String {
        let mut seed = [0; 16];
        seed[..8].copy_from_slice(&dice.next().to_le_bytes());
        seed[8..].copy_from_slice(&dice.next().to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::XorShift, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        dice.pick(&self.0).new_tree(&mut runner).map_or_else(|_| String::new(), |tree| tree.current())
    }
}

/// The alternatives at the top of an expression, or inside the one group that it consists of.
fn alternatives(said: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let (mut depth, mut class, mut escaped) = (0_i32, false, false);
    for (at, c) in said.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if !class => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => depth -= 1,
            '|' if !class && depth == 0 => cuts.push(at + 1),
            _ => {}
        }
    }
    let ends = cuts.iter().skip(1).map(|cut| cut - 1).chain([said.len()]).collect::<Vec<_>>();
    cuts.iter().zip(ends).map(|(from, to)| &said[*from..to]).collect()
}

/// An alternative without its anchors: what it searches for may stand alone.
fn bare(alternative: &str) -> &str {
    let start = alternative.strip_prefix('^').unwrap_or(alternative);
    let escapes = start.strip_suffix('$').map_or(0, |s| s.len() - s.trim_end_matches('\\').len());
    match start.strip_suffix('$') {
        Some(inner) if escapes.is_multiple_of(2) => inner,
        _ => start,
    }
}

/// All that JSON Schema takes for a blank: a class may exclude them.
const BLANKS: &str =
    "\\x09-\\x0d \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

/// The shorthand classes of JSON Schema are ASCII.
fn ascii_classes(said: &str) -> String {
    let mut out = String::with_capacity(said.len() * 2);
    let (mut class, mut chars) = (false, said.chars());
    while let Some(c) = chars.next() {
        if c != '\\' {
            class = (class || c == '[') && c != ']';
            out.push(c);
            continue;
        }
        let inner = match chars.next() {
            Some('d') => "0-9",
            Some('w') => "A-Za-z0-9_",
            Some('s') if class => BLANKS,
            Some('s') => " \\t\\n",
            Some(other) => {
                out.push('\\');
                out.push(other);
                continue;
            }
            None => break,
        };
        match class {
            true => out.push_str(inner),
            false => out.extend(["[", inner, "]"]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::judge::Judge;

    #[test]
    fn what_is_drawn_fits_the_pattern() {
        let patterns = [
            "^a|b$",
            "^[a-z][a-z0-9-]{2,62}$",
            "\\d{4}-\\d{2}",
            "^(ws|ecd)-[\\w-]+$",
            "^\\$\\{x\\}\\$$",
            "^[^\\s/]+/?$",
            "^$",
            "[]|x]",
            "x|(a|b)|[|]",
        ];
        let mut dice = Dice::new(1);
        for said in patterns {
            let pattern = Pattern::of(said);
            let judge = Judge::new(&json!({ "pattern": said })).ok();
            for _ in 0..50 {
                let (Some(pattern), Some(judge)) = (&pattern, &judge) else { continue };
                let text = pattern.draw(&mut dice);
                assert!(judge.accepts(&json!(text)), "{said} {text:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_aimed_at_is_told() {
        assert!(Pattern::of("^(?=a).*").is_none());
        assert!(Pattern::of("(").is_none());
    }
}
