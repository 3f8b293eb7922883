//! What the fake says is the same whichever face carries it: the function, the tap, a wiremock server.

use std::collections::BTreeSet;
use std::sync::Arc;

use fineprint::case::{Answer, Serve};
use fineprint::contract::Contract;
use fineprint::extract::{Input, read};
use fineprint::fake::{Fake, Plan, Say, answer};
use fineprint::run::{Choice, cases};
use fineprint::tap::Tap;
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

/// The answers of a whole run that need no raw bytes, one of each kind.
fn planned(contract: &Contract) -> Vec<Arc<Serve>> {
    let choice = Choice { random: 0, strength: 1, ..Choice::default() };
    let mut kinds = BTreeSet::new();
    let all = cases(contract, &choice).expect("the page has an operation").flat_map(|(_, cases)| cases);
    let new = all.filter(|case| kinds.insert((case.origin, case.about.clone())));
    let serves = new.flat_map(|case| case.steps).flat_map(|step| step.attempts);
    let carried = |serve: &Serve| {
        let framed = |(name, value): &(String, String)| {
            ["transfer-encoding", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str())
                || value.starts_with("http://")
        };
        serve.fault.is_none() && !serve.answer.headers.iter().any(framed)
    };
    serves.filter(carried).map(Arc::new).collect()
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
    let script = planned(&contract);
    assert!(script.len() > 150, "a run has many kinds of answers, not {}", script.len());
    says.extend(script.into_iter().map(|serve| Say::Script([serve].into())));
    for (seed, say) in says.into_iter().enumerate() {
        let about = match &say {
            Say::Script(script) => format!("{:.300}", format!("{:?}", script[0])),
            say => format!("{say:?}"),
        };
        fake.say(say.clone(), seed as u64);
        let plan = Plan { contract: Arc::clone(&contract), say, secrets: Default::default(), seed: seed as u64 };
        let by_wiremock = get(&server.address().to_string(), CALL).await.expect("it answers");
        let requests = fake.requests();
        let expected = said(&answer(requests.first().expect("one request"), 0, &plan).answer);
        assert_says("wiremock", &by_wiremock, &expected, &about);
        tap.begin(Arc::new(move |request, nth| answer(request, nth, &plan)));
        let by_tap = get(tap.endpoint().trim_start_matches("http://"), CALL).await.expect("it answers");
        assert_says("tap", &by_tap, &expected, &about);
        let media = |got: &Got| got.1.iter().find(|(name, _)| name == "content-type").cloned();
        assert_eq!(media(&by_wiremock), media(&by_tap), "{about}");
    }
}
