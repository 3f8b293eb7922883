//! Pages that contradict themselves, and pages that do not.

use std::process::{Command, Stdio};

use fineprint::extract::{Input, read};
use fineprint::finding::{Finding, Severity};
use fineprint::lint::{RULES, lint};
use serde_json::Value;

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

fn found(text: &str) -> Vec<Finding> {
    lint(&read(&[Input { name: "page.txt", text }]))
}

fn trips(rule: &str, body: &str) -> bool {
    found(&format!("App Streaming:CreateThing\n\n{body}")).iter().any(|f| f.rule == rule)
}

#[test]
fn every_rule_is_tripped_by_its_page_and_passes_the_other() {
    for rule in RULES {
        assert!(trips(rule.id, rule.trips), "{} is not tripped", rule.id);
        assert!(!trips(rule.id, rule.passes), "{} does not pass", rule.id);
    }
}

#[test]
fn a_finding_shows_both_places_on_the_page() {
    let findings = found(PAGE);
    for finding in &findings {
        assert!(!finding.spans.is_empty(), "{}: {} has no place", finding.rule, finding.message);
        for span in &finding.spans {
            assert!(span.first >= 1 && span.last as usize <= PAGE.lines().count(), "{finding:?}");
        }
    }
    let code = findings.iter().find(|f| f.rule == "types-disagree").expect("`Code` has two types");
    let line = |span: usize| PAGE.lines().nth(code.spans[span].first as usize - 1).expect("it is on the page");
    assert_eq!((line(0), line(1).trim()), ("Codestring", "\"Code\": 200,"));
    assert_eq!(code.clauses, ["CreateImageByInstance/response/Code/type"]);
}

#[test]
fn the_built_in_page_has_its_known_contradictions() {
    let findings = found(PAGE);
    for rule in [
        "types-disagree",
        "null-as-text",
        "access-level-unknown",
        "other-product",
        "error-without-description",
        "error-word-in-success",
        "documented-not-public",
        "internal-error-blames-caller",
    ] {
        assert!(findings.iter().any(|f| f.rule == rule), "no {rule} in {findings:#?}");
    }
    assert_eq!(findings.iter().filter(|f| f.rule == "other-product").count(), 2);
}

