//! Faults of the connection: each comes where it was planned.

use super::*;

#[test]
fn a_reset_comes_after_exactly_the_planned_bytes() {
    for after in [0, 1, 40, 100_000] {
        let (got, record, _) = against(vec![faulty(Fault::Reset { after })], ask_and_read_all);
        let expected = render(&answer(), false);
        let sent = expected.len().min(after as usize);
        assert_eq!(got, (expected[..sent].to_vec(), Some(ErrorKind::ConnectionReset)));
        assert_eq!((record[0].sent_total, record[0].fate), (sent, Fate::FaultDone));
    }
}

#[test]
fn a_close_comes_after_exactly_the_planned_bytes() {
    for after in [0, 1, 40, 100_000] {
        let (got, record, _) = against(vec![faulty(Fault::Close { after })], ask_and_read_all);
        let expected = render(&answer(), false);
        let sent = expected.len().min(after as usize);
        assert_eq!(got, (expected[..sent].to_vec(), None));
        assert_eq!((record[0].sent.as_slice(), record[0].fate), (&expected[..sent], Fate::FaultDone));
    }
}

#[test]
fn a_truncation_is_counted_from_either_end_of_the_body() {
    let expected = render(&answer(), false);
    let head = expected.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    for (body, end) in [(0, head), (5, head + 5), (-1, expected.len() - 1), (-10_000, head), (10_000, expected.len())] {
        let (got, record, _) = against(vec![faulty(Fault::Truncate { body })], ask_and_read_all);
        assert_eq!(got, (expected[..end].to_vec(), None));
        assert_eq!(record[0].fate, Fate::FaultDone);
    }
}

#[test]
fn a_stalled_answer_comes_late_and_the_connection_lives_on() {
    let stall = faulty(Fault::Stall { after: 10, ms: 80 });
    let expected = render(&answer(), true);
    let (waited, record, _) = against(vec![stall, answer().into()], move |mut stream| {
        ask(&mut stream, GET);
        read_one(&mut stream, &expected[..10]);
        let start = Instant::now();
        read_one(&mut stream, &expected[10..]);
        let waited = start.elapsed();
        ask(&mut stream, GET);
        read_one(&mut stream, &expected);
        waited
    });
    assert!(waited >= Duration::from_millis(60), "{waited:?}");
    assert_eq!([record[0].fate, record[1].fate], [Fate::FaultDone, Fate::Answered]);
    assert!(record[1].reused);
}

#[test]
fn a_client_that_leaves_a_stalled_answer_is_noticed() {
    let (_, record, _) = against(vec![faulty(Fault::Stall { after: 10, ms: 60_000 })], |mut stream| {
        ask(&mut stream, GET);
        read_one(&mut stream, b"HTTP/1.1 2");
    });
    assert_eq!((record[0].fate, record[0].sent.as_slice()), (Fate::ClientLeft, &b"HTTP/1.1 2"[..]));
}

#[test]
fn a_dripped_answer_comes_in_pieces() {
    let drip = faulty(Fault::Drip { bytes: 3, every_ms: 10, most: 9 });
    let ((got, took), record, _) = against(vec![drip], |stream| {
        let start = Instant::now();
        (ask_and_read_all(stream), start.elapsed())
    });
    assert_eq!(got, (render(&answer(), false), None));
    assert!(took >= Duration::from_millis(25), "{took:?}");
    assert_eq!((record[0].sent_total, record[0].fate), (got.0.len(), Fate::FaultDone));
}

#[test]
fn bytes_that_belong_to_no_answer_come_where_they_are_planned() {
    let (got, record, _) = against(vec![faulty(Fault::Garbage)], ask_and_read_all);
    assert!(got.0.starts_with(b"\xff\xfe") && got.1.is_none());
    assert_eq!((&record[0].sent, record[0].fate), (&got.0, Fate::FaultDone));
    let mut chunked = answer();
    chunked.headers.push(("Transfer-Encoding".into(), "chunked".into()));
    let expected = render(&chunked, false);
    let head = expected.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    let garbled = Serve { answer: chunked, fault: Some(Fault::Garble { body: 0 }) };
    let (got, record, _) = against(vec![garbled], ask_and_read_all);
    assert!(got.0.starts_with(&expected[..head]) && got.0[head..].starts_with(b"\xff\xfe"), "{got:?}");
    assert_eq!(record[0].fate, Fate::FaultDone);
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let mut unframed = answer();
    unframed.headers.push(("Content-Length".into(), String::new()));
    let (got, _, _) = against(vec![unframed.clone().into()], ask_and_read_all);
    let text = String::from_utf8(got.0).unwrap();
    assert!(!text.to_ascii_lowercase().contains("content-length") && text.contains("Connection: close"), "{text}");
    assert!(text.ends_with(&String::from_utf8(answer().body.bytes()).unwrap()) && got.1.is_none());
}

#[test]
fn an_old_client_gets_no_chunks() {
    let mut chunked = answer();
    chunked.headers.push(("Transfer-Encoding".into(), "chunked".into()));
    let (got, _, _) = against(vec![chunked.into()], |mut stream| {
        ask(&mut stream, "GET / HTTP/1.0\r\n\r\n");
        read_all(stream)
    });
    let text = String::from_utf8(got.0).unwrap();
    assert!(!text.contains("Transfer-Encoding") && !text.contains("Content-Length"), "{text}");
    assert!(text.ends_with(&format!("\r\n\r\n{}", String::from_utf8(answer().body.bytes()).unwrap())), "{text}");
}
