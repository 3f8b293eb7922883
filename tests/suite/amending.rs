//! What a user settles in `fineprint.toml`.

use std::path::{Path, PathBuf};

use fineprint::config::Config;
use fineprint::contract::{Asks, Contract, How, Kind, from_json, to_json};
use fineprint::extract::{Input, read};
use fineprint::lint::lint;

use crate::program;

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

fn contract() -> Contract {
    read(&[Input { name: "page.txt", text: PAGE }])
}

fn settled(toml: &str) -> Result<Contract, String> {
    let mut contract = contract();
    let config = Config::read("fineprint.toml", toml).map_err(|e| e.to_string())?;
    config.settle(std::slice::from_mut(&mut contract)).map_err(|e| e.to_string())?;
    Ok(contract)
}

fn amended(fact: &str, value: &str) -> Result<Contract, String> {
    settled(&format!("[[amend]]\nfact = \"CreateImageByInstance/{fact}\"\nvalue = {value}\nreason = \"asked\"\n"))
}

#[test]
fn an_amendment_settles_what_the_page_contradicts_itself_about() {
    let code = |contract: &Contract| {
        let answer = contract.operations[0].response.as_ref().expect("it answers");
        let field = answer.fields.iter().find(|f| f.name == "Code").expect("it is a member");
        (field.kind.value, field.kind.how, field.also.len())
    };
    let disagree = |contract: &Contract| lint(contract).iter().any(|f| f.rule == "types-disagree");
    assert!(disagree(&contract()));
    for (value, kind) in [("\"string\"", Kind::String), ("\"integer\"", Kind::Integer)] {
        let contract = amended("response/Code/type", value).expect("it applies");
        assert_eq!(code(&contract), (kind, How::Amended, 0));
        assert!(!disagree(&contract));
        assert_eq!(contract.amended[0].at, "fineprint.toml:1");
        assert_eq!(from_json(&to_json(&contract)).map(|c| c.amended).ok(), Some(contract.amended.clone()));
    }
}

#[test]
fn every_kind_of_fact_can_be_amended() {
    let contract = amended("request/DiskType/values", "[\"SYSTEM\"]").expect("it applies");
    let find = |contract: &Contract, name: &str| {
        contract.operations[0].parameters.iter().find(|p| p.field.name == name).expect("it is there").clone()
    };
    assert_eq!(find(&contract, "DiskType").field.values.len(), 1);
    let contract = amended("request/ImageName/required", "true").expect("it applies");
    assert_eq!(find(&contract, "ImageName").field.required, Some(true));
    let contract = amended("request/ImageName/length", "{ min = 2, max = 128 }").expect("it applies");
    assert_eq!(find(&contract, "ImageName").field.length.map(|l| l.value.max), Some(Some(128.0)));
    let contract = amended("request/ImageName/place", "\"query\"").expect("it applies");
    assert_eq!(find(&contract, "ImageName").place, fineprint::contract::Place::Query);
    let contract = amended("error/400:Instance.NotFound/status", "404").expect("it applies");
    assert!(contract.operations[0].errors.iter().any(|e| e.label() == "404:Instance.NotFound"));
    let contract = amended("access-level", "\"write\"").expect("it applies");
    assert!(!lint(&contract).iter().any(|f| f.rule == "access-level-unknown"));
    let product = "[[amend]]\nfact = \"version\"\nvalue = \"2021-09-01\"\nreason = \"the guess is right\"\n";
    let version = settled(product).expect("a guess is made sure").version.expect("it has one");
    assert_eq!((version.value.as_str(), version.how), ("2021-09-01", How::Amended));
}

