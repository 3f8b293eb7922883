//! How long an answer asks to wait before the call is made again.

use std::time::Duration;

/// The pause in milliseconds.
const MILLISECONDS: &str = "x-acs-retry-after";
/// The pause in seconds, as HTTP has it. A date there asks for nothing that could be held against a clock.
const SECONDS: &str = "retry-after";

/// The pause that an answer with these headers asks for; the finer one of two.
pub(crate) fn pause<'a>(headers: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Option<Duration> {
    let told = |wanted: &str| {
        let mut named = headers.clone().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.next()?.1.trim().parse::<u64>().ok()
    };
    told(MILLISECONDS).map(Duration::from_millis).or_else(|| told(SECONDS).map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finer_hint_is_taken_and_what_is_no_number_is_none() {
        let pause = |headers: &[(&'static str, &'static str)]| pause(headers.iter().copied()).map(|p| p.as_millis());
        assert_eq!(pause(&[("Retry-After", "1"), ("X-Acs-Retry-After", "300")]), Some(300));
        assert_eq!(pause(&[("retry-after", " 2 ")]), Some(2_000));
        assert_eq!(pause(&[("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")]), None);
        assert_eq!(pause(&[("x-acs-retry-after", "soon"), ("Retry-After", "1")]), Some(1_000));
        assert_eq!(pause(&[]), None);
    }
}
