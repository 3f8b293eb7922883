//! Names what happened to a text, so that one cause has one name whatever the values.

/// What happened to a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Transform {
    /// In words, with random parts left out.
    pub text: String,
    /// The sort of characters that it happened to.
    pub touched: Touched,
}

/// The sort of characters that something happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Nothing is left.
    All,
    /// Blanks.
    Blank,
    /// Characters that mean something in a URL, a form or HTML.
    Reserved,
    /// Beyond ASCII.
    NonAscii,
    /// Line ends and other control characters.
    Control,
    /// The case of letters.
    Case,
    /// The end of a long text.
    Length,
    /// Anything else.
    Other,
}

/// Longest excerpt, in characters, that a transform may quote.
const QUOTED: usize = 12;

/// What was done to `before` so that it became `after`; the two differ.
pub(super) fn between(before: &str, after: &str) -> Transform {
    let named = |text: &str, touched| Transform { text: text.into(), touched };
    if after.is_empty() && !before.trim().is_empty() {
        let only = |sort| before.chars().all(|c| touched(c) == sort);
        return match () {
            () if only(Touched::NonAscii) => named("non-ASCII text replaced by nothing", Touched::NonAscii),
            () => named("text replaced by nothing", Touched::All),
        };
    }
    if before.trim() == after || before.trim_start() == after || before.trim_end() == after {
        let control = before.len() - before.trim_matches(' ').len() == 0;
        return named("blanks around it removed", if control { Touched::Control } else { Touched::Blank });
    }
    if let Some(rest) = before.strip_prefix(after) {
        return cut(rest, after.chars().count());
    }
    if before.eq_ignore_ascii_case(after) {
        return match () {
            () if after == before.to_ascii_lowercase() => named("capitals made small", Touched::Case),
            () if after == before.to_ascii_uppercase() => named("letters made capital", Touched::Case),
            () => named("case of letters changed", Touched::Case),
        };
    }
    if let Some(extra) = after.strip_suffix(before) {
        return named(&format!("text prefixed with {}", quoted(&general(extra))), Touched::Other);
    }
    if let Some(extra) = after.strip_prefix(before) {
        return named(&format!("text followed by {}", quoted(&general(extra))), Touched::Other);
    }
    if after.contains(before) {
        return named("text surrounded by more", Touched::Other);
    }
    if before.contains('.') && before.rsplit('.').next() == Some(after) {
        return named("only the part after the last dot left", Touched::Other);
    }
    if let Some(touched) = encoded_twice(before, after) {
        return named(&format!("{} encoded twice", sort(touched)), touched);
    }
    middle(before, after)
}

fn cut(rest: &str, left: usize) -> Transform {
    match rest.chars().next() {
        Some(c) if c.is_control() => {
            Transform { text: format!("text ends at {}", quoted(&c.to_string())), touched: Touched::Control }
        }
        _ if rest.chars().count() == 1 => Transform {
            text: format!("a last {} lost", quoted(&general(rest))),
            touched: touched(rest.chars().next().expect("one character")),
        },
        Some(c) if touched(c) == Touched::Reserved && left < 40 => {
            Transform { text: format!("text ends at {}", quoted(&c.to_string())), touched: Touched::Reserved }
        }
        _ => Transform { text: format!("text cut at {left} characters"), touched: Touched::Length },
    }
}

/// Compares what lies between the common beginning and the common end.
fn middle(before: &str, after: &str) -> Transform {
    let a: Vec<char> = before.chars().collect();
    let b: Vec<char> = after.chars().collect();
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let room = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(room).take_while(|(x, y)| x == y).count();
    let (lost, gained) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let lost_text: String = lost.iter().collect();
    let gained_text: String = gained.iter().collect();
    let special = lost.iter().copied().find(|c| touched(*c) != Touched::Other);
    let touched_by = special.or(gained.iter().copied().find(|c| is_foreign(*c))).map_or(Touched::Other, touched);
    let text = match (lost.len(), gained.len()) {
        (1..=QUOTED, 0) if touched_by == Touched::NonAscii => format!("{} removed", sort_of(lost)),
        (1..=QUOTED, 0) => format!("{} removed", quoted(&general(&lost_text))),
        (0, 1..=QUOTED) if touched_by == Touched::Control => format!("{} added", quoted(&gained_text)),
        (1..=QUOTED, 1..=QUOTED) if touched_by == Touched::NonAscii => {
            format!(
                "{} became {}",
                sort_of(lost),
                if gained.iter().all(char::is_ascii) { quoted(&gained_text) } else { sort_of(gained).into() }
            )
        }
        (1..=QUOTED, 1..=QUOTED) if touched_by != Touched::Other => {
            format!("{} became {}", quoted(&general(&lost_text)), quoted(&general(&gained_text)))
        }
        _ if special.is_some() => format!("text with {} changed", sort(touched_by)),
        _ => "text replaced by another".into(),
    };
    Transform { text, touched: touched_by }
}

