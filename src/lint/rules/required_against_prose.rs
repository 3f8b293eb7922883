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
const WORDS: [(&str, Says); 14] = [
    ("this parameter is required only", Says::Sometimes),
    ("this parameter is required if", Says::Sometimes),
    ("this parameter is required when", Says::Sometimes),
    ("this parameter is required for", Says::Sometimes),
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
];

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
    let (sentence, says) = sentences(&description.value).find_map(|sentence| said(scene, row, sentence))?;
    let (transform, severity) = match (required, says) {
        (false, Says::Always) => ("optional in the table, required in prose", Severity::Warning),
        // The table has no way to say it, but who reads the table alone does not know.
        (false, Says::Sometimes) => ("optional in the table, sometimes required in prose", Severity::Note),
        (true, Says::Sometimes) => ("required in the table, only sometimes in prose", Severity::Warning),
        (true, Says::Never) => ("required in the table, optional in prose", Severity::Warning),
        _ => return None,
    };
    let short: String = sentence.chars().take(120).collect();
    let message = format!("`{}` is {}: `{short}`", row.name, transform.replace(", ", ", and "));
    let claim = Claim::new(transform, message, [head(row)].into_iter().chain(description.span));
    let claim = claim.at(severity).about(scene.clause("request", &row.name, "required"));
    Some(claim.settled_by(scene.fact("request", &row.name, "required")))
}

fn said<'t>(scene: &Scene<'_>, row: &Field, sentence: &'t str) -> Option<(&'t str, Says)> {
    let small = sentence.to_lowercase();
    let (at, words, says) = WORDS.iter().find_map(|(words, says)| Some((small.find(words)?, words, *says)))?;
    let own = words.starts_with("this ") || words.ends_with("parameter");
    // `Required if …` opens the sentence; further on, and beside another parameter's name, it is about something else.
    let opens = at == 0 || words.starts_with("you ");
    let others = scene.operation.parameters.iter().map(|p| &p.field.name).filter(|name| **name != row.name);
    let another = others.filter(|n| n.len() > 3).any(|name| sentence[at.min(sentence.len())..].contains(name.as_str()));
    let negated = small[..at].ends_with("not ") || small.contains("not required");
    (!negated && (own || (opens && !(words.starts_with("you ") && another)))).then_some((sentence, says))
}
