//! Prose that says of a parameter the opposite of its row.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "required-against-prose",
    severity: Severity::Warning,
    text: "Prose and the column *Required* agree.\n\
           A client is generated from the column; who reads the prose writes another program.\n\
           Example: the column says No, the prose: This parameter is required.",
    trips: "Request parameters\n\nNamestringNo\n\nThe name. This parameter is required.\n\nn\nImageIdstringNo\n\nThe image.\n\ni\n",
    passes: "Request parameters\n\nNamestringYes\n\nThe name. This parameter is required.\n\nn\nImageIdstringNo\n\nRequired parameters are checked first.\n\ni\n",
    look,
};

/// Words that hold of the parameter itself, and what they say.
const WORDS: [(&str, Says); 20] = [
    ("required only if", Says::Sometimes),
    ("required only when", Says::Sometimes),
    ("required if ", Says::Sometimes),
    ("required when ", Says::Sometimes),
    ("you need to specify ", Says::Sometimes),
    ("you must specify this parameter", Says::Always),
    ("this parameter must be specified", Says::Always),
    ("this parameter is required", Says::Always),
    ("this parameter is mandatory", Says::Always),
    ("this parameter is optional", Says::Never),
    ("if you do not set this parameter", Says::Never),
    ("if you do not specify this parameter", Says::Never),
    ("if this parameter is not specified", Says::Never),
    ("if this parameter is not set", Says::Never),
    ("if this parameter is left empty", Says::Never),
    ("此参数必填", Says::Always),
    ("该参数必填", Says::Always),
    ("不传时", Says::Never),
    ("如果不传", Says::Never),
    ("如果参数为空", Says::Never),
];

/// What makes a sentence one about some calls only, before or behind what it says of the parameter.
const SOMETIMES: [&str; 5] = ["if ", "when ", "only ", "for ", "to "];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Always,
    Sometimes,
    Never,
}

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    scene.operation.parameters.iter().filter_map(|p| one(scene, &p.field)).collect()
}

fn one(scene: &Scene<'_>, row: &Field) -> Option<Claim> {
    let (required, description) = (row.required?, row.description.as_ref()?);
    if let (true, Some(default)) = (required, &row.default) {
        let message = format!("`{}` is required in the table, and has a default: {}", row.name, shown(&default.value));
        let claim =
            Claim::new("required in the table, with a default", message, [head(row)].into_iter().chain(default.span));
        let claim = claim.about(scene.clause("request", &row.name, "required"));
        return Some(claim.settled_by(scene.fact("request", &row.name, "required")));
    }
    let (sentence, says) = sentences(&description.value).find_map(|sentence| said(scene, row, sentence))?;
    let small = sentence.to_lowercase();
    let conditional = ["if ", "when "].iter().any(|word| has_word(&small, word));
    let (transform, severity) = match (required, says) {
        (false, Says::Always) => ("optional in the table, required in prose", Severity::Warning),
        (true, Says::Sometimes) => ("required in the table, only sometimes in prose", Severity::Warning),
        (true, Says::Never) => ("required in the table, optional in prose", Severity::Warning),
        // The table has no way to say *if* and *when*, so that optional goes with them; a need without either does not.
        (false, Says::Sometimes) if !conditional => {
            ("optional in the table, sometimes required in prose", Severity::Note)
        }
        _ => return None,
    };
    let short: String = sentence.chars().take(120).collect();
    let message = format!("`{}` is {}: `{short}`", row.name, transform.replace(", ", ", and "));
    let claim = Claim::new(transform, message, [head(row)].into_iter().chain(description.span));
    let claim = claim.at(severity).about(scene.clause("request", &row.name, "required"));
    Some(claim.settled_by(scene.fact("request", &row.name, "required")))
}

/// Whether a text has the word, with its blank, where a word may begin.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

fn said<'t>(scene: &Scene<'_>, row: &Field, sentence: &'t str) -> Option<(&'t str, Says)> {
    let small = sentence.to_lowercase();
    let (at, words, says) = WORDS.iter().find_map(|(words, says)| Some((small.find(words)?, words, *says)))?;
    let (before, behind) = (&small[..at], small[at + words.len()..].trim_start());
    let says = match says {
        Says::Always if SOMETIMES.iter().any(|w| behind.starts_with(w) || has_word(before, w)) => Says::Sometimes,
        says => says,
    };
    let own = words.contains("this ") || words.ends_with("parameter") || !words.is_ascii();
    // `Required if …` opens the sentence; further on, and beside another parameter's name, it is about something else.
    let opens = at == 0 || words.starts_with("you ");
    let another = || {
        let mut names =
            sentence.get(at..).unwrap_or(sentence).split(|c: char| !c.is_alphanumeric() && c != '.' && c != '_');
        names.any(|name| name.len() > 3 && name != row.name && scene.is_parameter(name))
    };
    let negated = before.ends_with("not ") || small.contains("not required");
    (!negated && (own || (opens && !(words.starts_with("you ") && another())))).then_some((sentence, says))
}
