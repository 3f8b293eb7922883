//! Signed requests at the server: what a caller must show, seen from raw sockets.

use std::time::{SystemTime, UNIX_EPOCH};

use fineprint::serve::Setup;
use fineprint::wire::encode::pe;
use fineprint::wire::signature::{ToSign, hash, sign_v1, sign_v3};

use crate::serving::{Got, Here};

const KEY: (&str, &str) = ("testid", "testsecret");

fn here(change: impl FnOnce(&mut Setup)) -> Here {
    Here::with(|setup| {
        setup.credentials.secrets.insert(KEY.0.into(), KEY.1.into());
        change(setup);
    })
}

/// A moment so many seconds from now, as requests spell it.
fn date(off: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seconds = now.as_secs().checked_add_signed(off).unwrap();
    let (mut day, clock) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, day + 1)
}

/// A call signed by V1, with these pairs beside the usual ones.
fn v1(here: &Here, date: &str, more: &[(&str, &str)]) -> Got {
    let mut pairs = vec![
        ("Action", "CreateImageByInstance"),
        ("Version", "2021-09-01"),
        ("Timestamp", date),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("AccessKeyId", KEY.0),
        ("InstanceId", "ws-1"),
        ("ImageName", "a"),
        ("ProductType", "CloudDesktop"),
    ];
    pairs.extend(more);
    let signature = sign_v1("GET", &pairs, KEY.1);
    let signed = [("Signature", signature.as_str())];
    let query = pairs
        .iter()
        .chain(&signed)
        .map(|(name, value)| format!("{}={}", pe(name), pe(value)))
        .collect::<Vec<_>>()
        .join("&");
    here.ask(format!("GET /?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
}

/// A call signed by V3 over one body and sent with another.
fn v3(here: &Here, signed: &str, sent: &str) -> Got {
    let (hash, date) = (hash(signed.as_bytes()), date(0));
    let headers = [
        ("host", "x"),
        ("x-acs-action", "CreateImageByInstance"),
        ("x-acs-content-sha256", hash.as_str()),
        ("x-acs-date", date.as_str()),
        ("x-acs-signature-nonce", hash.as_str()),
        ("x-acs-version", "2021-09-01"),
    ];
    let call = ToSign { method: "POST", path: "/", query: &[], headers: &headers, hash: &hash };
    let authorization = sign_v3(&call, KEY.0, KEY.1);
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = "Connection: close\r\nContent-Type: application/x-www-form-urlencoded";
    let length = sent.len();
    here.ask(
        format!(
            "POST / HTTP/1.1\r\n{lines}Authorization: {authorization}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{sent}"
        )
        .as_bytes(),
    )
}

/// The error's code; the status is 400 and what was signed is shown.
#[track_caller]
fn code(got: &Got) -> String {
    assert_eq!(got.status(), 400, "{}", got.text());
    let said = got.json();
    for member in ["CanonicalRequest", "StringToSign"] {
        assert!(said[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {said}");
    }
    said["Code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_nonce_comes_once_and_a_clock_is_right() {
    let here = here(|_| ());
    assert_eq!(v1(&here, &date(0), &[("SignatureNonce", "1")]).status(), 200);
    let again = v1(&here, &date(0), &[("SignatureNonce", "1")]);
    assert_eq!((code(&again).as_str(), again.wrong().as_str()), ("SignatureNonceUsed", "the nonce `1` came before"));
    assert_eq!(code(&v1(&here, &date(0), &[])), "MissingSignatureNonce");
    for off in [-890, 890] {
        assert_eq!(v1(&here, &date(off), &[("SignatureNonce", &off.to_string())]).status(), 200, "{off}");
    }
    let late = v1(&here, &date(-960), &[("SignatureNonce", "2")]);
    assert!(late.wrong().ends_with("s behind ours; 900 s are allowed"), "{}", late.wrong());
    let early = v1(&here, &date(960), &[("SignatureNonce", "3")]);
    assert_eq!([code(&late), code(&early)], ["InvalidTimeStamp.Expired", "InvalidTimeStamp.Expired"]);
    assert_eq!(code(&v1(&here, "today", &[("SignatureNonce", "4")])), "InvalidTimeStamp.Format");
    let summary = here.stop();
    assert_eq!((summary.received, summary.refused), (8, 5));
}

#[test]
fn recorded_requests_may_be_old_and_come_again() {
    let here = here(|setup| setup.credentials.may_be_recorded = true);
    for _ in 0..2 {
        assert_eq!(v1(&here, "2021-09-01T00:00:00Z", &[("SignatureNonce", "1")]).status(), 200);
    }
}

#[test]
fn a_security_token_is_that_of_its_key() {
    let here = here(|setup| setup.credentials.tokens = [(KEY.0.into(), "right".into())].into());
    let with = |nonce: &str, token: &str| v1(&here, &date(0), &[("SignatureNonce", nonce), ("SecurityToken", token)]);
    assert_eq!(with("1", "right").status(), 200);
    assert_eq!(code(&with("2", "wrong")), "InvalidSecurityToken.MismatchWithAccessKey");
    assert_eq!(code(&v1(&here, &date(0), &[("SignatureNonce", "3")])), "MissingSecurityToken");
}

#[test]
fn a_bearer_token_stands_for_a_signature() {
    let here = here(|setup| setup.credentials.bearers = ["right".into()].into());
    let ask = |line: &str| {
        let call = crate::serving::CALL;
        here.ask(format!("GET {call} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{line}\r\n").as_bytes())
    };
    for line in ["x-acs-bearer-token: right\r\n", "Authorization: Bearer right\r\n"] {
        assert_eq!(ask(line).status(), 200, "{line}");
    }
    let wrong = ask("x-acs-bearer-token: wrong\r\n");
    assert_eq!((wrong.status(), wrong.json()["Code"].as_str()), (400, Some("InvalidBearerToken")));
    let bare = ask("");
    assert_eq!(bare.wrong(), "the request is not signed");
    assert_eq!(v1(&here, &date(0), &[("SignatureNonce", "1")]).status(), 200);
}

#[test]
fn another_body_than_the_signed_one_is_shown_with_the_byte() {
    let here = here(|_| ());
    let body = "InstanceId=ws-1&ImageName=a&ProductType=CloudDesktop";
    assert_eq!(v3(&here, body, body).status(), 200);
    let other = v3(&here, &format!("{body}&DiskType=ALL"), body);
    assert_eq!(code(&other), "SignatureDoesNotMatch");
    assert!(other.wrong().contains("the hash of another body is signed, from byte"), "{}", other.wrong());
    let said = other.json();
    let (signed, right) = (said["Signed"].as_str().unwrap(), said["CanonicalRequest"].as_str().unwrap());
    let at = usize::try_from(said["FirstDifference"].as_u64().unwrap()).unwrap();
    assert_eq!(signed[..at], right[..at]);
    assert_ne!(signed.as_bytes()[at], right.as_bytes()[at]);
    assert!(signed.ends_with(&hash(format!("{body}&DiskType=ALL").as_bytes())));
}
