//! Which clauses show a class of defect: what a plain self-test holds the client to.

use crate::reference::Defect;
use crate::run::Choice;

/// Defects that are held to everything all the same: one of each area, and of each way to be seldom.
const IN_FULL: [&str; 10] =
    ["R01-three", "R05-plus", "R06-astral", "R08", "R27", "R29", "P01", "P09-task", "E02-one", "T01"];

/// Clauses by class, the first letters of which stand for all that begin so; the first that fits counts.
const AREAS: &[(&str, &[&str])] = &[
    ("R01 R02 R03 R12 R19", &["*/request/*", "*/session/*", "*/transport/throttled"]),
    ("R04 R05 R06 R07", &["*/request/*Name/text", "*/request/Description/text"]),
    ("R21 R23 R24 R25 R28 R30", &["*/wire/*", "*/request/*/sent", "*/request/ImageName/text"]),
    ("R26 R29", &["*/session/*", "*/wire/credentials", "*/request/*/absent"]),
    ("R27 R37", &["*/signature/*", "*/request/ImageName/text", "*/request/combinations", "*/wire/*"]),
    ("R", &["*/request/*", "*/wire/path", "*/transport/throttled"]),
    ("P12 P15 P16 P17 P18 P19 P22", &["*/transport/*", "*/session/after-fault"]),
    ("P", &["*/response/*", "*/transport/bom", "*/session/*", "*/request/combinations"]),
    ("E", &["*/error/*", "*/transport/*error*", "*/transport/re*", "*/response/refusal", "*/session/*"]),
    ("T", &["*/transport/*", "*/error/*", "*/session/*", "*/signature/nonce"]),
];

/// What a defect, or the honest client, is held to.
pub(super) fn choice(defect: Option<&Defect>) -> Choice {
    let Some(defect) = defect.filter(|defect| !IN_FULL.contains(&defect.id)) else { return Choice::default() };
    // An honest client in other clothes meets a little of everything.
    let some =
        ["*/request/*/sent", "*/request/Description/text", "*/response/*", "*/error/*", "*/transport/*", "*/session/*"];
    let fits = |classes: &str| classes.split(' ').any(|class| defect.class.starts_with(class));
    let area = AREAS.iter().find(|(classes, _)| !defect.class.is_empty() && fits(classes));
    let clauses = area.map_or(&some[..], |(_, clauses)| clauses);
    // Three values together take rows of three; all else shows in fewer.
    let strength = if matches!(defect.class, "R01" | "R03" | "R12" | "P01") { 3 } else { 1 };
    Choice {
        clauses: clauses.iter().map(|glob| (*glob).to_owned()).collect(),
        strength,
        random: 0,
        ..Choice::default()
    }
}
