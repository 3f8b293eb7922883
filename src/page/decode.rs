//! Bytes of a page as text.

use std::borrow::Cow;

/// The text of a page: UTF-8 or UTF-16, with or without a byte order mark, or GB 18030, of which GBK is a part; what is
/// none of them is replaced.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|b| unit([b[0], b[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                let (text, wrong) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
                if wrong { String::from_utf8_lossy(bytes) } else { text }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_gives_the_same_text() {
        let text = "Größe 世";
        let little: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes(), &[b"\xef\xbb\xbf", text.as_bytes()].concat(), &little, &big] {
            assert_eq!(decode(bytes), text);
        }
        assert_eq!(decode(b"\xc7\xeb\xc7\xf3\xb2\xce\xca\xfd"), "请求参数");
        assert_eq!(decode(b"a\xffb"), "a\u{fffd}b");
    }
}
