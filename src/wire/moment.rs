//! Moments as requests spell them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far a request's time may be from the service's own.
pub const SKEW: Duration = Duration::from_secs(15 * 60);

/// How far two moments are apart.
pub fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|early| early.duration())
}

/// The moment that a text such as `2026-11-24T03:25:12Z` names, with or without a fraction; none for any other form.
pub fn moment(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    let is_form = bytes.len() >= 20
        && bytes[..19].iter().enumerate().all(|(at, b)| match at {
            4 | 7 => *b == b'-',
            10 => *b == b'T',
            13 | 16 => *b == b':',
            _ => b.is_ascii_digit(),
        });
    let rest = text.get(19..).filter(|_| is_form)?.strip_suffix('Z')?;
    let fraction = rest.strip_prefix('.').unwrap_or(rest);
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || (rest.len() == 1) {
        return None;
    }
    let number = |at: std::ops::Range<usize>| text[at].parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let is_one = year >= 1970
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        // The sixtieth is a leap second.
        && second <= 60;
    let seconds = is_one.then(|| days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Days since 1970. The year begins in March here, so that a leap day is its last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719,468 days lie between the March of the year 0 and 1970.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        moment(text).map(|m| m.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn moments_are_read_with_and_without_fractions() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:00:00Z"), Some(951_825_600));
        assert_eq!(seconds("2026-11-24T03:25:12Z"), Some(1_795_490_712));
        assert_eq!(seconds("2026-11-24T03:25:12.345Z"), Some(1_795_490_712));
        for bad in [
            "",
            "2026-11-24",
            "2026-11-24T03:25:12",
            "2026-13-24T03:25:12Z",
            "2026-11-24T03:25:12.Z",
            "é026-11-24T03:25:12Z",
            "2026-11-24 03:25:12Z",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
