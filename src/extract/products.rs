//! Catalogue facts of products, which their pages do not state.

/// A product's title on its pages, its code on the wire, and its API version.
const PRODUCTS: &[(&str, &str, &str)] = &[("App Streaming", "appstream-center", "2021-09-01")];

/// The code and the version of a product that a page's title names.
pub(super) fn catalogue(title: &str) -> Option<(&'static str, &'static str)> {
    PRODUCTS.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(title)).map(|(_, code, version)| (*code, *version))
}