#[test]
fn an_amendment_that_no_longer_applies_names_file_and_line() {
    let wrong = |fact: &str, value: &str, part: &str| {
        let toml = format!("# ours\n\n[[amend]]\nfact = \"{fact}\"\nvalue = {value}\nreason = \"asked\"\n");
        let error = settled(&toml).expect_err("it does not apply");
        assert!(error.starts_with("fineprint.toml:3: ") && error.contains(part), "{error}");
    };
    wrong("CreateImage/response/Code/type", "\"string\"", "the nearest is `CreateImageByInstance`");
    wrong("CreateImageByInstance/response/Cod/type", "\"string\"", "the nearest is `Code`");
    wrong("CreateImageByInstance/error/400:Instance.NotFond/status", "404", "`400:Instance.NotFound`");
    wrong("CreateImageByInstance/request/ImageName/required", "false", "no longer applies");
    wrong("CreateImageByInstance/request/ImageName/type", "\"text\"", "unknown variant");
    wrong("CreateImageByInstance/request/ImageName/colour", "\"red\"", "ends in none of");
    wrong("CreateImageByInstance/request/DiskType/values", "[1]", "is not a string");
    wrong("CreateImageByInstance", "1", "ends in none of");
}

#[test]
fn a_file_that_says_what_we_do_not_know_is_an_error_with_its_line() {
    for (toml, line) in [
        ("\n[[amend]]\nfact = \"version\"\nvalue = 1\nreson = \"x\"\n", 5),
        ("[amends]\n", 1),
        ("a = \n", 1),
        ("[[amend]]\nfact = \"version\"\nvalue = \"2\"\nreason = \" \"\n", 1),
    ] {
        let error = settled(toml).expect_err("it is wrong");
        assert!(error.starts_with(&format!("fineprint.toml:{line}: ")), "{error}");
    }
}

#[test]
fn a_constraint_is_a_condition_of_its_parameter() {
    let constraint = |rest: &str| {
        settled(&format!(
            "[[constraint]]\noperation = \"CreateImageByInstance\"\nparameter = \"InstanceId\"\nreason = \"asked\"\n{rest}\n"
        ))
    };
    let contract = constraint("required-when = { DiskType = \"ALL\" }").expect("it applies");
    let field = |c: &Contract| c.operations[0].parameters.iter().find(|p| p.field.name == "InstanceId").cloned();
    let last = field(&contract).and_then(|p| p.field.conditions.last().cloned()).expect("it has one").value;
    assert_eq!((last.asks, last.parameter.as_deref()), (Asks::RequiredWhen, Some("DiskType")));
    assert_eq!(last.values, ["ALL"]);
    for wrong in [
        "",
        "required-when = { Disktype = \"ALL\" }",
        "required-when = { DiskType = 1 }",
        "required-when = { DiskType = \"ALL\", ImageName = \"a\" }",
        "one-of-with = \"InstanceId\"",
        "required-when = { DiskType = \"ALL\" }\none-of-with = \"DiskType\"",
    ] {
        let error = constraint(wrong).expect_err("it is wrong");
        assert!(error.starts_with("fineprint.toml:1: "), "{error}");
    }
}

/// A folder with the page in it.
fn page_in(name: &str) -> PathBuf {
    let folder = program::folder(name);
    std::fs::write(folder.join("page.txt"), PAGE).expect("it can be written");
    folder
}

fn ran(folder: &Path, arguments: &[&str]) -> (i32, String) {
    program::said(program::command(folder, arguments))
}

#[test]
fn the_file_is_found_beside_the_page_or_named() {
    let folder = page_in("amend-found");
    let toml =
        "[[amend]]\nfact = \"CreateImageByInstance/response/Code/type\"\nvalue = \"string\"\nreason = \"asked\"\n";
    assert_eq!(ran(&folder, &["lint", "page.txt"]).0, 1);
    std::fs::write(folder.join("other.toml"), toml).expect("it can be written");
    assert_eq!(ran(&folder, &["lint", "page.txt", "--config", "other.toml"]).0, 0);
    std::fs::write(folder.join("fineprint.toml"), toml).expect("it can be written");
    assert_eq!(ran(&folder, &["lint", "page.txt"]).0, 0);
    // A folder of pages has the file among them, and it is no page.
    std::fs::remove_file(folder.join("other.toml")).expect("it is there");
    let (code, out) = ran(Path::new("/"), &["read", &folder.display().to_string()]);
    assert!(code == 0 && out.contains("\"how\": \"amended\"") && !out.contains("toml: no line"), "{out}");
    let (code, out) = ran(&folder, &["lint", "page.txt", "--config", "none.toml"]);
    assert!(code == 2 && out.contains("none.toml: no such file"), "{out}");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
