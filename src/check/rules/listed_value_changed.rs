//! A documented value that goes out as another.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "listed-value-changed",
    class: "R17",
    severity: Severity::Error,
    text: "A value of a closed list goes out as the page spells it, and one that the page does not list goes out as it was given.\n\
           Lists in a client grow stale; a value that is mapped or re-cased is refused, or means something else.\n\
           Example: `DiskType=ALL` goes out as `SYSTEM`.",
    look: Look::Parameter(look),
};

fn look(difference: &Difference<'_>) -> Option<Claim> {
    let What::Altered { expected, got, transform } = &difference.what else { return None };
    let field = difference.parameter?;
    let listed = |text: &str| field.values.iter().any(|v| v.value.as_str() == Some(text));
    let breach = difference.step.plan().breach.as_ref().is_some_and(|b| b.parameter == difference.name);
    // What an encoding does to blanks and awkward characters is not about the list.
    let about_list = matches!(transform.touched, Touched::Case | Touched::Other | Touched::All | Touched::Length);
    if !about_list || (!listed(expected) && !breach) {
        return None;
    }
    let transform = match listed(got) {
        true => format!("`{}`: {expected} sent as {got}", difference.name),
        false => format!("`{}`: {}", difference.name, transform.text),
    };
    Some(Claim::new(transform, format!("expected `{}` = `{expected}`, got {}", difference.name, quoted(got))))
}
