//! Cases about what goes over the connection.

use super::{LONG_MS, Plan, by, failing, step};
use serde_json::Value;

use crate::case::{Answer, Body, Certificate, Fault, Object, Origin, Serve, Step};
use crate::contract::TransportAspect as T;
use crate::fake;
use crate::fake::broken::{
    bad_length, deep, doubled, filled, headed, huge, indented, json_type, not_utf8, padded, raw, redirect, retyped,
    untyped, value, with_bom,
};
use crate::fake::coding::{compressed, damaged, endless, unsaid};
use crate::fake::framing::{extended, interim};
use crate::generate::fresh::Fresh;

/// Bytes of an answer after which a fault is well within its body.
pub(super) const WITHIN: u32 = 4_000;
/// When an answer comes that is waited for: later than it may take to connect, and long before its client gives up.
const LATE_MS: u32 = 800;

/// Stands for another origin in a `Location`, with or without its scheme before it; a lane puts its own there.
pub(crate) const FOREIGN: &str = "//foreign.invalid";

/// Cases for every situation.
pub(super) fn plan(plan: &mut Plan<'_>) {
    for &situation in T::ALL {
        let id = plan.id(&format!("transport/{}", situation.as_str()));
        let (_, mut probe) = plan.fresh(&id);
        let count = variants(plan, situation, &mut probe).len();
        for index in 0..count {
            let (seed, mut fresh) = plan.fresh(&format!("{id}#{index}"));
            let (about, object, serves) = variants(plan, situation, &mut fresh).swap_remove(index);
            let mut params = plan.required(&mut fresh);
            if params.is_empty() {
                params = plan.all(&mut fresh);
            }
            let mut first = step(params, serves);
            first.object = object;
            let mut steps = vec![first];
            if situation == T::Interim {
                let hints = interim(&fake::success(plan.operation, &mut fresh), 103);
                steps.push(by(object, step(plan.required(&mut fresh), said(hints))));
                steps.push(by(object, plan.call(plan.required(&mut fresh), &mut fresh)));
            }
            if situation == T::Throttled && index == 1 {
                // Who counts attempts for an object, and not for a call, has none left.
                let call = plan.call(plan.required(&mut fresh), &mut fresh);
                let mut attempts = vec![steps[0].attempts[0].clone()];
                attempts.extend(call.attempts);
                steps.push(Step { object, attempts, ..step(call.params, Vec::new()) });
            }
            if situation == T::Late {
                steps.push(Step { object: Object::Hasty, ..plan.call(plan.required(&mut fresh), &mut fresh) });
            }
            if situation == T::Certificate {
                // Who is careful once may remember that it was, and not look again.
                steps.push(Step { object, ..plan.call(plan.required(&mut fresh), &mut fresh) });
            }
            let waits = matches!(situation, T::Throttled | T::ThrottledForever | T::Drip | T::Slow);
            let steadfast = !waits && !matches!(object, Object::Nowhere | Object::Secure(_)) && steps.len() == 1;
            let subject = (index == 0 && steadfast).then(|| steps[0].clone());
            plan.push(seed, Origin::Fault, about, vec![id.clone()], steps);
            if let Some(subject) = subject {
                seventh(plan, &id, about, subject);
            }
        }
    }
}

/// The same as the seventh call of an object that has seen successes and errors, one just before: who behaves at first may not
/// do so any more.
fn seventh(plan: &mut Plan<'_>, id: &str, about: &str, subject: Step) {
    let (seed, mut fresh) = plan.fresh(&format!("{id}#seventh"));
    let object = if subject.object == Object::Turn { Object::Fresh } else { subject.object };
    let mut steps: Vec<Step> = (0..6)
        .map(|n| {
            let params = if n < 3 { plan.all(&mut fresh) } else { plan.required(&mut fresh) };
            let step = if n % 3 == 2 { failing(plan, n, params, &mut fresh) } else { plan.call(params, &mut fresh) };
            Step { leads_in: true, ..by(object, step) }
        })
        .collect();
    steps.push(by(object, subject));
    plan.push(seed, Origin::Fault, format!("{about}, as the seventh call"), vec![id.to_owned()], steps);
}

/// A number of attempts is a leave to try again what was not carried out, and nothing else.
fn told_to_retry(plan: &Plan<'_>, about: &'static str, first: Serve, success: &Answer) -> Option<Variant> {
    plan.options.can.contains("retries").then(|| (about, Object::Attempts(3), vec![first, success.clone().into()]))
}

