//! Percent-encoding as the signatures want it, and decoding as servers do it.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789ABCDEF";
const SMALL_HEX: &[u8; 16] = b"0123456789abcdef";

/// Percent-encodes all but `A-Za-z0-9-_.~`, with upper-case digits.
pub fn pe(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + text.len() / 2);
    pe_into(text.as_bytes(), &mut out);
    String::from_utf8(out).expect("percent-encoded text is ASCII")
}

/// Appends what [`pe`] makes of bytes, which need not be UTF-8.
pub fn pe_into(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            _ => out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
}

/// Undoes percent-encoding in a text of one character a byte: `+` and `%20` are a space, a broken escape stays.
pub fn decode(text: &str) -> Vec<u8> {
    decode_bytes(&bytes(text)).into_owned()
}

/// Undoes percent-encoding, without a copy where there is nothing to undo.
pub fn decode_bytes(raw: &[u8]) -> Cow<'_, [u8]> {
    decoded(raw, b' ')
}

/// The same in a path, where `+` is itself.
pub fn decode_path(raw: &[u8]) -> Cow<'_, [u8]> {
    decoded(raw, b'+')
}

fn decoded(raw: &[u8], plus: u8) -> Cow<'_, [u8]> {
    let Some(first) = raw.iter().position(|b| matches!(b, b'%' | b'+')) else { return Cow::Borrowed(raw) };
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(&raw[..first]);
    let mut at = first;
    while at < raw.len() {
        match (raw[at], escaped(raw, at)) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) => out.push(plus),
            (other, _) => out.push(other),
        }
        at += 1;
    }
    Cow::Owned(out)
}

/// Whether every `%` is followed by two hexadecimal digits.
pub fn escapes_are_whole(raw: &[u8]) -> bool {
    (0..raw.len()).all(|at| raw[at] != b'%' || escaped(raw, at).is_some())
}

fn escaped(raw: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|d| d as u8);
    Some(digit(raw.get(at + 1)?)? << 4 | digit(raw.get(at + 2)?)?)
}

/// The pairs of a query or form, as they stand; a piece without `=` has an empty value, an empty piece is skipped.
pub fn pairs(raw: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    raw.split(|b| *b == b'&').filter(|piece| !piece.is_empty()).map(|piece| {
        match piece.iter().position(|b| *b == b'=') {
            Some(at) => (&piece[..at], &piece[at + 1..]),
            None => (piece, &piece[piece.len()..]),
        }
    })
}

/// Bytes as a text of one character a byte.
pub fn latin1(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => text.to_owned(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

/// The bytes of a text of one character a byte; a character that is more than a byte stays UTF-8.
pub fn bytes(text: &str) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    match text.chars().map(|c| u8::try_from(u32::from(c))).collect() {
        Ok(bytes) => Cow::Owned(bytes),
        Err(_) => Cow::Borrowed(text.as_bytes()),
    }
}

/// Without the blanks around it.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = vec![0; 2 * bytes.len()];
    for (digits, byte) in out.chunks_exact_mut(2).zip(bytes) {
        digits.copy_from_slice(&[SMALL_HEX[usize::from(byte >> 4)], SMALL_HEX[usize::from(byte & 15)]]);
    }
    String::from_utf8(out).expect("hexadecimal digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_unreserved_is_encoded() {
        assert_eq!(pe("a+b ~*/%&=\né😀"), "a%2Bb%20~%2A%2F%25%26%3D%0A%C3%A9%F0%9F%98%80");
        assert_eq!(decode(&pe("a+b ~*/%&=\né😀")), "a+b ~*/%&=\né😀".as_bytes());
    }

    #[test]
    fn plus_and_percent_twenty_are_a_space_and_broken_escapes_stay() {
        assert_eq!(decode("a+b%20c"), b"a b c");
        assert_eq!(decode("100%"), b"100%");
        assert_eq!(decode("%zz%4"), b"%zz%4");
        assert_eq!(decode("\u{e9}"), b"\xe9");
        assert!(!escapes_are_whole(b"100%") && escapes_are_whole(b"%2f"));
    }

    #[test]
    fn a_piece_without_equals_is_a_name() {
        let all: Vec<_> = pairs(b"a=1&&b&c=x=y").collect();
        assert_eq!(all, [(&b"a"[..], &b"1"[..]), (b"b", b""), (b"c", b"x=y")]);
    }
}