#[test]
fn codes_are_held_against_those_of_other_pages() {
    let page =
        |name: &str, message: &str| format!("App Streaming:{name}\n\nError codes\n\n400A.Gone{message}{message}\n");
    let (first, second) = (page("CreateThing", "It is gone."), page("DeleteThing", "It was never there."));
    let inputs = [Input { name: "a", text: &first }, Input { name: "b", text: &second }];
    let findings = lint(&read(&inputs));
    let twice = findings.iter().find(|f| f.rule == "error-code-twice").expect("the messages differ");
    assert_eq!(twice.spans.iter().map(|s| s.page).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn codes_of_another_product_are_its_own() {
    let page = |title: &str, message: &str| format!("{title}\n\nError codes\n\n400A.Gone{message}{message}\n");
    let (first, second) = (page("One:CreateThing", "It is gone."), page("Two:DeleteThing", "It was never there."));
    let inputs = [Input { name: "a", text: &first }, Input { name: "b", text: &second }];
    assert_eq!(lint(&read(&inputs)), []);
}

#[test]
fn a_page_that_breaks_off_is_judged_all_the_same() {
    for (end, _) in PAGE.match_indices('\n') {
        let text = &PAGE[..end];
        let lines = text.lines().count();
        for finding in found(text) {
            assert!(finding.spans.iter().all(|s| (1..=lines).contains(&(s.last as usize))), "{finding:?}");
        }
    }
}

#[test]
fn real_pages_raise_no_false_errors() {
    let Some(corpus) = crate::corpus() else { return };
    // Read by eye: what these pages say twice, they say alike, apart from what is only worth a warning.
    let folder = corpus.join("corpus/rendered/appstream");
    let mut pages: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the corpus has it").flatten() {
        if entry.path().extension().is_some_and(|e| e == "txt") {
            let text = std::fs::read_to_string(entry.path()).expect("readable");
            pages.push((entry.file_name().to_string_lossy().into_owned(), text));
        }
    }
    pages.sort();
    let inputs: Vec<Input<'_>> = pages.iter().map(|(name, text)| Input { name, text }).collect();
    let findings = lint(&read(&inputs));
    let errors: Vec<&Finding> = findings.iter().filter(|f| f.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(findings.iter().all(|f| f.rule != "missing-from-table" && f.rule != "error-code-twice"));
}

fn ran(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fineprint"));
    let output = command.stdin(Stdio::null()).args(["--color", "never", "lint"]).args(arguments).output();
    let output = output.expect("the program is built");
    (output.status.code().expect("it ends by itself"), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn text_shows_both_places_with_their_lines() {
    let (code, out) = ran(&[]);
    assert_eq!(code, 1, "{out}");
    for part in ["error[types-disagree]", "Codestring", "\"Code\": 200", "create-image-by-instance.txt", "1 error"] {
        assert!(out.contains(part), "no {part} in\n{out}");
    }
}

#[test]
fn json_is_a_list_of_findings_with_lines_of_the_page() {
    let (_, out) = ran(&["--format", "json"]);
    let value: Value = serde_json::from_str(&out).expect("it is JSON");
    let first = &value.as_array().expect("a list")[0];
    assert!(first["rule"].is_string() && first["page"][0]["at"].is_string() && first["page"][0]["text"].is_string());
}

#[test]
fn workflow_commands_name_file_and_line() {
    let (_, out) = ran(&["--format", "github"]);
    assert!(
        out.lines().all(|l| l.starts_with("::error file=")
            || l.starts_with("::warning file=")
            || l.starts_with("::notice file=")),
        "{out}"
    );
    assert!(out.contains(",title=types-disagree::"), "{out}");
}

#[test]
fn sarif_has_rules_results_and_places() {
    let (_, out) = ran(&["--format", "sarif"]);
    let value: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    assert_eq!(rules.len(), RULES.len());
    for result in run["results"].as_array().expect("a list") {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64().is_some_and(|n| n >= 1), "{result}");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a word")));
    }
}

#[test]
fn a_need_that_the_table_does_not_know_is_a_note_and_a_condition_is_none() {
    let page = |words: &str| {
        let rows = format!("SessionIdstringNo\n\n{words}\n\ns\nNamestringNo\n\nThe name.\n\nn\n");
        let findings = found(&format!("App Streaming:CreateThing\n\nRequest parameters\n\n{rows}"));
        findings.into_iter().find(|f| f.rule == "required-against-prose").map(|f| f.severity)
    };
    assert_eq!(page("On a workstation, you need to specify a session."), Some(Severity::Note));
    assert_eq!(page("If the type is Workstation, this parameter is required."), None);
    assert_eq!(page("You must specify this parameter when you rent one."), None);
    assert_eq!(page("You must specify this parameter."), Some(Severity::Warning));
}

#[test]
fn pages_of_several_products_are_judged_together() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-many-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    for product in ["One", "Two"] {
        let text = format!("{product}:CreateThing\n\nError codes\n\n400InternalErrorInternal error.-\n");
        std::fs::write(folder.join(format!("{product}.txt")), text).expect("it can be written");
    }
    let (code, out) = ran(&[&folder.display().to_string()]);
    assert!(code == 0 && out.contains("2 operations") && out.contains("One.txt") && out.contains("Two.txt"), "{out}");
    let (_, out) = ran(&[&folder.display().to_string(), "--format", "sarif"]);
    let value: Value = serde_json::from_str(&out).expect("it is JSON");
    assert!(value["runs"][0]["results"].as_array().is_some_and(|r| r.len() >= 2), "{out}");
}

#[test]
fn the_exit_code_says_whether_something_bad_was_found() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    let path = folder.join("page.txt");
    let text = "App Streaming:CreateThing\n\nError codes\n\n400InternalErrorInternal error.-\n";
    std::fs::write(&path, text).expect("it can be written");
    let page = path.display().to_string();
    assert_eq!(ran(&[&page]).0, 0);
    assert_eq!(ran(&[&page, "--fail-on", "warning"]).0, 0);
    assert_eq!(ran(&[&page, "--fail-on", "note"]).0, 1);
    assert_eq!(ran(&[&page, "--fail-on", "never"]).0, 2);
    assert_eq!(ran(&["no-such-page.txt"]).0, 2);
}

const IN_XML: &str = "Zoo:ListLions\n\nLists them.\n\n## Response parameters\n\n|Parameter|Type|Description|\n|---|---|---|\n\
    |RequestId|String|The ID.|\n|TotalCount|Integer|How many.|\n|Lions|Array of Lion|The lions.|\n|Name|String|Its name.|\n|Age|Integer|Its age.|\n\n\
    ## Examples\n\nSample success responses\n\n```\n<ListLionsResponse>\n  <RequestId>1-2</RequestId>\n  <TotalCount>2</TotalCount>\n  \
    <Lions>\n    <Lion>\n      <Name>Leo</Name>\n      <Age>4</Age>\n    </Lion>\n  </Lions>\n</ListLionsResponse>\n```\n";

fn rules_and_lines(page: &str) -> Vec<(String, u32)> {
    let contract = read(&[Input { name: "page.md", text: page }]);
    let line = |f: &Finding| f.spans.get(1).or(f.spans.first()).map_or(0, |s| s.first);
    lint(&contract).iter().map(|f| (f.rule.clone(), line(f))).collect()
}

#[test]
fn a_sample_in_xml_is_judged_as_one_in_json() {
    assert_eq!(rules_and_lines(IN_XML), []);
    let one = |rule: &str, line| vec![(rule.to_owned(), line)];
    assert_eq!(rules_and_lines(&IN_XML.replace(">4<", ">old<")), one("types-disagree", 26));
    assert_eq!(rules_and_lines(&IN_XML.replace("TotalCount>", "totalCount>")), one("names-disagree", 22));
    assert_eq!(rules_and_lines(&IN_XML.replace(">Leo<", ">null<")), one("null-as-text", 25));
}
