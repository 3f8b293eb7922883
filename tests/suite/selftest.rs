//! The reference client, honest and spoilt, held to our pages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use fineprint::contract::Contract;
use fineprint::driver::{Call, Client, ClientError, ErrorKind, Reply, Source};
use fineprint::extract::{Input, read};
use fineprint::finding::Severity;
use fineprint::outcome::{Outcome, Verdict};
use fineprint::reference::{self, Page, Reference};
use fineprint::run::{Choice, Run};

fn contract(page: Page) -> Arc<Contract> {
    let text = match page {
        Page::Instance => include_str!("../../fixtures/pages/create-image-by-instance.txt"),
        Page::Parcels => include_str!("../../fixtures/pages/everything.txt"),
        Page::Depots => include_str!("../../fixtures/pages/everything.openapi.json"),
    };
    Arc::new(read(&[Input { name: "page.txt", text }]))
}

fn run(defect: Option<&str>, choice: Choice, jobs: usize) -> Outcome {
    let defect = defect.map(|id| reference::find(id).expect("there is such a defect"));
    on(defect.map_or(Page::Instance, |d| d.page), defect, choice, jobs)
}

/// A run of everything on eight lanes, made once however many tests look at it.
fn whole(defect: Option<&'static str>) -> &'static Outcome {
    static RUNS: Mutex<BTreeMap<Option<&str>, &'static OnceLock<Outcome>>> = Mutex::new(BTreeMap::new());
    let cell = *RUNS.lock().expect("nothing panics with it").entry(defect).or_insert_with(|| Box::leak(Box::default()));
    cell.get_or_init(|| run(defect, Choice::default(), 8))
}

fn on(page: Page, defect: Option<reference::Defect>, choice: Choice, jobs: usize) -> Outcome {
    let source = Source::Each(Arc::new(move || Arc::new(Reference::new(defect))));
    let run = Run { choice, jobs, ..Run::new(contract(page), source) };
    run.outcome().expect("the client is there")
}

#[test]
fn the_honest_client_keeps_every_clause() {
    let outcome = whole(None);
    assert_eq!(outcome.findings, []);
    let other: Vec<_> = outcome.verdicts.iter().filter(|v| v.verdict != Verdict::Kept).collect();
    assert!(other.is_empty(), "{other:?}");
    assert_eq!(outcome.verdicts.iter().filter(|v| v.clause.contains("/error/400:")).count(), 14 * 6);
    assert_eq!(outcome.coverage.of(Verdict::Kept), outcome.verdicts.len());
}

#[test]
fn the_honest_client_keeps_lists_times_paths_and_bytes() {
    for (page, untested) in [(Page::Parcels, "wire/version"), (Page::Depots, "response/sample")] {
        let outcome = on(page, None, Choice::default(), 8);
        assert_eq!(outcome.findings, [], "{page:?}");
        let other: Vec<_> = outcome.verdicts.iter().filter(|v| v.verdict != Verdict::Kept).collect();
        assert!(other.len() <= 1, "{other:?}");
        assert!(other.iter().all(|v| v.verdict == Verdict::Untested), "all but {untested}: {other:?}");
    }
}

/// Defects that the built-in page cannot show, and the clauses that do.
const ELSEWHERE: [(&str, &str); 14] = [
    ("R10", "*/request/HeavierThan/*"),
    ("R14-body", "*/request/body*"),
    ("R15", "*/request/Statuses/*"),
    ("R16-parent", "*/request/Senders*"),
    ("R20-path", "*/request/shelf/required"),
    ("R22-slash", "*/request/shelf/text */wire/path"),
    ("R31", "*/request/SentSince/*"),
    ("R32", "*/request/body*"),
    ("R33", "*/request/ClientToken/*"),
    ("R35", "*/request/PageNumber/*"),
    ("R36-query", "*/request/x-trace-id/*"),
    ("P07-first", "*/response/*/unknown-value"),
    ("P11", "*/response/Parcels/*"),
    ("P13-zone", "*/response/Parcels[].SentAt/*"),
];

#[test]
fn what_the_built_in_page_cannot_show_is_found_on_the_others() {
    for (id, glob) in ELSEWHERE {
        let defect = reference::find(id).unwrap_or_else(|| panic!("no defect {id}"));
        let choice = Choice { clauses: glob.split(' ').map(String::from).collect(), ..Choice::default() };
        let outcome = run(Some(id), choice, 4);
        let classes: Vec<_> = outcome.findings.iter().filter_map(|f| f.class.as_deref()).collect();
        assert!(classes.contains(&defect.class), "{id} ({}): {classes:?}", defect.what);
    }
}

/// Defects that show in one place only, and the clauses that do.
const NARROW: [(&str, &str); 17] = [
    ("R01-word", "*/request/ImageName/text"),
    ("R01-code", "*/session/after-error */request/ImageName/sent"),
    ("R01-hung", "*/session/after-fault */request/Description/sent"),
    ("R05-groups", "*/request/ImageName/text"),
    ("R05-json", "*/request/ImageName/text"),
    ("R06-raw", "*/request/ImageName/text"),
    ("R21-body", "*/request/ImageName/sent */wire/method"),
    ("R23-two", "*/request/ImageName/sent */wire/version"),
    ("R25-octets", "*/request/ImageName/sent */wire/content-type"),
    ("R26-two", "*/request/ImageName/sent */wire/credentials"),
    ("R29-member", "*/session/no-leak"),
    ("R29-id", "*/session/no-leak"),
    ("R36-parts", "*/request/ImageName/sent"),
    ("P13-text", "*/response/Data.ImageId/text"),
    ("P05-percent", "*/response/Data.ImageId/text"),
    ("P17-more", "*/transport/not-json"),
    ("T07-crash", "*/transport/reset"),
];

#[test]
fn what_shows_in_one_place_only_is_found_there_and_under_one_class() {
    for (id, glob) in NARROW {
        let defect = reference::find(id).unwrap_or_else(|| panic!("no defect {id}"));
        let choice = Choice { clauses: glob.split(' ').map(String::from).collect(), ..Choice::default() };
        let outcome = run(Some(id), choice, 4);
        let classes: Vec<_> = outcome.findings.iter().filter_map(|f| f.class.as_deref()).collect();
        assert!(!classes.is_empty() && classes.iter().all(|c| *c == defect.class), "{id}: {:?}", outcome.findings);
    }
}

#[test]
fn what_only_calls_at_once_show_is_found_among_them() {
    let choice = Choice { clauses: vec!["*/session/parallel".into()], ..Choice::default() };
    let classes = |id: &str| {
        let outcome = run(Some(id), choice.clone(), 2);
        outcome.findings.into_iter().filter_map(|f| f.class).collect::<Vec<_>>()
    };
    assert_eq!(classes("T16-refused"), ["T16"]);
}

/// An honest client that raises what says that it failed, and tells kinds of errors apart no further than it must.
fn coarse(reply: Reply) -> Reply {
    match reply {
        Reply::Ok { value, .. } if value.get("Success").is_some_and(|flag| *flag == false) => {
            let [code, message, request_id] = ["Code", "Message", "RequestId"].map(|name| value.get(name).cloned());
            let class = Some("ServiceError".into());
            let kind = ErrorKind::Service;
            Reply::Error(Box::new(ClientError { kind, class, code, message, request_id, ..ClientError::default() }))
        }
        Reply::Error(mut error) if error.kind == ErrorKind::Decode => {
            (error.kind, error.class) = (ErrorKind::Other, Some("ClientException".into()));
            Reply::Error(error)
        }
        other => other,
    }
}

#[test]
fn a_client_that_raises_refusals_and_has_few_kinds_of_errors_is_not_accused() {
    let make = || -> Arc<dyn Client> {
        let honest = Arc::new(Reference::new(None));
        Arc::new(move |call: Call| {
            let honest = Arc::clone(&honest);
            async move { coarse(honest.call(&call).await) }
        })
    };
    let clauses = ["*/response/*", "*/transport/not-json", "*/transport/deep", "*/transport/invalid-utf8"];
    let choice = Choice { clauses: clauses.map(String::from).to_vec(), ..Choice::default() };
    let run = Run { choice, jobs: 4, ..Run::new(contract(Page::Instance), Source::Each(Arc::new(make))) };
    let outcome = run.outcome().expect("the client is there");
    let accused: Vec<_> = outcome.findings.iter().filter(|f| f.severity > Severity::Note).collect();
    assert!(accused.is_empty(), "{accused:?}");
}

#[test]
fn a_client_that_names_another_operation_breaks_the_clause_about_its_name() {
    let choice =
        Choice { clauses: vec!["*/wire/action".into(), "*/session/hidden-traffic".into()], ..Choice::default() };
    let outcome = run(Some("R23-other"), choice, 4);
    assert_eq!(outcome.verdict("CreateImageByInstance/wire/action"), Some(Verdict::Broken));
    assert_eq!(outcome.verdict("CreateImageByInstance/session/hidden-traffic"), Some(Verdict::Kept));
}

/// One defect of each area, always, for some values, for one code, and over several calls.
const TEN: [&str; 10] = ["R01", "R02", "R05-plus", "R06-astral", "R08", "R27", "P01", "E01", "T01", "R29"];

#[test]
fn each_of_ten_defects_is_found_under_its_class() {
    for id in TEN {
        let defect = reference::find(id).unwrap_or_else(|| panic!("no defect {id}"));
        let outcome = whole(Some(id));
        let found =
            outcome.findings.iter().any(|f| f.class.as_deref() == Some(defect.class) && f.severity > Severity::Note);
        assert!(found, "{id} ({}): {:?}", defect.what, outcome.findings);
    }
}

#[test]
fn a_dropped_parameter_breaks_its_own_clauses_and_no_other() {
    let outcome = whole(Some("R01"));
    for judged in &outcome.verdicts {
        let own = judged.clause.contains("/request/BizType/");
        assert!(own || judged.verdict == Verdict::Kept, "{judged:?}");
    }
    assert_eq!(outcome.verdict("CreateImageByInstance/request/BizType/sent"), Some(Verdict::Broken));
    let finding = &outcome.findings[0];
    assert_eq!((finding.rule.as_str(), outcome.findings.len()), ("parameter-dropped", 1));
    let exhibit = finding.exhibit.as_ref().expect("it shows its evidence");
    assert!(exhibit.calls[0].contains("BizType") && exhibit.wire[0].1.starts_with("POST / HTTP/1.1"));
}

#[test]
fn lanes_change_neither_verdicts_nor_findings() {
    for defect in ["R01-seventh", "E02"] {
        let alone = run(Some(defect), Choice::default(), 1);
        let many = whole(Some(defect));
        let verdicts = alone.verdicts.iter().zip(&many.verdicts).filter(|(a, b)| a != b);
        assert_eq!(verdicts.collect::<Vec<_>>(), [], "{defect}: {:?} {:?}", alone.findings, many.findings);
        assert_eq!(alone.findings, many.findings, "{defect}");
        assert_eq!(alone.cases, many.cases);
    }
}

#[test]
fn another_seed_draws_other_values_and_comes_to_the_same() {
    let usual = whole(Some("P01"));
    let other = run(Some("P01"), Choice { seed: 7, ..Choice::default() }, 8);
    let rules = |o: &Outcome| o.findings.iter().map(|f| (f.rule.clone(), f.transform.clone())).collect::<Vec<_>>();
    assert_eq!(rules(usual), rules(&other));
    assert_ne!(usual.findings[0].exhibit, other.findings[0].exhibit);
}

#[test]
fn a_glob_chooses_clauses() {
    let choice = Choice { clauses: vec!["*/error/400:Image.NotExist/*".into()], ..Choice::default() };
    let outcome = run(None, choice, 2);
    assert_eq!(outcome.verdicts.len(), 6);
    assert!(outcome.verdicts.iter().all(|v| v.verdict == Verdict::Kept));
    assert_eq!(outcome.cases, 2);
}

#[test]
fn no_honest_variation_is_accused() {
    for variation in reference::variations() {
        let areas = "*/request/*/sent */request/*/list */request/*/object */request/Description/text */response/* */error/* */session/*";
        let clauses = areas.split(' ').map(String::from).collect();
        let choice = Choice { clauses, strength: 1, random: 0, ..Choice::default() };
        let outcome = run(Some(variation.id), choice, 8);
        let serious: Vec<_> = outcome.findings.iter().filter(|f| f.severity > Severity::Note).collect();
        assert!(serious.is_empty(), "{} ({}): {serious:?}", variation.id, variation.what);
        let errored = outcome.verdicts.iter().filter(|v| v.verdict == Verdict::Errored);
        assert_eq!(errored.count(), 0, "{}", variation.id);
    }
}

#[test]
fn what_takes_a_session_is_found_there() {
    for id in
        ["T12", "T12-again", "T12-empty", "T12-kind", "R26-token", "R26-token-stale", "R26-token-kept", "R01-parallel"]
    {
        let defect = reference::find(id).unwrap_or_else(|| panic!("no defect {id}"));
        let clauses = ["*/session/*", "*/request/Description/sent"].map(String::from).to_vec();
        let choice = Choice { clauses, ..Choice::default() };
        let outcome = run(Some(id), choice, 4);
        let classes: Vec<_> = outcome.findings.iter().filter_map(|f| f.class.as_deref()).collect();
        assert!(classes.contains(&defect.class), "{id} ({}): {:?}", defect.what, outcome.findings);
    }
}
