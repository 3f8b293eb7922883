//! Cases about errors.

use serde_json::{Map, Value, json};

use super::{Plan, step};
use crate::case::{Answer, Body, Origin};
use crate::contract::{Aspect, ErrorAspect, OtherErrorAspect, escape};
use crate::fake::{self, REQUEST_ID_HEADER};
use crate::generate::fresh::Fresh;

/// Cases for every documented error, and for those beside the page.
pub(super) fn plan(plan: &mut Plan<'_>) {
    for index in 0..plan.operation.errors.len() {
        documented(plan, index);
    }
    for &aspect in OtherErrorAspect::ALL {
        other(plan, aspect);
    }
}

/// The error as the page has it; then with a message that no client can know.
fn documented(plan: &mut Plan<'_>, index: usize) {
    let clauses: Vec<(String, ErrorAspect)> = plan
        .clauses
        .iter()
        .filter_map(|c| match c.aspect {
            Aspect::Error(of, aspect) if of == index => Some((c.id.clone(), aspect)),
            _ => None,
        })
        .collect();
    let error = &plan.operation.errors[index];
    let label = error.label();
    for (about, reworded) in [("as documented", false), ("with a new message", true)] {
        let (seed, mut fresh) = plan.fresh(&format!("error/{index}/{}#{about}", escape(&label)));
        let params = if reworded { plan.all(&mut fresh) } else { plan.required(&mut fresh) };
        let mut answer = fake::error(error, &mut fresh);
        if reworded && let Body::Json(body) = &mut answer.body {
            body["Message"] = json!(format!("{} ({})", error.message.trim_end_matches('.'), fresh.text(None)));
        }
        let ids = clauses.iter().map(|(id, _)| id.clone()).collect();
        plan.push(seed, Origin::Error, format!("{label} {about}"), ids, vec![step(params, vec![answer.into()])]);
    }
}

fn other(plan: &mut Plan<'_>, aspect: OtherErrorAspect) {
    let id = plan.id(&format!("error/other/{}", aspect.as_str()));
    for (index, about) in variants(aspect).into_iter().enumerate() {
        let (seed, mut fresh) = plan.fresh(&format!("{id}#{index}"));
        let params = plan.required(&mut fresh);
        let answer = answer(aspect, index, &mut fresh);
        plan.push(seed, Origin::Error, about, vec![id.clone()], vec![step(params, vec![answer.into()])]);
    }
}

/// Statuses that clients forget; none that asks for another attempt.
const STATUSES: [u16; 29] = [
    402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 416, 418, 421, 422, 423, 424, 428, 431, 451, 499, 500,
    501, 504, 505, 507, 511, 599,
];

/// Codes that stand on no page, because every operation has them.
const GATEWAY: [(u16, &str); 3] =
    [(400, "SignatureDoesNotMatch"), (404, "InvalidAccessKeyId.NotFound"), (403, "Forbidden.RAM")];

fn variants(aspect: OtherErrorAspect) -> Vec<String> {
    let fixed: &[&str] = match aspect {
        OtherErrorAspect::UndocumentedStatus => return STATUSES.iter().map(|s| format!("HTTP {s}")).collect(),
        OtherErrorAspect::UndocumentedCode => &[
            "a code that the page does not list",
            "a code in an unusual form",
            "a code that is a number",
            "a code of the gateway: SignatureDoesNotMatch",
            "a code of the gateway: InvalidAccessKeyId.NotFound",
            "a code of the gateway: Forbidden.RAM",
        ],
        OtherErrorAspect::MissingCode => &["no code", "a code that is null"],
        OtherErrorAspect::MissingMessage => &["no message", "a message that is null"],
        OtherErrorAspect::MissingRequestId => &[
            "a request id in the body only",
            "a request id in the header only",
            "no request id",
            "an id of another shape",
        ],
        OtherErrorAspect::FurtherMembers => &[
            "further members",
            "the detail of a denied access",
            "a further object with members of the same names",
            "no further members",
        ],
        OtherErrorAspect::Envelope => &["members with a small first letter", "members in an error object"],
        OtherErrorAspect::Text => &[
            "a message beyond ASCII",
            "a message of 3,000 characters",
            "a message with line ends and quotes",
            "a message with places to fill",
            "a message with blanks around it",
        ],
    };
    fixed.iter().map(|about| (*about).to_owned()).collect()
}

