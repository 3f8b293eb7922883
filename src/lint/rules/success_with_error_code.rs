//! A success that shows an error's code.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "success-with-error-code",
    severity: Severity::Warning,
    text: "The sample of a success shows the answer of a success.\n\
           A client that looks at `Code` takes such an answer for an error, and is right or wrong as the page is.\n\
           Example: `\"Code\": \"InvalidParameter.ProductType\"` below *Sample success responses*.",
    trips: "Response parameters\n\nExamples\n\nSample success responses\n\n{\"Success\": true, \"Code\": \"Instance.NotFound\"}\n",
    passes: "Response parameters\n\nExamples\n\nSample success responses\n\n{\"Success\": true, \"Code\": \"OK\"}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (sample, _) in scene.successes() {
        let top = |names: &[&str]| {
            scene.shown.iter().find(|s| s.sample.span == sample.span && names.contains(&s.path.to_lowercase().as_str()))
        };
        let flag = top(&["success"]);
        if let Some(flag) = flag.filter(|f| *f.value == Value::Bool(false) || f.value.as_str() == Some("false")) {
            let message = format!("the sample of a success says `{}`: false", flag.path);
            claims.push(Claim::new("a success that denies it", message, [flag.span, heading(sample)]));
        }
        let Some(code) = top(&["code", "errorcode", "errcode"]) else { continue };
        let Some(text) = code.value.as_str().filter(|_| !is_fine(code.value)) else { continue };
        let documented = scene.operation.errors.iter().find(|e| e.code == text);
        if documented.is_none() && !is_error_code(text) {
            continue;
        }
        let beside = flag.filter(|f| *f.value == Value::Bool(true));
        let message = match beside {
            Some(flag) => format!("the sample shows `{}`: true beside the error code `{text}`", flag.path),
            None => format!("the sample of a success shows the error code `{text}`"),
        };
        let other = documented.map(|e| e.span).or(beside.map(|f| f.span)).unwrap_or(heading(sample));
        let claim = Claim::new("error code in a success", message, [code.span, other]);
        claims.push(if beside.is_some() { claim.at(Severity::Error) } else { claim });
    }
    claims
}

/// The first line of a sample, which says whose it is, or stands right below.
fn heading(sample: &Sample) -> Span {
    Span::line(sample.span.page, sample.span.first)
}