/// The sort that a character belongs to.
pub(super) fn touched(c: char) -> Touched {
    match c {
        ' ' => Touched::Blank,
        c if !c.is_ascii() => Touched::NonAscii,
        c if c.is_control() => Touched::Control,
        c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') => Touched::Other,
        _ => Touched::Reserved,
    }
}

/// Whether a character that was added shows by itself what was done.
fn is_foreign(c: char) -> bool {
    matches!(touched(c), Touched::NonAscii | Touched::Control)
}

fn sort(touched: Touched) -> &'static str {
    match touched {
        Touched::Blank => "a blank",
        Touched::Reserved => "a reserved character",
        Touched::NonAscii => "non-ASCII text",
        Touched::Control => "a control character",
        _ => "text",
    }
}

fn sort_of(chars: &[char]) -> &'static str {
    let combining = |c: &char| matches!(*c as u32, 0x300..=0x36F);
    let format = |c: &char| matches!(*c as u32, 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF);
    match chars {
        _ if chars.contains(&'\u{FFFD}') => "U+FFFD",
        _ if chars.iter().any(|c| *c as u32 > 0xFFFF) => "text beyond the BMP",
        _ if chars.iter().any(combining) => "a combining sequence",
        _ if chars.iter().any(format) => "a format character",
        _ => "non-ASCII text",
    }
}

/// The text with letters and digits, which may be random, as placeholders; short ones stand as they are.
fn general(text: &str) -> String {
    let run = text.chars().filter(|c| c.is_ascii_digit()).count();
    if run < 3 && text.chars().count() <= QUOTED {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if !(c == '#' && out.ends_with('#')) {
            out.push(c);
        }
    }
    out
}

/// A text in quotes, control characters escaped, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// The sort of characters that stand percent-encoded in `after` where `before` has them plain, if that is all.
fn encoded_twice(before: &str, after: &str) -> Option<Touched> {
    let mut rest = after;
    let mut sort = None;
    for c in before.chars() {
        if let Some(next) = rest.strip_prefix(c) {
            rest = next;
            continue;
        }
        let mut utf8 = [0; 4];
        for byte in c.encode_utf8(&mut utf8).bytes() {
            let (escape, next) = rest.split_at_checked(3)?;
            if !escape.eq_ignore_ascii_case(&format!("%{byte:02x}")) {
                return None;
            }
            rest = next;
        }
        sort.get_or_insert(touched(c));
    }
    rest.is_empty().then_some(sort)?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(before: &str, after: &str, text: &str, sort: Touched) {
        let transform = between(before, after);
        assert_eq!((transform.text.as_str(), transform.touched), (text, sort), "{before:?} to {after:?}");
    }

    #[test]
    fn what_happened_to_a_text_has_one_name() {
        becomes(" pad ", "pad", "blanks around it removed", Touched::Blank);
        becomes("a+b", "a b", "\"+\" became \" \"", Touched::Reserved);
        becomes("a\nb", "a\r\nb", "\"\\r\" added", Touched::Control);
        becomes("🇨🇳", "", "non-ASCII text replaced by nothing", Touched::NonAscii);
        becomes("a b", "a%20b", "a blank encoded twice", Touched::Blank);
        becomes("a~b", "a%7Eb", "a reserved character encoded twice", Touched::Reserved);
        becomes("a<b", "a&lt;b", "\"<\" became \"&lt;\"", Touched::Reserved);
        becomes("a😀b", "a\u{FFFD}b", "text beyond the BMP became U+FFFD", Touched::NonAscii);
        becomes("a\0b", "a", "text ends at \"\\0\"", Touched::Control);
        becomes("a\r\nb", "a\nb", "\"\\r\" removed", Touched::Control);
        becomes(&"x".repeat(256), &"x".repeat(255), "a last \"x\" lost", Touched::Other);
        becomes(&"x".repeat(300), &"x".repeat(255), "text cut at 255 characters", Touched::Length);
        becomes("Instance.NotFound", "NotFound", "only the part after the last dot left", Touched::Other);
        becomes("aXY", "axy", "capitals made small", Touched::Case);
        becomes("The end.", "code: 400, The end.", "text prefixed with \"code: #, \"", Touched::Other);
    }
}