/// An error whose message is cut: what is there of it can be fished out.
fn cut_error(fresh: &mut Fresh) -> Serve {
    let mut answer = fake::envelope(400, "Name.AlreadyExists", "It exists already, under another owner.", fresh);
    if let Body::Json(Value::Object(members)) = &mut answer.body
        && let Some(message) = members.shift_remove("Message")
    {
        members.insert("Message".into(), message);
    }
    let text = value(&answer).to_string();
    let within = text.find(", under").and_then(|at| i32::try_from(at).ok()).unwrap_or(-1);
    Serve { answer, fault: Some(Fault::Truncate { body: within }) }
}

fn said(answer: Answer) -> Vec<Serve> {
    vec![Serve::from(answer)]
}

type Variant = (&'static str, Object, Vec<Serve>);

fn variants(plan: &Plan<'_>, situation: T, fresh: &mut Fresh) -> Vec<Variant> {
    let success = fake::success(plan.operation, fresh);
    let faulty = |fault: Fault| vec![Serve { answer: success.clone(), fault: Some(fault) }];
    let within = |fault: Fault| vec![Serve { answer: indented(&success, 2 * WITHIN as usize), fault: Some(fault) }];
    let turn = Object::Turn;
    match situation {
        T::Truncated => {
            let padded = Answer { headers: vec![json_type()], body: padded(&success), ..success.clone() };
            let mut chunked = success.clone();
            chunked.headers.push(("Transfer-Encoding".into(), "chunked".into()));
            vec![
                (
                    "the last chunk missing",
                    turn,
                    vec![Serve { answer: chunked, fault: Some(Fault::Truncate { body: -5 }) }],
                ),
                ("the body cut after 10 bytes", turn, faulty(Fault::Truncate { body: 10 })),
                ("an error cut within its message", turn, vec![cut_error(fresh)]),
                ("the body cut in the middle of a member", turn, faulty(Fault::Truncate { body: -20 })),
                ("the last brace cut off", turn, faulty(Fault::Truncate { body: -1 })),
                (
                    "two blanks at the end cut off",
                    turn,
                    vec![Serve { answer: padded, fault: Some(Fault::Truncate { body: -2 }) }],
                ),
                (
                    "the body cut, and no length that tells",
                    turn,
                    vec![Serve {
                        answer: headed(&success, &[("Content-Length", "")]),
                        fault: Some(Fault::Truncate { body: -20 }),
                    }],
                ),
                (
                    "the last chunk not sent",
                    turn,
                    vec![Serve {
                        answer: headed(&success, &[("Transfer-Encoding", "chunked")]),
                        fault: Some(Fault::Truncate { body: -5 }),
                    }],
                ),
            ]
        }
        T::Reset => vec![
            ("a reset before the answer", turn, faulty(Fault::Reset { after: 0 })),
            ("a reset within the head", turn, faulty(Fault::Reset { after: 20 })),
            ("a reset within the body", turn, within(Fault::Reset { after: WITHIN })),
        ]
        .into_iter()
        .chain(told_to_retry(
            plan,
            "a reset, told to try three times",
            Serve { answer: success.clone(), fault: Some(Fault::Reset { after: 0 }) },
            &success,
        ))
        .collect(),
        T::Closed => vec![
            ("closed before the answer", turn, faulty(Fault::Close { after: 0 })),
            ("closed within the head", turn, faulty(Fault::Close { after: 20 })),
        ],
        T::Refused => vec![("nobody listens", Object::Nowhere, said(success))],
        T::Stall => vec![
            ("silence once the head is there", Object::Hasty, within(Fault::Stall { after: WITHIN, ms: LONG_MS })),
            ("no answer at all", Object::Hasty, faulty(Fault::Stall { after: 0, ms: LONG_MS })),
            (
                "silence within a chunk",
                Object::Hasty,
                vec![Serve {
                    answer: headed(&indented(&success, 2 * WITHIN as usize), &[("Transfer-Encoding", "chunked")]),
                    fault: Some(Fault::Stall { after: WITHIN, ms: LONG_MS }),
                }],
            ),
            ("silence within the head", Object::Hasty, faulty(Fault::Stall { after: 60, ms: LONG_MS })),
        ],
        T::Slow => {
            vec![("an answer that comes late, and in time", turn, faulty(Fault::Stall { after: 0, ms: LATE_MS }))]
        }
        T::Drip => vec![
            (
                "a byte every 100 ms, twenty times",
                Object::Hasty,
                faulty(Fault::Drip { bytes: 1, every_ms: 100, most: 20 }),
            ),
            (
                "a few bytes every 100 ms, to the end",
                Object::Hasty,
                faulty(Fault::Drip { bytes: 20, every_ms: 100, most: 400 }),
            ),
            (
                "the head at once, and the body in pieces",
                Object::Hasty,
                vec![Serve {
                    answer: indented(&success, 40_000),
                    fault: Some(Fault::Drip { bytes: 2_000, every_ms: 100, most: 40_000 }),
                }],
            ),
        ],
        T::Late => vec![(
            "the answer comes when the client has given up",
            Object::Hasty,
            faulty(Fault::Stall { after: 0, ms: 1_200 }),
        )],
        T::NotJson => vec![
            ("a word that is no JSON", turn, said(raw(200, "application/json", "{\"Data\": nope}"))),
            ("plain text", turn, said(raw(200, "text/plain", "OK"))),
            ("half an object", turn, said(raw(200, "application/json", "{\"Data\":{\"a\":"))),
            ("a list", turn, said(raw(200, "application/json", "[]"))),
            ("a comma before the last brace", turn, said(raw(200, "application/json", "{\"Code\":\"200\",}"))),
            ("more after the object", turn, said(raw(200, "application/json", &format!("{} ;", value(&success))))),
        ],
        T::HtmlSuccess => {
            vec![("a page to log in", turn, said(raw(200, "text/html", "<html><body>Please log in</body></html>")))]
        }
        T::HtmlError => vec![
            ("HTML with 502", turn, said(raw(502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>"))),
            ("HTML with 404", turn, said(raw(404, "text/html", "<html><body><h1>404 Not Found</h1></body></html>"))),
            ("plain text with 500", turn, said(raw(500, "text/plain", "upstream connect error"))),
            ("a null with 500", turn, said(raw(500, "application/json", "null"))),
            ("a list with 400", turn, said(raw(400, "application/json", "[\"no\"]"))),
            ("half an object with 400", turn, said(raw(400, "application/json", "{\"Code\":\"Half"))),
        ],
        T::Empty => vec![
            (
                "an empty body with 200",
                turn,
                said(Answer { status: 200, headers: vec![json_type()], body: Body::Empty }),
            ),
            ("a body of blanks with 200", turn, said(raw(200, "application/json", " \n"))),
        ],
        T::EmptyError => vec![
            ("an empty body with 500", turn, said(Answer { status: 500, headers: vec![], body: Body::Empty })),
            ("an empty body with 400", turn, said(Answer { status: 400, headers: vec![], body: Body::Empty })),
        ],
        T::NoContent => {
            vec![("204 No Content", turn, said(Answer { status: 204, headers: vec![], body: Body::Empty }))]
        }
        T::ContentType => ["text/plain", "text/html; charset=utf-8", "application/octet-stream"]
            .into_iter()
            .map(|media| ("JSON under another content type", turn, said(retyped(&success, media))))
            .chain([
                ("JSON of which nobody says what it is", turn, said(untyped(&success))),
                (
                    "an error in JSON under another content type",
                    turn,
                    said(retyped(
                        &fake::envelope(400, "Name.AlreadyExists", "It exists already.", fresh),
                        "text/plain",
                    )),
                ),
            ])
            .collect(),
        T::InvalidUtf8 => vec![("bytes that are not UTF-8", turn, said(not_utf8(&success)))],
        T::Bom => vec![("a byte order mark first", turn, said(with_bom(&success)))],
        T::Mislabelled => {
            vec![
                ("plain JSON that is called gzip", turn, said(headed(&success, &[("Content-Encoding", "gzip")]))),
                ("gzip that nobody calls so", turn, said(unsaid(&success))),
                ("gzip without its end", turn, said(endless(&success))),
                ("gzip with a wrong checksum", turn, said(damaged(&success))),
            ]
        }
        T::Compressed => vec![("gzip, for a client that takes it", turn, said(compressed(&success)))],
        T::DuplicateKeys => vec![("every member twice", turn, said(doubled(&success)))],
        T::Deep => vec![("50,000 nested lists", Object::Fresh, said(deep()))],
        T::Huge => vec![("a text of 2 MiB", turn, said(huge(&success)))],
        T::Chunked => {
            let mut answer = success.clone();
            answer.headers.push(("Transfer-Encoding".into(), "chunked".into()));
            // Of three characters at the ends of chunks, at most one ends there.
            let wide = filled(&answer, "世".repeat(17_000));
            vec![
                ("an answer in chunks", turn, said(answer)),
                ("characters that begin in one chunk and end in the next", turn, said(wide)),
                ("chunks with extensions", turn, said(extended(&success))),
            ]
        }
        T::Interim => {
            vec![("an interim answer before the answer", Object::Fresh, said(interim(&success, 100)))]
        }
        T::Garbage => vec![
            ("bytes that are no HTTP", turn, faulty(Fault::Garbage)),
            ("a length that is no number", turn, said(bad_length(&success))),
            (
                "a chunk whose size is no number",
                turn,
                vec![Serve {
                    answer: headed(&success, &[("Transfer-Encoding", "chunked")]),
                    fault: Some(Fault::Garble { body: 0 }),
                }],
            ),
        ],
        T::Redirect => [301, 302, 303, 307, 308]
            .into_iter()
            .map(|status| {
                (
                    "a redirect at the same origin",
                    Object::Fresh,
                    [said(redirect(status, "/elsewhere")), said(success.clone())].concat(),
                )
            })
            .collect(),
        T::RedirectForeign => [301, 302, 303, 307, 308]
            .into_iter()
            .map(|status| {
                (
                    "a redirect to another origin",
                    Object::Fresh,
                    said(redirect(status, &format!("http:{FOREIGN}/elsewhere"))),
                )
            })
            .chain([(
                "a redirect to another origin, of the same scheme",
                Object::Fresh,
                said(redirect(307, &format!("{FOREIGN}/elsewhere"))),
            )])
            .collect(),
        T::RedirectLoop => vec![("a redirect to itself", Object::Fresh, said(redirect(307, "/")))],
        T::Throttled if plan.options.can.contains("retries") => {
            let throttled = |fresh: &mut Fresh, ms: u64| {
                let mut answer = fake::envelope(429, "Throttling.User", "Too many requests.", fresh);
                answer.headers.push(("x-acs-retry-after".into(), ms.to_string()));
                answer.headers.push(("Retry-After".into(), ms.div_ceil(1_000).to_string()));
                Serve::from(answer)
            };
            let success = || Serve::from(success.clone());
            vec![
                ("throttled, then accepted", Object::Attempts(3), vec![throttled(fresh, 1_000), success()]),
                (
                    "throttled twice, then accepted",
                    Object::Attempts(3),
                    vec![throttled(fresh, 100), throttled(fresh, 100), success()],
                ),
                ("throttled, told to try once", Object::Attempts(1), vec![throttled(fresh, 100), success()]),
            ]
        }
        T::Throttled => vec![],
        T::ThrottledForever => {
            let mut hinted = fake::envelope(429, "Throttling.User", "Too many requests.", fresh);
            hinted.headers.push(("x-acs-retry-after".into(), "100".into()));
            let mut all = vec![(
                "throttled for ever",
                Object::Fresh,
                said(fake::envelope(429, "Throttling.User", "Too many requests.", fresh)),
            )];
            if plan.options.can.contains("retries") {
                all.push(("throttled for ever, told to try three times", Object::Attempts(3), said(hinted)));
                let bare = |status| fake::envelope(status, "Throttling.User", "Too many requests.", &mut Fresh::new(0));
                all.push(("throttled for ever without a hint", Object::Attempts(3), said(bare(429))));
                all.push(("throttled for ever with HTTP 400", Object::Attempts(3), said(bare(400))));
            }
            all
        }
        T::ServerError => {
            let internal = Serve::from(fake::envelope(500, "InternalError", "Internal error.", fresh));
            let gateway = Serve::from(fake::envelope(504, "GatewayTimeout", "Timed out.", fresh));
            let mut all = vec![
                ("a 500, then a success", Object::Fresh, vec![internal.clone(), success.clone().into()]),
                ("a 504, then a success", Object::Fresh, vec![gateway, success.clone().into()]),
            ];
            let bad = Serve::from(fake::envelope(502, "BadGateway", "Bad gateway.", fresh));
            all.extend(told_to_retry(plan, "a 500, told to try three times", internal, &success));
            all.extend(told_to_retry(plan, "a 502, told to try three times", bad, &success));
            all
        }
        T::Unavailable => {
            let down = said(fake::envelope(503, "ServiceUnavailable", "The service is down.", fresh));
            let mut all = vec![("a 503 for ever", Object::Fresh, down.clone())];
            if plan.options.can.contains("retries") {
                all.push(("a 503 for ever, told to try three times", Object::Attempts(3), down));
            }
            all
        }
        T::Certificate if plan.options.can.contains("ca") => Certificate::ALL
            .into_iter()
            .map(|certificate| {
                let about = match certificate {
                    Certificate::Good => "a certificate of the authority that the client is given",
                    Certificate::OtherHost => "a certificate of another host",
                    Certificate::Expired => "a certificate that has expired",
                    Certificate::NotYetValid => "a certificate that is not yet good",
                    Certificate::UnknownAuthority => "a certificate of an unknown authority",
                    Certificate::SelfSigned => "a certificate that vouches for itself",
                };
                (about, Object::Secure(certificate), said(success.clone()))
            })
            .collect(),
        T::Certificate => vec![],
        T::FirstCause => vec![(
            "a 500, then a 400",
            Object::Fresh,
            vec![
                fake::envelope(500, "InternalError", "Internal error.", fresh).into(),
                fake::envelope(400, "Name.AlreadyExists", "It exists already.", fresh).into(),
            ],
        )],
    }
}