fn answer(aspect: OtherErrorAspect, index: usize, fresh: &mut Fresh) -> Answer {
    let code = format!("Unheard.{}", fresh.text(None));
    let message = format!("A message that nobody knows: {}.", fresh.text(None));
    let plain = |status: u16, fresh: &mut Fresh| fake::envelope(status, &code, &message, fresh);
    match aspect {
        OtherErrorAspect::UndocumentedCode if index == 0 => plain(400, fresh),
        OtherErrorAspect::UndocumentedCode if index == 2 => {
            let mut answer = plain(400, fresh);
            if let Body::Json(body) = &mut answer.body {
                body["Code"] = json!(fresh.integer());
            }
            answer
        }
        OtherErrorAspect::UndocumentedCode if index > 2 => {
            let (status, code) = GATEWAY[index - 3];
            fake::envelope(status, code, &message, fresh)
        }
        OtherErrorAspect::UndocumentedCode => {
            fake::envelope(400, &format!("{}_{}", fresh.text(None), fresh.integer()), &message, fresh)
        }
        OtherErrorAspect::UndocumentedStatus => plain(STATUSES[index], fresh),
        OtherErrorAspect::MissingCode => without(plain(400, fresh), "Code", index == 1),
        OtherErrorAspect::MissingMessage => without(plain(400, fresh), "Message", index == 1),
        OtherErrorAspect::MissingRequestId => {
            let mut answer = plain(400, fresh);
            if index == 3 {
                let id = json!(format!("req:{}/7f_3a", fresh.text(None)));
                answer.headers.retain(|(name, _)| name != REQUEST_ID_HEADER);
                return with(answer, |body| drop(body.insert("RequestId".into(), id)));
            }
            if index != 1 {
                answer.headers.retain(|(name, _)| name != REQUEST_ID_HEADER);
            }
            if index != 0 { without(answer, "RequestId", false) } else { answer }
        }
        OtherErrorAspect::FurtherMembers if index == 2 => {
            let inner = json!({ "Code": "Inner.Code", "Message": "An inner message.", "RequestId": fresh.id() });
            // Whoever looks for the first of that name finds the wrong one.
            with(plain(400, fresh), |body| drop(body.shift_insert(0, "Cause".into(), inner)))
        }
        OtherErrorAspect::FurtherMembers if index == 3 => with(plain(400, fresh), |body| {
            body.retain(|name, _| ["Code", "Message", "RequestId"].contains(&name.as_str()))
        }),
        OtherErrorAspect::FurtherMembers => plain(if index == 0 { 400 } else { 403 }, fresh),
        OtherErrorAspect::Envelope => {
            let mut answer = plain(400, fresh);
            if let Body::Json(body) = &mut answer.body {
                let small = json!({ "code": body["Code"], "message": body["Message"], "requestId": body["RequestId"] });
                *body = if index == 0 { small } else { json!({ "error": small }) };
            }
            answer
        }
        OtherErrorAspect::Text => {
            let text = match index {
                0 => format!("Größe überschritten: 实例不存在 😀 {}", fresh.text(None)),
                1 => format!("{} {}", "All work and no play makes a long message. ".repeat(70), fresh.text(None)),
                2 => format!("first line\nsecond \"line\"\\ {}", fresh.text(None)),
                3 => format!("100 % of %s, {{}} and {{0}} or ${{x}}: <b>&amp;</b> {}", fresh.text(None)),
                _ => format!("  blanks around {}  ", fresh.text(None)),
            };
            fake::envelope(400, &code, &text, fresh)
        }
    }
}

fn without(answer: Answer, member: &str, null: bool) -> Answer {
    with(answer, |body| match null {
        true => drop(body.insert(member.to_owned(), Value::Null)),
        false => drop(body.remove(member)),
    })
}

/// The answer with its members changed.
fn with(mut answer: Answer, change: impl FnOnce(&mut Map<String, Value>)) -> Answer {
    if let Body::Json(Value::Object(body)) = &mut answer.body {
        change(body);
    }
    answer
}
