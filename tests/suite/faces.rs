//! What the fake says is the same whichever face carries it: the function, the tap, a wiremock server.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;

use fineprint::case::{Answer, Body, Fault, Serve};
use fineprint::contract::Contract;
use fineprint::extract::{Input, read};
use fineprint::fake::{Fake, Plan, Say, answer};
use fineprint::run::{Choice, cases};
use fineprint::serve::{Server, Setup};
use fineprint::tap::Tap;
use fineprint::wire::{Parsed, parse};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wiremock::MockServer;

const CALL: &str = "/?Action=CreateImageByInstance&Version=2021-09-01";

fn page() -> Arc<Contract> {
    let text = include_str!("../../fixtures/pages/create-image-by-instance.txt");
    Arc::new(read(&[Input { name: "page.txt", text }]))
}

/// The status, the headers with names in small letters, and the body of an answer.
pub(crate) type Got = (u16, Vec<(String, String)>, Vec<u8>);

/// One request on a connection of its own, and its answer.
pub(crate) async fn get(address: &str, target: &str) -> std::io::Result<Got> {
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let head = format!("GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let at = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..at]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|l| l.split(' ').nth(1)?.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    let headers = lines.filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned()));
    Ok((status, headers.collect(), answer[at + 4..].to_vec()))
}

/// The plans of a whole run that a wiremock server can carry, one of each kind: all but those with a framing of their own or with a fault,
/// of which it knows a late answer.
fn planned(contract: &Contract) -> Vec<Arc<[Arc<Serve>]>> {
    let choice = Choice { random: 0, strength: 1, ..Choice::default() };
    let mut kinds = BTreeSet::new();
    let all = cases(contract, &choice).expect("the page has an operation").flat_map(|(_, cases)| cases);
    let new = all.filter(|case| {
        let statuses = case.steps.iter().flat_map(|step| &step.attempts).map(|serve| serve.answer.status);
        kinds.insert((case.origin, case.about.clone(), statuses.collect::<Vec<_>>()))
    });
    let framed = |(name, _): &(String, String)| {
        ["transfer-encoding", "content-length"].contains(&name.to_ascii_lowercase().as_str())
    };
    let carried = |serve: &Arc<Serve>| {
        let late = matches!(serve.fault, None | Some(Fault::Stall { after: 0, .. }));
        late && !matches!(serve.answer.body, Body::Wire { .. }) && !serve.answer.headers.iter().any(framed)
    };
    let soon = |mut serve: Arc<Serve>| {
        if let Some(Fault::Stall { ms, .. }) = &mut Arc::make_mut(&mut serve).fault {
            *ms = 20;
        }
        serve
    };
    let plans = new.flat_map(|case| case.steps).map(|step| step.attempts);
    plans.filter(|plan| plan.iter().all(carried)).map(|plan| plan.into_iter().map(soon).collect()).collect()
}

/// What an answer says on any wire: its status, the headers that it names, its body.
fn said(answer: &Answer) -> Got {
    let headers = answer.headers.iter().map(|(n, v)| (n.to_ascii_lowercase(), v.clone()));
    let body = if answer.status == 204 { Vec::new() } else { answer.body.bytes() };
    (answer.status, headers.collect(), body)
}

fn assert_says(face: &str, got: &Got, expected: &Got, about: &str) {
    assert_eq!(got.0, expected.0, "{face}, {about}");
    for header in &expected.1 {
        assert!(got.1.contains(header), "{face}, {about}: no {header:?} in {:?}", got.1);
    }
    // Bodies of some MiB are not shown.
    assert!(got.2 == expected.2, "{face}, {about}: {} bytes, not {}", got.2.len(), expected.2.len());
}

#[tokio::test]
async fn all_faces_give_the_same_answer() {
    let contract = page();
    let (server, tap) = (MockServer::start().await, Tap::open().expect("a port"));
    let fake = Fake::mount(Arc::clone(&contract), &server).await;
    let mut says = vec![Say::Sample, Say::Fresh, Say::Error("none of the page's".into())];
    says.extend(contract.operations[0].errors.iter().map(|e| Say::Error(e.label())));
    let plans = planned(&contract);
    let is = |fits: &dyn Fn(&[Arc<Serve>]) -> bool| plans.iter().any(|plan| fits(plan));
    assert!(plans.len() > 200, "a run has many kinds of plans, not {}", plans.len());
    assert!(
        is(&|plan| plan.len() > 2) && is(&|plan| plan[0].fault.is_some()),
        "retries and late answers are among them"
    );
    says.extend(plans.into_iter().map(Say::Script));
    for (seed, say) in says.into_iter().enumerate() {
        let about = match &say {
            Say::Script(script) => format!("{:.300}", format!("{script:?}")),
            say => format!("{say:?}"),
        };
        // A request more than the plan has answers: the last one comes again.
        let requests = if let Say::Script(script) = &say { script.len() + 1 } else { 2 };
        fake.say(say.clone(), seed as u64);
        let plan =
            Arc::new(Plan { contract: Arc::clone(&contract), say, secrets: Default::default(), seed: seed as u64 });
        let of_tap = Arc::clone(&plan);
        tap.begin(Arc::new(move |request, nth| answer(request, nth, &of_tap)));
        for nth in 0..requests {
            let by_wiremock = get(&server.address().to_string(), CALL).await.expect("it answers");
            let expected = said(&answer(&fake.requests()[nth], nth, &plan).answer);
            assert_says("wiremock", &by_wiremock, &expected, &about);
            let by_tap = get(tap.endpoint().trim_start_matches("http://"), CALL).await.expect("it answers");
            assert_says("tap", &by_tap, &expected, &about);
            let media = |got: &Got| got.1.iter().find(|(name, _)| name == "content-type").cloned();
            assert_eq!(media(&by_wiremock), media(&by_tap), "{about}");
        }
        serves(&plan, &about).await;
    }
}

/// The server that lasts says the same, where a preference can ask for it.
async fn serves(plan: &Plan, about: &str) {
    let usual = match &plan.say {
        Say::Sample => "sample".to_owned(),
        Say::Fresh => "dynamic=true".to_owned(),
        Say::Error(label) if plan.contract.operations[0].errors.iter().any(|e| e.label() == *label) => {
            format!("error={label}")
        }
        Say::Error(_) | Say::Script(_) => return,
    };
    let usual = usual.parse().expect("it is a preference");
    let setup = Setup { usual, seed: plan.seed, ..Setup::new(Arc::clone(&plan.contract)) };
    let server = Server::start(setup, TcpListener::bind("127.0.0.1:0").expect("a port")).expect("it is served");
    for nth in 0..2 {
        let got = get(&server.address().to_string(), CALL).await.expect("it answers");
        let request = format!("GET {CALL} HTTP/1.1\r\nhost: x\r\n\r\n");
        let Parsed::Complete(request, _) = parse(request.as_bytes()) else { panic!("it is a request") };
        assert_says("serve", &got, &said(&answer(&request, nth, plan).answer), about);
    }
}
