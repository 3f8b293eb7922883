//! Why a signature is wrong: the usual mistakes are made on purpose, until one gives the signature that came.

use super::{Scheme, Signature, Verdict, v1, v3};

/// What a client signed instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The mistake, in words.
    pub what: &'static str,
    /// The string to sign of V1, or the canonical request of V3, as the client had it.
    pub signed: String,
    /// The first byte of it that differs from the right one.
    pub at: usize,
}

type Mistake = (&'static str, fn(&str) -> String);

/// Mistakes in the pairs.
const PAIRS: &[Mistake] = &[
    ("a space is signed as `+`", |pairs| pairs.replace("%20", "+")),
    ("`*` is signed without being escaped", |pairs| pairs.replace("%2A", "*")),
    ("`~` is escaped", |pairs| pairs.replace('~', "%7E")),
    ("`/` is signed without being escaped", |pairs| pairs.replace("%2F", "/")),
    ("a space is signed as `+`, and `*` without being escaped", |pairs| pairs.replace("%20", "+").replace("%2A", "*")),
    ("escapes are in small letters", small),
    ("values are escaped twice", |pairs| pairs.replace('%', "%25")),
    ("empty values are left out", |pairs| {
        pairs.split('&').filter(|pair| !pair.ends_with('=')).collect::<Vec<_>>().join("&")
    }),
    ("the pairs are sorted with their values", |pairs| {
        let mut pairs: Vec<&str> = pairs.split('&').collect();
        pairs.sort_unstable();
        pairs.join("&")
    }),
];

/// The mistake that gives the signature that came, if it is a usual one.
pub fn cause(found: &Signature, secret: &str) -> Option<Cause> {
    match (&found.verdict, found.scheme?) {
        (Verdict::Wrong { .. }, Scheme::V1) => of_v1(found, secret),
        (Verdict::Wrong { .. }, Scheme::V3) => of_v3(found, secret),
        _ => None,
    }
}

fn of_v1(found: &Signature, secret: &str) -> Option<Cause> {
    let (method, _) = found.string_to_sign.split_once('&')?;
    let other = if method == "POST" { "GET" } else { "POST" };
    let right = |method: &str, pairs: &str| text(v1::to_sign(method, pairs.as_bytes()));
    let pairs = PAIRS.iter().map(|(what, make)| (*what, right(method, &make(&found.canonical))));
    let others = [
        ("another method is signed", right(other, &found.canonical)),
        ("the pairs are signed without being escaped again", format!("{method}&%2F&{}", found.canonical)),
    ];
    for (what, signed) in pairs.chain(others) {
        if v1::signature(signed.as_bytes(), secret) == found.got {
            return Some(Cause { what, at: difference(&signed, &found.string_to_sign), signed });
        }
    }
    // The key's own `&` is put at its end once more, which leaves the one that is missing.
    let signed = found.string_to_sign.clone();
    (v1::signature_bare(signed.as_bytes(), secret) == found.got).then(|| {
        let what = "the key is the secret alone, without the `&` after it";
        Cause { what, at: signed.len(), signed }
    })
}

fn of_v3(found: &Signature, secret: &str) -> Option<Cause> {
    let lines: Vec<&str> = found.canonical.split('\n').collect();
    // Method, path, pairs, headers, an empty line, the names of the headers, the hash.
    let [_, _, pairs, headers @ .., _, _, _] = lines.as_slice() else { return None };
    let with = |at: usize, text: &str| {
        let line = |(n, line): (usize, &&str)| if n == at { text.to_owned() } else { (*line).to_owned() };
        lines.iter().enumerate().map(line).collect::<Vec<String>>().join("\n")
    };
    let mut tried: Vec<(&'static str, String)> =
        PAIRS.iter().map(|(what, make)| (*what, with(2, &make(pairs)))).collect();
    tried.push(("the path is signed as `/`", with(1, "/")));
    tried.push(("the hash of an empty body is signed", with(lines.len() - 1, &v3::hash(b""))));
    let said = headers
        .iter()
        .find_map(|line| line.strip_prefix("x-acs-content-sha256:").or(line.strip_prefix("x-acs-content-sm3:")));
    if let Some(said) = said {
        tried.push(("the hash of another body is signed", with(lines.len() - 1, said)));
    }
    tried.push(("the empty line after the headers is left out", found.canonical.replacen("\n\n", "\n", 1)));
    let mut sorted = headers.to_vec();
    sorted.sort_unstable();
    let sorted = [&lines[..3], &sorted, &lines[3 + headers.len()..]].concat().join("\n");
    tried.push(("the headers are signed in another order than `SignedHeaders` says", sorted));
    for (what, signed) in tried {
        if v3::resigned(&found.string_to_sign, &signed, secret).as_ref() == Some(&found.got) {
            return Some(Cause { what, at: difference(&signed, &found.canonical), signed });
        }
    }
    let signed = found.canonical.clone();
    let key = format!("{secret}&");
    (v3::resigned(&found.string_to_sign, &signed, &key).as_ref() == Some(&found.got)).then(|| {
        let what = "the key is the secret with an `&` after it, as in V1";
        Cause { what, at: signed.len(), signed }
    })
}

fn small(pairs: &str) -> String {
    let mut out = String::with_capacity(pairs.len());
    let mut rest = pairs;
    while let Some(at) = rest.find('%') {
        let end = (at + 3).min(rest.len());
        out.push_str(&rest[..at]);
        out.push_str(&rest[at..end].to_ascii_lowercase());
        rest = &rest[end..];
    }
    out + rest
}

fn difference(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::signature::verify;
    use crate::wire::{Parsed, encode, parse};

    const QUERY: &str = "AccessKeyId=id&Empty=&Name=a%20b%2A~%2F&SignatureMethod=HMAC-SHA1&T=1&T-a=2";

    fn found(text: &str) -> Signature {
        match parse(text.as_bytes()) {
            Parsed::Complete(request, _) => verify(&request, &|_| Some("secret".into())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_usual_mistake_of_v1_is_named_with_the_byte() {
        for (what, make) in PAIRS {
            let signed = v1::to_sign("GET", make(QUERY).as_bytes());
            let signature = encode::pe(&v1::signature(&signed, "secret"));
            let found = found(&format!("GET /?{QUERY}&Signature={signature} HTTP/1.1\r\n\r\n"));
            if make(QUERY) == QUERY {
                continue;
            }
            let cause = cause(&found, "secret").unwrap_or_else(|| panic!("{what}"));
            assert_eq!((cause.what, cause.signed.as_bytes()), (*what, signed.as_slice()));
            assert_ne!(cause.signed.as_bytes().get(cause.at), found.string_to_sign.as_bytes().get(cause.at));
            assert_eq!(cause.signed[..cause.at], found.string_to_sign[..cause.at]);
        }
        let other = encode::pe(&v1::signature(&v1::to_sign("POST", QUERY.as_bytes()), "secret"));
        let method = found(&format!("GET /?{QUERY}&Signature={other} HTTP/1.1\r\n\r\n"));
        assert_eq!(cause(&method, "secret").map(|c| (c.what, c.at)), Some(("another method is signed", 0)));
        let bare = encode::pe(&v1::signature_bare(&v1::to_sign("GET", QUERY.as_bytes()), "secret"));
        let key = found(&format!("GET /?{QUERY}&Signature={bare} HTTP/1.1\r\n\r\n"));
        assert!(cause(&key, "secret").is_some_and(|c| c.what.contains("secret alone")));
        let none = found(&format!("GET /?{QUERY}&Signature=x HTTP/1.1\r\n\r\n"));
        assert_eq!(cause(&none, "secret"), None);
    }

    #[test]
    fn usual_mistakes_of_v3_are_named_with_the_byte() {
        let hash = v3::hash(b"A=1");
        let with = |signature: &str| {
            found(&format!(
                "POST /v/1?b=x+y&a= HTTP/1.1\r\nHost: h\r\nx-acs-content-sha256: {hash}\r\nContent-Length: 3\r\nAuthorization: \
                 ACS3-HMAC-SHA256 Credential=id,SignedHeaders=x-acs-content-sha256;host,Signature={signature}\r\n\r\nA=1"
            ))
        };
        let right = with("x");
        let named = |canonical: &str, key: &str| {
            let signature = v3::resigned(&right.string_to_sign, canonical, key).unwrap();
            cause(&with(&signature), "secret").map(|cause| (cause.what, cause.at))
        };
        let canonical = right.canonical.as_str();
        let plus = canonical.replace("x%20y", "x+y");
        assert_eq!(named(&plus, "secret"), Some(("a space is signed as `+`", canonical.find("%20").unwrap())));
        assert_eq!(named(&canonical.replace("/v/1", "/"), "secret"), Some(("the path is signed as `/`", 6)));
        let empty = canonical.replace(&format!("\n{hash}"), &format!("\n{}", v3::hash(b"")));
        assert!(empty.ends_with(&v3::hash(b"")) && named(&empty, "secret").is_some_and(|c| c.0.contains("empty body")));
        let sorted = canonical
            .replace(&format!("x-acs-content-sha256:{hash}\nhost:h"), &format!("host:h\nx-acs-content-sha256:{hash}"));
        assert!(named(&sorted, "secret").is_some_and(|c| c.0.contains("another order")), "{sorted}");
        assert!(named(&canonical.replacen("\n\n", "\n", 1), "secret").is_some_and(|c| c.0.contains("empty line")));
        assert!(named(canonical, "secret&").is_some_and(|c| c.0.contains("as in V1")));
    }
}
