//! Which product and which version of its API a page is about.

use super::Input;
use crate::contract::{Contract, Note, Said};
use crate::span::Span;

/// A product's title on its pages, its code on the wire, and its API version.
const CATALOGUE: &[(&str, &str, &str)] = &[
    ("App Streaming", "appstream-center", "2021-09-01"),
    ("ApsaraDB RDS", "Rds", "2014-08-15"),
    ("CDN", "Cdn", "2018-05-10"),
    ("Cloud Firewall", "Cloudfw", "2017-12-07"),
    ("Edge Node Service", "Ens", "2017-11-10"),
    ("Edge Security Acceleration", "ESA", "2024-09-10"),
    ("Elastic Compute Service", "Ecs", "2014-05-26"),
    ("Elastic Desktop Service", "ecd", "2020-09-30"),
    ("Key Management Service", "Kms", "2016-01-20"),
    ("PolarDB", "polardb", "2017-08-01"),
    ("Quick BI", "quickbi-public", "2022-01-01"),
    ("Resource Access Management", "Ram", "2015-05-01"),
    ("Security Token Service", "Sts", "2015-04-01"),
    ("Virtual Private Cloud", "Vpc", "2016-04-28"),
    ("WUYING Workspace", "ecd", "2020-09-30"),
];

/// What an address such as `…/api-ecs-2014-05-26-describetags` says, or the name of a file saved from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) code: &'a str,
    pub(super) version: &'a str,
}

/// The first address of this kind in a text.
pub(super) fn address(text: &str) -> Option<Address<'_>> {
    text.match_indices("api-").find_map(|(at, _)| {
        let rest = &text[at + 4..];
        let word = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
        let word = &rest[..word.min(LONGEST)];
        let bytes = word.as_bytes();
        let dated =
            (1..bytes.len().saturating_sub(11)).find(|at| bytes[*at] == b'-' && is_date(&bytes[at + 1..at + 11]));
        let dated = dated.filter(|at| bytes[at + 11] == b'-')?;
        Some(Address { code: &word[..dated], version: &word[dated + 1..dated + 11] })
    })
}

/// Longest address that is looked at, in bytes.
const LONGEST: usize = 160;

/// `2014-05-26`
fn is_date(bytes: &[u8]) -> bool {
    let fits = |(at, b): (usize, &u8)| if matches!(at, 4 | 7) { *b == b'-' } else { b.is_ascii_digit() };
    bytes.len() == 10 && bytes.iter().enumerate().all(fits)
}

/// Takes the product from a title; what the page does not state comes from its address or from the catalogue.
pub(super) fn name(contract: &mut Contract, product: &str, page: &Input<'_>, span: Span) {
    if contract.product.is_none() && !product.is_empty() {
        contract.product = Some(Said::said(product.to_owned(), span));
    }
    if contract.version.is_some() {
        return;
    }
    let address = address(page.name).or_else(|| address(page.text));
    let known = CATALOGUE.iter().find(|(title, _, _)| title.eq_ignore_ascii_case(product));
    let known = known.map(|(_, code, version)| Address { code, version });
    let (found, from) = match (address, known) {
        (Some(found), _) => (found, "the page's address"),
        (None, Some(found)) => (found, "the catalogue"),
        (None, None) => return,
    };
    contract.code = Some(Said::guessed(found.code.to_owned(), Some(span)));
    contract.version = Some(Said::guessed(found.version.to_owned(), Some(span)));
    let text = format!(
        "the page states neither product code nor version: `{}` and `{}` are taken from {from}",
        found.code, found.version
    );
    contract.notes.push(Note { text, span: Some(span) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_code_and_version() {
        let found = |code, version| Some(Address { code, version });
        assert_eq!(address("help/api-ecs-2014-05-26-describetags.html"), found("ecs", "2014-05-26"));
        assert_eq!(address("api- x api-app-center-2021-09-01-a"), found("app-center", "2021-09-01"));
        for text in ["api-ecs-describetags", "api-2014-05-26-a", "api-a-2014-05-26", "api-", "rapid"] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
