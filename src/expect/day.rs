//! A day of the calendar, in UTC.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the members are what they say")]
pub struct Day {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// The day of a moment.
    pub fn of(moment: SystemTime) -> Day {
        let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut left = seconds / 86_400;
        let mut year = 1970;
        while left >= length_of_year(year) {
            left -= length_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while left >= u64::from(length_of_month(year, month)) {
            left -= u64::from(length_of_month(year, month));
            month += 1;
        }
        Day { year, month, day: u8::try_from(left + 1).expect("a month has fewer than 256 days") }
    }
}

fn is_leap(year: u16) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn length_of_year(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn length_of_month(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Day, String> {
        let no_day = || format!("no day `{text}` (write it as 2026-11-24)");
        let is_form = text.len() == 10
            && text.bytes().enumerate().all(|(at, b)| match at {
                4 | 7 => b == b'-',
                _ => b.is_ascii_digit(),
            });
        if !is_form {
            return Err(no_day());
        }
        let number = |at: std::ops::Range<usize>| text[at].parse::<u16>().map_err(|_| no_day());
        let day = Day { year: number(0..4)?, month: number(5..7)? as u8, day: number(8..10)? as u8 };
        let is_one = (1..=12).contains(&day.month) && (1..=length_of_month(day.year, day.month)).contains(&day.day);
        if is_one { Ok(day) } else { Err(no_day()) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_lie_on_their_days() {
        let of = |seconds| Day::of(UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
        assert_eq!(of(0), "1970-01-01");
        assert_eq!(of(951_782_400), "2000-02-29");
        assert_eq!(of(1_795_564_799), "2026-11-24");
        assert_eq!(of(1_795_564_800), "2026-11-25");
    }

    #[test]
    fn only_days_of_the_calendar_are_read() {
        assert_eq!("2024-02-29".parse::<Day>().map(|d| d.to_string()), Ok("2024-02-29".to_owned()));
        for bad in ["2023-02-29", "2026-13-01", "2026-00-01", "2026-1-01", "tomorrow", "", "２０２６"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}
