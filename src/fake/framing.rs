//! Answers that are right, and stand on the wire as few do: behind an interim answer, in chunks that say more, before bytes that nobody
//! asked for.

use crate::case::{Answer, Body};

/// The answer behind an interim one, which says no more than that the answer will come.
pub(crate) fn interim(answer: &Answer, status: u16) -> Answer {
    let before = match status {
        103 => "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n".to_owned(),
        status => format!("HTTP/1.1 {status} Continue\r\n\r\n"),
    };
    wired(answer, before + &whole(answer))
}

/// The answer, and another behind it that belongs to no request.
pub(crate) fn surplus(answer: &Answer, other: &Answer) -> Answer {
    wired(answer, whole(answer) + &whole(other))
}

/// The answer in chunks with extensions, whose sizes have zeros in front and capitals.
pub(crate) fn extended(answer: &Answer) -> Answer {
    let body = answer.body.bytes();
    let mut text = head(answer) + "Transfer-Encoding: chunked\r\n\r\n";
    for (nth, chunk) in body.chunks(43).enumerate() {
        let extension = if nth % 2 == 0 { ";name=value" } else { "" };
        text.push_str(&format!("{:04X}{extension}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)));
    }
    wired(answer, text + "0\r\n\r\n")
}

fn wired(answer: &Answer, text: String) -> Answer {
    Answer { body: Body::Wire { text, means: answer.body.means().cloned() }, ..answer.clone() }
}

fn whole(answer: &Answer) -> String {
    let body = answer.body.bytes();
    format!("{}Content-Length: {}\r\n\r\n{}", head(answer), body.len(), String::from_utf8_lossy(&body))
}

/// The first line, and the headers but for those of the framing.
fn head(answer: &Answer) -> String {
    let headers: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {} OK\r\nContent-Type: application/json;charset=utf-8\r\n{headers}", answer.status)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(answer: Answer) -> String {
        String::from_utf8(answer.body.bytes()).expect("it is made of text")
    }

    #[test]
    fn what_stands_on_the_wire_is_the_answer_and_what_is_around_it() {
        let answer = Answer::json(200, json!({ "A": "b" }));
        let plain =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: 9\r\n\r\n{\"A\":\"b\"}";
        assert_eq!(text(interim(&answer, 100)), format!("HTTP/1.1 100 Continue\r\n\r\n{plain}"));
        assert_eq!(text(surplus(&answer, &answer)), format!("{plain}{plain}"));
        let chunked = text(extended(&answer));
        assert!(chunked.ends_with("\r\n\r\n0009;name=value\r\n{\"A\":\"b\"}\r\n0\r\n\r\n"), "{chunked}");
        assert_eq!(extended(&answer).body.means(), Some(&json!({ "A": "b" })));
    }
}
